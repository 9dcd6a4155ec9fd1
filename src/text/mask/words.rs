//! The words near a number: which of them name a kind of identifier, which name a thing whose number is no personal data.
//!
//! The lists are data (`data/languages/<code>/identifiers.toml`), read once and used together: a text need not say its language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Kind;

/// How far back a number looks for its name.
const WORDS: usize = 9;
const BYTES: usize = 180;

const SOURCES: [&str; 3] = [
    include_str!("../../../data/languages/ru/identifiers.toml"),
    include_str!("../../../data/languages/pl/identifiers.toml"),
    include_str!("../../../data/languages/sk/identifiers.toml"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    names: BTreeMap<Kind, Vec<String>>,
    others: Others,
    neutral: Words,
    units: Words,
    ties: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Others {
    words: Vec<String>,
    persons: Vec<String>,
}

/// What a word near a number says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It names a kind of identifier.
    Name(Kind),
    /// It names a thing whose number is no personal data, such as an order.
    Other,
    /// It says whose number it is.
    Person,
    /// It says nothing and stands between (`nr`, `to`, `№`).
    Neutral,
    /// Any other word.
    Plain,
}

/// Words in a row; a word ending in `*` stands for all its endings.
#[derive(Debug)]
struct Entry {
    words: Vec<(String, bool)>,
    mark: Mark,
}

#[derive(Debug, Default)]
struct Lists {
    /// By the first two characters of the last word.
    entries: BTreeMap<String, Vec<Entry>>,
    units: Vec<(String, bool)>,
    ties: Vec<String>,
}

fn key(word: &str) -> String {
    word.chars().take(2).collect()
}

/// Lower case without diacritics, `ł` as `l`.
pub(super) fn fold(word: &str) -> String {
    let lower = word.to_lowercase();
    lower.nfd().filter(|c| !is_combining_mark(*c)).map(|c| if c == 'ł' { 'l' } else { c }).collect()
}

fn pattern(word: &str) -> (String, bool) {
    match word.strip_suffix('*') {
        Some(stem) => (fold(stem), true),
        None => (fold(word), false),
    }
}

fn matches((word, is_stem): &(String, bool), found: &str) -> bool {
    if *is_stem { found.starts_with(word.as_str()) } else { found == word }
}

impl Lists {
    fn add(&mut self, words: &[String], mark: Mark) {
        for text in words {
            let words: Vec<_> = text.split(' ').map(pattern).collect();
            let Some((last, is_stem)) = words.last().cloned() else { continue };
            let entry = Entry { words, mark };
            // a stem of one character would have to stand under every second character: none is allowed
            let key = if is_stem && last.chars().count() < 2 { continue } else { key(&last) };
            self.entries.entry(key).or_default().push(entry);
        }
    }
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists::default();
    for source in SOURCES {
        #[expect(clippy::expect_used, reason = "compiled into the binary and read by a test")]
        let source: Source = toml::from_str(source).expect("data/languages/<code>/identifiers.toml is well formed");
        for (kind, words) in &source.names {
            lists.add(words, Mark::Name(*kind));
        }
        lists.add(&source.others.words, Mark::Other);
        lists.add(&source.others.persons, Mark::Person);
        lists.add(&source.neutral.words, Mark::Neutral);
        lists.units.extend(source.units.words.iter().map(|word| pattern(word)));
        lists.ties.extend(source.ties.words.iter().map(|word| fold(word)));
    }
    for entries in lists.entries.values_mut() {
        // the longest row of words wins, and a name before anything else
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.words.len()), !matches!(entry.mark, Mark::Name(_))));
    }
    lists
});

/// What the words before a number say, the nearest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// Neutral words are left out.
    marks: Vec<Mark>,
    /// Whether the words were said of the number before.
    is_inherited: bool,
}

impl Context {
    /// The kind named right before the number, with neutral words or the person between them at most (`telefon klienta to …`).
    pub(super) fn named(&self) -> Option<Kind> {
        match self.marks.as_slice() {
            [Mark::Name(kind), ..] | [Mark::Person, Mark::Name(kind), ..] => Some(*kind),
            _ => None,
        }
    }

