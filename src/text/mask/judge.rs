//! Decides whether a number in its sentence is personal data, and of which kind.
//!
//! From sure to doubtful: the word right before it names a kind; a word near does and the checksum holds; the writing or the checksum leaves no
//! doubt; the word before names an order, a parcel, an amount (then it stays); a checksum of two digits, a date inside, or a telephone number's
//! grouping. What is left stays: a checksum that one number in ten passes says nothing alone.

use super::Kind;
use super::checksum::{self, account, id_card, inn, is_card_scheme, luhn, nip, pesel, regon, rodne_cislo, snils};
use super::numbers::{Gap, Window};
use super::phone::{Strength, is_local, strength};
use super::words::{Context, is_unit};
use crate::transcript::Span;

const PLAIN: &[Gap] = &[Gap::Space, Gap::Dash];

/// The kind of a number, given what is said before it (and, tied to it, after it).
pub(super) fn judge(window: &Window<'_>, context: &Context) -> Option<Kind> {
    let rest = window.rest;
    let named = context.named();
    if is_part_of_code(window, named) || is_decimal(rest) {
        return None;
    }
    let is_amount = !window.has_plus && (is_unit(rest) || follows_currency(window));
    if let Some(kind) = named
        && !is_amount
        && !(kind == Kind::Phone && window.groups.len() == 1 && context.is_named_in_other())
        && fits(kind, window)
    {
        return Some(kind);
    }
    if let Some(kind) =
        context.names().find(|kind| holds(*kind, window, context) && !(is_amount && *kind == Kind::Phone))
    {
        return Some(kind);
    }
    if let Some(kind) = certain(window) {
        return Some(kind);
    }
    if is_amount || context.is_other() {
        return None;
    }
    likely(window, context)
}

/// Right after its name a number needs no checksum, only the length: a slip of the pen is still a person's number.
fn fits(kind: Kind, window: &Window<'_>) -> bool {
    let length = window.digits.len();
    let is_plain = window.is_joined_by(PLAIN) && !window.has_dates();
    match kind {
        Kind::Phone => strength(window).is_some() || is_local(window),
        Kind::Iban => is_plain && length == 26,
        Kind::Account => is_plain && length == 20,
        Kind::Card => is_plain && (length == 16 || luhn(&window.digits)),
        Kind::Pesel => is_plain && length == 11,
        Kind::Nip => is_plain && length == 10,
        Kind::Regon => is_plain && matches!(length, 9 | 14),
        Kind::RodneCislo => !window.has_dates() && matches!(length, 9 | 10) && is_birth_number(window),
        Kind::Ico => is_plain && length == 8,
        Kind::Inn => is_plain && matches!(length, 10 | 12),
        Kind::Snils => is_plain && length == 11,
        Kind::Passport => is_passport(window),
        Kind::Email | Kind::IdCard => false,
    }
}

/// Where the name is only near, the checksum must hold as well.
fn holds(kind: Kind, window: &Window<'_>, context: &Context) -> bool {
    let digits = window.digits.as_str();
    let is_plain = window.is_joined_by(PLAIN) && !window.has_dates();
    match kind {
        Kind::Phone if context.is_other() => {
            context.names_after_other(Kind::Phone) && strength(window) > Some(Strength::Bare)
        }
        Kind::Phone => strength(window).is_some_and(|strength| strength > Strength::Bare || !context.has_other()),
        Kind::Iban => is_plain && is_polish_account(digits),
        Kind::Account => is_plain && account(digits),
        Kind::Card => is_plain && luhn(digits) && !context.is_other(),
        Kind::Pesel => is_plain && pesel(digits),
        Kind::Nip => is_plain && nip(digits),
        Kind::Regon => is_plain && regon(digits),
        Kind::RodneCislo => is_birth_number(window) && rodne_cislo(digits),
        Kind::Ico => is_plain && checksum::ico(digits),
        Kind::Inn => is_plain && inn(digits),
        Kind::Snils => is_plain && snils(digits),
        Kind::Passport => is_passport(window) && !context.is_other(),
        Kind::Email | Kind::IdCard => false,
    }
}

