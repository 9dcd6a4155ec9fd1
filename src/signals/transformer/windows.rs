//! Turns become windows of token ids. A text that is too long for the model becomes several that overlap, so that nothing is cut off.

use tokenizers::Tokenizer;

use crate::signals::SignalError;
use crate::signals::transformer::Input;
use crate::transcript::Span;

/// Tokens that neighbouring windows share.
const OVERLAP: usize = 64;

/// What a model is given at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Token ids, special ones included.
    pub ids: Vec<u32>,
    /// Each position whose vector counts, with the number of the span that it counts for.
    pub counts: Vec<(u32, u32)>,
    /// The input that it belongs to.
    pub input: usize,
}

/// Splits texts into windows for one model.
pub struct Windows {
    tokenizer: Tokenizer,
    /// Before and behind every text: `<s>` and `</s>`, or `[CLS]` and `[SEP]`.
    begin: u32,
    end: u32,
    context: usize,
    longest: usize,
}

fn failed(message: impl ToString) -> SignalError {
    SignalError::Model { what: "tokenizer.json", message: message.to_string() }
}

impl Windows {
    /// Reads `tokenizer.json`; `context` tokens of the previous turn are given, at most `longest` tokens in all.
    ///
    /// # Errors
    /// When the tokenizer is malformed, or puts anything but one token before and one behind a text.
    pub fn new(tokenizer: &[u8], context: usize, longest: usize) -> Result<Windows, SignalError> {
        let mut tokenizer = Tokenizer::from_bytes(tokenizer).map_err(failed)?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(failed)?;
        let empty = tokenizer.encode("", true).map_err(failed)?;
        let [begin, end] = *empty.get_ids() else {
            return Err(failed(format!(
                "puts {} tokens around a text; one before and one behind are needed",
                empty.len()
            )));
        };
        if longest < context + 4 + 2 * OVERLAP {
            return Err(failed(format!(
                "{longest} tokens are too few for a window; {} are needed",
                context + 4 + 2 * OVERLAP
            )));
        }
        Ok(Windows { tokenizer, begin, end, context, longest })
    }

    /// Ids and ends in bytes of a text's tokens.
    fn tokens(&self, text: &str) -> Result<Vec<(u32, usize)>, SignalError> {
        let encoded = self.tokenizer.encode(text, false).map_err(failed)?;
        Ok(encoded.get_ids().iter().copied().zip(encoded.get_offsets().iter().map(|(_, end)| *end)).collect())
    }

    /// The windows of a turn: `<s> turn </s>`, and `</s> previous </s>` where there is a previous turn. A token belongs to the spans that it ends in.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn of(&self, number: usize, input: &Input<'_>) -> Result<Vec<Window>, SignalError> {
        let tokens = self.tokens(input.text)?;
        let mut before: Vec<u32> = match input.previous {
            Some(previous) if self.context > 0 => self.tokens(previous)?.into_iter().map(|(id, _)| id).collect(),
            _ => Vec::new(),
        };
        before.drain(..before.len().saturating_sub(self.context));
        let room = self.longest - before.len() - 4;
        Ok(parts(tokens.len(), room)
            .into_iter()
            .map(|(part, own)| {
                let mut ids = vec![self.begin];
                ids.extend(tokens[part.clone()].iter().map(|(id, _)| *id));
                ids.push(self.end);
                if !before.is_empty() {
                    ids.push(self.end);
                    ids.extend(&before);
                    ids.push(self.end);
                }
                let mut counts = Vec::with_capacity(own.len());
                for token in own {
                    for (place, span) in (0..).zip(&input.spans) {
                        if span.start < tokens[token].1 && tokens[token].1 <= span.end {
                            counts.push(((token - part.start + 1) as u32, place));
                        }
                    }
                }
                Window { ids, counts, input: number }
            })
            .collect())
    }
}

/// Parts of at most `room` tokens that cover so many, each with the tokens for which it is the one in which they lie farthest from an edge.
fn parts(tokens: usize, room: usize) -> Vec<(Span, Span)> {
    if tokens <= room {
        return vec![(0..tokens, 0..tokens)];
    }
    let step = room - OVERLAP;
    let count = (tokens - OVERLAP).div_ceil(step);
    // The last one ends with the text.
    let begins: Vec<usize> = (0..count).map(|number| (number * step).min(tokens - room)).collect();
    let mut from = 0;
    begins
        .iter()
        .enumerate()
        .map(|(number, begin)| {
            let to = begins.get(number + 1).map_or(tokens, |next| usize::midpoint(*next, begin + room));
            let own = from..to;
            from = to;
            (*begin..begin + room, own)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_token_once() {
        for (tokens, room) in [(0, 200), (200, 200), (201, 200), (336, 200), (337, 200), (1000, 200), (5000, 228)] {
            let parts = parts(tokens, room);
            let mut next = 0;
            for (part, own) in &parts {
                assert!(part.len() <= room && part.start <= own.start && own.end <= part.end, "{parts:?}");
                assert_eq!(own.start, next);
                next = own.end;
            }
            assert_eq!(next, tokens);
            for pair in parts.windows(2) {
                assert!(pair[0].0.end - pair[1].0.start >= OVERLAP, "{pair:?}");
            }
        }
    }
}
