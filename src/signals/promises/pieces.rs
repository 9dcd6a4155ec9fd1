//! Scans a text for lengths, days, parts of the day and times of day, in the order in which they are said.

use super::clock::Clock;
use super::days::{Context, Day};
use super::lengths::{Length, Reader};
use super::tokens::Kind;
use super::words::{Form, Hours, Meaning, Role, Unit};

/// Something that names a time, with the tokens that it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub(super) what: What,
    pub(super) role: Option<Role>,
    pub(super) first: usize,
    pub(super) next: usize,
}

/// What kind of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum What {
    Length(Length),
    Day(Day),
    Part(usize),
    /// A time of day, and the beginning of the range of which it is the end.
    Clock(Clock, Option<Clock>),
    /// A sentence ends.
    Break,
}

impl Reader<'_> {
    /// The pieces of the text in order.
    pub(super) fn pieces(&self, context: Context) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if self.sentence_ends(at) {
                pieces.push(Piece { what: What::Break, role: None, first: at, next: at });
            }
            let beside = pieces.last().is_some_and(|piece| {
                matches!(piece.what, What::Day(_))
                    && piece.next + 1 >= at
                    && (piece.next == at || self.mark(piece.next, ","))
            });
            let (piece, next) = self.piece(at, beside, context);
            pieces.extend(piece);
            at = next.max(at + 1);
        }
        pieces
    }

    fn sentence_ends(&self, at: usize) -> bool {
        let Some((token, before)) =
            self.tokens.get(at).zip(at.checked_sub(1).and_then(|before| self.tokens.get(before)))
        else {
            return false;
        };
        let stop = before.is_mark(".") && !token.glued && token.capital && before.glued;
        token.new_line || stop || ["!", "?", ";"].iter().any(|mark| before.is_mark(mark))
    }

    /// The piece that begins here, and where to read on.
    fn piece(&self, at: usize, beside: bool, context: Context) -> (Option<Piece>, usize) {
        let token = &self.tokens[at];
        if token.kind == Kind::Mark || (token.kind == Kind::Word && self.phrases[at].is_empty()) {
            return (None, at + 1);
        }
        if let Some(next) = self.after(at, Meaning::Wish) {
            let wished = self.read(next, |found| {
                matches!(found, Meaning::Part(..) | Meaning::Weekend | Meaning::AfterClock(_)).then_some(())
            });
            if let Some(((), next)) = wished {
                return (None, next);
            }
        }
        if let Some(next) = self.after(at, Meaning::Every) {
            let repeated = self.length(next).map(|length| length.next);
            if let Some(next) = repeated.or_else(|| self.day(next, None, false, context).map(|day| day.next)) {
                return (None, next);
            }
        }
        let preposition =
            self.read(at, |found| if let Meaning::Preposition(which) = found { Some(which) } else { None });
        let early = self.clock(at, None).filter(|clock| clock.alone && (clock.strong || !beside));
        if let Some(clock) = early.filter(|_| self.after(at, Meaning::Minus).is_some() || preposition.is_none()) {
            return self.clock_piece(at, clock, None);
        }
        let as_part = |role| {
            let part = self.read(at, |found| if let Meaning::Part(part, false) = found { Some(part) } else { None });
            part.map(|(part, next)| (Some(Piece { what: What::Part(part), role, first: at, next }), next))
        };
        if let Some((which, next)) = preposition {
            // "po południu" and its like begin with a preposition and are longer than it
            if let Some(found) = as_part(None).filter(|(_, part_end)| *part_end > next) {
                return found;
            }
            return self.governed(at, next, which, context);
        }
        as_part(None).unwrap_or_else(|| self.alone(at, beside, context))
    }

    /// What stands after a preposition.
    fn governed(&self, first: usize, at: usize, which: usize, context: Context) -> (Option<Piece>, usize) {
        let Some(preposition) = self.words.prepositions.get(which) else { return (None, at) };
        let after_counted = first > 0 && self.counted(first - 1);
        let piece = |what, role, next| (Some(Piece { what, role, first, next }), next);
        let moment = self.read(at, |found| matches!(found, Meaning::Moment(_)).then_some(())).is_some();
        let role = preposition.clock.or(preposition.day.filter(|_| moment));
        // "на два дня" is a length, though "в два дня" is an hour
        let lasts = |clock: &Clock| {
            preposition.length == Some(Role::For) && clock.part.is_some() && self.any_unit(clock.next - 1).is_some()
        };
        let clock = role.and_then(|role| self.clock(at, Some(role))).filter(|clock| !lasts(clock));
        let dated = preposition.day.filter(|role| *role != Role::Past && *role != Role::At);
        let dated = dated.and_then(|role| self.day(at, Some(role), false, context)).filter(|day| day.precise);
        if let Some(day) = dated.filter(|_| clock.is_none_or(|clock| !self.certain(at, clock))) {
            return piece(What::Day(day), preposition.day, day.next);
        }
        if let Some(clock) = clock.filter(|clock| clock.strong) {
            return self.clock_piece(first, clock, role);
        }
        let length = preposition.length.and_then(|role| Some((role, self.length(at)?)));
        if let Some((role, length)) = length.filter(|(_, length)| length.numbered) {
            let as_hour = preposition.clock.is_some() && self.hours_mean_clock(at, length);
            if !as_hour {
                return self.length_piece(first, length, role);
            }
        }
        if let Some(role) = preposition.day
            && let Some(day) = self.day(at, Some(role), false, context)
        {
            let day = if role == Role::Past { Day { date: None, ..day } } else { day };
            return piece(What::Day(day), Some(role), day.next);
        }
        let part_role = preposition.day.or(preposition.clock);
        let part_at = self.skip(at, |found| matches!(found, Meaning::Filler | Meaning::This));
        let part = self.read(part_at, |found| if let Meaning::Part(part, _) = found { Some(part) } else { None });
        if let Some((part, next)) = part.filter(|_| part_role.is_some_and(|role| role != Role::After)) {
            return piece(What::Part(part), part_role, next);
        }
        if let Some((role, length)) = length.filter(|_| !after_counted) {
            let open = match role {
                Role::In => true,
                Role::Within => preposition.day.is_none_or(|day| day == Role::By),
                Role::Over => !matches!(length.unit, Unit::Month | Unit::Year),
                _ => false,
            };
            if open
                && length.numbered
                    | (preposition.clock.is_none() || self.words.hours_after_preposition == Hours::Length)
            {
                if role == Role::Within && length.unit == Unit::Day && !length.working && !length.numbered {
                    let today = Day { date: Some(context.today), precise: false, closing: false, next: length.next };
                    return piece(What::Day(today), Some(Role::By), length.next);
                }
                return self.length_piece(first, length, role);
            }
        }
        match clock.filter(|_| !after_counted) {
            Some(clock) => self.clock_piece(first, clock, preposition.clock),
            None => (None, at),
        }
    }

    /// Whether a time of day is certain enough to go before a date: "в 10.30" but not "до 10.12".
    fn certain(&self, at: usize, clock: Clock) -> bool {
        clock.strong || (self.mark(at + 1, ".") && clock.literal && clock.minute > 12)
    }

    /// Whether "часов" here is the hour on the clock: "до двух часов", not "до 24 часов".
    fn hours_mean_clock(&self, at: usize, length: Length) -> bool {
        let short = self
            .read(length.next.saturating_sub(1), |found| matches!(found, Meaning::Unit(_, Form::Short)).then_some(()))
            .is_some();
        let clock = self.words.hours_after_preposition == Hours::Clock || short;
        clock
            && length.unit == Unit::Hour
            && length.amount < 24.0
            && !length.range
            && self.clock(at, Some(Role::By)).is_some()
    }

    fn length_piece(&self, first: usize, length: Length, role: Role) -> (Option<Piece>, usize) {
        let role =
            if length.range && matches!(role, Role::Past | Role::From | Role::Since) { Role::Within } else { role };
        let open = matches!(role, Role::In | Role::Within | Role::Over) && !self.bound_elsewhere(length.next);
        let piece = Piece { what: What::Length(length), role: Some(role), first, next: length.next };
        (open.then_some(piece), length.next)
    }

    fn clock_piece(&self, first: usize, clock: Clock, role: Option<Role>) -> (Option<Piece>, usize) {
        if let Some(end) = self.range_end(clock, role) {
            let piece = Piece { what: What::Clock(end, Some(clock)), role: Some(Role::Between), first, next: end.next };
            return (Some(piece), end.next);
        }
        let alone = !matches!(role, Some(Role::From | Role::Between));
        let piece = Piece { what: What::Clock(clock, None), role, first, next: clock.next };
        (alone.then_some(piece), clock.next)
    }

    /// What stands without a preposition.
    fn alone(&self, at: usize, beside: bool, context: Context) -> (Option<Piece>, usize) {
        if let Some(day) = self.day(at, None, beside, context) {
            return (Some(Piece { what: What::Day(day), role: None, first: at, next: day.next }), day.next);
        }
        if let Some(length) = self.length(at).filter(|length| length.numbered) {
            let before = at
                .checked_sub(1)
                .is_some_and(|before| self.digits(before).is_some() || self.tokens[before].is_mark("№"));
            let short = !matches!(length.unit, Unit::Month | Unit::Year);
            let open = short && !before && !self.bound_elsewhere(length.next) && !self.past_around(at, length.next);
            let piece = Piece { what: What::Length(length), role: None, first: at, next: length.next };
            return (open.then_some(piece), length.next);
        }
        if beside {
            let part = self.read(at, |found| if let Meaning::Part(part, _) = found { Some(part) } else { None });
            if let Some((part, next)) = part {
                return (Some(Piece { what: What::Part(part), role: None, first: at, next }), next);
            }
            let clock = self
                .clock(at, Some(Role::At))
                .filter(|clock| clock.strong || self.hour_range(clock.next) || !clock.literal);
            if let Some(clock) = clock {
                let by_number = self.number(at).is_some() && !clock.strong;
                let ranged = self.range_end(clock, Some(Role::Between)).is_some();
                if ranged || !by_number {
                    return self.clock_piece(at, clock, if ranged { Some(Role::Between) } else { None });
                }
            }
        }
        (None, at + 1)
    }
}
