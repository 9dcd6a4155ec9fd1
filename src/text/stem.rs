//! Words without their endings, so that a phrase fits all forms of a word.
//!
//! Russian words are cut by the Snowball stemmer, others by the endings in `data/languages/<code>/suffixes.txt`. Both are light: words
//! that share a root may fall together (`naprawa`, `naprawić`), a changed root (`pies`, `psa`) stays apart. No dictionary is used.

use std::sync::LazyLock;

use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization;

use crate::text::language::{self, LANGUAGES, without_diacritics};
use crate::transcript::Lang;

/// Letters that a cut word keeps at least.
const LEAST: usize = 3;
/// One of them must be one of these.
const VOWELS: &str = "aeiouyаеиоуыэюя";

/// What cuts the words of one language.
enum Cutter {
    Snowball(Stemmer),
    /// Rounds of endings with what takes their place, the longest first.
    Endings(Vec<Vec<(String, String)>>),
}

static CUTTERS: LazyLock<Vec<(Lang, Cutter)>> = LazyLock::new(|| {
    let cutter = |data: &language::Data| match data.snowball {
        Some(algorithm) => Cutter::Snowball(Stemmer::create(algorithm)),
        None => Cutter::Endings(rounds(data.suffixes)),
    };
    LANGUAGES.iter().map(|data| (data.lang, cutter(data))).collect()
});

/// A word or text in small letters without diacritics.
#[must_use]
pub fn folded(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).map(without_diacritics).collect()
}

/// What the forms of a [`folded`] word share; the word itself in a language whose endings are not known.
#[must_use]
pub fn stem(word: &str, lang: Lang) -> String {
    match CUTTERS.iter().find(|(known, _)| *known == lang) {
        Some((_, Cutter::Snowball(stemmer))) => stemmer.stem(word).into_owned(),
        Some((_, Cutter::Endings(rounds))) => rounds.iter().fold(word.to_owned(), |word, endings| cut(word, endings)),
        None => word.to_owned(),
    }
}

fn cut(word: String, endings: &[(String, String)]) -> String {
    let shorter = |(old, new): &(String, String)| {
        let kept = format!("{}{new}", word.strip_suffix(old.as_str())?);
        (kept.chars().count() >= LEAST && kept.contains(|letter| VOWELS.contains(letter))).then_some(kept)
    };
    endings.iter().find_map(shorter).unwrap_or(word)
}

/// Reads `suffixes.txt`: an ending a line, `OLD=NEW` where something takes its place, `---` before the next round.
fn rounds(text: &str) -> Vec<Vec<(String, String)>> {
    let mut rounds = vec![Vec::new()];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line == "---" {
            rounds.push(Vec::new());
        } else if let Some(endings) = rounds.last_mut() {
            let (old, new) = line.split_once('=').unwrap_or((line, ""));
            endings.push((folded(old), folded(new)));
        }
    }
    for endings in &mut rounds {
        endings.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        endings.dedup();
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn alike(lang: Lang, forms: &[&str]) {
        let stems: Vec<String> = forms.iter().map(|form| stem(&folded(form), lang)).collect();
        assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{forms:?}: {stems:?}");
    }

    #[test]
    fn the_forms_of_a_word_have_one_stem() {
        alike(Lang::Ru, &["терпение", "терпения", "ТЕРПЕНИЕМ", "терпению"]);
        alike(Lang::Ru, &["счёт", "счета", "счетом"]);
        alike(Lang::Pl, &["cierpliwość", "cierpliwosci", "Cierpliwością"]);
        alike(Lang::Pl, &["paczka", "paczce", "paczek", "paczkę"]);
        alike(Lang::Sk, &["trpezlivosť", "trpezlivosti", "TRPEZLIVOSŤOU"]);
        alike(Lang::Sk, &["účet", "účtu", "účtov"]);
    }

    #[test]
    fn a_language_without_endings_leaves_words_alone() {
        assert_eq!(stem("patience", Lang::Other), "patience");
        assert_eq!(folded("e\u{301}Ł"), "el");
    }
}
