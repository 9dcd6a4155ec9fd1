//! Which words of a long segment carried an act: what the model loses when a word is left out (occlusion; Zeiler and Fergus 2014).

use crate::signals::embedded::Room;
use crate::signals::features::Context;
use crate::signals::labels::Act;
use crate::signals::network::ACTS;
use crate::signals::{Hears, SignalError};
use crate::transcript::{Conversation, Span};

/// Evidence of more words than this is narrowed.
const LONG: usize = 12;
/// To so many words in a row.
const SHOWN: usize = 8;

/// The stretch of a span that carried an act most; the span itself where it is short.
///
/// # Errors
/// When the tokenizer fails.
pub fn narrow(
    model: &dyn Hears,
    conversation: &Conversation,
    turn: usize,
    span: Span,
    act: Act,
    room: &mut Room,
) -> Result<Span, SignalError> {
    let spoken = &conversation.turns[turn];
    let Some(text) = spoken.text.get(span.clone()) else { return Ok(span) };
    let words = model.words().of(text)?;
    if words.iter().filter(|word| word.is_word()).count() <= LONG {
        return Ok(span);
    }
    let context = Context { channel: Some(conversation.channel), ..Context::default() };
    let place = ACTS + act.place();
    let whole = model.logits(&words, spoken.speaker, context, room)[place];
    let mut lost = Vec::with_capacity(words.len());
    for left_out in 0..words.len() {
        let mut rest = words.clone();
        rest.remove(left_out);
        lost.push(whole - model.logits(&rest, spoken.speaker, context, room)[place]);
    }
    let sum = |begin: usize| lost[begin..begin + SHOWN].iter().sum::<f32>();
    let begins = 0..=words.len() - SHOWN;
    let best = begins.max_by(|a, b| sum(*a).total_cmp(&sum(*b)).then(b.cmp(a))).unwrap_or(0);
    Ok(span.start + words[best].span.start..span.start + words[best + SHOWN - 1].span.end)
}
