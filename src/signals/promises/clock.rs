//! Reads times of day: "до половины девятого", "o piętnastej trzydzieści", "o trištvrte na päť", "9–11".

use super::lengths::Reader;
use super::tokens::Kind;
use super::words::{Form, Hours, Meaning, Role, Unit};

/// A time of day as the words have it, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// 0–24.
    pub(super) hour: i8,
    /// 0–59.
    pub(super) minute: i8,
    /// Written with minutes in digits: "8:30" is not half past eight in the evening, as "half past eight" may be.
    pub(super) literal: bool,
    /// The part of the day said with it.
    pub(super) part: Option<usize>,
    /// It cannot be read as a length, a day or a count.
    pub(super) strong: bool,
    /// It can stand without a preposition.
    pub(super) alone: bool,
    /// The token after it.
    pub(super) next: usize,
}

impl Clock {
    fn new(hour: i8, minute: i8, next: usize) -> Self {
        Clock { hour, minute, literal: false, part: None, strong: false, alone: false, next }
    }

    fn strong(self) -> Self {
        Clock { strong: true, alone: true, ..self }
    }
}

impl Reader<'_> {
    /// A time of day after a preposition (`role`) or without one.
    pub(super) fn clock(&self, at: usize, role: Option<Role>) -> Option<Clock> {
        let begin = at;
        let at = self.skip(at, |found| found == Meaning::Filler);
        if let Some((minutes, next)) =
            self.read(at, |found| if let Meaning::Moment(value) = found { Some(value) } else { None })
        {
            let whole = Clock::new((minutes / 60) as i8, (minutes % 60) as i8, next);
            return Some(Clock { literal: true, strong: true, ..whole });
        }
        let labelled = self.after(at, Meaning::HourBefore).map(|next| next + usize::from(self.mark(next, ".")));
        let found = self
            .relative_clock(at)
            .or_else(|| self.digital_clock(labelled.unwrap_or(at), role, labelled.is_some()))
            .or_else(|| self.spoken_clock(labelled.unwrap_or(at), role))?;
        let found = if labelled.is_some() { found.strong() } else { found };
        let comma = usize::from(self.mark(found.next, ","));
        let part = self.read(found.next, |found| if let Meaning::AfterClock(part) = found { Some(part) } else { None });
        // "два дня" alone is a length; "до двух дня" is an hour
        let part = part.filter(|_| self.any_unit(found.next).is_none() || (role.is_some() && begin == at));
        let part = part.or_else(|| {
            self.read(
                found.next + comma,
                |found| if let Meaning::Part(part, false) = found { Some(part) } else { None },
            )
            .filter(|_| comma == 0)
        });
        Some(match part {
            Some((part, next)) => Clock { part: Some(part), next, ..found.strong() },
            None => found,
        })
    }

    fn hour(&self, at: usize) -> Option<(i8, usize)> {
        self.read(at, |found| if let Meaning::Hour(hour) = found { Some(hour) } else { None })
    }

    /// Half and quarters: the hour is named with what has passed or is missing.
    fn relative_clock(&self, at: usize) -> Option<Clock> {
        if let Some((minutes, next)) =
            self.read(at, |found| if let Meaning::QuarterAfter(value) = found { Some(value) } else { None })
        {
            let (hour, next) = self.hour(next)?;
            let (hour, minute) = if minutes < 0 { (before(hour), 60 + minutes) } else { (hour, minutes) };
            return Some(Clock::new(hour, minute, next).strong());
        }
        if let Some((minute, next)) =
            self.read(at, |found| if let Meaning::QuarterOf(value) = found { Some(value) } else { None })
        {
            let (hour, next) = self.hour_after_half(next)?;
            return Some(Clock::new(before(hour), minute, next).strong());
        }
        if let Some((hour, next)) =
            self.read(at, |found| if let Meaning::HalfTo(hour) = found { Some(hour) } else { None })
        {
            return Some(Clock::new(before(hour), 30, next).strong());
        }
        if let Some(next) = self.after(at, Meaning::Half) {
            let next = next + usize::from(self.mark(next, "-"));
            let (hour, next) = self.hour_after_half(next)?;
            return Some(Clock::new(before(hour), 30, next).strong());
        }
        let next = self.after(at, Meaning::Minus)?;
        let (missing, next) = self.missing_minutes(next)?;
        let (hour, next) = self.hour(next)?;
        Some(Clock::new(before(hour), 60 - missing, next).strong())
    }

    fn hour_after_half(&self, at: usize) -> Option<(i8, usize)> {
        let spoken = self.read(at, |found| if let Meaning::HourAfterHalf(hour) = found { Some(hour) } else { None });
        let written = || {
            let (hour, _) = self.digits(at).filter(|(hour, _)| (1..=12).contains(hour))?;
            let suffix = self.suffix(at + 1, Meaning::HourSuffix).unwrap_or(at + 1);
            (!self.counted(suffix) && self.any_unit(suffix).is_none()).then_some((hour as i8, suffix))
        };
        spoken.or_else(written)
    }

    /// The minutes that are missing to the hour: one number word, or twenty and five.
    fn missing_minutes(&self, at: usize) -> Option<(i8, usize)> {
        let one = |at| self.read(at, |found| if let Meaning::Number(value) = found { Some(value) } else { None });
        let (mut minutes, mut next) = match self.digits(at) {
            Some((value, _)) => (value, at + 1),
            None => one(at)?,
        };
        if let Some((5, after)) = one(next).filter(|(_, after)| minutes == 20 && self.hour(*after).is_some()) {
            (minutes, next) = (25, after);
        }
        let next = match self.any_unit(next) {
            Some((Unit::Minute, after)) => after,
            _ => next,
        };
        (1..30).contains(&minutes).then_some((minutes as i8, next))
    }

    pub(super) fn any_unit(&self, at: usize) -> Option<(Unit, usize)> {
        self.read(at, |found| if let Meaning::Unit(unit, _) = found { Some(unit) } else { None })
    }

    /// A suffix glued to digits: "24-го", "18-tej", "6te".
    pub(super) fn suffix(&self, at: usize, meaning: Meaning) -> Option<usize> {
        let dash = usize::from(self.mark(at, "-") || self.mark(at, "–"));
        if !self.glued(at) || !self.glued(at + dash) {
            return None;
        }
        self.after(at + dash, meaning)
    }

    fn digital_clock(&self, at: usize, role: Option<Role>, labelled: bool) -> Option<Clock> {
        let (hour, count) = self.digits(at).filter(|(hour, count)| *hour <= 24 && *count <= 2)?;
        let hour = hour as i8;
        if at > 0
            && self.glued(at)
            && self.tokens[at - 1].kind == Kind::Mark
            && !matches!(self.tokens[at - 1].folded.as_str(), "(" | "-" | "–" | "—" | "\"" | "«" | "„")
        {
            return None;
        }
        if let Some(minute) = self.digital_minutes(at, role) {
            let seconds = self.mark(at + 3, ":")
                && self.glued(at + 3)
                && self.digits(at + 4).is_some_and(|(_, count)| count == 2);
            let next = if seconds { at + 5 } else { at + 3 };
            let glued_on = self.glued(next)
                && (self.mark(next, ":") || (self.mark(next, ".") && self.glued(next + 1)) || self.mark(next, "%"));
            let dotted = !self.mark(at + 1, ":");
            if glued_on || (dotted && self.counted(next)) {
                return None;
            }
            let next =
                self.after(next, Meaning::HourAfter).or_else(|| self.after(next, Meaning::HourBefore)).unwrap_or(next);
            let written = Clock { literal: true, ..Clock::new(hour, minute, next) };
            return Some(if dotted { written } else { written.strong() });
        }
        role.filter(|_| count <= 2)?;
        let (mut next, mut strong, mut ordinal) = (at + 1, false, false);
        if let Some(after) = self.suffix(next, Meaning::HourSuffix) {
            (next, strong) = (after, true);
        } else if self.suffix(next, Meaning::DaySuffix).is_some() {
            return None;
        } else if self.mark(next, ".") && self.glued(next) {
            let after = self.tokens.get(next + 1);
            let joined = self
                .read(next + 1, |found| matches!(found, Meaning::To | Meaning::And | Meaning::HourAfter).then_some(()))
                .is_some();
            let closes = after.is_none_or(|token| token.kind == Kind::Mark);
            if joined || closes || self.hours_after(next + 1) {
                (next, ordinal) = (next + 1, true);
            } else if after.is_some_and(|token| token.digits().is_some()) {
                return None;
            }
        }
        if let Some(after) = self.after(next, Meaning::HourAfter) {
            let short = self.read(next, |found| matches!(found, Meaning::Unit(_, Form::Short)).then_some(())).is_some();
            let is_clock = self.words.hours_after_preposition == Hours::Clock && hour < 24;
            let by_day = short && (6..24).contains(&hour);
            let is_length = !ordinal && !is_clock && !by_day && self.any_unit(next).is_some();
            if !is_length && hour < 24 {
                (next, strong) = (after, true);
                let minutes = self.digits(next).filter(|(minutes, count)| *count == 2 && *minutes < 60);
                if let Some(((minutes, _), (Unit::Minute, after))) = minutes.zip(self.any_unit(next + 1)) {
                    return Some(Clock { strong, ..Clock::new(hour, minutes as i8, after) });
                }
            }
        }
        if let Some((minutes, 2)) = self.digits(next).filter(|(minutes, _)| matches!(minutes, 0 | 15 | 30 | 45))
            && !self.glued(next)
            && !self.counted(next + 1)
            && self.any_unit(next + 1).is_none()
        {
            return Some(Clock { literal: true, strong: true, ..Clock::new(hour, minutes as i8, next + 1) });
        }
        let open = labelled || strong || self.hour_range(next) || !self.followed_by_count(next);
        open.then(|| Clock { strong, literal: count == 2 && hour < 10, ..Clock::new(hour, 0, next) })
    }

    /// Whether a dash and a second hour follow: "9-11".
    pub(super) fn hour_range(&self, at: usize) -> bool {
        let dash = self.mark(at, "-") || self.mark(at, "–") || self.mark(at, "—");
        dash && self.digits(at + 1).is_some_and(|(hour, count)| hour <= 24 && count <= 2)
            && (self.mark(at + 2, ":") || !self.followed_by_count(at + 2))
    }

    fn hours_after(&self, at: usize) -> bool {
        self.after(at, Meaning::HourAfter).is_some()
    }

    /// Minutes glued to an hour in digits: always after a colon, after a dot or a dash only with a preposition.
    fn digital_minutes(&self, at: usize, role: Option<Role>) -> Option<i8> {
        let (minutes, _) = self.digits(at + 2).filter(|(minutes, count)| *count == 2 && *minutes < 60)?;
        if !self.glued(at + 1) || !self.glued(at + 2) {
            return None;
        }
        let fits = self.mark(at + 1, ":")
            || (role.is_some() && self.mark(at + 1, "."))
            || (role.is_some() && self.mark(at + 1, "-") && matches!(minutes, 0 | 30 | 45));
        fits.then_some(minutes as i8)
    }

    /// Whether what follows a bare number shows that it counts or numbers something.
    pub(super) fn followed_by_count(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let joined = token.glued
            && (token.kind == Kind::Word
                || matches!(token.folded.as_str(), "%" | "/" | ":" | "+" | "*" | "°" | "€" | "$" | "№" | "#")
                || (matches!(token.folded.as_str(), "," | "." | "-" | "–") && self.glued(at + 1)));
        let unit = self.any_unit(at).is_some()
            && self.read(at, |found| matches!(found, Meaning::AfterClock(_)).then_some(())).is_none();
        let working =
            self.read(at, |found| matches!(found, Meaning::Working | Meaning::Calendar).then_some(())).is_some();
        let number = token.digits().is_some()
            || self.read(at, |found| matches!(found, Meaning::Number(_)).then_some(())).is_some();
        joined || unit || working || number || self.counted(at)
    }

    fn spoken_clock(&self, at: usize, role: Option<Role>) -> Option<Clock> {
        let Some((hour, mut next)) = self.hour(at) else { return self.counted_clock(at, role) };
        if role == Some(Role::At) && self.words.is_not_at(&self.tokens[at].folded) {
            return None;
        }
        let is_length_too = self.any_unit(at).is_some();
        let mut strong = false;
        if let Some(after) = self.after(next, Meaning::HourAfter).filter(|_| !is_length_too) {
            strong = self.words.hours_after_preposition == Hours::Clock || self.number(at).is_none();
            next = after;
        }
        if let Some((minute, after)) = self.spoken_minutes(next) {
            let by_number = self.number(at).is_some();
            let found = Clock { strong: true, alone: !by_number, ..Clock::new(hour, minute, after) };
            return Some(found);
        }
        let part = self.read(next, |found| matches!(found, Meaning::AfterClock(_)).then_some(())).is_some();
        if is_length_too
            && !part
            && !matches!(role, Some(Role::By | Role::At | Role::Since | Role::After | Role::About))
        {
            return None;
        }
        if self.followed_by_count(next) && !part {
            return None;
        }
        Some(Clock { strong, ..Clock::new(hour, 0, next) })
    }

    /// An hour and minutes as plain numbers, where hours are otherwise said differently: "na osem štyridsať".
    fn counted_clock(&self, at: usize, role: Option<Role>) -> Option<Clock> {
        if role.is_none() || self.digits(at).is_some() {
            return None;
        }
        let (hour, next) = self.number(at).filter(|(hour, _)| (1.0..24.0).contains(hour))?;
        let (minute, after) = self.spoken_minutes(next)?;
        let is_length = after > 0 && self.any_unit(after - 1).is_some();
        (!is_length).then(|| Clock { strong: true, ..Clock::new(hour as i8, minute, after) })
    }

    /// Minutes after an hour in words: "восемь сорок", "ósma piętnaście", "шесть ноль пять".
    fn spoken_minutes(&self, at: usize) -> Option<(i8, usize)> {
        let zero = self.read(at, |found| if let Meaning::Number(0) = found { Some(()) } else { None });
        let (minutes, next) = match zero {
            Some(((), after)) => {
                let (units, next) = self.number(after).filter(|(units, _)| *units < 10.0)?;
                (units, next)
            }
            None if self.digits(at).is_some() => return None,
            None => self.number(at).filter(|(minutes, _)| (10.0..60.0).contains(minutes))?,
        };
        match self.any_unit(next) {
            Some((Unit::Minute, after)) => Some((minutes as i8, after)),
            Some(_) => None,
            None => (!self.counted(next)).then_some((minutes as i8, next)),
        }
    }

    /// The later end of a range that began with a time of day and goes on here, or the time itself.
    pub(super) fn range_end(&self, first: Clock, role: Option<Role>) -> Option<Clock> {
        let dash = ["-", "–", "—"].iter().any(|mark| self.mark(first.next, mark));
        let opens = matches!(role, Some(Role::Since | Role::From | Role::Between)) || dash;
        let next = if opens {
            self.read(first.next, |found| matches!(found, Meaning::To | Meaning::And).then_some(()))?.1
        } else {
            return None;
        };
        self.clock(next, role.or(Some(Role::At)))
    }
}

fn before(hour: i8) -> i8 {
    if hour <= 1 { hour + 11 } else { hour - 1 }
}
