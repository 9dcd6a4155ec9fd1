//! Cuts a text into chains of digit groups (`600 100-200`) and a chain into windows that may be one number. Judges nothing.

use crate::transcript::Span;

/// What stands between two groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// White space of any width.
    Space,
    /// A hyphen or dash.
    Dash,
    /// A bracket, with or without white space.
    Bracket,
    /// A full stop.
    Dot,
    /// A slash.
    Slash,
}

/// The most groups in one number.
const GROUPS: usize = 10;
/// The most digits in one number (a Polish account without its country).
const DIGITS: usize = 26;

/// Groups of digits with what stands between them.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub(super) groups: Vec<Span>,
    /// One fewer than groups.
    gaps: Vec<Gap>,
}

/// Some groups of a chain, taken as one number.
#[derive(Debug, Clone)]
pub(super) struct Window<'a> {
    /// The text from the number, address or placeholder before it.
    pub(super) before: &'a str,
    /// The text up to the address or placeholder after it.
    pub(super) rest: &'a str,
    /// From the sign or bracket before the first digit to the last digit.
    pub(super) span: Span,
    pub(super) digits: String,
    /// Lengths of the groups.
    pub(super) groups: Vec<usize>,
    pub(super) gaps: Vec<Gap>,
    pub(super) has_plus: bool,
    pub(super) has_bracket: bool,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2007}' | '\u{2008}' | '\u{2009}' | '\u{200a}' | '\u{202f}' | '\t')
}

/// What the characters between two groups are, and how many bytes; nothing where the groups do not belong together.
fn gap(text: &str) -> Option<(Gap, usize)> {
    let mut kind = None;
    for (count, (at, c)) in text.char_indices().enumerate() {
        let found = match c {
            c if is_space(c) => Gap::Space,
            '-' | '\u{2010}' | '\u{2011}' | '–' | '−' => Gap::Dash,
            '(' | ')' => Gap::Bracket,
            '.' => Gap::Dot,
            '/' => Gap::Slash,
            c if c.is_ascii_digit() => return kind.map(|kind| (kind, at)),
            _ => return None,
        };
        if count >= 3 {
            return None;
        }
        kind = match (kind, found) {
            (None, found) => Some(found),
            (Some(Gap::Space), Gap::Space) => Some(Gap::Space),
            (Some(Gap::Bracket), Gap::Bracket | Gap::Space | Gap::Dash)
            | (Some(Gap::Space | Gap::Dash), Gap::Bracket) => Some(Gap::Bracket),
            _ => return None,
        };
    }
    None
}

/// Whether the group is a part of a time of day (`17:20`).
fn is_clock(bytes: &[u8], group: &Span) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let before = group.start >= 2 && bytes[group.start - 1] == b':' && digit(group.start - 2);
    let after = bytes.get(group.end) == Some(&b':') && digit(group.end + 1);
    group.len() <= 2 && (before || after)
}

/// The chains of `text[within]`, with spans of the text.
pub(super) fn chains(text: &str, within: Span) -> Vec<Chain> {
    let bytes = text.as_bytes();
    let mut chains: Vec<Chain> = Vec::new();
    let mut open = false;
    let mut at = within.start;
    while at < within.end {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let begin = at;
        while at < within.end && bytes[at].is_ascii_digit() {
            at += 1;
        }
        let group = begin..at;
        if is_clock(&bytes[..within.end], &group) {
            open = false;
            continue;
        }
        if !open {
            chains.push(Chain::default());
        }
        if let Some(chain) = chains.last_mut() {
            chain.groups.push(group);
            let next = gap(&text[at..within.end]).filter(|(_, length)| {
                let begin = at + length;
                let digits = bytes[begin..within.end].iter().take_while(|byte| byte.is_ascii_digit()).count();
                !is_clock(&bytes[..within.end], &(begin..begin + digits))
            });
            open = next.is_some();
            if let Some((kind, _)) = next {
                chain.gaps.push(kind);
            }
        }
    }
    chains
}

