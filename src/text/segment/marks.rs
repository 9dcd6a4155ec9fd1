//! Words of a turn and the marks at their ends: which gaps end a sentence, which may not be cut.
//!
//! The same rules stand in `models/segment/train.py`; line breaks and missing spaces are only here.

use super::score::Rules;

/// What stands at the end of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// No mark.
    Nothing,
    /// A comma.
    Comma,
    /// A colon, a semicolon and the like.
    Other,
    /// The end of a sentence or line.
    Sentence,
    /// An emoji or a bracket as a smile: ends a sentence too.
    Smile,
    /// The gap is closed: an abbreviation, or the next word only closes.
    Closed,
}

impl Mark {
    /// The letter in the names of features.
    pub(super) const fn letter(self) -> u8 {
        match self {
            Mark::Nothing => b'n',
            Mark::Comma => b'c',
            Mark::Other => b'o',
            Mark::Sentence => b's',
            Mark::Smile => b'm',
            Mark::Closed => b'x',
        }
    }
}

/// A word with its marks: bytes of the turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Line breaks before it.
    breaks: usize,
    /// Where its line begins.
    line: usize,
    /// It follows the word before without a space, after a sentence mark.
    glued: bool,
    pub(super) mark: Mark,
}

/// Walks over the words of a turn: between white space, and between sentences written without a space.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// End of the current run of characters that are not white space; pieces of it are given one by one.
    run_end: usize,
    /// The run is an address, which no sentence ends inside.
    address: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Tokens { text, at: 0, line: 0, run_end: 0, address: false }
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let glued = self.at < self.run_end;
        let mut breaks = 0;
        if !glued {
            let rest = &self.text[self.at..];
            let skipped = rest.len() - rest.trim_start().len();
            for (i, byte) in rest.as_bytes()[..skipped].iter().enumerate() {
                if *byte == b'\n' || (*byte == b'\r' && rest.as_bytes().get(i + 1) != Some(&b'\n')) {
                    breaks += 1;
                    self.line = self.at + i + 1;
                }
            }
            self.at += skipped;
            let rest = &self.text[self.at..];
            if rest.is_empty() {
                return None;
            }
            self.run_end = self.at + rest.find(char::is_whitespace).unwrap_or(rest.len());
            self.address = self.text[self.at..self.run_end].contains(['@', '/', '\\', '=', '_']);
        }
        let start = self.at;
        let inner = if self.address { None } else { glued_end(self.text, start, self.run_end) };
        self.at = inner.unwrap_or(self.run_end);
        Some(Token { start, end: self.at, breaks, line: self.line, glued, mark: Mark::Nothing })
    }
}

/// Where a sentence ends inside a run without white space (`дыркой.Пришлось`), if one does.
fn glued_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let run = &text[start..end];
    let bytes = run.as_bytes();
    if !bytes[..bytes.len() - 1].iter().any(|b| matches!(b, b'.' | b'!' | b'?')) {
        return None;
    }
    let mut letters = 0;
    let mut previous = ' ';
    let mut inside = run.char_indices().peekable();
    while let Some((_, ch)) = inside.next() {
        let stop = matches!(ch, '.' | '!' | '?');
        if stop && let Some(&(next_at, next)) = inside.peek() {
            // the mark, perhaps with a closing quotation mark after it
            let (after, first) = if matches!(next, '»' | '”' | '"' | ')') {
                let after = next_at + next.len_utf8();
                (after, run[after..].chars().next())
            } else {
                (next_at, Some(next))
            };
            let begins = first.is_some_and(|c| {
                c.is_alphabetic() && (ch != '.' || c.is_uppercase() || (is_cyrillic(c) && long_word(&run[after..])))
            });
            let word_before = if ch == '.' { letters >= 3 && previous.is_lowercase() } else { letters >= 1 };
            if begins && (word_before || (matches!(previous, '»' | '!' | '?') && letters == 0)) {
                return Some(start + after);
            }
        }
        letters = if ch.is_alphabetic() { letters + 1 } else { 0 };
        previous = ch;
    }
    None
}

/// Whether a text begins with at least three letters.
fn long_word(text: &str) -> bool {
    text.chars().take(3).filter(|c| c.is_alphabetic()).count() == 3
}

