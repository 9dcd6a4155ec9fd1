//! Working days: Monday to Friday without the public holidays of a country. It knows no days moved by decree and no regional holidays.

use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde::Deserialize;

use crate::transcript::Lang;

const FILES: &[&str] = &[
    include_str!("../../../data/calendar/pl.toml"),
    include_str!("../../../data/calendar/ru.toml"),
    include_str!("../../../data/calendar/sk.toml"),
];

#[expect(clippy::expect_used, reason = "the files are part of the binary and a test reads each of them")]
static CALENDARS: LazyLock<Vec<Calendar>> =
    LazyLock::new(|| FILES.iter().map(|file| toml::from_str(file).expect("a calendar file is valid")).collect());

static WEEKDAYS: Calendar = Calendar {
    country: String::new(),
    languages: Vec::new(),
    source: String::new(),
    fixed: Vec::new(),
    easter: Vec::new(),
};

/// The working days of a country.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// ISO 3166 code of the country; empty for the calendar without holidays.
    pub country: String,
    /// The languages whose conversations it counts.
    pub languages: Vec<Lang>,
    /// The law that lists the days.
    pub source: String,
    fixed: Vec<Fixed>,
    #[serde(default)]
    easter: Vec<Movable>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    month: i8,
    day: i8,
    #[serde(rename = "name")]
    _name: String,
    from: Option<i16>,
    until: Option<i16>,
    #[serde(default)]
    except: Vec<i16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Movable {
    offset: i64,
    #[serde(rename = "name")]
    _name: String,
}

impl Calendar {
    /// The calendar of the country where a language is spoken; without holidays for a language that has none.
    #[must_use]
    pub fn of(lang: Lang) -> &'static Calendar {
        CALENDARS.iter().find(|calendar| calendar.languages.contains(&lang)).unwrap_or(&WEEKDAYS)
    }

    /// Whether people work on a date.
    #[must_use]
    pub fn is_working(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.is_holiday(date)
    }

    fn is_holiday(&self, date: Date) -> bool {
        let fixed = self.fixed.iter().any(|day| {
            (day.month, day.day) == (date.month(), date.day())
                && day.from.is_none_or(|from| date.year() >= from)
                && day.until.is_none_or(|until| date.year() <= until)
                && !day.except.contains(&date.year())
        });
        fixed || self.easter.iter().any(|day| after(easter(date.year()), day.offset.days()) == date)
    }

    /// The date `n` working days later, the first day not counted; the date itself for 0. Counting stops at the end of the year 9999.
    #[must_use]
    pub fn add_working_days(&self, date: Date, n: u32) -> Date {
        let mut day = date;
        let mut left = n;
        while left > 0 {
            let Ok(next) = day.tomorrow() else { return day };
            day = next;
            left -= u32::from(self.is_working(day));
        }
        day
    }

    /// The first working day after a date.
    #[must_use]
    pub fn next_working_day(&self, date: Date) -> Date {
        self.add_working_days(date, 1)
    }

    /// How many working days lie after the first date up to and including the second; 0 where the second is not later.
    #[must_use]
    pub fn between(&self, first: Date, last: Date) -> u32 {
        let mut day = first;
        let mut count = 0;
        while day < last {
            let Ok(next) = day.tomorrow() else { return count };
            day = next;
            count += u32::from(self.is_working(day));
        }
        count
    }
}

/// The date a span later, or the last date there is.
fn after(date: Date, span: Span) -> Date {
    date.saturating_add(span)
}

/// Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i16) -> Date {
    let year_i = i32::from(year);
    let a = year_i.rem_euclid(19);
    let b = year_i.div_euclid(100);
    let c = year_i.rem_euclid(100);
    let d = b / 4;
    let e = b % 4;
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let i = c / 4;
    let k = c % 4;
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn easter_falls_on_the_known_sundays() {
        for (year, month, day) in
            [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2038, 4, 25)]
        {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn holidays_and_weekends_are_no_working_days() {
        for (lang, day, working) in [
            (Lang::Pl, date(2026, 6, 4), false), // Corpus Christi
            (Lang::Pl, date(2026, 4, 6), false),
            (Lang::Pl, date(2026, 4, 3), true),
            (Lang::Pl, date(2024, 12, 24), true),
            (Lang::Pl, date(2026, 12, 24), false),
            (Lang::Sk, date(2026, 4, 3), false), // Good Friday
            (Lang::Sk, date(2026, 5, 8), true),
            (Lang::Sk, date(2025, 5, 8), false),
            (Lang::Sk, date(2026, 11, 17), true),
            (Lang::Sk, date(2026, 9, 1), true),
            (Lang::Ru, date(2026, 1, 8), false),
            (Lang::Ru, date(2026, 6, 12), false),
            (Lang::Ru, date(2026, 4, 6), true),
            (Lang::Ru, date(2026, 4, 11), false), // a Saturday
            (Lang::Other, date(2026, 1, 1), true),
        ] {
            assert_eq!(Calendar::of(lang).is_working(day), working, "{lang} {day}");
        }
    }

    #[test]
    fn working_days_are_counted_without_the_first_day() {
        let sk = Calendar::of(Lang::Sk);
        assert_eq!(sk.add_working_days(date(2026, 4, 2), 1), date(2026, 4, 7));
        assert_eq!(sk.next_working_day(date(2026, 4, 10)), date(2026, 4, 13));
        assert_eq!(sk.add_working_days(date(2026, 4, 4), 0), date(2026, 4, 4));
        assert_eq!(sk.between(date(2026, 4, 2), date(2026, 4, 10)), 4);
        assert_eq!(sk.between(date(2026, 4, 10), date(2026, 4, 2)), 0);
        assert_eq!(sk.add_working_days(Date::MAX, 3), Date::MAX);
    }
}
