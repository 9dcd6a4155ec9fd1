//! The words that name times in a language, read from `data/languages/<code>/times.toml` and looked up by their folded form.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use jiff::civil::Time;
use serde::Deserialize;

use super::tokens::{Token, tokens};
use crate::transcript::Lang;

const FILES: &[(Lang, &str)] = &[
    (Lang::Pl, include_str!("../../../data/languages/pl/times.toml")),
    (Lang::Ru, include_str!("../../../data/languages/ru/times.toml")),
    (Lang::Sk, include_str!("../../../data/languages/sk/times.toml")),
];

#[expect(clippy::expect_used, reason = "the files are part of the binary and a test reads each of them")]
static LEXICONS: LazyLock<Vec<(Lang, Lexicon)>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(lang, file)| (*lang, Lexicon::build(toml::from_str(file).expect("a times.toml is valid"))))
        .collect()
});

/// The words of a language; `None` for one that has no file.
pub(super) fn lexicon(lang: Lang) -> Option<&'static Lexicon> {
    LEXICONS.iter().find(|(known, _)| *known == lang).map(|(_, lexicon)| lexicon)
}

/// What "часов" and its like mean after a number and a preposition of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hours {
    Clock,
    Length,
}

/// What a preposition does with the time that it governs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    /// Not later than it.
    By,
    /// At it.
    At,
    /// From it on.
    Since,
    /// From it on, only as the beginning of a range.
    From,
    /// Later than it.
    After,
    /// On the day before it, or earlier.
    Before,
    /// At about that time.
    About,
    /// Between it and another.
    Between,
    /// When the length has passed.
    In,
    /// Before the length has passed.
    Within,
    /// Before the length has passed, not of a bare month ("за месяц" looks back).
    Over,
    /// It lasts so long: no time by which anything is due.
    For,
    /// It lies in the past.
    Past,
}

/// A preposition; a field is `None` where it does not stand before that.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preposition {
    words: Vec<String>,
    pub(super) clock: Option<Role>,
    pub(super) day: Option<Role>,
    pub(super) length: Option<Role>,
}

/// A unit of length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    /// 24 hours.
    DayAndNight,
    Day,
    Week,
    Month,
    Year,
}

/// A part of the day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) from: Time,
    pub(super) to: Time,
    by: Option<Time>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    nouns: Vec<String>,
    #[serde(default)]
    after_clock: Vec<String>,
}

impl Part {
    /// The latest moment of "until" and "by".
    pub(super) fn by(&self) -> Time {
        self.by.unwrap_or(self.to)
    }
}

/// In which forms a unit was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Without a number, or after one that ends in 1.
    Single,
    /// After a number.
    Many,
    /// An abbreviation.
    Short,
}

/// What a word or phrase means; one may mean several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Number(u32),
    Hour(i8),
    HourAfterHalf(i8),
    /// Half past the hour before: полдевятого.
    HalfTo(i8),
    MonthDay(i8),
    DayTens(i8),
    Weekday(i8),
    Month(i8),
    MonthAlone(i8),
    Relative(i8),
    Filler,
    Working,
    Calendar,
    Next,
    This,
    Last,
    Every,
    Ago,
    EndOf,
    StartOf,
    And,
    To,
    Half,
    AndHalf,
    OneAndHalf,
    Minus,
    HourAfter,
    HourBefore,
    DaySuffix,
    HourSuffix,
    BeforeEvent,
    Rate,
    Wish,
    Minutes(u32),
    QuarterOf(i8),
    QuarterAfter(i8),
    Unit(Unit, Form),
    /// A part of the day; whether it is a noun, which needs a preposition.
    Part(usize, bool),
    AfterClock(usize),
    /// Minutes from midnight.
    Moment(i16),
    Weekend,
    Preposition(usize),
}

