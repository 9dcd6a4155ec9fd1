//! Reads days: "послезавтра", "w przyszłym tygodniu", "do konca mesiaca", "двадцать третьего", "14. marca", "18.09".

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::calendar::Calendar;
use super::lengths::Reader;
use super::tokens::Kind;
use super::words::{Form, Meaning, Role, Unit};

/// A day as the words have it, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// The date; `None` where it has passed or is not said.
    pub(super) date: Option<Date>,
    /// A day of the month was named, which says more than a day of the week.
    pub(super) precise: bool,
    /// The end of the working day is meant, not of the day.
    pub(super) closing: bool,
    /// The token after it.
    pub(super) next: usize,
}

/// When and where the words were said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) today: Date,
    pub(super) calendar: &'static Calendar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    None,
    This,
    Next,
    Last,
}

impl Day {
    fn new(date: Option<Date>, next: usize) -> Self {
        Day { date, precise: false, closing: false, next }
    }

    fn precise(self) -> Self {
        Day { precise: true, ..self }
    }
}

impl Reader<'_> {
    /// A day after a preposition (`role`), or without one; `beside` where another day stands right before it.
    pub(super) fn day(&self, at: usize, role: Option<Role>, beside: bool, context: Context) -> Option<Day> {
        let at = self.skip(at, |found| found == Meaning::Filler);
        let found = self
            .dated(at, context)
            .or_else(|| self.numeric_date(at, role, beside, context))
            .or_else(|| self.month_day_alone(at, role, beside, context))
            .or_else(|| self.relative_day(at, context))
            .or_else(|| self.named_day(at, role, context))
            .or_else(|| self.month_alone(at, role, context))?;
        if !matches!(role, Some(Role::Since | Role::Between)) {
            return Some(found);
        }
        let end = self.read(found.next, |found| {
            matches!(found, Meaning::To | Meaning::And | Meaning::Preposition(_)).then_some(())
        });
        let later = end.and_then(|((), next)| self.day(next, Some(Role::By), true, context));
        Some(later.filter(|later| later.date >= found.date).unwrap_or(found))
    }

    fn relative_day(&self, at: usize, context: Context) -> Option<Day> {
        let (days, next) =
            self.read(at, |found| if let Meaning::Relative(days) = found { Some(days) } else { None })?;
        let date = if days < 0 { None } else { context.today.checked_add(i64::from(days).days()).ok() };
        let next = self
            .read(next, |found| (found == Meaning::Unit(Unit::Day, Form::Single)).then_some(()))
            .map_or(next, |(_, next)| next);
        Some(Day::new(date, next))
    }

    /// "конец", "этот", "следующий" with a weekday, a unit or the weekend.
    fn named_day(&self, at: usize, role: Option<Role>, context: Context) -> Option<Day> {
        let (mut at, mut which, mut working) = (at, Which::None, false);
        let (mut end, mut said_which) = (false, false);
        for _ in 0..4 {
            let step = self.read(at, |found| match found {
                Meaning::EndOf | Meaning::StartOf => Some((which, working, true)),
                Meaning::This => Some((Which::This, working, end)),
                Meaning::Next => Some((Which::Next, working, end)),
                Meaning::Last => Some((Which::Last, working, end)),
                Meaning::Working => Some((which, true, end)),
                _ => None,
            });
            let Some(((now, is_working, is_end), next)) = step else { break };
            said_which |= now != Which::None;
            (at, which, working, end) = (next, now, is_working, is_end);
        }
        if let Some((weekday, next)) =
            self.read(at, |found| if let Meaning::Weekday(day) = found { Some(day) } else { None })
        {
            return Some(Day::new(weekday_date(weekday, which, context.today), next));
        }
        if let Some(next) = self.after(at, Meaning::Weekend) {
            role.or(said_which.then_some(Role::At))?;
            let sunday = week_end(context.today, which);
            return Some(Day::new(sunday, next));
        }
        if end {
            if let Some((month, next)) = self.read(at, |found| match found {
                Meaning::Month(month) | Meaning::MonthAlone(month) => Some(month),
                _ => None,
            }) {
                return Some(Day::new(month_end(month, context.today), next));
            }
            if let Some(day) = self.relative_day(at, context) {
                return Some(Day { closing: working, ..day });
            }
        }
        if !end && !said_which {
            return None;
        }
        let (unit, mut next) =
            self.read(at, |found| if let Meaning::Unit(unit, Form::Single) = found { Some(unit) } else { None })?;
        if let Some((_, after)) = self.read(next, |found| (found == Meaning::Working).then_some(())) {
            (working, next) = (true, after);
        }
        let today = context.today;
        let date = match (unit, which) {
            (_, Which::Last) => None,
            (Unit::Day, Which::Next) if working => Some(context.calendar.next_working_day(today)),
            (Unit::Day, Which::Next) => today.tomorrow().ok(),
            (Unit::Day, _) if end => Some(today),
            (Unit::Week, _) => week_end(today, which),
            (Unit::Month, Which::Next) => today.checked_add(1.month()).ok().map(Date::last_of_month),
            (Unit::Month, _) => Some(today.last_of_month()),
            (Unit::Year, Which::Next) => today.checked_add(1.year()).ok().map(Date::last_of_year),
            (Unit::Year, _) if end => Some(today.last_of_year()),
            _ => return None,
        };
        let closing = working && end && unit == Unit::Day;
        Some(Day { closing, ..Day::new(date, next) })
    }

    /// A day of the month in words, with tens: 1–31.
    fn spoken_month_day(&self, at: usize) -> Option<(i8, usize)> {
        let one = |at| self.read(at, |found| if let Meaning::MonthDay(day) = found { Some(day) } else { None });
        let tens = self.read(at, |found| if let Meaning::DayTens(tens) = found { Some(tens) } else { None });
        if let Some((tens, next)) = tens
            && let Some((day, next)) = one(next).filter(|(day, _)| *day < 10 && tens + day <= 31)
        {
            return Some((tens + day, next));
        }
        one(at)
    }

    fn written_month_day(&self, at: usize) -> Option<(i8, usize)> {
        let (day, count) = self.digits(at)?;
        if !(1..=31).contains(&day) || count > 2 {
            return None;
        }
        let dot = self.mark(at + 1, ".") && self.glued(at + 1);
        let next = self.suffix(at + 1, Meaning::DaySuffix).unwrap_or(at + 1 + usize::from(dot));
        Some((day as i8, next))
    }

    fn month(&self, at: usize) -> Option<(i8, usize)> {
        let at = at + usize::from(self.mark(at, ","));
        self.read(at, |found| match found {
            Meaning::Month(month) | Meaning::MonthAlone(month) => Some(month),
            _ => None,
        })
    }

    /// A day with its month in words: "15 марта", "pierwszego czerwca", "20. a 25. júna" (the later).
    fn dated(&self, at: usize, context: Context) -> Option<Day> {
        let at = self
            .read(at, |found| (found == Meaning::Unit(Unit::Day, Form::Single)).then_some(()))
            .map_or(at, |(_, next)| next);
        if let Some(day) = self.iso_date(at, context) {
            return Some(day);
        }
        let month_day = |at| self.spoken_month_day(at).or_else(|| self.written_month_day(at));
        let (mut day, mut next) = month_day(at)?;
        if let Some(later) = self.read(next, |found| matches!(found, Meaning::To | Meaning::And).then_some(()))
            && let Some((second, after)) = month_day(later.1).filter(|(second, _)| *second > day)
        {
            (day, next) = (second, after);
        }
        let (month, mut next) = self.month(next)?;
        next += usize::from(self.mark(next, ".") && self.glued(next) && self.digits(next + 1).is_some());
        let year = self.digits(next).filter(|(year, count)| *count == 4 && (1990..2100).contains(year));
        let date = match year {
            Some((year, _)) => future(Date::new(year as i16, month, day).ok(), context.today),
            None => nearest(month, day, context.today),
        };
        Some(Day::new(date, next + usize::from(year.is_some())).precise())
    }

    fn iso_date(&self, at: usize, context: Context) -> Option<Day> {
        let (year, 4) = self.digits(at)? else { return None };
        let (month, 2) = self.digits(at + 2)? else { return None };
        let (day, 2) = self.digits(at + 4)? else { return None };
        let glued = (1..=4).all(|step| self.glued(at + step)) && self.mark(at + 1, "-") && self.mark(at + 3, "-");
        let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
        glued.then(|| Day::new(future(date, context.today), at + 5).precise())
    }

    /// "18.09", "16. 6.", "15.03.2026".
    fn numeric_date(&self, at: usize, role: Option<Role>, beside: bool, context: Context) -> Option<Day> {
        let (day, _) = self.digits(at).filter(|(day, count)| (1..=31).contains(day) && *count <= 2)?;
        let (month, month_count) =
            self.digits(at + 2).filter(|(month, count)| (1..=12).contains(month) && *count <= 2)?;
        if !self.mark(at + 1, ".") || !self.glued(at + 1) || (at > 0 && self.glued(at) && self.mark(at - 1, ".")) {
            return None;
        }
        let dot = self.mark(at + 3, ".") && self.glued(at + 3);
        let year = self.digits(at + 4).filter(|(year, count)| dot && *count == 4 && (1990..2100).contains(year));
        if year.is_none() && dot && self.glued(at + 4) && self.digits(at + 4).is_some() {
            return None;
        }
        let close = self.glued(at + 2);
        let ranged = at >= 2
            && (self.mark(at - 1, "-") || self.mark(at - 1, "–"))
            && self.digits(at - 2).is_some_and(|(day, _)| day <= 31);
        let day_role = role.is_some_and(|role| role != Role::At);
        let open = year.is_some()
            || (close && (beside || ranged || day_role || (dot && month_count == 2)))
            || (!close && dot && (beside || role.is_some()));
        let next = at + 3 + usize::from(dot && (year.is_some() || !close)) + usize::from(year.is_some());
        if !open || self.counted(next) {
            return None;
        }
        let date = match year {
            Some((year, _)) => future(Date::new(year as i16, month as i8, day as i8).ok(), context.today),
            None => nearest(month as i8, day as i8, context.today),
        };
        Some(Day::new(date, next).precise())
    }

    /// A day of the month without the month: "до двадцать третьего", "24-го", "piatok 6.".
    fn month_day_alone(&self, at: usize, role: Option<Role>, beside: bool, context: Context) -> Option<Day> {
        let governed = matches!(role, Some(Role::By | Role::Since | Role::Before | Role::Between | Role::At)) || beside;
        let spoken = self.spoken_month_day(at).filter(|(day, next)| {
            let ends = self.tokens.get(*next).is_none_or(|token| token.digits().is_none() && token.kind == Kind::Mark)
                || self.read(*next, |found| matches!(found, Meaning::Preposition(_)).then_some(())).is_some();
            let clear = !self.followed_by_count(*next);
            (governed && clear) || (*day >= 3 && ends && clear) || (*day >= 13 && !self.counted(*next))
        });
        let written = || {
            let (day, next) = self.written_month_day(at)?;
            let suffixed = self.suffix(at + 1, Meaning::DaySuffix).is_some() && !self.counted(next);
            let dot = next > at + 1 && !self.glued(next);
            let goes_on = self.tokens.get(next).is_some_and(|token| token.kind == Kind::Word && !token.capital);
            let dotted = dot && (beside || (day >= 10 && goes_on && role.is_none() && !self.followed_by_count(next)));
            (suffixed || dotted).then_some((day, next))
        };
        let (day, next) = spoken.or_else(written)?;
        Some(Day::new(next_month_day(day, context.today), next).precise())
    }

    /// A month alone: until its end.
    fn month_alone(&self, at: usize, role: Option<Role>, context: Context) -> Option<Day> {
        let role = role?;
        let (month, next) = self.read(at, |found| match found {
            Meaning::MonthAlone(month) => Some(month),
            Meaning::Month(month) if matches!(role, Role::By | Role::Since) => Some(month),
            _ => None,
        })?;
        Some(Day::new(month_end(month, context.today), next))
    }
}

