//! Whether words are somebody else's: put in quotation marks, or reported back to the customer who said them.
//!
//! A finding on such words is in doubt: who repeats an insult does not utter it.

use std::sync::LazyLock;

use crate::text::stem::folded;
use crate::transcript::{Conversation, Span, Speaker};

/// Phrases that report what the listener said, of all languages, folded.
static REPORTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    [
        include_str!("../../data/languages/ru/reports.txt"),
        include_str!("../../data/languages/pl/reports.txt"),
        include_str!("../../data/languages/sk/reports.txt"),
    ]
    .iter()
    .flat_map(|list| list.lines().map(folded))
    .collect()
});

/// Shorter words say too little to be recognised again.
const TELLING: usize = 4;

/// Whether the words at a place of a turn are quoted, or repeat the customer's own and say so.
#[must_use]
pub fn is_quoted(conversation: &Conversation, turn: usize, span: &Span) -> bool {
    let text = &conversation.turns[turn].text;
    let Some(words) = text.get(span.clone()) else { return false };
    in_marks(text, words, span) || reported(conversation, turn, words)
}

/// Whether most of the words stand between quotation marks.
fn in_marks(text: &str, words: &str, span: &Span) -> bool {
    const PAIRS: [(char, char); 4] = [('«', '»'), ('„', '“'), ('„', '”'), ('“', '”')];
    let inside = PAIRS.iter().filter_map(|(open, close)| {
        let begin = text[..span.end].rfind(*open)?;
        let length = text[begin..].find(*close)?;
        let (begin, end) = (begin.max(span.start), (begin + length).min(span.end));
        Some(end.saturating_sub(begin))
    });
    inside.max().is_some_and(|length| length * 2 > words.len())
}

/// Whether a phrase such as "you say" introduces words that the customer used in the turn before.
fn reported(conversation: &Conversation, turn: usize, words: &str) -> bool {
    let words = folded(words);
    let Some(report) = REPORTS.iter().find(|report| words.contains(report.as_str())) else { return false };
    let before = conversation.turns[..turn].iter().rev().find(|turn| turn.speaker == Speaker::Customer);
    let Some(before) = before.map(|turn| folded(&turn.text)) else { return false };
    let own = |text: &str| -> Vec<String> {
        let parts = text.split(|letter: char| !letter.is_alphanumeric());
        parts.filter(|word| word.chars().count() >= TELLING && !report.contains(word)).map(str::to_owned).collect()
    };
    let (said, echoed) = (own(&before), own(&words));
    let repeated = echoed.iter().filter(|word| said.contains(word)).count();
    repeated > 0 && repeated * 2 >= echoed.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Channel, Turn};

    #[track_caller]
    fn check(customer: &str, agent: &str, expected: bool) {
        let mut conversation = Conversation::new("a", Channel::Phone);
        conversation.turns = vec![Turn::new(0, Speaker::Customer, customer), Turn::new(1, Speaker::Agent, agent)];
        assert_eq!(is_quoted(&conversation, 1, &(0..agent.len())), expected);
    }

    #[test]
    fn words_in_marks_and_reported_words_are_quoted() {
        check("Вы идиот полный!", "Вы говорите, что я полный идиот.", true);
        check("Jest pan idiotą.", "Mówi pan, że jestem idiotą.", true);
        check("Napísal mi to.", "„Ste hlupák a klamár“ mi napísal.", true);
    }

    #[test]
    fn the_agents_own_words_are_not() {
        check("Вы идиот полный!", "Сами вы идиот полный.", false);
        check("Nefunguje mi internet.", "Hovoríte hlúposti, človeče nešťastný.", false);
    }
}
