//! The time that a sentence names, relative to when it is said, and the working days of a country.
//!
//! [`due`] gives the *latest* moment that the words allow, so that nobody is accused of being late who is not: a day ends at 23:59:59, "by Friday" includes Friday, a week ends on
//! Sunday, "after two" lasts until the end of the day. Only "the end of the working day" is 18:00. Weekday names mean the next such day after today. An hour without a part of the
//! day is taken in waking hours. It tells no promise from a wish or a report: that is for the acts of the sentence. The words are data (`data/languages/<code>/times.toml`).

mod calendar;
mod clock;
mod days;
mod lengths;
mod pieces;
mod resolve;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;

pub use self::calendar::Calendar;
use self::days::Context;
use self::lengths::Reader;
use self::pieces::What;
use crate::transcript::{Lang, Span};

/// A time that a sentence names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The latest moment that the words allow, on the wall clock of the place.
    pub due: DateTime,
    /// The words that name it, in bytes of the text.
    pub span: Span,
    /// The words leave no doubt of the minute: an hour or a length in minutes or hours was named. Otherwise they name a day or a part of it, or an hour that may be in the morning
    /// or in the evening, or say "about"; who judges lateness should then wait for the end of the day.
    pub exact: bool,
}

/// Every time that a text names, in order, none of them before `said_at`.
#[must_use]
pub fn times(text: &str, language: Lang, said_at: DateTime) -> Vec<Named> {
    let Some(words) = words::lexicon(language) else { return Vec::new() };
    let tokens = tokens::tokens(text);
    let phrases = words.look_up(&tokens);
    let reader = Reader { words, tokens: &tokens, phrases: &phrases };
    let context = Context { today: said_at.date(), calendar: Calendar::of(language) };
    resolve::named(reader, &reader.pieces(context), context, said_at)
}

/// A number as one counts in a language; `None` for those of several words, and in a language without number words.
#[must_use]
pub fn number_word(language: Lang, value: u32) -> Option<&'static str> {
    words::lexicon(language)?.counting.get(&value).map(String::as_str)
}

/// The time by which something is due as a sentence has it; the latest where it names several, `None` where it names none that is still to come.
#[must_use]
pub fn due(text: &str, language: Lang, said_at: DateTime) -> Option<Named> {
    times(text, language, said_at)
        .into_iter()
        .reduce(|latest, named| if named.due > latest.due { named } else { latest })
}

/// The length that a sentence names as a limit, in working days: the longest where it names several.
///
/// Calendar days count by the rule of five in seven, rounded up (14 are 10, 30 are 22); a week is 5, a month 22, 24 hours are 1 and fewer hours a part of it. `None` where no
/// length is named; a date needs [`working_days_from`].
#[must_use]
pub fn working_days(text: &str, language: Lang) -> Option<f64> {
    let words = words::lexicon(language)?;
    let tokens = tokens::tokens(text);
    let phrases = words.look_up(&tokens);
    let reader = Reader { words, tokens: &tokens, phrases: &phrases };
    let context = Context { today: jiff::civil::date(2000, 1, 3), calendar: Calendar::of(language) };
    let pieces = reader.pieces(context);
    let lengths = |governed: bool| {
        let lengths = pieces.iter().filter(|piece| piece.role.is_some() == governed);
        let lengths =
            lengths.filter_map(|piece| if let What::Length(length) = piece.what { Some(length) } else { None });
        lengths.map(resolve::in_working_days).reduce(f64::max)
    };
    lengths(true).or_else(|| lengths(false))
}

/// [`working_days`], or where only a date is named the working days from the day on which it is said (not counted) up to that date.
#[must_use]
pub fn working_days_from(text: &str, language: Lang, said_at: DateTime) -> Option<f64> {
    working_days(text, language).or_else(|| {
        let last = due(text, language, said_at)?.due.date();
        Some(f64::from(Calendar::of(language).between(said_at.date(), last)))
    })
}

/// The local wall-clock time of an RFC 3339 text, or of `YYYY-MM-DD HH:MM[:SS]` without an offset.
#[must_use]
pub fn wall_clock(text: &str) -> Option<DateTime> {
    let pieces = Pieces::parse(text.trim()).ok()?;
    Some(pieces.date().to_datetime(pieces.time()?))
}