/// The next such weekday after today; in the week after this one where "next" is said.
fn weekday_date(weekday: i8, which: Which, today: Date) -> Option<Date> {
    let weekday = Weekday::from_monday_one_offset(weekday).ok()?;
    match which {
        Which::Last => None,
        Which::Next => {
            let monday = today.checked_add(i64::from(7 - today.weekday().to_monday_zero_offset()).days()).ok()?;
            monday.checked_add(i64::from(weekday.to_monday_zero_offset()).days()).ok()
        }
        Which::None | Which::This => {
            let ahead = (weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset()).rem_euclid(7);
            let ahead = if ahead == 0 { 7 } else { ahead };
            today.checked_add(i64::from(ahead).days()).ok()
        }
    }
}

/// The Sunday of this week, or of the next.
fn week_end(today: Date, which: Which) -> Option<Date> {
    let ahead = i64::from(6 - today.weekday().to_monday_zero_offset());
    match which {
        Which::Last => None,
        Which::Next => today.checked_add((ahead + 7).days()).ok(),
        Which::None | Which::This => today.checked_add(ahead.days()).ok(),
    }
}

/// The last day of a month of this half year or the next; `None` where it has rather passed.
fn month_end(month: i8, today: Date) -> Option<Date> {
    if (month - today.month()).rem_euclid(12) >= 7 {
        return None;
    }
    let year = if month < today.month() { today.year().checked_add(1)? } else { today.year() };
    Date::new(year, month, 1).ok().map(Date::last_of_month)
}

/// The date with this day and month nearest to today; `None` where it has passed.
fn nearest(month: i8, day: i8, today: Date) -> Option<Date> {
    let years = [today.year().saturating_sub(1), today.year(), today.year().saturating_add(1)];
    let dates = years.into_iter().filter_map(|year| Date::new(year, month, day).ok());
    future(dates.min_by_key(|date| (*date - today).get_days().abs()), today)
}

fn future(date: Option<Date>, today: Date) -> Option<Date> {
    date.filter(|date| *date >= today && date.year() - today.year() <= 5)
}

/// The next date with this day of the month, today included.
fn next_month_day(day: i8, today: Date) -> Option<Date> {
    let mut month = today.first_of_month();
    for _ in 0..4 {
        let date = Date::new(month.year(), month.month(), day).ok().filter(|date| *date >= today);
        if date.is_some() {
            return date;
        }
        month = month.checked_add(1.month()).ok()?;
    }
    None
}
