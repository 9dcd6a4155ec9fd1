//! Tells the language of a conversation where the transcript does not say, and holds what a language brings as data.
//!
//! This is the only file that tells languages apart in code; everywhere else they differ in `data/languages/<code>/`.
//! Script and frequent words decide first, because people type Polish and Slovak without diacritics; lingua is asked, and loaded,
//! only where they do not suffice. It is not said what other language a text is in: Czech, Ukrainian and English are `Lang::Other`.

use std::collections::HashMap;
use std::sync::LazyLock;

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};
use rust_stemmers::Algorithm;

use crate::transcript::{Conversation, Lang, Speaker};

/// Characters of a conversation that are looked at.
const SAMPLE: usize = 1_000;
/// Nats by which frequent words must favour a language over every other to decide alone.
const SURE: f64 = 6.0;
/// Nats by which a turn's own language must lead over the conversation's.
const SURE_TURN: f64 = 12.0;
/// Least share of words that are frequent in a language for a text to be in it.
const KNOWN: f64 = 0.2;
/// Words and letters below which no language is told.
const LEAST_WORDS: usize = 2;
const LEAST_LETTERS: usize = 8;
/// Words from which a turn may have its own language.
const TURN_WORDS: usize = 6;
/// lingua's confidence, 0–1, from which its answer counts.
const LINGUA: f64 = 0.75;
/// Nats that one letter found in a single language counts.
const LETTER: f64 = 2.5;

/// What a language brings to the code, as the texts of its data files.
#[derive(Debug, Clone, Copy)]
pub struct Data {
    /// The language.
    pub lang: Lang,
    /// Its folder under `data/languages`.
    pub code: &'static str,
    /// `abbreviations.txt`.
    pub abbreviations: &'static str,
    /// Weights of the boundary scorer, `models/segment/<code>.tsv`.
    pub boundaries: &'static str,
    /// `negations.txt`.
    pub negations: &'static str,
    /// `harsh.toml`.
    pub harsh: &'static str,
    /// `phrases.tsv`.
    pub phrases: &'static str,
    /// `suffixes.txt`; empty where `snowball` cuts words.
    pub suffixes: &'static str,
    /// The Snowball stemmer, where there is one.
    pub snowball: Option<Algorithm>,
}

/// Every language that is judged, with its data.
pub const LANGUAGES: &[Data] = &[
    Data {
        lang: Lang::Ru,
        code: "ru",
        abbreviations: include_str!("../../data/languages/ru/abbreviations.txt"),
        boundaries: include_str!("../../models/segment/ru.tsv"),
        negations: include_str!("../../data/languages/ru/negations.txt"),
        harsh: include_str!("../../data/languages/ru/harsh.toml"),
        phrases: include_str!("../../data/languages/ru/phrases.tsv"),
        suffixes: "",
        snowball: Some(Algorithm::Russian),
    },
    Data {
        lang: Lang::Pl,
        code: "pl",
        abbreviations: include_str!("../../data/languages/pl/abbreviations.txt"),
        boundaries: include_str!("../../models/segment/pl.tsv"),
        negations: include_str!("../../data/languages/pl/negations.txt"),
        harsh: include_str!("../../data/languages/pl/harsh.toml"),
        phrases: include_str!("../../data/languages/pl/phrases.tsv"),
        suffixes: include_str!("../../data/languages/pl/suffixes.txt"),
        snowball: None,
    },
    Data {
        lang: Lang::Sk,
        code: "sk",
        abbreviations: include_str!("../../data/languages/sk/abbreviations.txt"),
        boundaries: include_str!("../../models/segment/sk.tsv"),
        negations: include_str!("../../data/languages/sk/negations.txt"),
        harsh: include_str!("../../data/languages/sk/harsh.toml"),
        phrases: include_str!("../../data/languages/sk/phrases.tsv"),
        suffixes: include_str!("../../data/languages/sk/suffixes.txt"),
        snowball: None,
    },
];

/// The data of a language; `None` for `Other` and `Unknown`.
#[must_use]
pub fn data(lang: Lang) -> Option<&'static Data> {
    LANGUAGES.iter().find(|data| data.lang == lang)
}

/// The code of a language's data folder; `None` for `Other` and `Unknown`.
#[must_use]
pub fn code(lang: Lang) -> Option<&'static str> {
    data(lang).map(|data| data.code)
}