/// What its writing or checksum alone makes certain, whatever the words near.
fn certain(window: &Window<'_>) -> Option<Kind> {
    let digits = window.digits.as_str();
    let groups = window.groups.as_slice();
    let is_plain = window.is_joined_by(PLAIN);
    if is_plain && is_polish_account(digits) {
        return Some(Kind::Iban);
    }
    if is_plain && account(digits) {
        return Some(Kind::Account);
    }
    if groups == [3, 3, 3, 2] && window.gaps[..2] == [Gap::Dash, Gap::Dash] && is_plain && snils(digits) {
        return Some(Kind::Snils);
    }
    if matches!(groups, [3, 3, 2, 2] | [3, 2, 2, 3]) && window.is_joined_by(&[Gap::Dash]) && nip(digits) {
        return Some(Kind::Nip);
    }
    if groups == [6, 4] && window.gaps == [Gap::Slash] && rodne_cislo(digits) {
        return Some(Kind::RodneCislo);
    }
    if is_card_writing(groups) && is_plain && is_card_scheme(digits) && luhn(digits) {
        return Some(Kind::Card);
    }
    (strength(window)? == Strength::Certain).then_some(Kind::Phone)
}

/// What stands alone where nothing speaks against it.
fn likely(window: &Window<'_>, context: &Context) -> Option<Kind> {
    let digits = window.digits.as_str();
    let groups = window.groups.as_slice();
    let is_plain = window.is_joined_by(PLAIN);
    if matches!(groups, [11] | [6, 5]) && is_plain && pesel(digits) {
        return Some(Kind::Pesel);
    }
    let written = strength(window).filter(|strength| *strength > Strength::Mobile || !context.is_account());
    if written.is_some_and(|strength| strength >= Strength::Mobile) && !is_postal(window) {
        return Some(Kind::Phone);
    }
    match groups {
        [16] if is_card_scheme(digits) && luhn(digits) => Some(Kind::Card),
        [11] | [3, 3, 3, 2] if is_plain && snils(digits) => Some(Kind::Snils),
        [12] | [4, 4, 4] if is_plain && inn(digits) => Some(Kind::Inn),
        [10] | [6, 4] if window.is_joined_by(&[Gap::Space, Gap::Slash]) && rodne_cislo(digits) => {
            Some(Kind::RodneCislo)
        }
        [10] if nip(digits) && has_country(window) => Some(Kind::Nip),
        _ => None,
    }
}

/// Where an identity card begins whose six digits are the group: letters before it, and a name near or a checksum of a series in use.
pub(super) fn identity_card(text: &str, walls: &Span, digits: &Span) -> Option<(usize, bool)> {
    if digits.len() != 6 || is_glued_after(&text[digits.end..walls.end]) {
        return None;
    }
    let before = &text[walls.start..digits.start];
    let before = before.strip_suffix([' ', '\u{a0}', '-']).unwrap_or(before);
    let begin = before.len().checked_sub(3)?;
    let letters = before.get(begin..)?;
    let is_apart = !before[..begin].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
    if !is_apart || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    Some((walls.start + begin, id_card(letters, &text[digits.clone()])))
}

/// Whether letters and six digits are an identity card in their sentence.
pub(super) fn is_identity_card(letters: &str, has_checksum: bool, context: &Context) -> bool {
    let is_upper = letters.bytes().all(|byte| byte.is_ascii_uppercase());
    if context.named() == Some(Kind::IdCard) {
        return is_upper || has_checksum;
    }
    let is_near = context.names().any(|kind| kind == Kind::IdCard);
    let is_series = letters.starts_with(['A', 'C', 'D']);
    has_checksum && (is_near || is_upper && is_series && !context.is_other())
}

/// Polish accounts are often written without their country.
fn is_polish_account(digits: &str) -> bool {
    digits.len() == 26 && format!("PL{digits}").parse::<::iban::Iban>().is_ok()
}

fn is_card_writing(groups: &[usize]) -> bool {
    matches!(groups, [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3] | [4, 4, 4, 4, 2] | [8, 8])
}

