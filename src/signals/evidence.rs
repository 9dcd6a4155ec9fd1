//! Which words of a long segment carried an act: what the model loses when a word is left out (occlusion; Zeiler and Fergus 2014).

use crate::signals::embedded::Room;
use crate::signals::labels::Act;
use crate::signals::{Asked, Hears, SignalError};
use crate::transcript::{Conversation, Span};

/// Evidence of more words than this is narrowed.
const LONG: usize = 12;
/// To so many words in a row.
const SHOWN: usize = 8;

/// The question which words of a span carried an act; `None` where the span is short enough as it is.
///
/// # Errors
/// When the tokenizer fails.
pub fn question<'a>(
    model: &dyn Hears,
    conversation: &'a Conversation,
    turn: usize,
    span: &Span,
    act: Act,
) -> Result<Option<Asked<'a>>, SignalError> {
    let Some(text) = conversation.turns[turn].text.get(span.clone()) else { return Ok(None) };
    let words = model.words().of(text)?;
    let long = words.iter().filter(|word| word.is_word()).count() > LONG;
    Ok(long.then(|| Asked { conversation, turn, span: span.clone(), words, act }))
}

/// For each question the stretch of its span that carried the act most.
///
/// # Errors
/// When the model fails.
pub fn narrowed(model: &dyn Hears, asked: &[Asked<'_>], room: &mut Room) -> Result<Vec<Span>, SignalError> {
    let losses = model.losses(asked, room)?;
    Ok(asked.iter().zip(&losses).map(|(asked, lost)| stretch(asked, lost)).collect())
}

fn stretch(asked: &Asked<'_>, lost: &[f32]) -> Span {
    let (words, span) = (&asked.words, &asked.span);
    let sum = |begin: usize| lost[begin..begin + SHOWN].iter().sum::<f32>();
    let begins = 0..=words.len() - SHOWN;
    let best = begins.max_by(|a, b| sum(*a).total_cmp(&sum(*b)).then(b.cmp(a))).unwrap_or(0);
    span.start + words[best].span.start..span.start + words[best + SHOWN - 1].span.end
}