type Forms = BTreeMap<String, Vec<String>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    hours_after_preposition: Hours,
    numbers: Forms,
    hours: Forms,
    hours_after_half: Forms,
    days: Forms,
    day_tens: Forms,
    weekdays: Forms,
    months: Forms,
    months_alone: Forms,
    relative: Forms,
    words: Words,
    halves: Forms,
    quarter_of: Forms,
    quarter_after: Forms,
    units: Vec<UnitForms>,
    parts: Vec<Part>,
    moments: Forms,
    weekend: Weekend,
    prepositions: Vec<Preposition>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    filler: Vec<String>,
    working: Vec<String>,
    calendar: Vec<String>,
    next: Vec<String>,
    this: Vec<String>,
    last: Vec<String>,
    every: Vec<String>,
    ago: Vec<String>,
    end_of: Vec<String>,
    start_of: Vec<String>,
    and: Vec<String>,
    to: Vec<String>,
    half: Vec<String>,
    and_half: Vec<String>,
    one_and_half: Vec<String>,
    minus: Vec<String>,
    hour_after: Vec<String>,
    hour_before: Vec<String>,
    day_suffix: Vec<String>,
    hour_suffix: Vec<String>,
    before_event: Vec<String>,
    rate: Vec<String>,
    past: Vec<String>,
    wish: Vec<String>,
    counted: Vec<String>,
    not_counted: Vec<String>,
    not_at: Vec<String>,
    past_before: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitForms {
    name: Unit,
    single: Vec<String>,
    many: Vec<String>,
    #[serde(default)]
    short: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weekend {
    words: Vec<String>,
}

/// Words given whole or by their beginning (`ждал*`) or end (`*ов`).
#[derive(Debug, Default)]
struct Patterns {
    whole: HashSet<String>,
    beginnings: Vec<String>,
    ends: Vec<String>,
}

impl Patterns {
    fn new(words: &[String]) -> Self {
        let mut patterns = Patterns::default();
        for word in words {
            let folded = super::tokens::fold(word);
            if let Some(beginning) = folded.strip_suffix('*') {
                patterns.beginnings.push(beginning.to_owned());
            } else if let Some(end) = folded.strip_prefix('*') {
                patterns.ends.push(end.to_owned());
            } else {
                patterns.whole.insert(folded);
            }
        }
        patterns
    }

    fn holds(&self, word: &str) -> bool {
        self.whole.contains(word)
            || self.beginnings.iter().any(|beginning| word.starts_with(beginning))
            || self.ends.iter().any(|end| word.len() > end.len() && word.ends_with(end))
    }
}

/// The words after the first one of a phrase, and its meaning.
pub(super) type Phrase = (Vec<String>, Meaning);

/// The words of a language.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// By the first word: the words after it, longest first, and the meaning.
    phrases: HashMap<String, Vec<Phrase>>,
    past: Patterns,
    counted: Patterns,
    not_counted: Patterns,
    not_at: Patterns,
    past_before: Patterns,
    pub(super) hours_after_preposition: Hours,
    pub(super) parts: Vec<Part>,
    pub(super) prepositions: Vec<Preposition>,
    /// How each number is said when counting.
    pub(super) counting: BTreeMap<u32, String>,
}

