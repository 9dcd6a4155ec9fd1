//! Masks personal data: finds addresses, telephone numbers and identifiers and puts placeholders such as `[PHONE]` in their place.
//!
//! All rules of all languages hold at once, so a text need not say its language. Numbers that are no personal data (orders, parcels, amounts,
//! dates, tariffs) stay; where only a checksum that one number in ten passes speaks for an identifier, a word such as `NIP` must stand near.
//! Names of people, postal addresses, handles (`@ola`) and numbers spelled out in words are not found here.

mod checksum;
mod email;
mod iban;
mod judge;
mod numbers;
mod phone;
mod words;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::transcript::{Span, names};
use words::Context;

names! {
    /// A kind of personal data; its name in brackets is the placeholder.
    Kind, "kind of personal data", {
        /// An e-mail address or `mailto:` link.
        Email = "EMAIL",
        /// A telephone number.
        Phone = "PHONE",
        /// An international bank account number, also a Polish one without its country.
        Iban = "IBAN",
        /// A Russian bank account of 20 digits.
        Account = "ACCOUNT",
        /// A payment card.
        Card = "CARD",
        /// Polish personal number.
        Pesel = "PESEL",
        /// Polish taxpayer.
        Nip = "NIP",
        /// Polish business register.
        Regon = "REGON",
        /// Polish identity card.
        IdCard = "ID_CARD",
        /// Slovak and Czech birth number.
        RodneCislo = "RODNE_CISLO",
        /// Slovak and Czech organisation.
        Ico = "ICO",
        /// Russian taxpayer.
        Inn = "INN",
        /// Russian pension insurance.
        Snils = "SNILS",
        /// Russian passport.
        Passport = "PASSPORT",
    }
}

impl Kind {
    /// What stands in the masked text, such as `[PHONE]`.
    #[must_use]
    pub const fn placeholder(self) -> &'static str {
        match self {
            Kind::Email => "[EMAIL]",
            Kind::Phone => "[PHONE]",
            Kind::Iban => "[IBAN]",
            Kind::Account => "[ACCOUNT]",
            Kind::Card => "[CARD]",
            Kind::Pesel => "[PESEL]",
            Kind::Nip => "[NIP]",
            Kind::Regon => "[REGON]",
            Kind::IdCard => "[ID_CARD]",
            Kind::RodneCislo => "[RODNE_CISLO]",
            Kind::Ico => "[ICO]",
            Kind::Inn => "[INN]",
            Kind::Snils => "[SNILS]",
            Kind::Passport => "[PASSPORT]",
        }
    }
}

/// One piece of personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the original text, in bytes.
    pub original: Span,
    /// Where its placeholder stands in the masked text, in bytes.
    pub masked: Span,
}

/// A text with placeholders, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text with placeholders.
    pub text: String,
    /// What was masked, in order.
    pub parts: Vec<Part>,
}

/// A text with its personal data masked.
#[must_use]
pub fn mask(text: &str) -> Masked {
    mask_answer("", text)
}

/// As [`mask`], for a text that answers what was said before: a bare number after `Proszę podać NIP.` is a NIP, after
/// `Podaj numer zamówienia` it is none. What was said before is only read.
#[must_use]
pub fn mask_answer(before: &str, text: &str) -> Masked {
    replace(text, find(before, text))
}

/// The masked text alone; borrowed where there is nothing to mask.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = find("", text);
    if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replace(text, found).text) }
}

impl Masked {
    /// Where a span of the original text lies in the masked text. A span that cuts a masked part is widened to all of it; one past the end is
    /// cut off at the end.
    #[must_use]
    pub fn to_masked(&self, original: Span) -> Span {
        let start = self.place(original.start, false);
        let end = self.place(original.end.max(original.start), true);
        start..end.max(start)
    }

    /// The masked text of a span of the original text; a span that cuts a character is widened to all of it.
    #[must_use]
    pub fn slice(&self, original: Span) -> &str {
        let Span { mut start, mut end } = self.to_masked(original);
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        &self.text[start..end]
    }

    fn place(&self, at: usize, is_end: bool) -> usize {
        let before = self.parts.partition_point(|part| part.original.start < at);
        let Some(part) = before.checked_sub(1).map(|index| &self.parts[index]) else { return at.min(self.text.len()) };
        if at < part.original.end {
            return if is_end { part.masked.end } else { part.masked.start };
        }
        (part.masked.end + (at - part.original.end)).min(self.text.len())
    }
}

fn replace(text: &str, found: Vec<(Kind, Span)>) -> Masked {
    let mut out = String::with_capacity(text.len());
    let mut parts = Vec::with_capacity(found.len());
    let mut done = 0;
    for (kind, original) in found {
        out.push_str(&text[done..original.start]);
        let begin = out.len();
        out.push_str(kind.placeholder());
        done = original.end;
        parts.push(Part { kind, original, masked: begin..out.len() });
    }
    out.push_str(&text[done..]);
    Masked { text: out, parts }
}

