//! The learned scorer of gaps in speech without punctuation, and the abbreviations: what a language brings to segmentation.
//!
//! A sparse logistic regression over the words either side of a gap; `models/segment/train.py` computes the same features.

use std::collections::HashMap;
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

/// Hash of a short text, eight bytes at a time.
fn hash(text: &str) -> u64 {
    let mut hash = text.len() as u64;
    for chunk in text.as_bytes().chunks(8) {
        let word = chunk.iter().rev().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        hash = mix(hash, word);
    }
    hash
}

/// Joins a hash with another number.
const fn mix(hash: u64, other: u64) -> u64 {
    let joined = (hash.rotate_left(23) ^ other).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    joined ^ (joined >> 29)
}

/// The key of a feature: its kind, its group, and the hashes of its one or two texts.
const fn key(kind: u8, group: u8, first: u64, second: u64) -> u64 {
    mix(mix(mix(((kind as u64) << 8) | group as u64, first), second), 1)
}

/// Weights by key: open addressing over a power of two, a quarter full at most.
#[derive(Default)]
struct Weights {
    slots: Vec<(u64, f32)>,
    mask: usize,
}

impl Weights {
    fn new(weights: &[(u64, f32)]) -> Weights {
        let size = (weights.len() * 4).next_power_of_two();
        let mut table = Weights { slots: vec![(0, 0.0); size], mask: size - 1 };
        for (key, weight) in weights {
            let mut at = *key as usize & table.mask;
            while table.slots[at].0 != 0 {
                at = (at + 1) & table.mask;
            }
            table.slots[at] = (*key, *weight);
        }
        table
    }

    /// The weight of a feature; 0 where it has none.
    fn get(&self, key: u64) -> f32 {
        let mut at = key as usize & self.mask;
        loop {
            let (found, weight) = self.slots[at];
            if found == key {
                return weight;
            }
            if found == 0 {
                return 0.0;
            }
            at = (at + 1) & self.mask;
        }
    }
}

/// What a language brings: abbreviations, ordinals with a full stop, weights of the scorer.
#[derive(Default)]
pub(super) struct Rules {
    abbreviations: HashMap<String, bool>,
    pub(super) ordinals: bool,
    weights: Weights,
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
        let mut weights = Vec::new();
        for line in data.boundaries.lines() {
            let Some((name, weight)) = line.split_once('\t') else { continue };
            let Ok(weight) = weight.parse() else { continue };
            match name {
                "@open" => rules.open = weight,
                "bias" => rules.bias = weight,
                _ => weights.extend(key_of(name).map(|key| (key, weight))),
            }
        }
        rules.weights = Weights::new(&weights);
        rules
    }

    pub(super) fn has_weights(&self) -> bool {
        !self.weights.slots.is_empty()
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
        let (l1, r1) = (&folded.words[at], &folded.words[at + 1]);
        let l2 = if at > 0 { &folded.words[at - 1] } else { &EDGES[0] };
        let r2 = folded.words.get(at + 2).unwrap_or(&EDGES[1]);
        let next = &text[stretch[at + 1].start..stretch[at + 1].end];
        let one = |kind: u8, first: u64| self.weights.get(key(kind, group, first, NONE));
        let two = |kind: u8, first: u64, second: u64| self.weights.get(key(kind, group, first, second));
        let mut sum = self.bias
            + one(b'c', small(stretch[at].mark.letter(), case(next)))
            + one(b'd', small(bucket(since), 0))
            + one(b'e', small(bucket(stretch.len() - 1 - at), 0))
            + one(b'r', r1.whole)
            + one(b't', r2.whole)
            + one(b'l', l1.whole)
            + two(b'b', r1.whole, r2.whole)
            + two(b'k', l2.whole, l1.whole)
            + two(b'j', l1.whole, r1.whole)
            + one(b'y', r1.tails[2])
            + one(b'x', l1.tails[2])
            + one(b'z', r2.tails[1])
            + two(b'w', l1.tails[1], r1.tails[1]);
        if group == b'u' {
            sum += one(b'B', r1.head)
                + one(b'C', l1.head)
                + two(b'I', r1.tails[1], r2.tails[1])
                + one(b'K', four(l2.last, l1.last, r1.last, r2.last));
        }
        sum
    }
}