fn is_cyrillic(ch: char) -> bool {
    matches!(ch, '\u{400}'..='\u{52f}')
}

/// Brackets open after a token.
pub(super) fn depth(token: &str, before: usize) -> usize {
    let mut depth = before;
    for byte in token.bytes() {
        depth = match byte {
            b'(' => depth + 1,
            b')' => depth.saturating_sub(1),
            _ => depth,
        };
    }
    depth
}

/// Whether a token may begin a sentence: a capital, or a quotation mark, bracket or dash.
fn opens(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_alphanumeric())
}

/// The mark at the end of a token; `fresh`: the token begins a sentence; `depth`: brackets open before it.
pub(super) fn mark(text: &str, token: &Token, following: &Token, rules: &Rules, fresh: bool, depth: usize) -> Mark {
    let word = &text[token.start..token.end];
    let next = &text[following.start..following.end];
    if following.glued {
        return Mark::Sentence;
    }
    let mark = mark_of(word, next, rules, fresh, depth);
    if following.breaks > 0 {
        // a long line that goes on with a small letter was only wrapped
        let wrapped = following.breaks == 1
            && token.end - token.line >= 50
            && next.starts_with(char::is_lowercase)
            && matches!(mark, Mark::Nothing | Mark::Comma | Mark::Closed);
        return if wrapped { mark } else { Mark::Sentence };
    }
    mark
}

fn mark_of(token: &str, next: &str, rules: &Rules, fresh: bool, depth: usize) -> Mark {
    let Some(first) = next.chars().next() else { return Mark::Nothing };
    if matches!(first, ')' | ']' | '}' | '»' | '”' | '…')
        || (!matches!(first, '"' | '\'' | '«' | '„' | '“' | '(' | '[' | '{' | '*' | '.')
            && !first.is_alphanumeric()
            && !next.chars().any(char::is_alphanumeric))
    {
        return Mark::Closed;
    }
    let mut body = token.trim_end_matches(['"', '\'', '»', '”', '“', '’', ']', '}', '*', '_']);
    if body.ends_with(')') {
        let inner = body.trim_end_matches(')');
        if depth == 0 && !body.contains('(') && !is_item(inner) {
            return Mark::Smile;
        }
        body = inner;
    }
    let Some(last) = body.chars().next_back() else { return Mark::Nothing };
    if last.is_alphanumeric() {
        return Mark::Nothing;
    }
    match last {
        ',' => Mark::Comma,
        '?' | '!' => Mark::Sentence,
        '…' => {
            if opens(next) {
                Mark::Sentence
            } else {
                Mark::Closed
            }
        }
        '.' if body.ends_with("..") => {
            if opens(next) {
                Mark::Sentence
            } else {
                Mark::Closed
            }
        }
        '.' => stop(body, next, rules, fresh),
        '-' | '–' | '—' | '•' | '*' => Mark::Closed,
        _ if last >= '\u{2190}' => Mark::Smile,
        _ => Mark::Other,
    }
}

/// Whether the inside of `1)` or `a)` numbers an item of a list.
fn is_item(inner: &str) -> bool {
    let mut chars = inner.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => only.is_alphanumeric(),
        (Some(_), Some(_)) => inner.chars().all(|c| c.is_ascii_digit()),
        (None, _) => false,
    }
}

/// What a single full stop is: the end of a sentence, or part of an abbreviation, an ordinal, an initial.
fn stop(body: &str, next: &str, rules: &Rules, fresh: bool) -> Mark {
    let word = body.trim_matches(|c: char| !c.is_alphanumeric());
    let mut chars = word.chars();
    let closed = match (chars.next(), chars.nth(1)) {
        (None, _) => return Mark::Sentence,
        (Some(only), _) if word.len() == only.len_utf8() && only.is_uppercase() => true,
        (_, None) if word.bytes().all(|b| b.is_ascii_digit()) => {
            fresh || (rules.ordinals && !next.starts_with(char::is_uppercase))
        }
        _ => false,
    };
    if closed || rules.is_abbreviation(word, opens(next)) { Mark::Closed } else { Mark::Sentence }
}