impl Lexicon {
    fn build(file: File) -> Self {
        let mut lexicon = Lexicon {
            phrases: HashMap::new(),
            past: Patterns::new(&file.words.past),
            counted: Patterns::new(&file.words.counted),
            not_counted: Patterns::new(&file.words.not_counted),
            not_at: Patterns::new(&file.words.not_at),
            past_before: Patterns::new(&file.words.past_before),
            hours_after_preposition: file.hours_after_preposition,
            parts: file.parts,
            prepositions: file.prepositions,
            counting: file
                .numbers
                .iter()
                .filter_map(|(value, forms)| Some((number(value), forms.first()?.clone())))
                .collect(),
        };
        lexicon.add_numbers(&file.numbers);
        lexicon.add_forms(&file.hours, Meaning::Hour);
        lexicon.add_forms(&file.hours_after_half, Meaning::HourAfterHalf);
        for half in &file.words.half {
            for (hour, forms) in &file.hours_after_half {
                let fused: Vec<String> = forms.iter().map(|form| format!("{half}{form}")).collect();
                lexicon.add(&fused, Meaning::HalfTo(number(hour)));
            }
        }
        lexicon.add_forms(&file.days, Meaning::MonthDay);
        lexicon.add_forms(&file.day_tens, Meaning::DayTens);
        lexicon.add_forms(&file.weekdays, Meaning::Weekday);
        lexicon.add_forms(&file.months, Meaning::Month);
        lexicon.add_forms(&file.months_alone, Meaning::MonthAlone);
        lexicon.add_forms(&file.relative, Meaning::Relative);
        lexicon.add_forms(&file.quarter_of, Meaning::QuarterOf);
        lexicon.add_forms(&file.quarter_after, Meaning::QuarterAfter);
        for (minutes, forms) in &file.halves {
            lexicon.add(forms, Meaning::Minutes(number(minutes)));
        }
        for (time, forms) in &file.moments {
            let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
            lexicon.add(forms, Meaning::Moment(number::<i16>(hour) * 60 + number::<i16>(minute)));
        }
        lexicon.add_words(&file.words);
        lexicon.add(&file.weekend.words, Meaning::Weekend);
        for unit in &file.units {
            lexicon.add(&unit.single, Meaning::Unit(unit.name, Form::Single));
            lexicon.add(&unit.many, Meaning::Unit(unit.name, Form::Many));
            lexicon.add(&unit.short, Meaning::Unit(unit.name, Form::Short));
        }
        for (at, part) in lexicon.parts.clone().iter().enumerate() {
            lexicon.add(&part.words, Meaning::Part(at, false));
            lexicon.add(&part.nouns, Meaning::Part(at, true));
            lexicon.add(&part.after_clock, Meaning::AfterClock(at));
        }
        for (at, preposition) in lexicon.prepositions.clone().iter().enumerate() {
            lexicon.add(&preposition.words, Meaning::Preposition(at));
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for phrases in lexicon.phrases.values_mut() {
            phrases.sort_by_key(|(rest, _)| std::cmp::Reverse(rest.len()));
        }
        lexicon
    }

    /// Numbers, with the tens and units written as one word (dvadsaťpäť).
    fn add_numbers(&mut self, numbers: &Forms) {
        self.add_forms(numbers, Meaning::Number);
        let parsed: Vec<(u32, &Vec<String>)> = numbers.iter().map(|(value, forms)| (number(value), forms)).collect();
        for (tens, tens_forms) in parsed.iter().filter(|(value, _)| (20..100).contains(value)) {
            for (unit, unit_forms) in parsed.iter().filter(|(value, _)| (1..10).contains(value)) {
                for first in *tens_forms {
                    let fused: Vec<String> = unit_forms.iter().map(|second| format!("{first}{second}")).collect();
                    self.add(&fused, Meaning::Number(tens + unit));
                }
            }
        }
    }

    fn add_words(&mut self, words: &Words) {
        for (forms, meaning) in [
            (&words.filler, Meaning::Filler),
            (&words.working, Meaning::Working),
            (&words.calendar, Meaning::Calendar),
            (&words.next, Meaning::Next),
            (&words.this, Meaning::This),
            (&words.last, Meaning::Last),
            (&words.every, Meaning::Every),
            (&words.ago, Meaning::Ago),
            (&words.end_of, Meaning::EndOf),
            (&words.start_of, Meaning::StartOf),
            (&words.and, Meaning::And),
            (&words.to, Meaning::To),
            (&words.half, Meaning::Half),
            (&words.and_half, Meaning::AndHalf),
            (&words.one_and_half, Meaning::OneAndHalf),
            (&words.minus, Meaning::Minus),
            (&words.hour_after, Meaning::HourAfter),
            (&words.hour_before, Meaning::HourBefore),
            (&words.day_suffix, Meaning::DaySuffix),
            (&words.hour_suffix, Meaning::HourSuffix),
            (&words.before_event, Meaning::BeforeEvent),
            (&words.rate, Meaning::Rate),
            (&words.wish, Meaning::Wish),
        ] {
            self.add(forms, meaning);
        }
    }

    fn add_forms<N: std::str::FromStr + Default>(&mut self, forms: &Forms, meaning: impl Fn(N) -> Meaning) {
        for (value, forms) in forms {
            self.add(forms, meaning(number(value)));
        }
    }

    fn add(&mut self, forms: &[String], meaning: Meaning) {
        for form in forms {
            let mut words = tokens(form).into_iter().map(|token| token.folded);
            let Some(first) = words.next() else { continue };
            let rest: Vec<String> = words.collect();
            let phrases = self.phrases.entry(first).or_default();
            if !phrases.iter().any(|(known, known_meaning)| *known == rest && *known_meaning == meaning) {
                phrases.push((rest, meaning));
            }
        }
    }

    /// For each token the phrases that begin with it, longest first.
    pub(super) fn look_up(&self, tokens: &[Token]) -> Vec<&[Phrase]> {
        tokens.iter().map(|token| self.phrases.get(&token.folded).map_or(&[][..], Vec::as_slice)).collect()
    }

    /// Whether a word beside a bare length makes it past.
    pub(super) fn is_past(&self, word: &str) -> bool {
        self.past.holds(word)
    }

    /// Whether a word directly before a bare length makes it past.
    pub(super) fn is_past_before(&self, word: &str) -> bool {
        self.past_before.holds(word)
    }

    /// Whether a form is no hour after "at".
    pub(super) fn is_not_at(&self, word: &str) -> bool {
        self.not_at.holds(word)
    }

    /// Whether a word is something that numbers count.
    pub(super) fn is_counted(&self, word: &str) -> bool {
        !self.not_counted.holds(word) && self.counted.holds(word)
    }
}

/// The number in a key of the file; 0 where there is none, which the test of the files finds.
fn number<N: std::str::FromStr + Default>(text: &str) -> N {
    text.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_words_can_be_read_and_its_keys_are_numbers() {
        for (lang, text) in FILES {
            let file: File = toml::from_str(text).unwrap();
            for forms in [&file.numbers, &file.hours, &file.days, &file.weekdays, &file.months, &file.relative] {
                for key in forms.keys() {
                    assert!(key.parse::<i32>().is_ok(), "{lang}: {key}");
                }
            }
            assert!(lexicon(*lang).is_some());
        }
        assert!(lexicon(Lang::Other).is_none());
    }
}
