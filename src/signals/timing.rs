//! What the clock says of turns: words a minute, overlap, and how long the other side waited.

use unicode_segmentation::UnicodeSegmentation;

use crate::transcript::{Conversation, Speaker};

/// The clock of one turn. All times in seconds; `None` where the transcript has no times.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    /// Words.
    pub words: u32,
    /// Words a minute.
    pub words_per_minute: Option<f32>,
    /// How long it runs over the other side's turn before, which is still going on.
    pub overlap: Option<f32>,
    /// From the end of the other side's turn to the beginning of this one; not below 0.
    pub response: Option<f32>,
}

/// Number of words in a text, by the Unicode rules (UAX 29).
#[must_use]
pub fn words(text: &str) -> u32 {
    text.unicode_words().count() as u32
}

/// When a turn could be answered: its end. What is typed is there at once; of speech without an end nobody knows how long it took.
#[must_use]
pub fn heard_out(conversation: &Conversation, turn: usize) -> Option<f64> {
    let spoken = &conversation.turns[turn];
    spoken.end.or(spoken.start.filter(|_| !conversation.channel.is_voice()))
}

/// The clock of every turn of a conversation, in order.
#[must_use]
pub fn measure(conversation: &Conversation) -> Vec<Timing> {
    let turns = &conversation.turns;
    (0..turns.len())
        .map(|at| {
            let turn = &turns[at];
            let words = words(&turn.text);
            let minutes = turn.end.zip(turn.start).map(|(end, start)| (end - start) / 60.0);
            let words_per_minute = minutes
                .filter(|minutes| *minutes > 0.0 && conversation.channel.is_voice())
                .map(|minutes| (f64::from(words) / minutes) as f32);
            let before = at.checked_sub(1).map(|before| &turns[before]).filter(|before| {
                before.speaker != turn.speaker && matches!(before.speaker, Speaker::Agent | Speaker::Customer)
            });
            let gap = before.and_then(|_| Some(turn.start? - heard_out(conversation, at - 1)?));
            Timing {
                words,
                words_per_minute,
                overlap: gap.map(|gap| (-gap).max(0.0) as f32),
                response: gap.map(|gap| gap.max(0.0) as f32),
            }
        })
        .collect()
}
