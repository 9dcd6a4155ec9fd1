//! The same conversations as other people, keyboards and recognisers would have written them: to measure robustness, and to train for it.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::learn::corpus::{LabelledConversation, LabelledSegment};
use crate::learn::gold::{Gold, GoldFlag, GoldTurn, Verdict};
use crate::signals::promises;
use crate::transcript::{Conversation, Lang, Turn, names};

names! {
    /// What is done to a text.
    Perturbation, "perturbation", {
        /// No punctuation, no capitals.
        Plain = "plain",
        /// No diacritics.
        NoDiacritics = "no-diacritics",
        /// Five characters in a hundred are wrong, left out, doubled or swapped with the next.
        Noise5 = "noise-5",
        /// Ten in a hundred.
        Noise10 = "noise-10",
        /// Numbers as words, two digits at a time.
        Numbers = "numbers",
        /// Russian in Latin letters.
        Latin = "latin",
        /// Turns of several sentences cut in two.
        Split = "split",
        /// A short turn between two of the other side is dropped, and those two are joined.
        Joined = "joined",
    }
}

/// Words of a turn between two others up to which [`Perturbation::Joined`] drops it.
const SHORT: usize = 2;

impl Perturbation {
    /// A text as it would be written; [`Perturbation::Split`] and [`Perturbation::Joined`] change turns, not texts.
    #[must_use]
    pub fn text(self, text: &str, lang: Lang, random: &mut fastrand::Rng) -> String {
        match self {
            Perturbation::Plain => plain(text),
            Perturbation::NoDiacritics => {
                text.nfd().filter(|c| !is_combining_mark(*c)).map(without_stroke).nfc().collect()
            }
            Perturbation::Noise5 => noise(text, 0.05, random),
            Perturbation::Noise10 => noise(text, 0.10, random),
            Perturbation::Numbers => numbers(text, lang),
            Perturbation::Latin if lang == Lang::Ru => text.chars().map(transliterated).collect(),
            Perturbation::Latin | Perturbation::Split | Perturbation::Joined => text.to_owned(),
        }
    }

    /// A conversation so written; turns are numbered anew, and labels follow.
    #[must_use]
    pub fn conversation(self, labelled: &LabelledConversation, random: &mut fastrand::Rng) -> Perturbed {
        let mut one = labelled.clone();
        let lang = one.conversation.language;
        for (at, turn) in one.conversation.turns.iter_mut().enumerate() {
            let own: Vec<&mut LabelledSegment> = one.segments.iter_mut().filter(|segment| segment.turn == at).collect();
            let whole = own.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(" ");
            if own.is_empty() || whole != turn.text {
                turn.text = self.text(&turn.text, lang, random);
                for segment in own {
                    segment.text = self.text(&segment.text, lang, random);
                }
                continue;
            }
            let parts: Vec<String> = own
                .into_iter()
                .map(|segment| {
                    segment.text = self.text(&segment.text, lang, random);
                    segment.text.clone()
                })
                .collect();
            turn.text = parts.join(" ");
        }
        let pieces = match self {
            Perturbation::Split => split(&one),
            Perturbation::Joined => joined(&one.conversation),
            _ => return Perturbed { labelled: one, original: BTreeMap::new() },
        };
        regrouped(one, pieces)
    }
}

/// A conversation written differently.
pub struct Perturbed {
    /// It, with its labels; the gold findings name turns by the number of the first original turn in their place.
    pub labelled: LabelledConversation,
    /// The number by which a turn goes in the labels, by its own; empty where turns are as they were.
    original: BTreeMap<u32, u32>,
}

