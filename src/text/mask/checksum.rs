//! Checksums and calendars of identifiers, over digits as ASCII bytes. Whether a number may be one at all in its sentence is not asked here.

/// The digits as values, or nothing where a character is no digit or the length differs.
fn values<const N: usize>(digits: &str) -> Option<[u32; N]> {
    let bytes: &[u8; N] = digits.as_bytes().try_into().ok()?;
    let mut out = [0; N];
    for (value, byte) in out.iter_mut().zip(bytes) {
        *value = u32::from(byte.checked_sub(b'0').filter(|value| *value < 10)?);
    }
    Some(out)
}

fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// A number in which all digits are the same is a filler, not an identifier.
fn is_filler(digits: &str) -> bool {
    digits.bytes().all(|byte| Some(byte) == digits.bytes().next())
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Luhn's check of a card number of 13–19 digits (ISO/IEC 7812).
pub(super) fn luhn(digits: &str) -> bool {
    if !(13..=19).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) || is_filler(digits) {
        return false;
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let value = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether the length and first digits are those of a payment scheme (Visa, Mastercard, Maestro, Mir, Amex, Diners, JCB, UnionPay).
pub(super) fn is_card_scheme(digits: &str) -> bool {
    let head = |n: usize| digits.get(..n).and_then(|head| head.parse::<u32>().ok()).unwrap_or(0);
    match digits.len() {
        14 => matches!(head(2), 30 | 36 | 38 | 39),
        15 => matches!(head(2), 34 | 37),
        16 => {
            head(1) == 4
                || matches!(head(2), 35 | 50..=59 | 60..=69)
                || (2200..=2204).contains(&head(4))
                || (2221..=2720).contains(&head(4))
        }
        13 => head(1) == 4,
        17..=19 => head(1) == 4 || matches!(head(2), 50 | 56..=69) || (2200..=2204).contains(&head(4)),
        _ => false,
    }
}

/// PESEL: 11 digits, weights 1 3 7 9, and a date of birth in 1900–2099.
pub(super) fn pesel(digits: &str) -> bool {
    let Some(values) = values::<11>(digits) else { return false };
    let (year, month, day) = (values[0] * 10 + values[1], values[2] * 10 + values[3], values[4] * 10 + values[5]);
    let born = match month {
        1..=12 => is_day(1900 + year, month, day),
        21..=32 => is_day(2000 + year, month - 20, day),
        _ => false,
    };
    born && weighted(&values, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// NIP: 10 digits, weights 6 5 7 2 3 4 5 6 7, modulo 11; a remainder of 10 is never given out.
pub(super) fn nip(digits: &str) -> bool {
    let Some(values) = values::<10>(digits) else { return false };
    !is_filler(digits) && values[0] != 0 && weighted(&values[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == values[9]
}

/// REGON: 9 digits (weights 8 9 2 3 4 5 6 7), or 14 whose first nine are one as well.
pub(super) fn regon(digits: &str) -> bool {
    if is_filler(digits) {
        return false;
    }
    if let Some(values) = values::<9>(digits) {
        return weighted(&values[..8], &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == values[8];
    }
    let Some(values) = values::<14>(digits) else { return false };
    regon(&digits[..9]) && weighted(&values[..13], &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11 % 10 == values[13]
}

/// Polish identity card: three letters and six digits, weights 7 3 1, modulo 10; the first digit is the check digit.
pub(super) fn id_card(letters: &str, digits: &str) -> bool {
    let Some(digits) = values::<6>(digits) else { return false };
    if letters.len() != 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let letters = letters.bytes().map(|byte| u32::from(byte.to_ascii_uppercase() - b'A') + 10);
    let sum = letters.zip([7, 3, 1]).map(|(value, weight)| value * weight).sum::<u32>()
        + weighted(&digits[1..], &[7, 3, 1, 7, 3]);
    sum % 10 == digits[0]
}

/// Rodné číslo: a date of birth (months + 50 for women, + 20 and + 70 in Czechia since 2004) and, with ten digits, the whole divisible
/// by 11. Nine digits (births before 1954) have no check digit: the date alone is tested.
pub(super) fn rodne_cislo(digits: &str) -> bool {
    if !matches!(digits.len(), 9 | 10)
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
        || digits.ends_with("000000")
    {
        return false;
    }
    let two = |at: usize| digits[at..at + 2].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (two(0), two(2), two(4));
    let (year, month) = match (digits.len(), month) {
        (9, 1..=12 | 51..=62) if year < 54 => (1900 + year, month % 50),
        (10, 1..=12 | 51..=62) => (if year < 54 { 2000 + year } else { 1900 + year }, month % 50),
        (10, 21..=32 | 71..=82) if year < 54 => (2000 + year, (month - 20) % 50),
        _ => return false,
    };
    if !is_day(year, month, day) {
        return false;
    }
    let Some(values) = values::<10>(digits) else { return true };
    let head = values[..9].iter().fold(0u64, |sum, value| sum * 10 + u64::from(*value)) % 11;
    head % 10 == u64::from(values[9]) && (head != 10 || year < 1986)
}

/// IČO: 8 digits, weights 8 … 2, modulo 11.
pub(super) fn ico(digits: &str) -> bool {
    let Some(values) = values::<8>(digits) else { return false };
    let check = (11 - weighted(&values[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    !is_filler(digits) && check == values[7]
}

/// ИНН: 10 digits (organisations, one check digit) or 12 (people, two check digits).
pub(super) fn inn(digits: &str) -> bool {
    if is_filler(digits) || digits.starts_with("00") {
        return false;
    }
    if let Some(values) = values::<10>(digits) {
        return weighted(&values[..9], &[2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == values[9];
    }
    let Some(values) = values::<12>(digits) else { return false };
    weighted(&values[..10], &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == values[10]
        && weighted(&values[..11], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == values[11]
}

/// СНИЛС: 11 digits, weights 9 … 1, modulo 101 in the last two; numbers up to 001-001-998 had none and do not count.
pub(super) fn snils(digits: &str) -> bool {
    let Some(values) = values::<11>(digits) else { return false };
    let check = weighted(&values[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    !is_filler(digits) && &digits[..9] > "001001998" && check == values[9] * 10 + values[10]
}

/// A Russian bank account of 20 digits: a balance account of clients (405–408, 421–423, 425, 426) and its currency. Its check needs the bank's code.
pub(super) fn account(digits: &str) -> bool {
    digits.len() == 20
        && ["405", "406", "407", "408", "421", "422", "423", "425", "426"].iter().any(|head| digits.starts_with(head))
        && ["810", "643", "840", "978", "156", "398", "933"].contains(&&digits[5..8])
}

#[cfg(test)]
mod tests {
    use super::{account, ico, id_card, inn, is_card_scheme, luhn, nip, pesel, regon, rodne_cislo, snils};

    #[track_caller]
    fn check(name: &str, test: fn(&str) -> bool, valid: &[&str], invalid: &[&str]) {
        for number in valid {
            assert!(test(number), "{name} {number} should pass");
        }
        for number in invalid {
            assert!(!test(number), "{name} {number} should fail");
        }
    }

    #[test]
    fn known_numbers_pass_and_changed_ones_fail() {
        let cards = ["4111111111111111", "5555555555554444", "378282246310005", "2200000000000004", "4222222222222"];
        check("luhn", luhn, &cards, &["4111111111111112", "0000000000000000", "411111111111", "41111111111111x1"]);
        check("scheme", is_card_scheme, &cards, &["9111111111111111", "7011111111111111", "8601234567890"]);
        check(
            "pesel",
            pesel,
            &["44051401359", "02070803628", "02270803624"],
            &["44051401358", "44133401359", "77120045913", "4405140135", ""],
        );
        check(
            "nip",
            nip,
            &["1060000062", "5260001246", "7740001454"],
            &["5260001247", "0000000000", "526000124", "x260001246"],
        );
        check(
            "regon",
            regon,
            &["123456785", "12345678512347"],
            &["123456784", "12345678512348", "12345678412347", "1234"],
        );
        check(
            "rodne",
            rodne_cislo,
            &["7103192745", "8001011238", "530101123"],
            &["7103192746", "7113192745", "7103322745", "540101123", "71031927"],
        );
        check("ico", ico, &["31333532", "35763469", "00151653"], &["31333533", "00000000", "3133353"]);
        check("inn", inn, &["7707083893", "500100732259"], &["7707083894", "500100732258", "500100732269", "77070838"]);
        check("snils", snils, &["11223344595", "08765430300"], &["11223344596", "00000000000", "1122334459"]);
        check("account", account, &["40817810099910004312"], &["40817999099910004312", "4081781009991000431"]);
    }

    #[test]
    fn an_identity_card_is_checked_over_letters_and_digits() {
        assert!(id_card("ABS", "123456") == (id_card("abs", "123456")));
        assert!(id_card("ABA", "300000"));
        assert!(!id_card("ABA", "400000"));
        assert!(!id_card("AB", "300000"));
        assert!(!id_card("ABA", "30000"));
    }

    #[test]
    fn a_changed_digit_never_passes_the_weighted_checks() {
        for (test, number) in [(pesel as fn(&str) -> bool, "44051401359"), (nip, "5260001246"), (ico, "31333532")] {
            for at in 0..number.len() {
                let mut changed = number.as_bytes().to_vec();
                changed[at] = b'0' + (changed[at] - b'0' + 1) % 10;
                let changed = String::from_utf8_lossy(&changed);
                assert!(!test(&changed), "{changed} passes");
            }
        }
    }
}
