//! Phrases that people write down to be found in what is said: `наберитесь ~терпение`, `prosz* … czekać`.
//!
//! A word fits itself, case and diacritics aside; `~word` all its forms; `word*` every word that begins so; `…` or `*` alone up to three
//! words in between. Marks of punctuation are passed over. Where one sentence ends and the next begins is the caller's business.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use crate::text::language::LANGUAGES;
use crate::text::stem::{folded, stem};
use crate::transcript::{Lang, Span};

/// Words that a gap stands for at most.
const GAP: usize = 3;

/// A phrase that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("phrase `{phrase}`: {message}")]
pub struct PhraseError {
    /// The phrase.
    pub phrase: String,
    /// What is wrong and what to do.
    pub message: &'static str,
}

/// A part of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// This word.
    Word(String),
    /// A word with this stem, by language.
    Forms(Vec<(Lang, String)>),
    /// A word that begins so.
    Begins(String),
    /// Up to [`GAP`] words.
    Gap,
}

/// A phrase, ready to be looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Phrase {
    text: String,
    parts: Vec<Part>,
    /// Its first word.
    first: String,
}

impl From<Phrase> for String {
    fn from(phrase: Phrase) -> String {
        phrase.text
    }
}

impl TryFrom<String> for Phrase {
    type Error = PhraseError;

    fn try_from(text: String) -> Result<Phrase, PhraseError> {
        let bad = |message| Err(PhraseError { phrase: text.clone(), message });
        let mut parts = Vec::new();
        let mut first = None;
        for mark in text.split_whitespace() {
            if matches!(mark, "*" | "…" | "...") {
                if parts.last().is_none_or(|part| *part == Part::Gap) {
                    return bad("a gap stands between two words; begin and end with a word");
                }
                parts.push(Part::Gap);
                continue;
            }
            let (bare, forms) = mark.strip_prefix('~').map_or((mark, false), |bare| (bare, true));
            let (bare, begins) = bare.strip_suffix('*').map_or((bare, false), |bare| (bare, true));
            if forms && begins {
                return bad("`~` and `*` at one word exclude each other; leave one out");
            }
            if bare.contains(['~', '*', '…']) {
                return bad("`~` stands before a word, `*` after one, `…` alone between two");
            }
            let pieces: Vec<Word> = words(bare);
            if pieces.is_empty() {
                return bad("every part needs a letter or a digit");
            }
            let last = pieces.len() - 1;
            for (place, piece) in pieces.into_iter().enumerate() {
                first.get_or_insert_with(|| piece.folded.clone());
                parts.push(match () {
                    () if forms => {
                        let stems = LANGUAGES.iter().map(|data| (data.lang, stem(&piece.folded, data.lang)));
                        Part::Forms(stems.collect())
                    }
                    () if begins && place == last => Part::Begins(piece.folded),
                    () => Part::Word(piece.folded),
                });
            }
        }
        match first {
            Some(first) if parts.last() != Some(&Part::Gap) => Ok(Phrase { text, parts, first }),
            Some(_) => bad("a gap stands between two words; begin and end with a word"),
            None => bad("a phrase needs a word"),
        }
    }
}

/// A word of a text.
struct Word {
    span: Span,
    folded: String,
}

/// The words of a text with their bytes.
fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut begin = None;
    let ends = text.char_indices().map(|(at, letter)| (at, letter.is_alphanumeric() || is_combining_mark(letter)));
    for (at, inside) in ends.chain([(text.len(), false)]) {
        match (begin, inside) {
            (None, true) => begin = Some(at),
            (Some(start), false) => {
                found.push(Word { span: start..at, folded: folded(&text[start..at]) });
                begin = None;
            }
            _ => {}
        }
    }
    found
}

/// Words that turn round what follows, by language.
static NEGATIONS: LazyLock<Vec<(Lang, Vec<String>)>> = LazyLock::new(|| {
    let listed = |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(folded).collect();
    LANGUAGES.iter().map(|data| (data.lang, listed(data.negations))).collect()
});

fn is_negation(word: &str, lang: Lang) -> bool {
    NEGATIONS.iter().any(|(known, words)| *known == lang && words.iter().any(|negation| negation == word))
}

