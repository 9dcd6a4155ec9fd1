//! A raised voice in writing: emphatic capitals, exclamation marks in a row or in number.

use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::signals::labels;
use crate::transcript::{Span, Speaker};

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writing {
    /// A word in capitals counts from this many letters on.
    pub capital_letters: usize,
    /// So many exclamation sentences in a turn count.
    pub exclamations: usize,
    /// Exclamations in a segment with one of these acts do not count.
    #[serde(default)]
    pub warm: Vec<labels::Act>,
}

impl Writing {
    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene
            .talk
            .turns_of(Speaker::Agent)
            .filter_map(|(_, turn)| {
                let (span, why) = self.raised(scene, turn)?;
                Some(Finding { span: Some(span), ..scene.finding(turn, why, 1.0, 1.0) })
            })
            .collect()
    }

    fn raised(&self, scene: &Scene<'_>, turn: usize) -> Option<(Span, String)> {
        let text = &scene.talk.conversation.turns[turn].text;
        if let Some(span) = self.capitals(text) {
            let word = text[span.clone()].to_owned();
            return Some((span, format!("`{word}` in capitals")));
        }
        let warm: Vec<&Span> = scene
            .talk
            .turn(turn)
            .segments
            .iter()
            .filter(|segment| {
                self.warm.iter().any(|act| segment.acts[act.place()] >= scene.talk.thresholds.acts[act.place()])
            })
            .map(|segment| &segment.span)
            .collect();
        let marks: Vec<usize> =
            text.match_indices('!').map(|(at, _)| at).filter(|at| !warm.iter().any(|span| span.contains(at))).collect();
        if let Some(pair) = marks.windows(2).find(|pair| pair[1] == pair[0] + 1) {
            let begin = text[..pair[0]].rfind(['.', '!', '?', '\n']).map_or(0, |at| at + 1);
            return Some((trimmed(text, begin..pair[1] + 1), "exclamation marks in a row".to_owned()));
        }
        (marks.len() >= self.exclamations).then(|| {
            let end = marks.last().map_or(text.len(), |at| at + 1);
            (trimmed(text, marks[0]..end), format!("{} exclamation sentences in one turn", marks.len()))
        })
    }

    /// A word in capitals that stands among words that are not: an emphasis, no abbreviation, heading or brand.
    fn capitals(&self, text: &str) -> Option<Span> {
        let words: Vec<(usize, &str)> = text.unicode_word_indices().collect();
        let letters = |word: &str| word.chars().filter(|letter| letter.is_alphabetic()).count();
        let upper = |word: &str| letters(word) > 0 && word.chars().all(|letter| !letter.is_lowercase());
        words
            .iter()
            .find(|(at, word)| {
                let stem: String = word.chars().filter(|letter| letter.is_alphabetic()).collect();
                let quoted = text[..*at].chars().next_back().is_some_and(|mark| "«„\"“'/-".contains(mark));
                letters(word) >= self.capital_letters
                    && upper(word)
                    && !quoted
                    && !word.chars().any(char::is_numeric)
                    && stem
                        .chars()
                        .any(|letter| "аеёиоуыэюяaeiouyáéíóúýąęóäôAEIOUYÁÉÍÓÚÝĄĘÓÄÔАЕЁИОУЫЭЮЯ".contains(letter))
            })
            .map(|(at, word)| *at..*at + word.len())
    }
}

fn trimmed(text: &str, span: Span) -> Span {
    let part = &text[span.clone()];
    let begin = span.start + (part.len() - part.trim_start().len());
    begin..span.start + part.trim_end().len()
}