/// The language of a tag such as `ru`, `pl-PL`, `sk_SK`, `pol`; `Other` for any other well-formed tag.
///
/// `None` where the tag names no language: empty, `und`, `mul`, `unknown`, or not of the form of a tag.
#[must_use]
pub fn language_from_tag(tag: &str) -> Option<Lang> {
    let tag = tag.trim().to_ascii_lowercase();
    let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
    match primary {
        "ru" | "rus" | "russian" => Some(Lang::Ru),
        "pl" | "pol" | "polish" => Some(Lang::Pl),
        "sk" | "slk" | "slo" | "slovak" => Some(Lang::Sk),
        "other" | "czech" | "ukrainian" | "english" => Some(Lang::Other),
        "und" | "mul" | "zxx" | "mis" => None,
        _ if matches!(primary.len(), 2 | 3) && primary.bytes().all(|b| b.is_ascii_lowercase()) => Some(Lang::Other),
        _ => None,
    }
}

/// A letter without its diacritic, for the letters of Polish, Slovak, Czech and `ё`; small letters only.
#[must_use]
pub const fn without_diacritics(letter: char) -> char {
    match letter {
        'ą' | 'á' | 'ä' => 'a',
        'ć' | 'č' => 'c',
        'ď' => 'd',
        'ę' | 'é' | 'ě' => 'e',
        'í' => 'i',
        'ł' | 'ĺ' | 'ľ' => 'l',
        'ń' | 'ň' => 'n',
        'ó' | 'ô' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'š' => 's',
        'ť' => 't',
        'ú' | 'ů' => 'u',
        'ý' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'ё' => '\u{435}',
        other => other,
    }
}

/// A language that can be told, judged or not.
struct Tongue {
    lang: Lang,
    lingua: Language,
    cyrillic: bool,
    /// Letters of this language and of no other here with the same script.
    letters: &'static str,
    words: &'static str,
}

const TONGUES: [Tongue; 6] = [
    Tongue {
        lang: Lang::Ru,
        lingua: Language::Russian,
        cyrillic: true,
        letters: "ыэъё",
        words: include_str!("../../data/languages/ru/words.txt"),
    },
    Tongue {
        lang: Lang::Other,
        lingua: Language::Ukrainian,
        cyrillic: true,
        letters: "іїєґ",
        words: include_str!("../../data/languages/uk/words.txt"),
    },
    Tongue {
        lang: Lang::Pl,
        lingua: Language::Polish,
        cyrillic: false,
        letters: "łąęśźćżń",
        words: include_str!("../../data/languages/pl/words.txt"),
    },
    Tongue {
        lang: Lang::Sk,
        lingua: Language::Slovak,
        cyrillic: false,
        letters: "ľĺŕôä",
        words: include_str!("../../data/languages/sk/words.txt"),
    },
    Tongue {
        lang: Lang::Other,
        lingua: Language::Czech,
        cyrillic: false,
        letters: "ěřů",
        words: include_str!("../../data/languages/cs/words.txt"),
    },
    Tongue {
        lang: Lang::Other,
        lingua: Language::English,
        cyrillic: false,
        letters: "",
        words: include_str!("../../data/languages/en/words.txt"),
    },
];

/// Ranks from which a word is as rare as one that no list has.
const RARE_RANK: f64 = 600.0;

/// Nats above a rare word that each frequent word gives to each language.
static WORDS: LazyLock<HashMap<&'static str, [f64; TONGUES.len()]>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for (which, tongue) in TONGUES.iter().enumerate() {
        for (rank, word) in tongue.words.lines().enumerate() {
            let nats = (RARE_RANK / (rank as f64 + 3.0)).ln();
            words.entry(word).or_insert([0.0; TONGUES.len()])[which] = nats;
        }
    }
    words
});

static DETECTOR: LazyLock<LanguageDetector> = LazyLock::new(|| {
    let languages: Vec<Language> = TONGUES.iter().map(|tongue| tongue.lingua).collect();
    LanguageDetectorBuilder::from_languages(&languages).build()
});

/// What the frequent words and the letters of a text say.
struct Evidence {
    words: usize,
    letters: usize,
    nats: [f64; TONGUES.len()],
    known: [usize; TONGUES.len()],
    /// Every tongue of the other script is out.
    cyrillic: bool,
}

impl Evidence {
    /// The best tongue, and the nats by which it leads over every other language.
    fn best(&self) -> (usize, f64) {
        let mut order: Vec<usize> =
            (0..TONGUES.len()).filter(|which| TONGUES[*which].cyrillic == self.cyrillic).collect();
        order.sort_by(|a, b| self.nats[*b].total_cmp(&self.nats[*a]));
        let best = order[0];
        (best, self.nats[best] - self.nats[order[1]])
    }

    /// Share of words that are frequent in a language.
    fn share(&self, which: usize) -> f64 {
        self.known[which] as f64 / self.words.max(1) as f64
    }
}

