//! Words of a text in normal form, with their spans in the original: one code for training and running.
//!
//! The work is done by the `tokenizers` crate after `models/tokenizer.json`: compatibility form, lower case, no accents, then words
//! (masked ones such as `п***ц` whole) and marks. Numbers become a shape (`0` a digit), so that an order number is no feature of its own.
//! Then one spelling for both alphabets (`src/text/latin.rs`), and for swear words that are masked, spaced out or drawn long.

use std::collections::HashSet;
use std::sync::LazyLock;

use tokenizers::models::wordlevel::WordLevel;
use tokenizers::normalizers::{Lowercase, NFKD, Replace, Sequence, StripAccents};
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{
    NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
    SplitDelimiterBehavior, Tokenizer,
};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::signals::SignalError;
use crate::signals::harsh::{self, Sort};
use crate::text::latin::latin;
use crate::transcript::Span;

/// Words of the corpus that the built-in model was trained on, in normal form.
static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let json: serde_json::Value =
        serde_json::from_slice(include_bytes!("../../models/tokenizer.json")).unwrap_or_default();
    let words = json.pointer("/model/vocab").and_then(serde_json::Value::as_object);
    words.map(|words| words.keys().cloned().collect()).unwrap_or_default()
});

/// Whether a word of any form of writing is one that the corpus knows, and so no name or abbreviation of its own.
#[must_use]
pub fn is_known(word: &str) -> bool {
    let letters = word.to_lowercase();
    let plain = letters.nfkd().filter(|letter| !is_combining_mark(*letter));
    let normal: String = plain.map(|letter| if letter == 'ł' { 'l' } else { letter }).collect();
    KNOWN.contains(&spelt(&normal))
}

/// The token that stands for words outside the vocabulary.
const UNKNOWN: &str = "<unk>";

/// A word or mark in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Normal form: lower case, no accents, digits as `0`, in the levelled Latin spelling.
    pub text: String,
    /// Bytes of the original.
    pub span: Span,
    /// Whether it is written in capitals throughout and has four letters or more.
    pub capitals: bool,
}

impl Word {
    /// Whether it is a word, not a mark.
    #[must_use]
    pub fn is_word(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_alphanumeric)
    }
}

/// Splits texts into words.
pub struct Words {
    tokenizer: Tokenizer,
}

impl Words {
    /// Reads a tokenizer in the `tokenizer.json` format of Hugging Face.
    ///
    /// # Errors
    /// When the bytes are no such tokenizer.
    pub fn load(json: &[u8]) -> Result<Words, SignalError> {
        let tokenizer = Tokenizer::from_bytes(json)
            .map_err(|error| SignalError::Model { what: "tokenizer", message: error.to_string() })?;
        Ok(Words { tokenizer })
    }

    /// A tokenizer with the product's normal form and the given vocabulary, most frequent first.
    ///
    /// # Errors
    /// When the `tokenizers` crate refuses a part of it.
    pub fn with_vocabulary(vocabulary: &[String]) -> Result<Words, SignalError> {
        let failed = |error: tokenizers::Error| SignalError::Model { what: "tokenizer", message: error.to_string() };
        let ids = std::iter::once(UNKNOWN.to_owned()).chain(vocabulary.iter().cloned()).zip(0u32..).collect();
        let model = WordLevel::builder().vocab(ids).unk_token(UNKNOWN.to_owned()).build().map_err(failed)?;
        let mut tokenizer = Tokenizer::new(model);
        let digit = tokenizers::normalizers::replace::ReplacePattern::Regex(r"\p{Nd}".to_owned());
        tokenizer.with_normalizer(Some(Sequence::new(vec![
            NFKD.into(),
            StripAccents.into(),
            Lowercase.into(),
            Replace::new("ł", "l").map_err(failed)?.into(),
            Replace::new(digit, "0").map_err(failed)?.into(),
        ])));
        let pattern = r"[\p{L}\p{N}]+(?:[*'’ʼ]+[\p{L}\p{N}]*)*|\*{2,}|[!?]+|[^\s\p{L}\p{N}]";
        let split = Split::new(SplitPattern::Regex(pattern.to_owned()), SplitDelimiterBehavior::Removed, true)
            .map_err(failed)?;
        tokenizer.with_pre_tokenizer(Some(split));
        Ok(Words { tokenizer })
    }

    /// The tokenizer as `tokenizer.json`.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, SignalError> {
        self.tokenizer
            .to_string(true)
            .map_err(|error| SignalError::Model { what: "tokenizer", message: error.to_string() })
    }

    /// The words of a text in order.
    ///
    /// # Errors
    /// When the tokenizer fails on the text.
    pub fn of(&self, text: &str) -> Result<Vec<Word>, SignalError> {
        let failed = |error: tokenizers::Error| SignalError::Model { what: "tokenizer", message: error.to_string() };
        let mut normal = NormalizedString::from(text);
        if let Some(normalizer) = self.tokenizer.get_normalizer() {
            normalizer.normalize(&mut normal).map_err(failed)?;
        }
        let mut pieces = PreTokenizedString::from(normal);
        if let Some(splitter) = self.tokenizer.get_pre_tokenizer() {
            splitter.pre_tokenize(&mut pieces).map_err(failed)?;
        }
        let words = pieces.get_splits(OffsetReferential::Original, OffsetType::Byte);
        let found = words
            .into_iter()
            .filter(|(word, ..)| !word.is_empty())
            .map(|(word, (begin, end), _)| {
                let capitals = text.get(begin..end).is_some_and(in_capitals);
                Word { text: spelt(word), span: begin..end, capitals }
            })
            .collect();
        Ok(plainly(text, found))
    }
}