impl Perturbed {
    /// A verdict on it in the numbers of the labels; a turn cut in two counts once.
    #[must_use]
    pub fn in_original_turns(&self, mut verdict: Verdict) -> Verdict {
        if self.original.is_empty() {
            return verdict;
        }
        let original = |turn: u32| self.original.get(&turn).copied().unwrap_or(turn);
        let mut flags: Vec<(String, u32)> = Vec::new();
        for (code, turn) in verdict.flags {
            let flag = (code, original(turn));
            if !flags.contains(&flag) {
                flags.push(flag);
            }
        }
        let mut turns: Vec<(u32, crate::transcript::Speaker, u8)> = Vec::new();
        for (turn, speaker, aggression) in verdict.turns {
            match turns.iter_mut().find(|(known, ..)| *known == original(turn)) {
                Some((.., known)) => *known = aggression.max(*known),
                None => turns.push((original(turn), speaker, aggression)),
            }
        }
        verdict.flags = flags;
        verdict.turns = turns;
        verdict
    }
}

/// A new turn: the original turns it stands for, its text, and whether it ends the last of them.
struct Piece {
    first: usize,
    last: usize,
    text: String,
}

/// Cuts every turn of several segments after half of them.
fn split(one: &LabelledConversation) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, turn) in one.conversation.turns.iter().enumerate() {
        let spans = &one.cut().segments[at];
        let middle = spans.get(spans.len() / 2).filter(|_| spans.len() > 1).map_or(turn.text.len(), |span| span.start);
        let (head, tail) = turn.text.split_at(middle);
        pieces.push(Piece { first: at, last: at, text: head.trim().to_owned() });
        if !tail.trim().is_empty() {
            pieces.push(Piece { first: at, last: at, text: tail.trim().to_owned() });
        }
    }
    pieces
}

/// Joins turns of one speaker over a short one of the other.
fn joined(talk: &Conversation) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < talk.turns.len() {
        let turn = &talk.turns[at];
        let short = turn.text.split_whitespace().count() <= SHORT && !turn.text.contains('?');
        let around = at > 0
            && talk.turns.get(at + 1).is_some_and(|next| next.speaker == talk.turns[at - 1].speaker)
            && talk.turns[at - 1].speaker != turn.speaker;
        match pieces.last_mut().filter(|_| short && around) {
            Some(before) => {
                before.last = at + 1;
                before.text = format!("{} {}", before.text, talk.turns[at + 1].text);
                at += 2;
            }
            None => {
                pieces.push(Piece { first: at, last: at, text: turn.text.clone() });
                at += 1;
            }
        }
    }
    pieces
}

