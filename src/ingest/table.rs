//! Gathers the rows of a table, one turn each, into conversations. The rows of a conversation may stand anywhere in the file.
//!
//! A conversation with a row that cannot be read is left out: judged with a hole in it, it could accuse someone wrongly.

use std::collections::HashMap;

use super::table_columns::{COLUMNS, Unit, column};
use super::times::{AMBIGUOUS, clock, instant, origin};
use super::{Draft, DraftTurn, Found};

/// Above so many units a character, whole numbers are milliseconds: speech takes about 0.07 s a character.
const UNITS_A_CHARACTER: f64 = 20.0;

/// One row: a cell for each of [`COLUMNS`], empty ones absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Row {
    pub(super) line: Option<u64>,
    pub(super) cells: Vec<Option<String>>,
}

/// A time as a cell has it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Moment {
    Number(f64),
    Clock(f64),
    Date(f64),
}

#[derive(Default)]
struct Gathered {
    draft: Draft,
    times: Vec<[Option<Moment>; 2]>,
    told: Vec<usize>,
    /// The first clock time, in the source's words.
    clock: Option<(f64, String)>,
    /// The earliest date among the times, in the source's words.
    first: Option<(f64, String)>,
    broken: bool,
}

/// The conversations gathered so far, in the order in which they first appear.
#[derive(Default)]
pub(super) struct Gather {
    conversations: Vec<Gathered>,
    index: HashMap<String, usize>,
    unit: Option<Unit>,
}

impl Gather {
    /// An empty one, for a table whose columns' names may give the unit of times.
    pub(super) fn new(unit: Option<Unit>) -> Gather {
        Gather { unit, ..Gather::default() }
    }

    /// Takes the unit that a column's name gives.
    pub(super) fn learn(&mut self, unit: Option<Unit>) {
        self.unit = self.unit.or(unit);
    }

    fn conversation(&mut self, id: &str, line: Option<u64>) -> &mut Gathered {
        let next = self.conversations.len();
        let index = *self.index.entry(id.to_owned()).or_insert(next);
        if index == next {
            let draft = Draft { line, conversation_id: Some(id.to_owned()), ..Draft::default() };
            self.conversations.push(Gathered { draft, ..Gathered::default() });
        }
        &mut self.conversations[index]
    }

    /// Notes that a row of a conversation cannot be read; says what follows from it.
    pub(super) fn lost(&mut self, id: Option<&str>, line: Option<u64>) -> String {
        match id.map(str::trim).filter(|id| !id.is_empty() && id.len() <= 128) {
            Some(id) => {
                self.conversation(id, line).broken = true;
                format!("conversation `{id}` is left out")
            }
            None => "the row is left out, of which conversation is not known".to_owned(),
        }
    }

    /// Takes in a row. What cannot be used of it comes back.
    pub(super) fn push(&mut self, mut row: Row) -> Vec<Found> {
        let mut rejects = Vec::new();
        let line = row.line;
        row.cells.resize(COLUMNS.len(), None);
        let mut take =
            |name: &str| row.cells.get_mut(column(name)).and_then(Option::take).filter(|cell| !cell.trim().is_empty());
        let Some(id) = take("conversation_id").map(|id| id.trim().to_owned()) else {
            let message = "the row has no conversation id and is left out; fill the column";
            return vec![Found::reject(line, "bad-row", message)];
        };
        let turn = take("turn").map(|cell| (whole(&cell), cell));
        if let Some((None, _)) = turn {
            let rest = self.lost(Some(&id), line);
            return vec![Found::reject(line, "bad-row", format!("`turn` is not a whole number from 0; {rest}"))];
        }
        let gathered = self.conversation(&id, line);
        let confidence = take("confidence").and_then(|cell| {
            let number = number(&cell);
            if number.is_none() {
                rejects.push(Found::reject(line, "bad-confidence", "`confidence` is not a number; it is not used"));
            }
            number
        });
        let times = ["start", "end"].map(|name| {
            let cell = take(name)?;
            let moment = moment(&cell);
            if moment.is_none() {
                gathered.draft.bad_times.get_or_insert(format!("`{name}` is not a time"));
            }
            if let Some(Moment::Date(date)) = moment
                && gathered.first.as_ref().is_none_or(|(first, _)| date < *first)
            {
                gathered.first = Some((date, cell));
            } else if let Some(Moment::Clock(time)) = moment
                && gathered.clock.as_ref().is_none_or(|(first, _)| time < *first)
            {
                gathered.clock = Some((time, cell));
            }
            moment
        });
        gathered.times.push(times);
        gathered.draft.turns.push(DraftTurn {
            line,
            turn: turn.and_then(|(number, _)| number),
            label: take("speaker"),
            agent_id: take("agent_id"),
            start: None,
            end: None,
            text: take("text").unwrap_or_default(),
            confidence,
            language: take("language"),
        });
        let draft = &mut gathered.draft;
        for (name, target) in [
            ("customer_id", &mut draft.customer_id),
            ("team", &mut draft.team),
            ("channel", &mut draft.channel),
            ("direction", &mut draft.direction),
            ("started_at", &mut draft.started_at),
            ("complaint_recorded_at", &mut draft.complaint_recorded_at),
            ("complaint_forwarded_at", &mut draft.complaint_forwarded_at),
        ] {
            let Some(value) = take(name) else { continue };
            let first = target.get_or_insert_with(|| value.clone());
            let index = column(name);
            if *first != value && !gathered.told.contains(&index) {
                gathered.told.push(index);
                let message = format!("the rows of conversation `{id}` differ in `{name}`; the first value is used");
                rejects.push(Found::reject(line, "conflicting-values", message));
            }
        }
        rejects
    }

