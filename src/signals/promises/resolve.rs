//! Puts days, parts of the day and times of day together and gives the latest moment that they allow.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use super::Named;
use super::clock::Clock;
use super::days::{Context, Day};
use super::lengths::{Length, Reader};
use super::pieces::{Piece, What};
use super::words::{Part, Role, Unit};

/// The last second of a day.
const DAY_END: Time = Time::constant(23, 59, 59, 0);
/// Noon.
const NOON: Time = Time::constant(12, 0, 0, 0);
/// When a working day is over.
const CLOSING: Time = Time::constant(18, 0, 0, 0);
/// Hours before this one are not meant by day: "завтра в шесть" is in the evening.
const FIRST_HOUR: i8 = 7;
/// "By" an hour up to this one may mean the evening as well.
const LAST_DOUBTFUL_HOUR: i8 = 8;
/// An hour later than this one in the evening rather means the next morning.
const LAST_HOUR: i8 = 21;
/// How many words may stand between a day and the hour that belongs to it.
const REACH: usize = 12;
/// From this many words between a day and an hour on it is doubtful that they belong together.
const LOOSE: usize = 4;
/// The longest length in working days that is counted.
const LONGEST: f64 = 400.0;

/// A day, a part of it and a time of day that belong together.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    day: Option<Day>,
    day_role: Option<Role>,
    part: Option<usize>,
    part_role: Option<Role>,
    clock: Option<(Clock, Option<Clock>, Option<Role>)>,
    /// The time of day stands far from the day, so that it may belong to something else.
    loose: bool,
    first: usize,
    next: usize,
}

impl Group {
    fn empty(&self) -> bool {
        self.day.is_none() && self.part.is_none() && self.clock.is_none()
    }
}

/// The times that the pieces of a text name, in order; bare lengths only where nothing else is named.
pub(super) fn named(reader: Reader<'_>, pieces: &[Piece], context: Context, said: DateTime) -> Vec<Named> {
    let mut found = Vec::new();
    let mut bare = Vec::new();
    let mut group = Group::default();
    let mut carried = None;
    for piece in pieces {
        if let What::Length(length) = piece.what {
            if let Some((due, exact)) = length_end(length, context, said).filter(|(due, _)| *due >= said) {
                let into = if piece.role.is_some() { &mut found } else { &mut bare };
                into.push(named_at(reader, due, piece.first, piece.next, exact));
            }
            continue;
        }
        if !joins(reader, &group, piece) {
            found.extend(group_end(reader, &group, context, said));
            carried = if piece.what == What::Break { None } else { group.day.or(carried) };
            let inherits = !matches!(piece.what, What::Day(_) | What::Break);
            group =
                Group { day: carried.filter(|_| inherits), first: piece.first, next: piece.next, ..Group::default() };
        }
        group.loose |= !group.empty() && gap(reader, &group, piece) >= LOOSE;
        add(&mut group, piece);
    }
    found.extend(group_end(reader, &group, context, said));
    if found.is_empty() { bare } else { found }
}

fn named_at(reader: Reader<'_>, due: DateTime, first: usize, next: usize, exact: bool) -> Named {
    let begin = reader.tokens.get(first).map_or(0, |token| token.span.start);
    let end = next.checked_sub(1).and_then(|last| reader.tokens.get(last)).map_or(begin, |token| token.span.end);
    Named { due, span: begin..end, exact }
}

/// Words between the group and a piece.
fn gap(reader: Reader<'_>, group: &Group, piece: &Piece) -> usize {
    let between = reader.tokens.get(group.next..piece.first).unwrap_or_default();
    between.iter().filter(|token| !matches!(token.folded.as_str(), "," | "." | "(" | ")" | "-" | "–" | "—")).count()
}

fn joins(reader: Reader<'_>, group: &Group, piece: &Piece) -> bool {
    if group.empty() {
        return piece.what != What::Break;
    }
    let gap = gap(reader, group, piece);
    match piece.what {
        What::Length(_) | What::Break => false,
        What::Day(_) if group.day.is_none() => gap == 0,
        What::Day(_) => gap == 0 && group.clock.is_none() && group.part.is_none(),
        What::Part(_) if group.clock.is_some() => gap == 0 && group.part.is_none(),
        What::Part(_) => group.part.is_none() && gap <= REACH,
        What::Clock(..) if group.clock.is_some() => false,
        What::Clock(..) if group.part.is_some() => gap <= 2,
        What::Clock(..) => gap <= REACH,
    }
}

fn add(group: &mut Group, piece: &Piece) {
    if piece.what == What::Break {
        return;
    }
    if group.empty() {
        group.first = piece.first;
    }
    group.next = piece.next;
    match piece.what {
        What::Day(day) => {
            let keeps = group.day.is_some_and(|known| {
                let same = known.date.zip(day.date).is_some_and(|(known, day)| known.weekday() == day.weekday());
                !day.precise && known.date.is_some() && (known.precise || same)
            });
            if !keeps {
                (group.day, group.day_role) = (Some(day), piece.role.or(group.day_role));
            }
        }
        What::Part(part) => (group.part, group.part_role) = (Some(part), piece.role),
        What::Clock(clock, start) => group.clock = Some((clock, start, piece.role)),
        What::Length(_) | What::Break => {}
    }
}