/// A conversation of these pieces, numbered from 0.
fn regrouped(mut one: LabelledConversation, pieces: Vec<Piece>) -> Perturbed {
    let old = std::mem::take(&mut one.conversation.turns);
    let mut original = BTreeMap::new();
    let mut group: BTreeMap<u32, u32> = BTreeMap::new();
    for (number, piece) in (0..).zip(&pieces) {
        let first = old[piece.first].turn;
        original.insert(number, first);
        for turn in &old[piece.first..=piece.last] {
            group.entry(turn.turn).or_insert(first);
        }
        let parts: Vec<&Piece> = pieces.iter().filter(|other| other.first == piece.first).collect();
        let place = pieces[..number as usize].iter().filter(|other| other.first == piece.first).count();
        let (start, end) = (old[piece.first].start, old[piece.last].end);
        let at = |part: usize| Some(start? + (end? - start?) * part as f64 / parts.len() as f64);
        let mut turn = Turn { turn: number, text: piece.text.clone(), ..old[piece.first].clone() };
        turn.start = if place == 0 { start } else { at(place) };
        turn.end = if place + 1 == parts.len() { end } else { at(place + 1) };
        one.conversation.turns.push(turn);
    }
    let grouped = |turn: u32| group.get(&turn).copied().unwrap_or(turn);
    let gold = &one.gold;
    let mut flags: Vec<GoldFlag> = Vec::new();
    for flag in &gold.flags {
        let flag = GoldFlag { code: flag.code.clone(), turn: grouped(flag.turn) };
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    let mut turns: Vec<GoldTurn> = Vec::new();
    for own in &gold.turns {
        let turn = grouped(own.turn);
        match turns.iter_mut().find(|known| known.turn == turn) {
            Some(known) => known.aggression = known.aggression.max(own.aggression),
            None => turns.push(GoldTurn { turn, aggression: own.aggression }),
        }
    }
    let unsure =
        gold.unsure.iter().map(|flag| GoldFlag { code: flag.code.clone(), turn: grouped(flag.turn) }).collect();
    let unsure_turns = gold.unsure_turns.iter().map(|turn| grouped(*turn)).collect();
    one.gold = Gold { flags, turns, unsure, unsure_turns, ..one.gold };
    one.segments.clear();
    Perturbed { labelled: one, original }
}

fn plain(text: &str) -> String {
    let small = text.to_lowercase();
    let mut out = String::with_capacity(small.len());
    let letters: Vec<char> = small.chars().collect();
    for (at, sign) in letters.iter().enumerate() {
        let between_digits =
            at > 0 && letters[at - 1].is_ascii_digit() && letters.get(at + 1).is_some_and(char::is_ascii_digit);
        if sign.is_alphanumeric() || *sign == '*' || between_digits && !sign.is_whitespace() || is_combining_mark(*sign)
        {
            out.push(*sign);
        } else if !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
    }
    out.trim_end().to_owned()
}

fn without_stroke(letter: char) -> char {
    match letter {
        'ł' => 'l',
        'Ł' => 'L',
        _ => letter,
    }
}

/// Letters wrong, left out, doubled or swapped with the next, each alike often.
fn noise(text: &str, rate: f32, random: &mut fastrand::Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let alphabet: Vec<char> = letters.iter().copied().filter(|letter| letter.is_alphabetic()).collect();
    let mut out = String::with_capacity(text.len());
    for at in 0..letters.len() {
        let letter = letters[at];
        if !letter.is_alphabetic() || random.f32() >= rate {
            out.push(letter);
            continue;
        }
        match random.u8(0..4) {
            0 => out.push(alphabet[random.usize(0..alphabet.len())]),
            1 => {}
            2 => out.extend([letter, letter]),
            _ if at + 1 < letters.len() => {
                out.push(letters[at + 1]);
                letters[at + 1] = letter;
            }
            _ => out.push(letter),
        }
    }
    out
}

fn numbers(text: &str, lang: Lang) -> String {
    let mut out = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for run in letters.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        if !run[0].is_ascii_digit() {
            out.extend(run);
            continue;
        }
        let words: Vec<&str> = run.rchunks(2).rev().flat_map(|pair| spoken(pair, lang)).collect();
        if words.is_empty() {
            out.extend(run);
        } else {
            if out.chars().last().is_some_and(char::is_alphanumeric) {
                out.push(' ');
            }
            out.push_str(&words.join(" "));
        }
    }
    out
}

/// One or two digits in words; nothing in a language without number words.
fn spoken(digits: &[char], lang: Lang) -> Vec<&'static str> {
    let value = digits.iter().fold(0, |value, digit| value * 10 + digit.to_digit(10).unwrap_or(0));
    let word = |value: u32| promises::number_word(lang, value);
    let leading_zero = if digits.len() > 1 && value < 10 { word(0) } else { None };
    let own = match word(value) {
        Some(own) => vec![own],
        None => [word(value / 10 * 10), word(value % 10)].into_iter().flatten().collect(),
    };
    leading_zero.into_iter().chain(own).collect()
}

