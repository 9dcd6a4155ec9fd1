//! Cuts a text into words, numbers and marks, folded for look-up, each with its place in the original. It knows no language.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::transcript::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Decimal digits: their value, saturated, and how many there are.
    Digits(u32, usize),
    /// One character that is neither letter, digit nor white space.
    Mark,
}

/// A word, number or mark.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Lower case, without marks on the letters; digits and marks as they are.
    pub(super) folded: String,
    pub(super) span: Span,
    /// No white space stands before it.
    pub(super) glued: bool,
    /// The original begins with a capital letter.
    pub(super) capital: bool,
    /// A line ends before it.
    pub(super) new_line: bool,
}

impl Token {
    /// The number, where the token is made of digits.
    pub(super) fn digits(&self) -> Option<(u32, usize)> {
        match self.kind {
            Kind::Digits(value, count) => Some((value, count)),
            Kind::Word | Kind::Mark => None,
        }
    }

    /// Whether the token is this mark.
    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.folded == mark
    }
}

/// Lower case without diacritics: й is и, ё is е, ł is l.
pub(super) fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ł' { 'l' } else { c })
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Space,
    Mark,
}

fn class(c: char) -> Class {
    if c.is_ascii_digit() {
        Class::Digit
    } else if c.is_alphabetic() || is_combining_mark(c) {
        Class::Letter
    } else if c.is_whitespace() {
        Class::Space
    } else {
        Class::Mark
    }
}

/// The tokens of a text in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut glued, mut new_line) = (false, false);
    let mut rest = text.char_indices().peekable();
    while let Some((begin, first)) = rest.next() {
        let kind = class(first);
        if kind == Class::Space {
            glued = false;
            new_line |= first == '\n';
            continue;
        }
        let mut end = begin + first.len_utf8();
        if kind != Class::Mark {
            while let Some((at, c)) = rest.next_if(|(_, c)| class(*c) == kind) {
                end = at + c.len_utf8();
            }
        }
        let written = &text[begin..end];
        let (kind, folded) = match kind {
            Class::Letter => (Kind::Word, fold(written)),
            Class::Digit => (Kind::Digits(written.parse().unwrap_or(u32::MAX), written.len()), written.to_owned()),
            Class::Space | Class::Mark => (Kind::Mark, written.to_owned()),
        };
        found.push(Token { kind, folded, span: begin..end, glued, capital: first.is_uppercase(), new_line });
        (glued, new_line) = (true, false);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_case_and_marks_away() {
        for (text, folded) in
            [("Ещё", "еще"), ("Который", "которыи"), ("Środę", "srode"), ("Małą", "mala"), ("Štvrť", "stvrt")]
        {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn tokens_keep_their_places() {
        let text = "до 24-го, в 9:30";
        let words: Vec<_> = tokens(text).into_iter().map(|token| text[token.span].to_owned()).collect();
        assert_eq!(words, ["до", "24", "-", "го", ",", "в", "9", ":", "30"]);
    }
}