/// Reads the first `SAMPLE` characters of a text.
fn weigh(text: &str) -> Evidence {
    let mut nats = [0.0; TONGUES.len()];
    let mut known = [0; TONGUES.len()];
    let (mut words, mut letters, mut cyrillic) = (0, 0, 0_usize);
    let end = text.char_indices().nth(SAMPLE).map_or(text.len(), |(at, _)| at);
    let mut folded = String::new();
    for word in text[..end].split(|c: char| !c.is_alphabetic() && c != '\'').filter(|word| !word.is_empty()) {
        folded.clear();
        for letter in word.chars().flat_map(char::to_lowercase) {
            letters += 1;
            cyrillic += usize::from(matches!(letter, '\u{400}'..='\u{52f}'));
            if !letter.is_ascii() {
                for (which, tongue) in TONGUES.iter().enumerate() {
                    if tongue.letters.contains(letter) {
                        nats[which] += LETTER;
                    }
                }
            }
            folded.push(without_diacritics(letter));
        }
        words += 1;
        if let Some(gains) = WORDS.get(folded.as_str()) {
            for (which, gain) in gains.iter().enumerate() {
                nats[which] += gain;
                known[which] += usize::from(*gain > 0.0);
            }
        }
    }
    Evidence { words, letters, nats, known, cyrillic: cyrillic * 2 > letters }
}

/// The language of a text; `Unknown` where there is too little of it or no answer is sure.
#[must_use]
pub fn language_of(text: &str) -> Lang {
    let evidence = weigh(text);
    if evidence.words < LEAST_WORDS || evidence.letters < LEAST_LETTERS {
        return Lang::Unknown;
    }
    let (best, lead) = evidence.best();
    if lead >= SURE && evidence.share(best) >= KNOWN {
        return TONGUES[best].lang;
    }
    let end = text.char_indices().nth(SAMPLE).map_or(text.len(), |(at, _)| at);
    let found = DETECTOR.compute_language_confidence_values(&text[..end]);
    let Some((language, confidence)) = found.first() else { return Lang::Unknown };
    let which = TONGUES.iter().position(|tongue| tongue.lingua == *language);
    match which {
        // lingua knows six languages only: a text that shares no frequent word with its answer is in none of them
        Some(which)
            if *confidence >= LINGUA
                && (evidence.known[which] > 0 && evidence.nats[which] + SURE >= evidence.nats[best]) =>
        {
            TONGUES[which].lang
        }
        _ => Lang::Unknown,
    }
}

/// Fills in the language of the conversation, and of turns that clearly differ from it.
///
/// Nothing is done where the transcript gave the language.
pub fn recognise(conversation: &mut Conversation) {
    if conversation.language != Lang::Unknown {
        return;
    }
    conversation.language = language_of(&sample(conversation));
    if conversation.language == Lang::Unknown {
        return;
    }
    let own = conversation.language;
    for turn in conversation.turns.iter_mut().filter(|turn| turn.language.is_none()) {
        turn.language = differing(&turn.text, own);
    }
}

/// The longest turns of a conversation, about `SAMPLE` characters of them.
fn sample(conversation: &Conversation) -> String {
    let spoken = |speaker: Speaker| speaker != Speaker::System;
    let mut turns: Vec<&str> =
        conversation.turns.iter().filter(|turn| spoken(turn.speaker)).map(|turn| turn.text.as_str()).collect();
    turns.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let mut sample = String::new();
    let mut left = SAMPLE;
    for text in turns {
        let end = text.char_indices().nth(left).map_or(text.len(), |(at, _)| at);
        sample.push_str(&text[..end]);
        sample.push('\n');
        left = left.saturating_sub(text[..end].chars().count() + 1);
        if left == 0 {
            break;
        }
    }
    sample
}