    /// The conversations, with turns in order and times in seconds from the beginning.
    pub(super) fn finish(self) -> impl Iterator<Item = Draft> {
        let unit = self.unit.unwrap_or_else(|| guess_unit(&self.conversations));
        self.conversations.into_iter().filter(|gathered| !gathered.broken).map(move |gathered| finish(gathered, unit))
    }
}

fn finish(gathered: Gathered, unit: Unit) -> Draft {
    let Gathered { mut draft, times, first, clock, .. } = gathered;
    draft.started_at = draft.started_at.or(first.map(|(_, text)| text));
    let scale = match unit {
        Unit::Seconds => 1.0,
        Unit::Milliseconds => 1000.0,
    };
    let kinds = |test: fn(&Moment) -> bool| times.iter().flatten().flatten().any(test);
    let dates = kinds(|moment| matches!(moment, Moment::Date(_)));
    if dates && kinds(|moment| !matches!(moment, Moment::Date(_))) {
        draft.bad_times.get_or_insert("dates and numbers are mixed in `start` and `end`".to_owned());
    }
    let seconds = |moment: Moment| match moment {
        Moment::Number(number) => number / scale,
        Moment::Clock(seconds) | Moment::Date(seconds) => seconds,
    };
    for (turn, [start, end]) in draft.turns.iter_mut().zip(&times) {
        turn.start = start.map(seconds);
        turn.end = end.map(seconds);
    }
    let mut rebase = dates;
    if let Some((_, text)) = clock {
        match origin(&text) {
            Some(origin) => rebase |= origin > 0.0,
            None => {
                draft.bad_times.get_or_insert(AMBIGUOUS.to_owned());
            }
        }
    }
    // numbers of this size are seconds since 1970
    let first = draft.turns.iter().filter_map(|turn| turn.start).fold(f64::INFINITY, f64::min);
    if first.is_finite() && (rebase || first > 5e8) {
        for time in draft.turns.iter_mut().flat_map(|turn| [&mut turn.start, &mut turn.end]).flatten() {
            // to the microsecond: large numbers have no more
            *time = ((*time - first) * 1e6).round() / 1e6;
        }
    }
    if draft.turns.iter().all(|turn| turn.turn.is_some()) {
        draft.turns.sort_by_key(|turn| turn.turn);
    } else if draft.turns.iter().all(|turn| turn.start.is_some()) {
        draft.turns.sort_by(|a, b| a.start.unwrap_or(0.0).total_cmp(&b.start.unwrap_or(0.0)));
    }
    let mut agents: Vec<&String> = draft.turns.iter().filter_map(|turn| turn.agent_id.as_ref()).collect();
    agents.dedup();
    if let [only] = agents[..] {
        draft.agent_id = Some(only.clone());
    }
    draft.language = draft.turns.iter().find_map(|turn| turn.language.clone());
    for turn in &mut draft.turns {
        if turn.language == draft.language {
            turn.language = None;
        }
    }
    draft
}