    /// Every kind named near, the nearest first.
    pub(super) fn names(&self) -> impl Iterator<Item = Kind> + '_ {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Name(kind) => Some(*kind),
            _ => None,
        })
    }

    /// Whether the number is that of an order, a parcel, a customer …: the nearest word says so.
    pub(super) fn is_other(&self) -> bool {
        match self.marks.as_slice() {
            [Mark::Other, ..] => true,
            [Mark::Person, next, ..] => !matches!(next, Mark::Name(_)),
            [Mark::Person] => true,
            _ => false,
        }
    }

    /// Whether the number is said to be an account or a card (`nr konta 600123456`), so that bare digits are no telephone number.
    pub(super) fn is_account(&self) -> bool {
        !self.is_inherited && matches!(self.named(), Some(Kind::Iban | Kind::Account | Kind::Card))
    }

    /// Whether the name itself belongs to an order (`zamówienie na telefon`: the thing bought).
    pub(super) fn is_named_in_other(&self) -> bool {
        matches!(self.marks.as_slice(), [Mark::Name(_), Mark::Other, ..])
    }

    /// Whether an order, a parcel … is named anywhere near.
    pub(super) fn has_other(&self) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Other | Mark::Person))
    }

    /// Whether the kind is named right before the thing that is the nearest word (`telefon do zamówienia`).
    pub(super) fn names_after_other(&self, kind: Kind) -> bool {
        matches!(self.marks.as_slice(), [_, Mark::Name(name), ..] if *name == kind)
    }

    /// Whether there is no word of its own at all (a number that continues a list, or answers a question).
    fn is_open(&self) -> bool {
        self.marks.iter().filter(|mark| **mark == Mark::Plain).count() <= 1
            && self.marks.iter().all(|mark| *mark == Mark::Plain)
    }

    /// The context of a number that comes after another one: where few words stand between, what was said of the first holds for it too.
    pub(super) fn after(mut self, earlier: &Context) -> Context {
        if self.is_open() {
            self.marks.retain(|mark| *mark != Mark::Plain);
            self.marks.extend(earlier.marks.iter().copied());
            self.is_inherited = true;
        }
        self
    }

    /// Adds what is said of the number after it; it counts only where nothing was said before.
    pub(super) fn then(mut self, later: Context) -> Context {
        if self.marks.iter().all(|mark| *mark == Mark::Plain) {
            self.marks = later.marks;
        }
        self
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// The words of a text in order, `№` and `#` being words; other marks only divide them.
fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut begin = None;
    for (at, c) in text.char_indices() {
        if is_word(c) {
            begin.get_or_insert(at);
            continue;
        }
        if let Some(begin) = begin.take() {
            words.push(&text[begin..at]);
        }
        if matches!(c, '№' | '#') {
            words.push(&text[at..at + c.len_utf8()]);
        }
    }
    if let Some(begin) = begin {
        words.push(&text[begin..]);
    }
    words
}

/// Where the last sentence of the text begins: after `!`, `?`, `;`, or after a full stop before a capital.
fn last_sentence(text: &str) -> usize {
    let mut begin = 0;
    let mut stop = false;
    let mut spaced = false;
    for (at, c) in text.char_indices() {
        match c {
            '!' | '?' | ';' => begin = at + 1,
            '.' | '…' => (stop, spaced) = (true, false),
            c if c.is_whitespace() => spaced = true,
            c => {
                if stop && spaced && c.is_uppercase() {
                    begin = at;
                }
                (stop, spaced) = (false, false);
            }
        }
    }
    begin
}

fn read(words: &[&str], lists: &Lists) -> Context {
    let folded: Vec<String> = words.iter().rev().take(WORDS).map(|word| fold(word)).collect();
    let mut marks = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        let entry = lists.entries.get(&key(&folded[at])).and_then(|entries| {
            entries.iter().find(|entry| {
                entry.words.len() <= folded.len() - at
                    && entry.words.iter().rev().zip(&folded[at..]).all(|(pattern, word)| matches(pattern, word))
            })
        });
        let mark = entry.map_or(Mark::Plain, |entry| entry.mark);
        let is_number = folded[at].bytes().all(|byte| byte.is_ascii_digit());
        if mark != Mark::Neutral && !(mark == Mark::Plain && is_number) {
            marks.push(mark);
        }
        at += entry.map_or(1, |entry| entry.words.len());
    }
    Context { marks, is_inherited: false }
}