fn group_end(reader: Reader<'_>, group: &Group, context: Context, said: DateTime) -> Option<Named> {
    if group.empty() {
        return None;
    }
    let mut date = match group.day {
        Some(day) => Some(day.date?),
        None => None,
    };
    if group.day_role == Some(Role::Before) {
        date = Some(date?.yesterday().ok()?);
    }
    let spoken_part = group.clock.and_then(|(clock, start, _)| clock.part.or(start.and_then(|start| start.part)));
    let part = spoken_part.or(group.part).and_then(|at| reader.words.parts.get(at));
    let (due, exact) = match (group.clock, part) {
        (Some((clock, start, role)), part) => clock_end(clock, start, part, role, date, said)?,
        (None, Some(part)) => (part_end(part, group.part_role, date, said)?, false),
        (None, None) => {
            if group.day_role == Some(Role::After) {
                return None;
            }
            let closing = group.day.is_some_and(|day| day.closing);
            let mut date = date?;
            if closing && date == said.date() && said.time() >= CLOSING {
                date = context.calendar.next_working_day(date);
            }
            (date.to_datetime(if closing { CLOSING } else { DAY_END }), false)
        }
    };
    (due >= said).then(|| named_at(reader, due, group.first, group.next, exact && !group.loose))
}

/// The last moment of a length that begins now, and whether it is exact to the minute.
fn length_end(length: Length, context: Context, said: DateTime) -> Option<(DateTime, bool)> {
    let minutes = match length.unit {
        Unit::Second => length.amount / 60.0,
        Unit::Minute => length.amount,
        Unit::Hour => length.amount * 60.0,
        Unit::DayAndNight => length.amount * 1440.0,
        Unit::Day | Unit::Week | Unit::Month | Unit::Year => {
            let date = said.date();
            let whole = length.amount.ceil() as i64;
            let date = match length.unit {
                Unit::Day if length.working => {
                    if length.amount > LONGEST {
                        return None;
                    }
                    context.calendar.add_working_days(date, whole as u32)
                }
                Unit::Day => date.checked_add(whole.days()).ok()?,
                Unit::Week => date.checked_add(((length.amount * 7.0).ceil() as i64).days()).ok()?,
                Unit::Month => date.checked_add(whole.months()).ok()?,
                _ => date.checked_add(whole.years()).ok()?,
            };
            return Some((date.to_datetime(DAY_END), false));
        }
    };
    let due = said.checked_add(((minutes * 60.0).round() as i64).seconds()).ok()?;
    Some((due, !length.rough))
}

fn ends_day(part: &Part) -> bool {
    part.to >= Time::constant(23, 59, 0, 0)
}

fn at_part_end(date: Date, time: Time) -> DateTime {
    date.to_datetime(if time >= Time::constant(23, 59, 0, 0) { DAY_END } else { time })
}

/// The end of a part of a day.
fn part_end(part: &Part, role: Option<Role>, date: Option<Date>, said: DateTime) -> Option<DateTime> {
    let by = role == Some(Role::By);
    let time = if by { part.by() } else { part.to };
    let overnight = part.to < part.from;
    let today = said.date();
    let date = match date {
        Some(date) if overnight && !by => date.tomorrow().ok()?,
        Some(date) => date,
        None if overnight => {
            if said.time() < part.to {
                today
            } else {
                today.tomorrow().ok()?
            }
        }
        None if by && part.by() != part.to && said.time() < time => today,
        None if said.time() < part.from || ends_day(part) => today,
        None if part.from >= NOON && said.time() < time && left(said.time(), time) * 2 >= left(part.from, time) => {
            today
        }
        None => today.tomorrow().ok()?,
    };
    Some(at_part_end(date, time))
}

fn left(from: Time, to: Time) -> i32 {
    i32::from(to.hour()) * 60 + i32::from(to.minute()) - i32::from(from.hour()) * 60 - i32::from(from.minute())
}

/// An hour and minute on a date; the hour may be 24 or more.
fn on(date: Date, hour: i8, minute: i8) -> Option<DateTime> {
    let date = if hour >= 24 { date.tomorrow().ok()? } else { date };
    Some(date.at(hour % 24, minute, 0, 0))
}

/// The hour that is meant when the part of the day is said with it, 0–29.
fn hour_in(part: &Part, hour: i8) -> i8 {
    let overnight = part.to < part.from;
    match hour {
        13.. => hour,
        12 if overnight || part.from >= Time::constant(16, 0, 0, 0) => 24,
        _ if part.to <= NOON && !overnight => hour,
        9..=11 if overnight => hour + 12,
        _ if overnight => hour + 24,
        12 => 12,
        _ => hour + 12,
    }
}