/// The second text of a feature that has one only.
const NONE: u64 = 0;

/// Two letters as a number.
const fn small(first: u8, second: u8) -> u64 {
    ((first as u64) << 8) | second as u64
}

/// Four letters as a number.
fn four(a: char, b: char, c: char, d: char) -> u64 {
    [a, b, c, d].iter().fold(0, |hash, letter| mix(hash, u64::from(u32::from(*letter))))
}

/// The key of a feature from its name in the file of weights; `None` for a name that no gap can have.
fn key_of(name: &str) -> Option<u64> {
    let (kind, group) = (*name.as_bytes().first()?, *name.as_bytes().get(1)?);
    let rest = name.get(2..)?;
    let bytes = rest.as_bytes();
    Some(match kind {
        b'c' => key(kind, group, small(*bytes.first()?, *bytes.get(1)?), NONE),
        b'd' | b'e' => key(kind, group, small(rest.parse().ok()?, 0), NONE),
        b'b' | b'k' | b'j' | b'w' | b'I' => {
            let (first, second) = rest.split_once(' ')?;
            key(kind, group, hash(first), hash(second))
        }
        b'K' => {
            // a word without a letter has no last letter: such names are shorter and not used
            let letters: Vec<char> = rest.chars().collect();
            let [a, b, c, d] = letters.as_slice() else { return None };
            key(kind, group, four(*a, *b, *c, *d), NONE)
        }
        _ => key(kind, group, hash(rest), NONE),
    })
}

/// What the features take from a word in folded form.
struct Word {
    whole: u64,
    /// Its last one, two and three letters.
    tails: [u64; 3],
    /// Its first four letters.
    head: u64,
    /// Its last letter; NUL for a word without letters or digits.
    last: char,
}

impl Word {
    fn new(word: &str) -> Word {
        let tails = [1, 2, 3].map(|chars| hash(tail(word, chars)));
        Word { whole: hash(word), tails, head: hash(head(word, 4)), last: word.chars().next_back().unwrap_or('\0') }
    }
}

/// What stands for the words before the first and after the last.
static EDGES: LazyLock<[Word; 2]> = LazyLock::new(|| [Word::new("^"), Word::new("$")]);

/// The words of a stretch as the features see them.
#[derive(Default)]
pub(super) struct Folded {
    buffer: String,
    words: Vec<Word>,
}

impl Folded {
    pub(super) fn fill(&mut self, text: &str, stretch: &[Token]) {
        self.words.clear();
        for token in stretch {
            self.buffer.clear();
            fold(&text[token.start..token.end], &mut self.buffer);
            self.words.push(Word::new(&self.buffer));
        }
    }
}

/// Appends a word in small letters without diacritics and without the marks at its ends.
pub(super) fn fold(word: &str, out: &mut String) {
    for ch in word.trim_matches(|c: char| !c.is_alphanumeric()).chars() {
        match ch {
            '\0'..='\x7f' => out.push(ch.to_ascii_lowercase()),
            'а'..='я' => out.push(ch),
            _ => out.extend(ch.to_lowercase().map(language::without_diacritics)),
        }
    }
}

/// What a stretch is like.
pub(super) fn kind(text: &str, stretch: &[Token]) -> Kind {
    let Some(first) = stretch.first() else { return Kind::Written };
    let least = if case(&text[first.start..first.end]) == b'l' { RAW_LOWER } else { RAW_LONG };
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
fn case(token: &str) -> u8 {
    match token.chars().find(|c| c.is_alphanumeric()) {
        Some(c) if c.is_uppercase() => b'U',
        Some(c) if c.is_alphabetic() => b'l',
        Some(_) => b'd',
        None => b'o',
    }
}

fn bucket(n: usize) -> u8 {
    [1, 2, 3, 4, 6, 8, 11, 15, 20, 28].iter().map(|top| u8::from(n > *top)).sum()
}

fn tail(word: &str, chars: usize) -> &str {
    word.char_indices().rev().nth(chars - 1).map_or(word, |(at, _)| &word[at..])
}

fn head(word: &str, chars: usize) -> &str {
    word.char_indices().nth(chars).map_or(word, |(at, _)| &word[..at])
}