/// What is said before a number, given the text up to it (from the number before).
pub(super) fn before(text: &str) -> Context {
    let mut begin = text.len().saturating_sub(BYTES);
    while !text.is_char_boundary(begin) {
        begin += 1;
    }
    let text = &text[begin..];
    read(&split(&text[last_sentence(text)..]), &LISTS)
}

/// What is said after a number, given the text from its end (`is_walled`: up to an address or placeholder): only words tied to it (`… to numer zamówienia`, `… (NIP)`, `… – это ИНН`).
pub(super) fn after(text: &str, is_walled: bool) -> Context {
    let trimmed = text.trim_start();
    let head: &str = match trimmed.char_indices().nth(60) {
        Some((at, _)) => &trimmed[..at],
        None => trimmed,
    };
    let tied = head.starts_with(['(', '–', '—'])
        || head.starts_with("- ")
        || split(head).first().is_some_and(|word| LISTS.ties.contains(&fold(word)) && head.starts_with(*word));
    if !tied {
        return Context::default();
    }
    let body = head.trim_start_matches(['(', '–', '—', '-']);
    let end = body.find([',', '.', ';', '!', '?', '\n', ')', ':']).unwrap_or(body.len());
    let words: Vec<&str> = split(&body[..end]);
    // words before the next number belong to that one
    let meets_wall = is_walled && end == body.len() && head.len() == trimmed.len();
    if meets_wall || words.iter().any(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        return Context::default();
    }
    let words: Vec<&str> = words.into_iter().take(5).collect();
    let mut context = read(&words, &LISTS);
    context.marks.reverse();
    context.marks.retain(|mark| *mark != Mark::Plain);
    context
}

/// Whether the text after a number makes it an amount or a measure.
pub(super) fn is_unit(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\u{a0}', '\u{202f}', '\u{2009}']);
    let Some(first) = text.chars().next() else { return false };
    if matches!(first, '€' | '$' | '₽' | '£' | '%' | '°') {
        return true;
    }
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let word = fold(&text[..end.min(text.len())]);
    !word.is_empty() && LISTS.units.iter().any(|unit| matches(unit, &word))
}

#[cfg(test)]
mod tests {
    use super::{Kind, after, before, fold, is_unit};

    #[test]
    fn words_fold_to_their_bare_letters() {
        assert_eq!(fold("Zamówieńia ŁĄKA čísło СЧЁТ"), "zamowienia laka cislo счет");
    }

    #[test]
    fn the_nearest_word_names_the_number() {
        assert_eq!(before("mój numer telefonu to ").named(), Some(Kind::Phone));
        assert_eq!(before("telefon klienta: ").named(), Some(Kind::Phone));
        assert_eq!(before("rodné číslo ").named(), Some(Kind::RodneCislo));
        assert_eq!(before("ИНН нашей фирмы ").named(), None);
        assert!(before("ИНН нашей фирмы ").names().any(|kind| kind == Kind::Inn));
        assert!(before("numer klienta ").is_other());
        assert!(before("Zamówienie nr ").is_other());
        assert!(before("заказ № ").is_other());
        assert!(!before("Zamówienie dotarło. Numer to ").has_other());
        assert!(after(" to numer zamówienia", false).is_other());
        assert!(!after(" zamówienie złożyłem", false).is_other());
    }

    #[test]
    fn a_unit_makes_an_amount() {
        for text in [" zł", " złotych.", "\u{a0}₽", " рублей", " kWh", "€", " eur"] {
            assert!(is_unit(text), "{text}");
        }
        assert!(!is_unit(" proszę") && !is_unit("") && !is_unit(", zł"));
    }
}