fn clock_end(
    clock: Clock,
    start: Option<Clock>,
    part: Option<&Part>,
    role: Option<Role>,
    date: Option<Date>,
    said: DateTime,
) -> Option<(DateTime, bool)> {
    let Some(start) = start else {
        let (due, exact) = moment(clock, part, role, date, said)?;
        if role == Some(Role::Since) && date.is_none() && due.date() != said.date() {
            return None;
        }
        return Some(match role {
            Some(Role::Since | Role::After) => (due.date().to_datetime(DAY_END), false),
            Some(Role::About) => (due, false),
            _ => (due, exact),
        });
    };
    let day = date.unwrap_or(said.date());
    let hour = |clock: Clock| part.map_or(clock.hour, |part| hour_in(part, clock.hour));
    let begins = {
        let named = hour(start);
        let morning = named >= FIRST_HOUR || start.literal || part.is_some() || clock.hour >= 13;
        if morning { named } else { named + 12 }
    };
    let mut ends = hour(clock);
    if (ends, clock.minute) <= (begins, start.minute) && ends < 13 {
        ends += 12;
    }
    if (ends, clock.minute) <= (begins, start.minute) {
        ends += if ends < 24 { 24 } else { 0 };
    }
    let mut due = on(day, ends, clock.minute)?;
    if due < said && ends < 12 && !clock.literal && part.is_none() {
        due = on(day, ends + 12, clock.minute)?;
    }
    if due < said && date.is_none() {
        due = on(day.tomorrow().ok()?, ends, clock.minute)?;
    }
    Some((due, true))
}

/// Whether a moment comes within three hours.
fn soon(said: DateTime, moment: DateTime) -> bool {
    said.checked_add(3.hours()).is_ok_and(|limit| moment <= limit)
}

/// The moment of one time of day, and whether the words leave no doubt of it.
fn moment(
    clock: Clock,
    part: Option<&Part>,
    role: Option<Role>,
    date: Option<Date>,
    said: DateTime,
) -> Option<(DateTime, bool)> {
    let today = said.date();
    let at = |date: Date, hour: i8| on(date, hour, clock.minute);
    if let Some(part) = part {
        let hour = hour_in(part, clock.hour);
        let overnight = part.to < part.from;
        let due = match date {
            Some(date) => at(date, hour)?,
            None if overnight && hour >= 24 && at(today, hour - 24)? >= said => at(today, hour - 24)?,
            None if at(today, hour)? >= said => at(today, hour)?,
            None => at(today.tomorrow().ok()?, hour)?,
        };
        return Some((due, true));
    }
    if clock.hour >= 13 || clock.hour == 0 || (clock.literal && date.is_none_or(|date| date != today)) {
        let due = match date {
            Some(date) => at(date, clock.hour)?,
            None if at(today, clock.hour)? >= said => at(today, clock.hour)?,
            None => at(today.tomorrow().ok()?, clock.hour)?,
        };
        return Some((due, true));
    }
    let evening = clock.hour + 12;
    let by_evening = role == Some(Role::By) && clock.hour <= LAST_DOUBTFUL_HOUR;
    let night = said.hour() >= LAST_HOUR || said.hour() < 6;
    match date {
        Some(date) if date != today => Some(if clock.hour < FIRST_HOUR || by_evening {
            (at(date, evening)?, clock.hour < FIRST_HOUR)
        } else {
            (at(date, clock.hour)?, clock.hour > LAST_DOUBTFUL_HOUR)
        }),
        Some(_) => {
            let morning = at(today, clock.hour)?;
            let possible = morning >= said && (clock.hour >= FIRST_HOUR || night || clock.literal);
            if possible && (clock.literal || !by_evening) {
                return Some((morning, true));
            }
            if possible && soon(said, morning) {
                return Some((morning, false));
            }
            let later = if clock.hour == 12 { morning } else { at(today, evening)? };
            (later >= said).then_some((later, !possible))
        }
        None => {
            let tomorrow = today.tomorrow().ok()?;
            let plain = |hour: i8| night || hour >= FIRST_HOUR;
            if at(today, clock.hour)? >= said && plain(clock.hour) {
                let late = by_evening && !night && !soon(said, at(today, clock.hour)?);
                return Some(if late { (at(today, evening)?, false) } else { (at(today, clock.hour)?, true) });
            }
            if clock.hour < 12 && at(today, evening)? >= said && (night || evening <= LAST_HOUR) {
                return Some((at(today, evening)?, clock.hour < FIRST_HOUR || evening >= LAST_HOUR));
            }
            let hour = if plain(clock.hour) { clock.hour } else { evening };
            Some((at(tomorrow, hour)?, clock.hour > LAST_DOUBTFUL_HOUR))
        }
    }
}

/// The length that a piece names as a limit, in working days; calendar days by the rule of five in seven, rounded up.
pub(super) fn in_working_days(length: Length) -> f64 {
    let amount = length.amount;
    match length.unit {
        Unit::Second => amount / 86_400.0,
        Unit::Minute => amount / 1440.0,
        Unit::Hour => amount / 24.0,
        Unit::DayAndNight => amount,
        Unit::Day if length.working => amount,
        Unit::Day => (amount * 5.0 / 7.0).ceil(),
        Unit::Week => amount * 5.0,
        Unit::Month => amount * 22.0,
        Unit::Year => amount * 264.0,
    }
}
