//! Finds international bank account numbers (ISO 13616), tight or in groups. The check is that of `iban_validate` (length, structure, modulo 97).

use crate::transcript::Span;

/// Lengths the standard allows.
const SHORTEST: usize = 15;
const LONGEST: usize = 34;

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' | '-' | '\u{2011}')
}

/// The account that begins at the byte, if there is one: where it ends.
fn end(text: &str, begin: usize) -> Option<usize> {
    let mut account = String::with_capacity(LONGEST);
    let mut ends = Vec::new();
    let mut was_gap = false;
    let mut chars = text[begin..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if is_gap(c) && !was_gap {
            was_gap = true;
            continue;
        }
        if !c.is_ascii_alphanumeric() || account.len() == LONGEST {
            break;
        }
        was_gap = false;
        account.push(c.to_ascii_uppercase());
        let is_last = chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric() && *next != '_');
        if is_last && account.len() >= SHORTEST {
            ends.push((account.len(), begin + at + 1));
        }
    }
    let is_named = text[..begin].trim_end_matches([' ', ':', '\u{a0}', '-']).to_lowercase().ends_with("iban");
    let valid = ends.iter().rev().find(|(length, _)| account[..*length].parse::<::iban::Iban>().is_ok());
    let named = || {
        // right after its name a mistyped one is masked as well
        ends.iter().rev().find(|(length, _)| is_named && account[4..*length].bytes().all(|byte| byte.is_ascii_digit()))
    };
    valid.or_else(named).map(|(_, end)| *end)
}

/// The account numbers in order.
pub(super) fn find(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at + SHORTEST <= bytes.len() {
        let is_head = bytes[at].is_ascii_alphabetic()
            && bytes[at + 1].is_ascii_alphabetic()
            && bytes[at + 2].is_ascii_digit()
            && bytes[at + 3].is_ascii_digit();
        if is_head
            && !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && let Some(end) = end(text, at)
        {
            found.push(at..end);
            at = end;
            continue;
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find;

    #[track_caller]
    fn check(text: &str, accounts: &[&str]) {
        let found: Vec<&str> = find(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, accounts, "{text}");
    }

    #[test]
    fn accounts_are_found_tight_and_in_groups() {
        check("SK31 1200 0000 1987 4263 7541, prosím", &["SK31 1200 0000 1987 4263 7541"]);
        check("na PL61109010140000071219812874 PKO", &["PL61109010140000071219812874"]);
        check("konto PL61 1090 1014 0000 0712 1981 2874 12 marca", &["PL61 1090 1014 0000 0712 1981 2874"]);
        check("IBAN: SK31 1200 0000 1987 4263 7542", &["SK31 1200 0000 1987 4263 7542"]);
        check("objednávka SK31 1200 0000 1987 4263 7542", &[]);
    }
}
