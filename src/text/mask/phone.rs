//! Telephone numbers: which digits and groups can be one, by the numbering plans of the `phonenumber` crate.
//!
//! Knows the plans of Russia, Poland, Slovakia, Czechia and Ukraine for numbers without a country code, and any country's with `+` or `00`.

use phonenumber::Type;
use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;

use super::numbers::{Gap, Window};

/// How sure the digits alone make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A number of the plan, but bare digits that many other things are as well.
    Bare,
    /// Bare digits that begin like a mobile number.
    Mobile,
    /// Grouped as people write telephone numbers.
    Grouped,
    /// Nothing else is written so (`+`, `8 (9xx)`).
    Certain,
}

/// The kind of line of a number in the plan of the region (in national writing; without a region, after `+` and its code).
fn line(region: Option<Id>, number: &str) -> Option<Type> {
    if region == Some(Id::RU) {
        return russian(number);
    }
    if let Some(national) = number.strip_prefix("+7").filter(|national| national.len() == 10) {
        return russian(national);
    }
    let number = phonenumber::parse(region, number).ok()?;
    match number.number_type(&DATABASE) {
        Type::Unknown => None,
        known => Some(known),
    }
}

/// A Russian number of ten digits. The crate's parser takes every leading 8 for the trunk, which loses `8 (812)` and `+7 843`; so its
/// plan is asked without it.
fn russian(national: &str) -> Option<Type> {
    let plan = DATABASE.by_id("RU")?.descriptors();
    let is_match =
        |of: Option<&phonenumber::metadata::Descriptor>| of.is_some_and(|descriptor| descriptor.is_match(national));
    if national.len() != 10 {
        return None;
    }
    if is_match(plan.mobile()) {
        return Some(Type::Mobile);
    }
    if is_match(plan.toll_free()) {
        return Some(Type::TollFree);
    }
    is_match(plan.fixed_line()).then_some(Type::FixedLine)
}

fn is_mobile(line: Type) -> bool {
    matches!(line, Type::Mobile | Type::FixedLineOrMobile)
}

/// Length of the national number behind the codes met most, where a plan that has grown since the metadata must not let a number through.
const LENGTHS: [(&str, usize); 6] = [("7", 10), ("48", 9), ("421", 9), ("420", 9), ("380", 9), ("375", 9)];

/// A number with its country code: digits after `+` or `00`.
fn international(digits: &str, with_plus: bool) -> bool {
    if !(8..=15).contains(&digits.len()) {
        return false;
    }
    let fits = LENGTHS.iter().any(|(code, length)| digits.len() == code.len() + length && digits.starts_with(code));
    (with_plus && fits) || line(None, &format!("+{digits}")).is_some()
}

/// National writings with the regions they belong to: groups, and the digits they begin with.
const GROUPED: &[(&[usize], &str, &[Id])] = &[
    (&[3, 3, 2, 2], "", &[Id::RU]),
    (&[3, 3, 4], "", &[Id::RU]),
    (&[3, 3, 3], "", &[Id::PL, Id::SK, Id::CZ]),
    (&[3, 2, 2, 2], "", &[Id::PL, Id::CZ]),
    (&[2, 3, 2, 2], "", &[Id::PL]),
    (&[2, 3, 4], "", &[Id::PL]),
    (&[2, 7], "", &[Id::PL]),
    (&[3, 6], "", &[Id::PL, Id::CZ]),
    (&[1, 3, 3, 3], "0", &[Id::PL]),
];

