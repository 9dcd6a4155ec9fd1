//! A raised voice in writing: emphatic capitals, exclamation marks in a row or in number.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::consider::{Role, Step};
use crate::signals::labels;
use crate::signals::tokens::is_known;
use crate::text::language::without_diacritics;
use crate::transcript::{Span, Speaker};

/// Abbreviations and names that are always written in capitals.
static ALWAYS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../../data/languages/abbreviations-in-capitals.txt").lines().collect());

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writing {
    /// A word in capitals counts from this many letters on.
    pub capital_letters: usize,
    /// The transcript's own marks of a raised voice, such as `[raises voice]`.
    pub loudness_marks: Vec<String>,
    /// So many exclamation sentences in a turn count.
    pub exclamations: usize,
    /// Exclamations in a segment with one of these acts do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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

    /// What the agent's turns came to.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        let found = self.find(scene);
        if found.is_empty() {
            let turns = scene.talk.turns_of(Speaker::Agent).count();
            let words = format!("neither emphatic capitals nor exclamation marks in {turns} turns of the agent");
            return vec![Step::said(Role::Act, false, None, words)];
        }
        let step = |finding: Finding| Step {
            span: finding.span,
            ..Step::said(Role::Act, true, Some(finding.turn), finding.why)
        };
        found.into_iter().map(step).collect()
    }

    fn raised(&self, scene: &Scene<'_>, turn: usize) -> Option<(Span, String)> {
        let text = &scene.talk.conversation.turns[turn].text;
        if let Some(mark) = self.loudness_marks.iter().find(|mark| text.contains(mark.as_str())) {
            let begin = text.find(mark.as_str())?;
            return Some((begin..begin + mark.len(), format!("the transcript marks `{mark}`")));
        }
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

    /// A word in capitals for emphasis: no abbreviation, no name or button in quotes, no part of a code, no mark of the transcript such as
    /// `[EMAIL]`.
    fn capitals(&self, text: &str) -> Option<Span> {
        text.unicode_word_indices()
            .find(|(at, word)| {
                let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
                let end = at + word.len();
                let code =
                    |mark: Option<char>| mark.is_some_and(|mark| mark.is_numeric() || "-_/#@<>[]".contains(mark));
                letters >= self.capital_letters
                    && word.chars().all(|letter| letter.is_uppercase())
                    && word.to_lowercase().chars().map(without_diacritics).any(|letter| VOWELS.contains(letter))
                    && !ALWAYS.contains(word)
                    && (letters >= LONG || is_known(word))
                    && !is_foreign(text, word)
                    && !code(text[..*at].chars().next_back())
                    && !code(text[end..].chars().next())
                    && !quoted(text, *at)
                    && !bracketed(text, *at)
            })
            .map(|(at, word)| at..at + word.len())
    }
}

/// From so many letters on a word is hardly an abbreviation, even if the corpus does not know it.
const LONG: usize = 7;

/// A word without one of these is an abbreviation.
const VOWELS: &str = "aeiouyаеиоуыэюя";

/// Whether a word is in Latin letters in a text that is mostly in Cyrillic ones: a brand.
fn is_foreign(text: &str, word: &str) -> bool {
    let cyrillic = text.chars().filter(|letter| matches!(letter, 'а'..='я' | 'А'..='Я' | 'ё')).count();
    word.is_ascii() && cyrillic * 2 > text.chars().filter(|letter| letter.is_alphabetic()).count()
}

/// Whether a place lies between an opening quotation mark and its closing one.
fn quoted(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    let (opening, closing) = (line.rfind(['«', '„', '“']), line.rfind(['»', '”']));
    opening.is_some() && opening > closing || line.matches('"').count() % 2 == 1
}

/// Whether a place lies between square brackets.
fn bracketed(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    line.rfind('[') > line.rfind(']') && text[at..].lines().next().is_some_and(|rest| rest.contains(']'))
}

fn trimmed(text: &str, span: Span) -> Span {
    let part = &text[span.clone()];
    let begin = span.start + (part.len() - part.trim_start().len());
    begin..span.start + part.trim_end().len()
}
