//! The learned scorer of gaps in speech without punctuation, and the abbreviations: what a language brings to segmentation.
//!
//! A sparse logistic regression over the words either side of a gap; `models/segment/train.py` computes the same features.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use super::marks::{Mark, Token};
use crate::text::language;
use crate::transcript::Lang;

/// Words from which a stretch that begins with a small letter counts as speech without punctuation.
const RAW_LOWER: usize = 6;
/// The same for a stretch that begins otherwise.
const RAW_LONG: usize = 20;
/// A salutation ends with one of the first words.
const SALUTATION: usize = 6;

/// What a stretch between sentence marks is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Written, with commas.
    Written,
    /// As a recogniser gives speech: no punctuation.
    Raw,
}

/// Passes a key that is a hash already.
#[derive(Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

const PRIME: u64 = 0x0100_0000_01b3;
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn hash(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |h, byte| (h ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// What a language brings: abbreviations, ordinals with a full stop, weights of the scorer.
#[derive(Default)]
pub(super) struct Rules {
    abbreviations: HashMap<String, bool>,
    pub(super) ordinals: bool,
    weights: HashMap<u64, f32, BuildHasherDefault<Same>>,
    bias: f32,
    /// The score above which a gap is cut.
    pub(super) open: f32,
}

static RULES: LazyLock<Vec<Rules>> = LazyLock::new(|| Lang::ALL.iter().map(|lang| Rules::of(*lang)).collect());
static NO_RULES: LazyLock<Rules> = LazyLock::new(Rules::default);

/// The rules of a language; without data of its own, rules that know no abbreviation and no weight.
pub(super) fn rules(lang: Lang) -> &'static Rules {
    let place = Lang::ALL.iter().position(|other| *other == lang);
    place.and_then(|place| RULES.get(place)).unwrap_or(&NO_RULES)
}

impl Rules {
    fn of(lang: Lang) -> Rules {
        let mut rules = Rules::default();
        let Some(data) = language::data(lang) else { return rules };
        for line in data.abbreviations.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, kind) = line.split_once('\t').unwrap_or((line, ""));
            if word == "0." {
                rules.ordinals = true;
            } else {
                let mut folded = String::new();
                fold(word, &mut folded);
                rules.abbreviations.insert(folded, kind == "end");
            }
        }
        for line in data.boundaries.lines() {
            let Some((name, weight)) = line.split_once('\t') else { continue };
            let Ok(weight) = weight.parse() else { continue };
            match name {
                "@open" => rules.open = weight,
                "bias" => rules.bias = weight,
                _ => drop(rules.weights.insert(hash(OFFSET, name.as_bytes()), weight)),
            }
        }
        rules
    }

    pub(super) fn has_weights(&self) -> bool {
        !self.weights.is_empty()
    }

    /// Whether a word with a full stop is an abbreviation; one that may end a sentence is none before an opening word.
    pub(super) fn is_abbreviation(&self, word: &str, next_opens: bool) -> bool {
        if word.len() > 24 {
            return false;
        }
        let mut folded = String::with_capacity(word.len());
        fold(word, &mut folded);
        self.abbreviations.get(&folded).is_some_and(|may_end| !may_end || !next_opens)
    }

    /// The score of the gap after the word `at`, `since` words after the last cut.
    pub(super) fn score(
        &self,
        text: &str,
        stretch: &[Token],
        folded: &Folded,
        at: usize,
        since: usize,
        group: u8,
    ) -> f32 {
        let l1 = folded.word(at);
        let l2 = if at > 0 { folded.word(at - 1) } else { "^" };
        let r1 = folded.word(at + 1);
        let r2 = if at + 2 < stretch.len() { folded.word(at + 2) } else { "$" };
        let next = &text[stretch[at + 1].start..stretch[at + 1].end];
        let mut sum = self.bias;
        let mut add = |kind: u8, parts: &[&str]| {
            let key = parts.iter().fold(hash(OFFSET, &[kind, group]), |h, part| hash(h, part.as_bytes()));
            sum += self.weights.get(&key).copied().unwrap_or(0.0);
        };
        let (l1_2, r1_2, r2_2) = (tail(l1, 2), tail(r1, 2), tail(r2, 2));
        let mark = [stretch[at].mark.letter()];
        add(b'c', &[std::str::from_utf8(&mark).unwrap_or(""), case(next)]);
        add(b'd', &[bucket(since)]);
        add(b'e', &[bucket(stretch.len() - 1 - at)]);
        add(b'r', &[r1]);
        add(b't', &[r2]);
        add(b'l', &[l1]);
        add(b'b', &[r1, " ", r2]);
        add(b'k', &[l2, " ", l1]);
        add(b'j', &[l1, " ", r1]);
        add(b'y', &[tail(r1, 3)]);
        add(b'x', &[tail(l1, 3)]);
        add(b'z', &[r2_2]);
        add(b'w', &[l1_2, " ", r1_2]);
        if group == b'u' {
            add(b'B', &[head(r1, 4)]);
            add(b'C', &[head(l1, 4)]);
            add(b'I', &[r1_2, " ", r2_2]);
            add(b'K', &[tail(l2, 1), tail(l1, 1), tail(r1, 1), tail(r2, 1)]);
        }
        sum
    }
}