/// A letter as Russians type it in Latin letters.
fn transliterated(letter: char) -> String {
    let small = match letter.to_lowercase().next().unwrap_or(letter) {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ё' => "yo",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ь' => "'",
        'ъ' => "",
        'ю' => "yu",
        'я' => "ya",
        _ => return letter.to_string(),
    };
    if letter.is_uppercase() { small.to_uppercase() } else { small.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::corpus::Label;
    use crate::transcript::{Channel, Speaker};

    #[track_caller]
    fn check(what: Perturbation, lang: Lang, text: &str, expected: &str) {
        assert_eq!(what.text(text, lang, &mut fastrand::Rng::with_seed(1)), expected);
    }

    #[test]
    fn texts_are_written_as_others_write_them() {
        check(Perturbation::Plain, Lang::Ru, "Ну, что? До 18:30 — сделаем!", "ну что до 18:30 сделаем");
        check(Perturbation::NoDiacritics, Lang::Pl, "Żółć łączy, Čo?", "Zolc laczy, Co?");
        check(Perturbation::Numbers, Lang::Pl, "o 17, kod 1205", "o siedemnaście, kod dwanaście zero pięć");
        check(Perturbation::Latin, Lang::Ru, "Объявление ещё", "Obyavlenie eshchyo");
        check(Perturbation::Latin, Lang::Pl, "proszę", "proszę");
    }

    #[test]
    fn noise_changes_about_that_share() {
        let text = "przepraszam za opóźnienie ".repeat(40);
        let noisy = Perturbation::Noise10.text(&text, Lang::Pl, &mut fastrand::Rng::with_seed(3));
        let same = noisy.split_whitespace().filter(|word| text.contains(*word)).count();
        // A word of eight letters stays as it is with 0.9 to the power of 8.
        assert!((30..85).contains(&same), "{same}");
    }

    fn talk() -> LabelledConversation {
        let mut conversation = Conversation::new("t", Channel::Phone);
        let says =
            [(Speaker::Customer, "Nie działa. Od rana."), (Speaker::Agent, "mhm"), (Speaker::Customer, "To skandal.")];
        for ((speaker, text), number) in says.into_iter().zip(0..) {
            let mut turn = Turn::new(number, speaker, text);
            turn.start = Some(f64::from(number) * 10.0);
            turn.end = Some(f64::from(number) * 10.0 + 8.0);
            conversation.turns.push(turn);
        }
        let parts = [(0, "Nie działa."), (0, "Od rana."), (1, "mhm"), (2, "To skandal.")];
        let segments = parts
            .into_iter()
            .map(|(turn, text)| LabelledSegment { turn, text: text.to_owned(), label: Label::default() })
            .collect();
        let gold = Gold {
            flags: vec![GoldFlag { code: "SOL001".to_owned(), turn: 0 }],
            turns: vec![GoldTurn { turn: 2, aggression: 1 }],
            ..Gold::default()
        };
        LabelledConversation { conversation, segments, gold }
    }

    #[test]
    fn a_turn_cut_in_two_counts_once() {
        let cut = Perturbation::Split.conversation(&talk(), &mut fastrand::Rng::with_seed(1));
        let turns = &cut.labelled.conversation.turns;
        assert_eq!(
            turns.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(),
            ["Nie działa.", "Od rana.", "mhm", "To skandal."]
        );
        assert_eq!((turns[0].end, turns[1].start, turns[1].end), (Some(4.0), Some(4.0), Some(8.0)));
        let verdict = Verdict {
            flags: vec![("SOL001".to_owned(), 0), ("SOL001".to_owned(), 1)],
            turns: turns.iter().map(|turn| (turn.turn, turn.speaker, 0)).collect(),
            ..Verdict::default()
        };
        let verdict = cut.in_original_turns(verdict);
        assert_eq!(verdict.flags, [("SOL001".to_owned(), 0)]);
        assert_eq!(verdict.turns.iter().map(|(turn, ..)| *turn).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn turns_over_a_short_one_are_joined_and_labels_follow() {
        let one = Perturbation::Joined.conversation(&talk(), &mut fastrand::Rng::with_seed(1));
        let turns = &one.labelled.conversation.turns;
        assert_eq!(turns.len(), 1);
        assert_eq!(turns[0].text, "Nie działa. Od rana. To skandal.");
        assert_eq!(turns[0].end, Some(28.0));
        assert_eq!(one.labelled.gold.turns, [GoldTurn { turn: 0, aggression: 1 }]);
    }
}