/// The language of a turn where it clearly is another than the conversation's.
fn differing(text: &str, own: Lang) -> Option<Lang> {
    let evidence = weigh(text);
    if evidence.words < TURN_WORDS {
        return None;
    }
    let (best, lead) = evidence.best();
    let lang = TONGUES[best].lang;
    let of_own = TONGUES.iter().position(|tongue| tongue.lang == own).map_or(0.0, |which| evidence.nats[which]);
    (lang != own && lead >= SURE && evidence.nats[best] - of_own >= SURE_TURN && evidence.share(best) >= 2.0 * KNOWN)
        .then_some(lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Channel, Turn};

    #[track_caller]
    fn is(text: &str, expected: Lang) {
        assert_eq!(language_of(text), expected, "{text}");
    }

    #[test]
    fn tags_name_languages() {
        for (tag, lang) in [
            ("ru", Some(Lang::Ru)),
            ("pl-PL", Some(Lang::Pl)),
            ("sk_SK", Some(Lang::Sk)),
            ("SK", Some(Lang::Sk)),
            ("cs-CZ", Some(Lang::Other)),
            ("en-US", Some(Lang::Other)),
            ("und", None),
            ("", None),
            ("unknown", None),
        ] {
            assert_eq!(language_from_tag(tag), lang, "{tag}");
        }
    }

    #[test]
    fn short_texts_are_told_with_and_without_diacritics() {
        is("Dzień dobry, dzwonię w sprawie faktury, proszę sprawdzić", Lang::Pl);
        is("dzien dobry dzwonie w sprawie faktury prosze sprawdzic", Lang::Pl);
        is("Dobrý deň, volám kvôli faktúre, prosím pozrite sa na to", Lang::Sk);
        is("dobry den, volam kvoli fakture, prosim pozrite sa na to", Lang::Sk);
        is("здравствуйте, где мой заказ, я жду уже неделю", Lang::Ru);
    }

    #[test]
    fn neighbouring_languages_are_other() {
        for text in [
            "Dobrý den, objednávka ještě nepřišla, můžete mi prosím říct, kde je?",
            "dobry den, objednavka jeste neprisla, muzete mi prosim rict kde je",
            "Dobrý den, pane, bohužel se omlouváme, technik přijde zítra.",
            "kde mam penize, uz cekam treti tyden a nikdo nevola zpatky",
            "Доброго дня, моє замовлення ще не прийшло, чому так довго?",
            "я дзвонила вчора і мені сказали чекати, але нічого немає",
            "Hello, my order has not arrived yet, can you help me please?",
            "I have been waiting for three weeks and nobody called me back",
        ] {
            is(text, Lang::Other);
        }
    }

    #[test]
    fn too_little_text_or_another_language_is_unknown() {
        is("", Lang::Unknown);
        is("ok", Lang::Unknown);
        is("12 345 !!!", Lang::Unknown);
        is("Guten Morgen, meine Bestellung ist noch nicht angekommen, was soll ich machen?", Lang::Unknown);
        is("こんにちは、注文はまだ届いていません", Lang::Unknown);
    }

    #[test]
    fn what_the_transcript_says_stays() {
        let mut conversation = Conversation::new("c", Channel::Chat);
        conversation.language = Lang::Pl;
        conversation.turns.push(Turn::new(0, Speaker::Customer, "здравствуйте, где мой заказ, я жду уже неделю"));
        recognise(&mut conversation);
        assert_eq!((conversation.language, conversation.turns[0].language), (Lang::Pl, None));
    }

    #[test]
    fn a_turn_in_another_language_is_marked() {
        let mut conversation = Conversation::new("c", Channel::Chat);
        for text in [
            "Dzień dobry, w czym mogę pomóc? Proszę podać numer zamówienia, sprawdzę, co się stało z przesyłką.",
            "здравствуйте, я не говорю по польски, скажите пожалуйста, где мой заказ",
            "ok",
        ] {
            conversation.turns.push(Turn::new(0, Speaker::Customer, text));
        }
        recognise(&mut conversation);
        assert_eq!(conversation.language, Lang::Pl);
        let languages: Vec<_> = conversation.turns.iter().map(|turn| turn.language).collect();
        assert_eq!(languages, [None, Some(Lang::Ru), None]);
    }

    /// Prints how many conversations of each file under `SPOKOJ_MEASURE` (a list of files, separated by spaces) are told rightly.
    #[test]
    #[ignore = "prints figures; run by hand"]
    #[expect(clippy::print_stdout, reason = "figures for a person")]
    fn measure() {
        for path in std::env::var("SPOKOJ_MEASURE").unwrap_or_default().split_whitespace() {
            let text = std::fs::read_to_string(path).unwrap();
            for stripped in [false, true] {
                let (mut right, mut all, mut turns, mut short, mut odd) = (0, 0, 0, [0; 3], Vec::new());
                for line in text.lines() {
                    let value: serde_json::Value = serde_json::from_str(line).unwrap();
                    let truth: Lang = value["language"].as_str().unwrap().parse().unwrap();
                    let mut conversation = Conversation::new("c", Channel::Chat);
                    for turn in value["turns"].as_array().unwrap() {
                        let mut words = turn["text"].as_str().unwrap().to_owned();
                        if stripped {
                            words = words.to_lowercase().chars().map(without_diacritics).collect();
                        }
                        let speaker = turn["speaker"].as_str().unwrap().parse().unwrap();
                        if words.chars().count() >= 40 {
                            let lang = language_of(&words);
                            short[if lang == truth {
                                0
                            } else if lang == Lang::Unknown {
                                1
                            } else {
                                2
                            }] += 1;
                        }
                        conversation.turns.push(Turn::new(0, speaker, words));
                    }
                    recognise(&mut conversation);
                    all += 1;
                    right += usize::from(conversation.language == truth);
                    for turn in conversation.turns.iter().filter(|turn| turn.language.is_some()) {
                        turns += 1;
                        odd.push(turn.text.clone());
                    }
                }
                println!(
                    "{path} stripped={stripped}: {right}/{all}; turns marked {turns}; turns of 40 alone right/unknown/wrong {short:?}"
                );
                for text in odd.iter().take(3) {
                    println!("    {text}");
                }
            }
        }
    }
}
