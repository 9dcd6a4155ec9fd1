//! What the embedded model sees of a segment: hashed features, the same in training and in running.
//!
//! Words with their role, bigrams, trigrams, character 3–5-grams, swearing and insults, the first and last word, length, capitals; and the context: the other
//! side's last turn, the sentence before in the same turn, the place in the conversation, the channel.

use crate::signals::harsh;
use crate::signals::tokens::Word;
use crate::transcript::{Channel, Speaker};

/// Changes whenever the features do: a model is only valid with its own version.
pub const VERSION: u32 = 3;

/// How many words of the other side's previous turn are seen.
const PREVIOUS_WORDS: usize = 14;
/// How many words of the sentence before in the same turn are seen.
const BEFORE_WORDS: usize = 8;
/// Positions from either end of the conversation are told apart up to here.
const FAR: u32 = 4;

/// What stands around a segment. Utterances without a conversation have none of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The other side's previous turn.
    pub previous: &'a [Word],
    /// The segment before in the same turn.
    pub before: &'a [Word],
    /// Turns from the conversation's beginning and to its end.
    pub position: Option<(u32, u32)>,
    /// How the two sides met.
    pub channel: Option<Channel>,
    /// Whether it is the first, and the last, segment of its turn.
    pub edge: Option<(bool, bool)>,
    /// Whether it is all that one side says in the conversation.
    pub whole: bool,
}

/// FNV-1a over the parts with a separator, folded to 32 bits (Fowler, Noll, Vo).
fn hash(kind: u8, parts: &[&str]) -> u32 {
    let mut state = (0xcbf2_9ce4_8422_2325_u64 ^ u64::from(kind)).wrapping_mul(0x0100_0000_01b3);
    for part in parts {
        for byte in part.as_bytes() {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        state = (state ^ 0xff).wrapping_mul(0x0100_0000_01b3);
    }
    (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_shr(32) as u32
}

/// Features of a word by itself: the word and its character 3–5-grams, the edges marked.
pub fn of_word(word: &str, emit: &mut impl FnMut(u32)) {
    emit(hash(b'w', &[word]));
    if !word.chars().next().is_some_and(char::is_alphanumeric) {
        return;
    }
    if let Some(sort) = harsh::sort(word) {
        emit(hash(b'V', &[sort.name()]));
    }
    let marked = format!("<{word}>");
    let ends: Vec<usize> = marked.char_indices().map(|(at, _)| at).chain([marked.len()]).collect();
    for size in 3..=5 {
        for window in ends.windows(size + 1) {
            emit(hash(b'g', &[&marked[window[0]..window[size]]]));
        }
    }
}

/// Features of a segment beyond those of its single words.
pub fn of_segment(words: &[Word], speaker: Speaker, context: Context<'_>, emit: &mut impl FnMut(u32)) {
    let role = speaker.name();
    let text = |at: usize| words.get(at).map_or("</s>", |word| word.text.as_str());
    for at in 0..words.len() {
        emit(hash(b'r', &[role, text(at)]));
        emit(hash(b'b', &[role, text(at), text(at + 1)]));
        if at + 2 < words.len() {
            emit(hash(b't', &[text(at), text(at + 1), text(at + 2)]));
        }
    }
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        emit(hash(b'f', &[role, &first.text]));
        emit(hash(b'f', &[role, &first.text, text(1)]));
        emit(hash(b'l', &[role, &last.text]));
    }
    emit(hash(b'n', &[role, length_bucket(words.len())]));
    if words.iter().any(|word| word.capitals) {
        emit(hash(b'C', &[role]));
    }
    of_context(role, context, emit);
}

fn of_context(role: &str, context: Context<'_>, emit: &mut impl FnMut(u32)) {
    let previous = &context.previous[context.previous.len().saturating_sub(PREVIOUS_WORDS)..];
    for (at, word) in previous.iter().enumerate() {
        emit(hash(b'p', &[role, &word.text]));
        if let Some(next) = previous.get(at + 1) {
            emit(hash(b'q', &[role, &word.text, &next.text]));
        }
    }
    if previous.last().is_some_and(|word| word.text.contains('?')) {
        emit(hash(b'?', &[role]));
    }
    let before = &context.before[context.before.len().saturating_sub(BEFORE_WORDS)..];
    for word in before {
        emit(hash(b's', &[role, &word.text]));
    }
    const PLACES: [&str; FAR as usize + 1] = ["0", "1", "2", "3", "4"];
    if let Some((from_start, to_end)) = context.position {
        emit(hash(b'S', &[role, PLACES[from_start.min(FAR) as usize]]));
        emit(hash(b'E', &[role, PLACES[to_end.min(FAR) as usize]]));
    }
    if let Some(channel) = context.channel {
        emit(hash(b'c', &[role, channel.name()]));
    }
    if context.whole {
        emit(hash(b'W', &[role]));
    }
    if let Some((first, last)) = context.edge {
        emit(hash(b'e', &[role, if first { "first" } else { "later" }, if last { "last" } else { "more" }]));
    }
}

fn length_bucket(words: usize) -> &'static str {
    match words {
        0..=1 => "1",
        2 => "2",
        3..=4 => "4",
        5..=7 => "7",
        8..=12 => "12",
        13..=20 => "20",
        _ => "21",
    }
}

/// All features of a text: those of its words and those of their order and context.
pub fn of_text(words: &[Word], speaker: Speaker, context: Context<'_>, emit: &mut impl FnMut(u32)) {
    for word in words {
        of_word(&word.text, emit);
    }
    of_segment(words, speaker, context, emit);
}

/// Index of the other side's last turn before `turn`, where there is one.
#[must_use]
pub fn previous(speakers: &[Speaker], turn: usize) -> Option<usize> {
    let speaker = speakers[turn];
    (0..turn).rev().find(|at| speakers[*at] != speaker && matches!(speakers[*at], Speaker::Agent | Speaker::Customer))
}