fn is_passport(window: &Window<'_>) -> bool {
    matches!(window.groups.as_slice(), [10] | [4, 6] | [2, 2, 6] | [4, 3, 3] | [2, 2, 3, 3] | [9] | [2, 7])
        && window.is_joined_by(PLAIN)
}

fn is_birth_number(window: &Window<'_>) -> bool {
    window.is_joined_by(&[Gap::Space, Gap::Dash, Gap::Slash])
        && matches!(window.groups.as_slice(), [9 | 10] | [6, 3 | 4] | [2, 2, 2, 3 | 4] | [3, 3, 3 | 4])
}

fn last_char(text: &str) -> Option<char> {
    text.chars().next_back()
}

/// Digits that belong to something longer: `BA-90312`, `Z88213377`, `/articles/33139/`, a handle, a number cut short with stars.
fn is_part_of_code(window: &Window<'_>, named: Option<Kind>) -> bool {
    let before = window.before;
    let is_glued = match last_char(before) {
        Some(c) if c.is_alphabetic() => !window.has_plus && named.is_none() && !has_country(window),
        Some('_' | '@' | '*' | '\\' | '…') => true,
        Some(c) if c.is_numeric() => true,
        Some('=' | '&') => named.is_none(),
        Some(c @ ('-' | '/' | '.' | ',' | ':' | '–' | '\'')) => {
            match last_char(&before[..before.len() - c.len_utf8()]) {
                Some(earlier) if earlier.is_alphabetic() => matches!(c, '-' | '/' | '–') && named.is_none(),
                Some(earlier) if earlier.is_ascii_digit() => {
                    let digits =
                        before[..before.len() - c.len_utf8()].bytes().rev().take_while(u8::is_ascii_digit).count();
                    digits < 5
                }
                Some('*' | '_' | '@') => true,
                _ => false,
            }
        }
        _ => false,
    };
    let rest = window.rest;
    let may_touch = (window.has_plus || named.is_some()) && rest.starts_with(char::is_alphabetic);
    is_glued || (is_glued_after(rest) && !may_touch)
}

fn is_glued_after(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some(c) if c.is_alphanumeric() => true,
        Some('_' | '@' | '*' | '\\') => true,
        Some('-' | '/' | '–' | '=') => chars.next().is_some_and(|c| c.is_alphanumeric() || c == '*'),
        _ => false,
    }
}

/// `600 100 200,50`: what went before was an amount.
fn is_decimal(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix([',', '.']) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    matches!(digits, 1 | 2) && !rest[digits..].starts_with(char::is_alphanumeric)
}

fn follows_currency(window: &Window<'_>) -> bool {
    window.before.trim_end().ends_with(['€', '$', '₽', '£'])
}

/// `PL5260001246`: the number of a taxpayer in trade with other countries.
pub(super) fn has_country(window: &Window<'_>) -> bool {
    let before = window.before.strip_suffix(' ').unwrap_or(window.before);
    window.digits.len() == 10
        && before.strip_suffix("PL").is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '-'))
}

/// `RR 447 102 988 PL`: a parcel of the Universal Postal Union (S10).
fn is_postal(window: &Window<'_>) -> bool {
    let values: Vec<u32> = window.digits.bytes().map(|byte| u32::from(byte - b'0')).collect();
    let sum: u32 = values.iter().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(value, weight)| value * weight).sum();
    let has_check = values.last()
        == Some(&match 11 - sum % 11 {
            10 => 0,
            11 => 5,
            check => check,
        });
    // two small words may stand around a telephone number as well (`na 600 100 200 po`)
    let pair = |text: &str| {
        text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase() || has_check && byte.is_ascii_lowercase())
    };
    let before = window.before.trim_end();
    let rest = window.rest.trim_start();
    window.digits.len() == 9
        && before.len() >= 2
        && before.get(before.len() - 2..).is_some_and(pair)
        && !before[..before.len() - 2].ends_with(char::is_alphanumeric)
        && rest.get(..2).is_some_and(pair)
        && !rest[2..].starts_with(char::is_alphanumeric)
}
