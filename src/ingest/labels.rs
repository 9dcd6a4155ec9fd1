//! Speaker labels: cutting them off a line, and the roles that are known for them. A role is never guessed.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::text::mask;
use crate::transcript::Speaker;

/// The labels of each language, and those that any export may have.
const SPEAKERS: &[&str] = &[
    include_str!("../../data/languages/speakers.toml"),
    include_str!("../../data/languages/ru/speakers.toml"),
    include_str!("../../data/languages/pl/speakers.toml"),
    include_str!("../../data/languages/sk/speakers.toml"),
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    agent: Vec<String>,
    customer: Vec<String>,
    system: Vec<String>,
}

static KNOWN: LazyLock<HashMap<String, Speaker>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    for words in SPEAKERS.iter().filter_map(|text| toml::from_str::<Words>(text).ok()) {
        for (speaker, labels) in
            [(Speaker::Agent, words.agent), (Speaker::Customer, words.customer), (Speaker::System, words.system)]
        {
            known.extend(labels.iter().map(|label| (fold(label), speaker)));
        }
    }
    known
});

/// Lower case, no diacritics, no number at the end: `Zákazník 2` is `zakaznik`.
fn fold(label: &str) -> String {
    let plain: String = label
        .to_lowercase()
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .map(|c| if c == 'ł' { 'l' } else { c })
        .collect();
    let words = plain.split(|c: char| c.is_whitespace() || c == '_' || c == '-').filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join(" ");
    joined.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '#').to_owned()
}

/// The role of a label: by the user's mapping, then the metadata's, then the words known by themselves.
pub(super) fn role(
    label: &str,
    mapping: &BTreeMap<String, Speaker>,
    metadata: Option<&BTreeMap<String, Speaker>>,
) -> Option<Speaker> {
    let label = label.trim();
    let mapped = |roles: &BTreeMap<String, Speaker>| {
        if roles.is_empty() {
            return None;
        }
        let lower = label.to_lowercase();
        roles
            .get(label)
            .or_else(|| roles.iter().find(|(key, _)| key.trim().to_lowercase() == lower).map(|(_, speaker)| speaker))
            .copied()
    };
    let exact = || label.parse().ok().filter(|speaker| *speaker != Speaker::Unknown);
    mapped(mapping).or_else(|| metadata.and_then(mapped)).or_else(exact).or_else(|| KNOWN.get(&fold(label)).copied())
}

/// Whether a label names a role by itself or by the user's mapping.
pub(super) fn is_known(label: &str, mapping: &BTreeMap<String, Speaker>) -> bool {
    role(label, mapping, None).is_some()
}

/// A label as a message may show it: of several words that may be a person's name only the first is written out.
pub(super) fn shown(label: &str) -> String {
    let label = &*mask::masked(label.trim());
    let technical = label.chars().any(|c| c.is_ascii_digit() || c == '_') && !label.contains(char::is_whitespace);
    if technical && label.chars().count() <= 40 {
        return label.to_owned();
    }
    let mut words = label.split_whitespace();
    let first: String = words.next().unwrap_or("").chars().take(24).collect();
    words.take(3).filter_map(|word| word.chars().next()).fold(first, |text, initial| format!("{text} {initial}…"))
}

/// Cuts `[LABEL]: text` or `(LABEL): text`, the colon optional.
pub(super) fn cut_bracketed(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let close = match line.chars().next()? {
        '[' => ']',
        '(' => ')',
        _ => return None,
    };
    let (label, rest) = line[1..].split_once(close)?;
    let rest = rest.strip_prefix(':')?;
    looks_like_label(label).then(|| (label.trim(), rest.trim()))
}

/// Cuts `Label: text`. A label has at most four words and begins with a letter.
pub(super) fn cut(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let (label, rest) = line.split_once(':')?;
    let separated = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (separated && looks_like_label(label)).then(|| (label.trim(), rest.trim()))
}

fn looks_like_label(label: &str) -> bool {
    let label = label.trim();
    label.chars().count() <= 48
        && label.split_whitespace().count() <= 4
        && label.starts_with(char::is_alphabetic)
        && label.chars().all(|c| c.is_alphanumeric() || " _-.'’()#@\u{a0}".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_files_are_read_and_agree() {
        let mut seen: HashMap<String, Speaker> = HashMap::new();
        for text in SPEAKERS {
            let words: Words = toml::from_str(text).unwrap();
            for (speaker, labels) in
                [(Speaker::Agent, words.agent), (Speaker::Customer, words.customer), (Speaker::System, words.system)]
            {
                for label in labels {
                    let before = seen.insert(fold(&label), speaker);
                    assert!(before.is_none_or(|before| before == speaker), "{label} has two roles");
                }
            }
        }
    }

    #[test]
    fn roles_come_from_the_mapping_then_the_known_words() {
        let none = BTreeMap::new();
        for (label, speaker) in [
            ("Оператор", Speaker::Agent),
            ("КЛИЕНТ", Speaker::Customer),
            ("Zákazník", Speaker::Customer),
            ("zakaznik 2", Speaker::Customer),
            ("Konsultant", Speaker::Agent),
            ("AGENT", Speaker::Agent),
            ("Pracownik 1", Speaker::Agent),
            ("system", Speaker::System),
        ] {
            assert_eq!(role(label, &none, None), Some(speaker), "{label}");
        }
        assert_eq!(role("SPEAKER_00", &none, None), None);
        assert_eq!(role("Anna", &none, None), None);
        let mapping = BTreeMap::from([("speaker_00".to_owned(), Speaker::Customer), ("Klient".into(), Speaker::Agent)]);
        assert_eq!(role("SPEAKER_00", &mapping, None), Some(Speaker::Customer));
        assert_eq!(role("Klient", &mapping, None), Some(Speaker::Agent));
        assert_eq!(role("A", &none, Some(&BTreeMap::from([("A".into(), Speaker::Agent)]))), Some(Speaker::Agent));
    }

    #[test]
    fn labels_are_cut_and_times_and_addresses_are_not() {
        assert_eq!(cut("Оператор: да: нет"), Some(("Оператор", "да: нет")));
        assert_eq!(cut("Anna Nowak-Kos:"), Some(("Anna Nowak-Kos", "")));
        for line in ["10:30 rano", "https://a.b", "to jest dłuższe zdanie z dwukropkiem: tak", "Да, так: вот", "nic"]
        {
            assert_eq!(cut(line), None, "{line}");
        }
        assert_eq!(cut_bracketed("[SPEAKER_00]: hm"), Some(("SPEAKER_00", "hm")));
        assert_eq!(cut_bracketed("[śmiech] hm"), None);
    }

    #[test]
    fn names_are_shortened_in_messages() {
        assert_eq!(shown("SPEAKER_00"), "SPEAKER_00");
        assert_eq!(shown("Jan Kowalski"), "Jan K…");
        assert_eq!(shown("Jan Kowalski 602 345 678"), "Jan K… […");
        assert_eq!(shown("jan.probny@poczta.example"), "[EMAIL]");
        assert_eq!(shown("Gość"), "Gość");
    }
}
