//! Swearing and insults by word, after `data/languages/<code>/harsh.toml`: what sort a word is, and which word a masked one stands for.
//!
//! A feature of the models and an aid to the tokenizer, not a verdict: whether a word is meant, and at whom, is heard in the sentence.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::text::language::LANGUAGES;
use crate::text::latin::latin;
use crate::text::stem::folded;

/// The sort of a word, the harshest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A mild oath.
    Oath,
    /// An insult without swearing.
    Insult,
    /// A vulgar word.
    Vulgar,
}

impl Sort {
    /// Its name in features.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Sort::Oath => "oath",
            Sort::Insult => "insult",
            Sort::Vulgar => "vulgar",
        }
    }
}

/// Signs that stand for letters which are not said.
const MASKS: [char; 5] = ['*', '#', '_', '@', '$'];

/// The file of a language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vulgar: Vec<String>,
    insult: Vec<String>,
    oath: Vec<String>,
    forms: Vec<String>,
}

/// The lists of all languages together, in the levelled Latin spelling.
struct Lexicon {
    sorts: Vec<(Sort, Regex)>,
    forms: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let files: Vec<File> = LANGUAGES.iter().filter_map(|data| toml::from_str(data.harsh).ok()).collect();
    let level = |word: &String| latin(&folded(word));
    let regex = |list: fn(&File) -> &Vec<String>| {
        let stars = files.iter().flat_map(list).map(|entry| level(entry).replace('*', "[a-z]*"));
        Regex::new(&format!("^(?:{})$", stars.collect::<Vec<_>>().join("|")))
    };
    let sorts = [
        (Sort::Vulgar, regex(|file| &file.vulgar)),
        (Sort::Insult, regex(|file| &file.insult)),
        (Sort::Oath, regex(|file| &file.oath)),
    ];
    let sorts = sorts.into_iter().filter_map(|(sort, list)| Some((sort, list.ok()?))).collect();
    Lexicon { sorts, forms: files.iter().flat_map(|file| &file.forms).map(level).collect() }
});

/// The sort of a word in the levelled Latin spelling; `None` for all others.
#[must_use]
pub fn sort(word: &str) -> Option<Sort> {
    LEXICON.sorts.iter().find(|(_, words)| words.is_match(word)).map(|(sort, _)| *sort)
}

/// The word that a masked one (`п***ц`, `k*rwa`, `pi3da`, `d3bil`) stands for, in the levelled Latin spelling; `None` where it stands for none.
///
/// A star or another mask stands for any letters; the first and the last letters must be given, or all but one.
#[must_use]
pub fn unmasked(written: &str) -> Option<String> {
    let small = folded(written);
    if !small.chars().any(char::is_alphabetic) {
        return None;
    }
    let plain: String = small.chars().map(letter_meant).collect();
    if plain != small && !plain.contains(MASKS) {
        let word = latin(&plain);
        if matches!(sort(&word), Some(Sort::Vulgar | Sort::Insult)) {
            return Some(word);
        }
    }
    if !small.contains(MASKS) {
        return None;
    }
    let level: String = small.split(MASKS).map(latin).collect::<Vec<_>>().join("*");
    let (begin, end) = (level.split('*').next()?, level.rsplit('*').next()?);
    let hidden = level.matches('*').count();
    let given = level.len() - hidden;
    let fits = |form: &&String| {
        let rest = form.len().saturating_sub(given);
        rest > 0
            && form.starts_with(begin)
            && form.ends_with(end)
            && in_order(&level, form)
            && (given >= 2 || begin.len() == 1 && rest == hidden)
            && rest.abs_diff(hidden) <= if hidden < 3 { 1 } else { 2 }
    };
    LEXICON.forms.iter().find(fits).cloned()
}

/// Whether the parts between masks stand in a form in order.
fn in_order(masked: &str, form: &str) -> bool {
    let mut rest = form;
    masked.split('*').filter(|part| !part.is_empty()).all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// The letter that a digit or sign is written for.
fn letter_meant(sign: char) -> char {
    match sign {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' => 'b',
        '7' => 't',
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        assert!(LANGUAGES.iter().all(|data| toml::from_str::<File>(data.harsh).is_ok()));
        assert_eq!(LEXICON.sorts.len(), 3);
    }

    #[test]
    fn words_have_their_sort_and_look_alikes_none() {
        let of = |word: &str| sort(&latin(&folded(word)));
        assert_eq!(of("Заебали"), Some(Sort::Vulgar));
        assert_eq!(of("wkurwiają"), Some(Sort::Vulgar));
        assert_eq!(of("idiotka"), Some(Sort::Insult));
        assert_eq!(of("капец"), Some(Sort::Oath));
        for word in [
            "застрахуйте",
            "корабля",
            "бляшка",
            "мебель",
            "konkurencja",
            "Kokošovce",
            "сеанс",
            "веб",
            "seba",
            "priebeh",
            "себе",
            "рублях",
        ] {
            assert_eq!(of(word), None, "{word}");
        }
    }

    #[test]
    fn masked_words_are_found_again() {
        for (written, meant) in [
            ("п***ц", "пиздец"),
            ("х*й", "хуй"),
            ("бл*ть", "блять"),
            ("k***a", "kurwa"),
            ("ch*j", "chuj"),
            ("k*kot", "kokot"),
        ] {
            assert_eq!(unmasked(written), Some(latin(&folded(meant))), "{written}");
        }
        assert_eq!(unmasked("d3bil"), Some("debil".to_owned()));
        for written in ["X*J", "K*A", "12*3", "a*b*c", "цена*", "б/у", "e5"] {
            assert_eq!(unmasked(written), None, "{written}");
        }
    }
}
