//! The words that go into tables: masked where the run masks, and shortened.

use crate::guidelines::Texts;
use crate::text::mask::{self, Masked};
use crate::transcript::{Conversation, Lang, Span, Speaker};

/// Longest quote, in characters.
const QUOTE: usize = 240;

/// The text of a turn with personal data masked. What was said just before tells what a bare number is.
#[must_use]
pub fn masked_turn(conversation: &Conversation, at: usize) -> Masked {
    let before = conversation.turns[..at].iter().rev().find(|turn| turn.speaker != Speaker::System);
    mask::mask_answer(before.map_or("", |turn| turn.text.as_str()), &conversation.turns[at].text)
}

/// A turn's text as the tables show it.
pub(super) fn turn_text(conversation: &Conversation, at: usize, mask: bool) -> String {
    if mask { masked_turn(conversation, at).text } else { conversation.turns[at].text.clone() }
}

/// Any other text as the tables show it.
pub(super) fn shown(text: &str, mask: bool) -> String {
    if mask { mask::masked(text).into_owned() } else { text.to_owned() }
}

/// The words of a span as the tables show them; of the whole turn where there is none or it does not fit the text.
pub(super) fn quote(text: &str, masked: &Masked, span: Option<&Span>, mask: bool) -> String {
    let span = fitting(text, span).unwrap_or(0..text.len());
    shorten(if mask { masked.slice(span) } else { &text[span] })
}

/// A span, if it lies within the text on the boundaries of characters.
pub(super) fn fitting(text: &str, span: Option<&Span>) -> Option<Span> {
    span.filter(|span| text.get((*span).clone()).is_some()).cloned()
}

/// A text of at most [`QUOTE`] characters, cut between words.
pub(super) fn shorten(text: &str) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(QUOTE) else { return text.to_owned() };
    let last = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    let room = &text[..last];
    // A single word longer than half a quote is cut where the room ends.
    let cut = text[..end].rfind(char::is_whitespace).filter(|cut| *cut > end / 2).unwrap_or(room.len()).min(room.len());
    format!("{}…", text[..cut].trim_end())
}

/// What of a masked text stays the same where it is masked or numbered otherwise: its letters, in lower case, without placeholders.
pub(super) fn evidence(masked: &str) -> String {
    let mut kept = String::with_capacity(masked.len());
    let mut rest = masked;
    while let Some(open) = rest.find('[') {
        let (before, bracket) = rest.split_at(open);
        kept.extend(letters(before));
        let length = bracket.find(']').map_or(0, |close| close + 1);
        let is_placeholder =
            length > 2 && bracket[1..length - 1].bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        // Brackets are no letters: where they hold words, only the opening one is passed over.
        rest = &bracket[if is_placeholder { length } else { 1 }..];
    }
    kept.extend(letters(rest));
    kept
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase)
}

/// The text in a conversation's language; in English where there is none in it.
pub(super) fn in_language(texts: &Texts, language: Lang) -> &str {
    let known = [(Lang::Ru, &texts.ru), (Lang::Pl, &texts.pl), (Lang::Sk, &texts.sk)];
    known.into_iter().find(|(own, _)| *own == language).map_or(&texts.en, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_quote_ends_between_words_and_a_short_one_stays() {
        assert_eq!(shorten("  krótko "), "krótko");
        let long = "слово ".repeat(60);
        let short = shorten(&long);
        assert!(short.ends_with("слово…") && short.chars().count() <= QUOTE, "{short}");
        assert_eq!(shorten(&"ж".repeat(300)).chars().count(), QUOTE);
        assert_eq!(shorten(&"ж".repeat(QUOTE)), "ж".repeat(QUOTE));
    }

    #[test]
    fn evidence_is_the_letters_without_placeholders_and_digits() {
        assert_eq!(evidence("Позвоню на [PHONE] в 12:30!"), "позвонюнав");
        assert_eq!(evidence("[śmiech] Tak [RODNE_CISLO] [x"), "śmiechtakx");
    }
}