impl Phrase {
    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the phrase stands first in a text of a language. A negation right before it, or in one of its gaps, turns its meaning round:
    /// then it does not stand there, unless it begins with a negation itself.
    #[must_use]
    pub fn find(&self, text: &str, lang: Lang) -> Option<Span> {
        let words = words(text);
        let negative = is_negation(&self.first, lang);
        (0..words.len()).find_map(|begin| {
            let turned = begin > 0 && !negative && is_negation(&words[begin - 1].folded, lang);
            let end = if turned { None } else { self.fits(0, &words, begin, lang) }?;
            Some(words[begin].span.start..words[end - 1].span.end)
        })
    }

    /// The word after the last one, where the parts from `part` on fit the words from `at` on.
    fn fits(&self, part: usize, words: &[Word], at: usize, lang: Lang) -> Option<usize> {
        let Some(wanted) = self.parts.get(part) else { return Some(at) };
        if *wanted == Part::Gap {
            return (0..=GAP)
                .take_while(|skipped| {
                    *skipped == 0 || words.get(at + skipped - 1).is_some_and(|word| !is_negation(&word.folded, lang))
                })
                .find_map(|skipped| self.fits(part + 1, words, at + skipped, lang));
        }
        let word = &words.get(at)?.folded;
        let fits = match wanted {
            Part::Word(wanted) => word == wanted,
            Part::Begins(wanted) => word.starts_with(wanted.as_str()),
            Part::Forms(stems) => {
                let own = stem(word, lang);
                stems.iter().any(|(known, wanted)| *known == lang && own == *wanted)
            }
            Part::Gap => false,
        };
        if fits { self.fits(part + 1, words, at + 1, lang) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(phrase: &str, lang: Lang, text: &str, expected: Option<&str>) {
        let phrase = Phrase::try_from(phrase.to_owned()).unwrap();
        assert_eq!(phrase.find(text, lang).map(|span| &text[span]), expected, "{} in {text}", phrase.text());
    }

    #[test]
    fn words_fit_themselves_their_forms_and_their_beginnings() {
        check("наберитесь ~терпение", Lang::Ru, "Ну, НАБЕРИТЕСЬ терпения!", Some("НАБЕРИТЕСЬ терпения"));
        check("~uzbroić w ~cierpliwość", Lang::Pl, "prosze uzbroic się", None);
        check(
            "uzbroić … w ~cierpliwość",
            Lang::Pl,
            "prosze uzbroic sie w cierpliwosc",
            Some("uzbroic sie w cierpliwosc"),
        );
        check("majte ~trpezlivosť", Lang::Sk, "Majte trpezlivosti dosť", Some("Majte trpezlivosti"));
        check("звон*", Lang::Ru, "мы звонили", Some("звонили"));
        check("terpение", Lang::Ru, "терпение", None);
        check("кто-то ~виноватый", Lang::Ru, "кто-то виноват", Some("кто-то виноват"));
    }

    #[test]
    fn a_gap_is_three_words_at_most_and_no_negation() {
        check("proszę * czekać", Lang::Pl, "Proszę czekać", Some("Proszę czekać"));
        check(
            "proszę … czekać",
            Lang::Pl,
            "Proszę jeszcze chwilę dłużej czekać",
            Some("Proszę jeszcze chwilę dłużej czekać"),
        );
        check("proszę … czekać", Lang::Pl, "Proszę jeszcze jedną chwilę dłużej czekać", None);
        check("proszę … czekać", Lang::Pl, "Proszę już nie czekać", None);
    }

    #[test]
    fn a_negation_before_a_phrase_turns_it_round_unless_it_begins_with_one() {
        check("моя ~вина", Lang::Ru, "это не моя вина", None);
        check("моя ~вина", Lang::Ru, "это не моя вина а теперь моя вина", Some("моя вина"));
        check("не моя ~вина", Lang::Ru, "это не моя вина", Some("не моя вина"));
        check("moja wina", Lang::Pl, "nie moja wina", None);
        check("nie je moja vina", Lang::Sk, "to nie je moja vina", Some("nie je moja vina"));
    }

    #[test]
    fn marks_that_mean_nothing_are_refused() {
        for phrase in ["", "…", "* слово", "слово …", "~слово*", "а … * б", "сл*во", "!!"] {
            assert!(Phrase::try_from(phrase.to_owned()).is_err(), "{phrase}");
        }
    }
}
