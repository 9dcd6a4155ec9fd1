//! Finds e-mail addresses and `mailto:` links. Does not find addresses that are spelled out (`małpa`, `собака`) or already cut short (`ola@…`).

use std::sync::LazyLock;

use regex::Regex;

use crate::transcript::Span;

#[expect(clippy::expect_used, reason = "a fixed pattern, compiled in every test")]
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)mailto:[^\s<>"'\[\]()]+"#,
        r"|[\p{L}\p{M}\d_][\p{L}\p{M}\d._%+'\-]*(?:@| @ )[\p{L}\d][\p{L}\p{M}\d\-]*(?:\.[\p{L}\d][\p{L}\p{M}\d\-]*)+",
    ))
    .expect("a valid pattern")
});

/// Endings of addresses that leave no doubt, also after a short name. Insults written with `@` (`ch@m.nie`) must not look like addresses.
const KNOWN: &[&str] = &[
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "online", "shop", "store", "app",
    "dev", "site", "club", "example", "test", "invalid", "local", "email", "mail", "cloud", "tech", "agency", "team",
    "company", "studio", "travel", "aero", "museum", "coop", "jobs", "mobi", "asia", "tel", "xyz", "space", "website",
    "group", "media", "art", "bank", "law", "moscow",
];

/// Endings in Cyrillic letters.
const CYRILLIC: &[&str] = &[
    "рф",
    "рус",
    "бел",
    "укр",
    "мкд",
    "срб",
    "бг",
    "ею",
    "қаз",
    "мон",
    "онлайн",
    "сайт",
    "дети",
    "орг",
    "ком",
    "москва",
    "католик",
];

/// Whether an address can end so.
fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let spaced = name.ends_with(' ');
    let name = name.trim_end();
    let Some((_, ending)) = domain.trim_start().rsplit_once('.') else { return false };
    let ending = ending.to_lowercase();
    if CYRILLIC.contains(&ending.as_str()) {
        return true;
    }
    if ending.len() < 2 || !ending.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
        return ending.starts_with("xn--");
    }
    if KNOWN.contains(&ending.as_str()) || (ending.len() == 2 && !spaced) {
        return true;
    }
    !spaced && (name.chars().count() >= 4 || name.contains(|c: char| c.is_ascii_digit() || "._-+".contains(c)))
}

/// The addresses in order.
pub(super) fn find(text: &str) -> Vec<Span> {
    if !text.contains('@') && !text.contains("ailto:") && !text.contains("AILTO:") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for place in ADDRESS.find_iter(text) {
        let address = place.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', '-', '\'']);
        let is_link = address.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:"));
        if (is_link && address.len() > 7) || is_address(address) {
            found.push(place.start()..place.start() + address.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find;

    #[track_caller]
    fn check(text: &str, addresses: &[&str]) {
        let found: Vec<&str> = find(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, addresses, "{text}");
    }

    #[test]
    fn addresses_are_found_without_the_marks_around_them() {
        check("pisz na k.h-1@poczta.example.", &["k.h-1@poczta.example"]);
        check("почта kuz.larisa@пример.рф, логин", &["kuz.larisa@пример.рф"]);
        check("<a href=\"mailto:ola%40x.example?subject=Hej\">", &["mailto:ola%40x.example?subject=Hej"]);
        check("jan@podnety.sk;eva@podnety.sk", &["jan@podnety.sk", "eva@podnety.sk"]);
        check("podnety@seriály.example", &["podnety@seriály.example"]);
        check("pisz: anna @ poczta.com dzięki", &["anna @ poczta.com"]);
    }

    #[test]
    fn insults_handles_and_half_addresses_stay() {
        for text in [
            "н@хер.никто",
            "ch@m.nie wiem",
            "ты ебл@н?",
            "skargi@",
            "zoya.plum@…",
            "sklep@.. i temat",
            "@ryzhaya_lisa",
            "бл@ть. я",
        ] {
            check(text, &[]);
        }
    }
}