/// Whether (and how surely) the window is written as a telephone number and is one in a numbering plan.
pub(super) fn strength(window: &Window<'_>) -> Option<Strength> {
    let digits = window.digits.as_str();
    if window.has_plus {
        return international(digits, true).then_some(Strength::Certain);
    }
    if let Some(rest) = digits.strip_prefix("00")
        && international(rest, false)
    {
        return Some(if window.groups.len() > 1 { Strength::Certain } else { Strength::Mobile });
    }
    if window.groups.len() == 1 {
        return bare(digits);
    }
    if window.has_dates() || window.gaps.contains(&Gap::Slash) && window.gaps[1..].contains(&Gap::Slash) {
        return None;
    }
    let brackets = window.gaps.contains(&Gap::Bracket) || window.has_bracket;
    let groups = window.groups.as_slice();
    // with the trunk 8 or the code 7: 8 916 123-45-67, 8(495)123-45-67
    if digits.len() == 11 && digits.starts_with(['7', '8']) {
        let russian = line(Some(Id::RU), &digits[1..]).is_some();
        let written = matches!(groups, [1, ..] | [4, 3, 2, 2] | [4, 7] | [4, 3, 4]);
        let tidy = !matches!(groups, [1, 3, 3, 3, 1] | [1, 1, ..]);
        let certain = brackets || digits.starts_with('8') && matches!(groups, [1, 3, 3, 2, 2] | [1, 3, 3, 4]);
        return (russian && written && tidy).then_some(if certain { Strength::Certain } else { Strength::Grouped });
    }
    // with a country code but no plus: 48 600 100 200, 421 905 123 456
    if LENGTHS.iter().any(|(code, length)| {
        groups[0] == code.len() && digits.len() == code.len() + length && digits.starts_with(code)
    }) && line(None, &format!("+{digits}")).is_some()
    {
        return Some(Strength::Grouped);
    }
    // with the trunk 0 of Slovakia and Ukraine: 0905 123 456, 02/1234 5678, 067 123 45 67
    if digits.starts_with('0') && matches!(digits.len(), 9 | 10) && groups[0] >= 2 && groups[0] <= 4 {
        let known = [Id::SK, Id::UA].iter().any(|region| line(Some(*region), digits).is_some());
        return known.then_some(if brackets { Strength::Certain } else { Strength::Grouped });
    }
    let (_, _, regions) = GROUPED.iter().find(|(shape, head, _)| *shape == groups && digits.starts_with(head))?;
    let known = regions.iter().any(|region| line(Some(*region), digits).is_some());
    known.then_some(if brackets { Strength::Certain } else { Strength::Grouped })
}

/// Digits in one piece.
fn bare(digits: &str) -> Option<Strength> {
    let of = |region: Id, number: &str| line(Some(region), number);
    let found = match digits.len() {
        9 => match of(Id::PL, digits) {
            Some(line) if is_mobile(line) => Strength::Mobile,
            Some(_) => Strength::Bare,
            None => of(Id::SK, digits).or_else(|| of(Id::CZ, digits)).map(|_| Strength::Bare)?,
        },
        10 if digits.starts_with("09") && of(Id::SK, digits).is_some_and(is_mobile) => Strength::Mobile,
        10 if digits.starts_with('0') => of(Id::SK, digits).or_else(|| of(Id::UA, digits)).map(|_| Strength::Bare)?,
        10 => of(Id::RU, digits).map(|_| Strength::Bare)?,
        11 if digits.starts_with(['7', '8']) => {
            let line = of(Id::RU, &digits[1..])?;
            if is_mobile(line) || digits.starts_with("8800") { Strength::Mobile } else { Strength::Bare }
        }
        11 | 12 => {
            let known =
                LENGTHS.iter().any(|(code, length)| digits.len() == code.len() + length && digits.starts_with(code));
            let line = if known { line(None, &format!("+{digits}"))? } else { return None };
            if is_mobile(line) { Strength::Mobile } else { Strength::Bare }
        }
        _ => return None,
    };
    Some(found)
}

/// Local numbers without an area code, which no plan can test: they count only right after a word such as `tel.`.
pub(super) fn is_local(window: &Window<'_>) -> bool {
    let is_joined = window.gaps.iter().all(|gap| matches!(gap, Gap::Space | Gap::Dash | Gap::Bracket));
    let is_long = (7..=12).contains(&window.digits.len()) && window.groups.len() <= 5;
    is_joined && !window.has_dates() && (is_long || window.groups == [2, 2, 2])
}