/// The words of a stretch in folded form, kept in one buffer.
#[derive(Default)]
pub(super) struct Folded {
    buffer: String,
    ends: Vec<usize>,
}

impl Folded {
    pub(super) fn fill(&mut self, text: &str, stretch: &[Token]) {
        self.buffer.clear();
        self.ends.clear();
        for token in stretch {
            fold(&text[token.start..token.end], &mut self.buffer);
            self.ends.push(self.buffer.len());
        }
    }

    fn word(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.buffer[start..self.ends[at]]
    }
}

/// Appends a word in small letters without diacritics and without the marks at its ends.
pub(super) fn fold(word: &str, out: &mut String) {
    for ch in word.trim_matches(|c: char| !c.is_alphanumeric()).chars() {
        if ch.is_ascii() {
            out.push(ch.to_ascii_lowercase());
        } else {
            out.extend(ch.to_lowercase().map(language::without_diacritics));
        }
    }
}

/// What a stretch is like.
pub(super) fn kind(text: &str, stretch: &[Token]) -> Kind {
    let Some(first) = stretch.first() else { return Kind::Written };
    let least = if case(&text[first.start..first.end]) == "l" { RAW_LOWER } else { RAW_LONG };
    if stretch.len() < least {
        return Kind::Written;
    }
    let commas = stretch[..stretch.len() - 1].iter().filter(|token| token.mark == Mark::Comma).count();
    if commas * 12 <= stretch.len() { Kind::Raw } else { Kind::Written }
}

/// The group of features for the gap after a word; `None` where the gap is closed.
pub(super) fn group(kind: Kind, mark: Mark, at: usize) -> Option<u8> {
    match (kind, mark) {
        (_, Mark::Closed | Mark::Other) => None,
        (Kind::Raw, _) => Some(b'u'),
        (Kind::Written, Mark::Comma) if at < SALUTATION => Some(b'c'),
        _ => None,
    }
}

/// U or l for the first letter, d for a digit before any letter, o for neither.
fn case(token: &str) -> &'static str {
    match token.chars().find(|c| c.is_alphanumeric()) {
        Some(c) if c.is_alphabetic() => {
            if c.is_uppercase() {
                "U"
            } else {
                "l"
            }
        }
        Some(_) => "d",
        None => "o",
    }
}

fn bucket(n: usize) -> &'static str {
    const TOPS: [(usize, &str); 10] =
        [(1, "0"), (2, "1"), (3, "2"), (4, "3"), (6, "4"), (8, "5"), (11, "6"), (15, "7"), (20, "8"), (28, "9")];
    TOPS.iter().find(|(top, _)| n <= *top).map_or("10", |(_, name)| name)
}

fn tail(word: &str, chars: usize) -> &str {
    word.char_indices().rev().nth(chars - 1).map_or(word, |(at, _)| &word[at..])
}

fn head(word: &str, chars: usize) -> &str {
    word.char_indices().nth(chars).map_or(word, |(at, _)| &word[..at])
}
