//! Words of a text in normal form, with their spans in the original: one code for training and running.
//!
//! The work is done by the `tokenizers` crate after `models/tokenizer.json`: compatibility form, lower case, no accents, then words
//! (masked ones such as `п***ц` whole) and marks. Numbers become a shape (`0` a digit), so that an order number is no feature of its own.

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
    KNOWN.contains(&normal)
}

/// The token that stands for words outside the vocabulary.
const UNKNOWN: &str = "<unk>";

/// A word or mark in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Normal form: lower case, no accents, digits as `0`.
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
        let pattern = r"[\p{L}\p{N}]+(?:\*+[\p{L}\p{N}]*)*|\*{2,}|[!?]+|[^\s\p{L}\p{N}]";
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
        Ok(words
            .into_iter()
            .filter(|(word, ..)| !word.is_empty())
            .map(|(word, (begin, end), _)| {
                let capitals = text.get(begin..end).is_some_and(in_capitals);
                Word { text: word.to_owned(), span: begin..end, capitals }
            })
            .collect())
    }
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
        check("п***ц 40817-22", &["п***ц", "00000", "-", "00"]);
    }

    #[test]
    fn capitals_are_seen_in_the_original() {
        let words = Words::with_vocabulary(&[]).unwrap().of("ДВА ЛЕВЫХ сапога").unwrap();
        assert_eq!(words.iter().map(|word| word.capitals).collect::<Vec<_>>(), [false, true, false]);
    }
}