impl Chain {
    /// The windows that begin with the group, the longest first; the groups before `free` are taken, and nothing outside the
    /// walls is looked at.
    pub(super) fn windows<'a>(&self, text: &'a str, walls: &Span, first: usize, free: usize) -> Vec<Window<'a>> {
        if first > 0 && !matches!(self.gaps[first - 1], Gap::Space | Gap::Bracket) {
            return Vec::new();
        }
        let begin = self.groups[first].start;
        let mut span_begin = begin;
        let mut has_plus = false;
        let mut has_bracket = false;
        for c in text[walls.start..begin].chars().rev().take(2) {
            match c {
                '(' if !has_bracket && !has_plus => has_bracket = true,
                '+' if !has_plus => has_plus = true,
                _ => break,
            }
            span_begin -= 1;
        }
        let mut window = Window {
            before: &text[walls.start..span_begin],
            rest: "",
            span: span_begin..begin,
            digits: String::new(),
            groups: Vec::new(),
            gaps: Vec::new(),
            has_plus,
            has_bracket,
        };
        let mut windows = Vec::new();
        for (at, group) in self.groups.iter().enumerate().skip(first).take(GROUPS) {
            if at > first {
                window.gaps.push(self.gaps[at - 1]);
            }
            window.digits.push_str(&text[group.clone()]);
            if window.digits.len() > DIGITS {
                break;
            }
            window.groups.push(group.len());
            window.span.end = group.end;
            let is_end = self.gaps.get(at).is_none_or(|gap| matches!(gap, Gap::Space | Gap::Bracket));
            if is_end && window.digits.len() >= 6 && self.is_apart(&window, free, first, at) {
                window.rest = &text[group.end..walls.end];
                windows.push(window.clone());
            }
        }
        windows.reverse();
        windows
    }

    /// Threes of digits that go on with threes are one big number, not a telephone number with a rest, unless they divide evenly.
    fn is_apart(&self, window: &Window<'_>, free: usize, first: usize, last: usize) -> bool {
        if window.groups != [3, 3, 3] || window.gaps != [Gap::Space, Gap::Space] {
            return true;
        }
        let is_three = |at: usize| self.groups.get(at).is_some_and(|group| group.len() == 3);
        let right = (last + 1..self.groups.len())
            .take_while(|at| is_three(*at) && self.gaps[at - 1] == Gap::Space)
            .take(GROUPS)
            .count();
        let follows = first > free && is_three(first - 1) && self.gaps[first - 1] == Gap::Space;
        right % 3 == 0 && !follows
    }
}

impl Window<'_> {
    /// Whether the groups are joined only by these.
    pub(super) fn is_joined_by(&self, gaps: &[Gap]) -> bool {
        self.gaps.iter().all(|gap| gaps.contains(gap))
    }

    /// Whether it begins with a date (`2026-03-18`, `18.03.2026`).
    pub(super) fn has_dates(&self) -> bool {
        if self.gaps.len() < 2 || self.gaps[0] != self.gaps[1] || self.gaps[0] == Gap::Space {
            return false;
        }
        let (first, second, third) = (self.groups[0], self.groups[1], self.groups[2]);
        let value = |from: usize, length: usize| self.digits[from..from + length].parse::<u32>().unwrap_or(u32::MAX);
        let is_month = |value: u32| (1..=12).contains(&value);
        let is_day = |value: u32| (1..=31).contains(&value);
        match (first, second, third) {
            (4, 2, 2) => is_month(value(4, 2)) && is_day(value(6, 2)),
            (1 | 2, 1 | 2, 2 | 4) => {
                let (day, month) = (value(0, first), value(first, second));
                is_day(day) && is_month(month) || is_month(day) && is_day(month)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::chains;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let found: Vec<Vec<&str>> = chains(text, 0..text.len())
            .into_iter()
            .map(|chain| chain.groups.into_iter().map(|group| &text[group]).collect())
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn groups_that_belong_together_are_one_chain() {
        check("tel. +7 (916) 123-45-67, wew. 12", &[&["7", "916", "123", "45", "67"], &["12"]]);
        check("600\u{a0}100\u{202f}200", &[&["600", "100", "200"]]);
        check("o 17:20 i 600 100 200 12:30", &[&["600", "100", "200"]]);
        check("120 000,50", &[&["120", "000"], &["50"]]);
        check("bez cyfr", &[]);
    }
}