/// A word in the levelled Latin spelling; three and more of the same letter are one.
fn spelt(word: &str) -> String {
    let level = latin(word);
    let bytes = level.as_bytes();
    if !bytes.windows(3).any(|three| three[0].is_ascii_alphabetic() && three[0] == three[1] && three[1] == three[2]) {
        return level;
    }
    let mut out = String::with_capacity(level.len());
    let letters: Vec<char> = level.chars().collect();
    for run in letters.chunk_by(|a, b| a == b) {
        let kept = if run.len() > 2 && run[0].is_alphabetic() { 1 } else { run.len() };
        out.extend(&run[..kept]);
    }
    out
}

/// Puts swear words in plain writing where they are masked (`п***ц`, `бл@ть`, `d3bil`) or spaced out (`с у к а`).
fn plainly(text: &str, words: Vec<Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let single = spaced_out(text, &words[at..]);
        if let Some((count, word)) = single {
            out.push(word);
            at += count;
            continue;
        }
        let joined = words[at..].windows(2).take_while(|pair| pair[0].span.end == pair[1].span.start).count() + 1;
        let odd = (1..=joined).rev().find_map(|count| {
            let span = words[at].span.start..words[at + count - 1].span.end;
            let written = text.get(span.clone()).filter(|written| is_odd(written))?;
            let meant = harsh::unmasked(written)?;
            Some((count, Word { text: meant, capitals: words[at].capitals, span }))
        });
        match odd {
            Some((count, word)) => {
                out.push(word);
                at += count;
            }
            None => {
                out.push(words[at].clone());
                at += 1;
            }
        }
    }
    out
}

/// Whether letters stand together with digits or with signs that mask letters.
fn is_odd(written: &str) -> bool {
    written.chars().any(char::is_alphabetic)
        && written.chars().any(|sign| sign.is_ascii_digit() || matches!(sign, '*' | '#' | '_' | '@' | '$'))
}

/// A swear word written letter by letter at the beginning of these words, and how many of them it takes.
fn spaced_out(text: &str, words: &[Word]) -> Option<(usize, Word)> {
    let is_letter = |word: &Word| {
        let mut letters = text.get(word.span.clone()).unwrap_or_default().chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    };
    let is_gap = |word: &Word| matches!(word.text.as_str(), "." | "-" | "*" | "_");
    if !is_letter(words.first()?) {
        return None;
    }
    let run = words.iter().take_while(|word| is_letter(word) || is_gap(word)).count();
    (3..=run).rev().find_map(|count| {
        let own = &words[..count];
        let joined: String = own.iter().filter(|word| is_letter(word)).map(|word| word.text.as_str()).collect();
        let meant = is_letter(&own[count - 1]) && joined.len() >= 3 && harsh::sort(&joined) == Some(Sort::Vulgar);
        let span = own[0].span.start..own[count - 1].span.end;
        meant.then_some((count, Word { text: joined, span, capitals: false }))
    })
}

/// Four letters or more, all of them capitals.
fn in_capitals(word: &str) -> bool {
    word.chars().filter(|letter| letter.is_alphabetic()).count() >= 4
        && word.chars().all(|letter| !letter.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let words = Words::with_vocabulary(&[]).unwrap();
        let reread = Words::load(words.to_json().unwrap().as_bytes()).unwrap();
        let found = reread.of(text).unwrap();
        assert_eq!(found.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expected);
        for word in found {
            assert!(text.get(word.span).is_some_and(|original| !original.is_empty()));
        }
    }

    #[test]
    fn words_lose_case_and_accents_and_keep_their_marks() {
        check("Żółć, ŁÓDŹ!!", &["zolc", ",", "lodz", "!!"]);
        check("Čo sa stalo?", &["co", "sa", "stalo", "?"]);
    }

    #[test]
    fn words_of_the_corpus_are_known_and_abbreviations_are_not() {
        assert!(is_known("ПОЖАЛУЙСТА") && is_known("PROSZĘ") && is_known("prosím"));
        assert!(!is_known("ЕРИП") && !is_known("XKCDQ"));
    }

    #[test]
    fn masked_words_stay_whole_and_numbers_become_shapes() {
        check("я***в 40817-22", &["ia***v", "00000", "-", "00"]);
    }

    #[test]
    fn both_alphabets_have_one_spelling() {
        check("Zdravstvuyte, большой", &["zdravstvuite", ",", "bolshoi"]);
        check("bol'shoy сууупер 1000", &["bolshoi", "super", "0000"]);
    }

    #[test]
    fn masked_and_spaced_swearing_is_put_plainly() {
        check("п***ц какой-то", &["pizdec", "kakoi", "-", "to"]);
        check("ну с у к а же", &["nu", "suka", "zhe"]);
        check("k u r w a mać, d3bil", &["kurva", "mac", ",", "debil"]);
        check("бл@ть", &["bliat"]);
        check("а я и в X*J-10", &["a", "ia", "i", "v", "x*i", "-", "00"]);
    }

    #[test]
    fn capitals_are_seen_in_the_original() {
        let words = Words::with_vocabulary(&[]).unwrap().of("ДВА ЛЕВЫХ сапога").unwrap();
        assert_eq!(words.iter().map(|word| word.capitals).collect::<Vec<_>>(), [false, true, false]);
    }
}