/// Seconds or milliseconds, by what the conversations of the file take for a character.
fn guess_unit(conversations: &[Gathered]) -> Unit {
    let mut rates = Vec::new();
    for gathered in conversations {
        let mut span = (f64::INFINITY, f64::NEG_INFINITY);
        for moment in gathered.times.iter().flatten().flatten() {
            match moment {
                Moment::Number(number) if number.abs() > 1e11 => return Unit::Milliseconds,
                Moment::Number(number) if number.fract() != 0.0 => return Unit::Seconds,
                Moment::Number(number) => span = (span.0.min(*number), span.1.max(*number)),
                _ => {}
            }
        }
        let characters: usize = gathered.draft.turns.iter().map(|turn| turn.text.chars().count()).sum();
        if span.1 > span.0 && characters > 0 {
            rates.push((span.1 - span.0) / characters as f64);
        }
    }
    rates.sort_by(f64::total_cmp);
    match rates.get(rates.len() / 2) {
        Some(rate) if *rate > UNITS_A_CHARACTER => {
            tracing::info!("`start` and `end` are read as milliseconds, by their magnitude");
            Unit::Milliseconds
        }
        _ => Unit::Seconds,
    }
}

/// A number, with a point or comma.
fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    let plain = cell.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte));
    plain.then(|| cell.replace(',', ".").parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

/// A whole number from 0; exports of data frames write `3.0`.
fn whole(cell: &str) -> Option<u32> {
    let number = number(cell)?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
}

fn moment(cell: &str) -> Option<Moment> {
    number(cell)
        .map(Moment::Number)
        .or_else(|| clock(cell).map(Moment::Clock))
        .or_else(|| instant(cell).map(Moment::Date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(rows: &[[&str; 4]]) -> Vec<Draft> {
        let mut gather = Gather::new(None);
        for (line, [id, start, end, text]) in (2..).zip(rows) {
            let mut cells = vec![None; COLUMNS.len()];
            for (name, value) in [("conversation_id", id), ("start", start), ("end", end), ("text", text)] {
                cells[column(name)] = Some((*value).to_owned());
            }
            assert_eq!(gather.push(Row { line: Some(line), cells }), []);
        }
        gather.finish().collect()
    }

    #[track_caller]
    fn starts(rows: &[[&str; 4]], expected: &[f64]) {
        let drafts = gathered(rows);
        let got: Vec<f64> = drafts[0].turns.iter().filter_map(|turn| turn.start).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn times_are_seconds_whatever_the_cells_have() {
        starts(&[["c", "0", "2", "dobrý deň vám prajem"], ["c", "3", "5", "dobrý deň"]], &[0.0, 3.0]);
        starts(&[["c", "0", "2000", "dobrý deň vám prajem"], ["c", "3000", "5000", "dobrý deň"]], &[0.0, 3.0]);
        starts(&[["c", "1,5", "2,5", "a"], ["c", "30", "31", "b"]], &[1.5, 30.0]);
        starts(&[["c", "00:00:01", "00:00:02", "a"], ["c", "00:01:00", "", "b"]], &[1.0, 60.0]);
        starts(&[["c", "14:05:10", "14:05:11", "a"], ["c", "14:06:10", "", "b"]], &[0.0, 60.0]);
        starts(&[["c", "1772435700000", "", "a"], ["c", "1772435703500", "", "b"]], &[0.0, 3.5]);
        starts(&[["c", "2026-03-02 10:15:00", "", "a"], ["c", "2026-03-02 10:15:03.25", "", "b"]], &[0.0, 3.25]);
    }

    #[test]
    fn scattered_rows_come_together_in_order() {
        let drafts = gathered(&[["b", "5", "6", "b2"], ["a", "0", "1", "a1"], ["b", "0", "1", "b1"]]);
        let texts = |draft: &Draft| draft.turns.iter().map(|turn| turn.text.clone()).collect::<Vec<_>>();
        let got: Vec<Vec<String>> = drafts.iter().map(texts).collect();
        let expected = [vec!["b1", "b2"], vec!["a1"]];
        assert_eq!(got, expected);
    }
}
