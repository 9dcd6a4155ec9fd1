//! Measures how well the forms of a word are told by what they share: words of the corpus against lists that people checked.
//!
//! `tests/data/forms-<code>.tsv` holds a word and all its inflected forms among the words of the corpus; what else falls together with
//! them is false, also where it shares the root. The endings were chosen with these words in view, so the figures flatter a little.

#![expect(clippy::unwrap_used, reason = "a test may stop")]
#![expect(clippy::print_stderr, reason = "the figures are what one runs it for")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use spokoj::learn::corpus;
use spokoj::text::language::{LANGUAGES, code};
use spokoj::text::stem::{folded, stem};
use spokoj::transcript::Lang;

/// The words of the corpus, by language.
fn vocabulary() -> BTreeMap<Lang, BTreeSet<String>> {
    let corpus = corpus::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus")).unwrap();
    let utterances = corpus.utterances.iter().map(|utterance| (utterance.language, utterance.text.as_str()));
    let turns = corpus.conversations.iter().flat_map(|labelled| {
        let conversation = &labelled.conversation;
        conversation.turns.iter().map(|turn| (conversation.language, turn.text.as_str()))
    });
    let mut all: BTreeMap<Lang, BTreeSet<String>> = BTreeMap::new();
    for (language, text) in utterances.chain(turns) {
        let words = text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
        all.entry(language).or_default().extend(words.map(folded));
    }
    all
}

/// Precision and recall of the lists of a language.
fn measure(lang: Lang, words: &BTreeSet<String>) -> (f64, f64) {
    let path = format!("tests/data/forms-{}.tsv", code(lang).unwrap());
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut by_stem: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for word in words {
        by_stem.entry(stem(word, lang)).or_default().insert(word);
    }
    let (mut right, mut false_, mut missed) = (0, 0, 0);
    for line in text.lines() {
        let (word, forms) = line.split_once('\t').unwrap();
        let forms: BTreeSet<&str> = forms.split(' ').collect();
        for form in &forms {
            assert!(words.contains(*form), "`{form}` is no word of the corpus in {lang}");
        }
        let none = BTreeSet::new();
        let found = by_stem.get(&stem(&folded(word), lang)).unwrap_or(&none);
        right += found.intersection(&forms).count();
        false_ += found.difference(&forms).count();
        missed += forms.difference(found).count();
    }
    let (precision, recall) = (right as f64 / (right + false_) as f64, right as f64 / (right + missed) as f64);
    let lemmas = text.lines().count();
    eprintln!("{lang}: {lemmas} words, precision {precision:.3}, recall {recall:.3} ({right}/{false_}/{missed})");
    (precision, recall)
}

#[test]
fn forms_of_a_word_are_found_and_little_else() {
    let vocabulary = vocabulary();
    for data in LANGUAGES {
        let (precision, recall) = measure(data.lang, &vocabulary[&data.lang]);
        assert!(precision >= 0.75, "{}: precision {precision:.3}", data.lang);
        assert!(recall >= 0.75, "{}: recall {recall:.3}", data.lang);
    }
}