/// What cuts the text before numbers are looked for.
#[derive(Debug)]
struct Fixed {
    span: Span,
    /// Nothing: a placeholder that stands already.
    kind: Option<Kind>,
}

#[expect(clippy::expect_used, reason = "a fixed pattern, compiled in every test")]
static PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[[A-Z][A-Z_0-9]*\]|<[A-Z][A-Z_0-9]*>").expect("a valid pattern"));

/// Series and number of a Russian passport with words between them.
#[expect(clippy::expect_used, reason = "a fixed pattern, compiled in every test")]
static PASSPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)сери[яию]:?\s*№?\s*\d{2}\s?\d{2}\s*[,;]?\s*(?:№|номер:?|n)\s*\d{6}\b").expect("a valid pattern")
});

/// What is found whatever stands near: addresses, IBANs, passports in words, and the placeholders that stand already.
fn fixed(text: &str) -> Vec<Fixed> {
    let mut all: Vec<Fixed> =
        email::find(text).into_iter().map(|span| Fixed { span, kind: Some(Kind::Email) }).collect();
    all.extend(iban::find(text).into_iter().map(|span| Fixed { span, kind: Some(Kind::Iban) }));
    for place in PASSPORT.find_iter(text) {
        if words::before(&text[..place.start()]).names().any(|kind| kind == Kind::Passport) {
            all.push(Fixed { span: place.range(), kind: Some(Kind::Passport) });
        }
    }
    all.extend(PLACEHOLDER.find_iter(text).map(|place| Fixed { span: place.range(), kind: None }));
    all.sort_by_key(|fixed| (fixed.span.start, std::cmp::Reverse(fixed.span.end)));
    let mut end = 0;
    all.retain(|fixed| {
        let is_free = fixed.span.start >= end;
        end = end.max(fixed.span.end);
        is_free
    });
    all
}

/// Walks through a text; every number sees what was said since the one before.
struct Walk<'a> {
    text: &'a str,
    /// Where the last number or placeholder ended.
    last: usize,
    /// Where the last address, placeholder or masked number ended.
    wall: usize,
    /// What was said of the last number.
    said: Context,
    found: Vec<(Kind, Span)>,
}

impl Walk<'_> {
    fn context(&self, at: usize) -> Context {
        words::before(&self.text[self.last.min(at)..at]).after(&self.said)
    }

    fn pass(&mut self, end: usize, said: Context) {
        self.last = end;
        self.said = said;
    }

    /// `right` is where the next address or placeholder begins.
    fn chain(&mut self, chain: &numbers::Chain, right: usize) {
        let mut at = 0;
        let mut free = 0;
        while at < chain.groups.len() {
            let group = chain.groups[at].clone();
            let walls = self.wall.min(group.start)..right;
            if let Some((begin, has_checksum)) = judge::identity_card(self.text, &walls, &group) {
                let said = self.context(begin);
                if judge::is_identity_card(&self.text[begin..begin + 3], has_checksum, &said) {
                    self.found.push((Kind::IdCard, begin..group.end));
                    self.pass(group.end, said);
                    self.wall = group.end;
                    at += 1;
                    continue;
                }
            }
            let windows = chain.windows(self.text, &walls, at, free);
            if let Some(first) = windows.first() {
                let said = self.context(first.span.start);
                let hit = windows.iter().find_map(|window| {
                    let said = said.clone().then(words::after(window.rest, right < self.text.len()));
                    Some((judge::judge(window, &said)?, window))
                });
                if let Some((kind, window)) = hit {
                    let mut span = window.span.clone();
                    if kind == Kind::Nip && judge::has_country(window) {
                        span.start = self.text[..span.start].trim_end().len() - 2;
                    }
                    at += window.groups.len();
                    free = at;
                    self.pass(span.end, said);
                    self.wall = span.end;
                    self.found.push((kind, span));
                    continue;
                }
            }
            if group.len() >= 5 {
                let said = self.context(group.start);
                self.pass(group.end, said);
            }
            at += 1;
        }
    }
}

fn find(before: &str, text: &str) -> Vec<(Kind, Span)> {
    if !text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@') && !text.contains("ailto:") {
        return Vec::new();
    }
    let said = words::before(before.trim_end_matches(['?', '!', '.', ';', ':', ' ', '\n']));
    let mut walk = Walk { text, last: 0, wall: 0, said, found: Vec::new() };
    let mut at = 0;
    for fixed in fixed(text) {
        for chain in numbers::chains(text, at..fixed.span.start) {
            walk.chain(&chain, fixed.span.start);
        }
        let said = walk.context(fixed.span.start);
        walk.pass(fixed.span.end, said);
        walk.wall = fixed.span.end;
        at = fixed.span.end;
        if let Some(kind) = fixed.kind {
            walk.found.push((kind, fixed.span));
        }
    }
    for chain in numbers::chains(text, at..text.len()) {
        walk.chain(&chain, text.len());
    }
    walk.found
}
