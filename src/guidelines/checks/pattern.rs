//! A pattern that a turn can fit: acts, aggression, and what must not stand beside them.

use serde::{Deserialize, Serialize};

use crate::guidelines::checks::Scene;
use crate::guidelines::checks::phrases::Phrases;
use crate::signals::labels::{Act, Cause};
use crate::signals::thresholds::Use;
use crate::text::stem::folded;
use crate::transcript::{Channel, Span, Speaker};

/// All that is given must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Whose turn.
    pub speaker: Speaker,
    /// At least one of these acts is heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
    /// Aggression of at least this level, 1–3.
    pub aggression: Option<u8>,
    /// None of these acts is heard in the same turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Act>,
    /// The complaint has another cause beside these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_causes: Vec<Cause>,
    /// One of these words stands in the turn; `звон*` fits every word that begins so, case and accents aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// One of these phrases stands in one of the turn's segments; see [`crate::text::phrase`].
    #[serde(default, skip_serializing_if = "Phrases::is_empty")]
    pub phrases: Phrases,
    /// Only in these channels; in all by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_in: Vec<Channel>,
    /// Which of the turns that fit counts, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub nth: usize,
}

fn first() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_first(nth: &usize) -> bool {
    *nth == 1
}

/// How a turn fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Probability of what was heard.
    pub score: f32,
    /// What it had to reach.
    pub threshold: f32,
    /// The segment that carried it, where one did.
    pub span: Option<Span>,
    /// The act that was heard in it, where it was one.
    pub act: Option<Act>,
    /// In words.
    pub why: String,
}

impl Pattern {
    /// Whether the pattern's acts are its speaker's, and its levels exist.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn validate(&self) -> Result<(), (&'static str, String)> {
        if let Some(act) = self.acts.iter().chain(&self.without).find(|act| act.speaker() != self.speaker) {
            return Err(("acts", format!("`{act}` is an act of the {}, not of the {}", act.speaker(), self.speaker)));
        }
        if self.acts.is_empty() && self.aggression.is_none() && self.phrases.is_empty() {
            return Err(("speaker", "a pattern needs `acts`, `aggression` or `phrases`".to_owned()));
        }
        if self.aggression.is_some_and(|level| !(1..=3).contains(&level)) {
            return Err(("aggression", "`aggression` is 1, 2 or 3".to_owned()));
        }
        if self.nth == 0 {
            return Err(("nth", "`nth` counts from 1".to_owned()));
        }
        Ok(())
    }

    /// How near a turn comes to fitting, by what is heard in it; `None` where a score says nothing (another speaker, a phrase that is not
    /// there).
    #[must_use]
    pub fn near(&self, scene: &Scene<'_>, turn: usize, purpose: Use) -> Option<Fit> {
        let fit = self.fit(scene, turn, purpose);
        if fit.is_some() || scene.talk.conversation.turns[turn].speaker != self.speaker {
            return fit;
        }
        if !self.acts.is_empty() {
            return closest(scene, turn, &self.acts, purpose);
        }
        self.aggression.map(|level| aggression(scene, turn, level, purpose))
    }

    /// How a turn fits, if it does.
    #[must_use]
    pub fn fit(&self, scene: &Scene<'_>, turn: usize, purpose: Use) -> Option<Fit> {
        let talk = scene.talk;
        let spoken = &talk.conversation.turns[turn];
        if spoken.speaker != self.speaker
            || (!self.only_in.is_empty() && !self.only_in.contains(&talk.conversation.channel))
            || (!self.words.is_empty() && !has_word(&spoken.text, &self.words))
        {
            return None;
        }
        let mut fit = None;
        if !self.phrases.is_empty() {
            fit = Some(self.phrases.find(scene, turn)?);
        }
        if let Some(level) = self.aggression {
            fit = Some(beside(aggressive(scene, turn, level, purpose)?, fit));
        }
        if !self.acts.is_empty() {
            let phrase = fit.filter(|_| !self.phrases.is_empty());
            fit = Some(beside(heard(scene, turn, &self.acts, purpose)?, phrase));
        }
        let opposite = if purpose == Use::Accuse { Use::Clear } else { Use::Accuse };
        if !self.without.is_empty() && heard(scene, turn, &self.without, opposite).is_some() {
            return None;
        }
        if !self.not_causes.is_empty() {
            let stated = &talk.signals.causes_stated;
            if !stated.is_empty() && stated.iter().all(|cause| self.not_causes.contains(cause)) {
                return None;
            }
        }
        fit
    }
}

/// What was heard where a phrase must stand too: the score of the one, the words of the other.
fn beside(heard: Fit, phrase: Option<Fit>) -> Fit {
    match phrase {
        Some(phrase) => Fit { span: phrase.span, act: None, why: format!("{}; {}", phrase.why, heard.why), ..heard },
        None => heard,
    }
}

/// Whether one of the wanted words stands in a text.
pub(super) fn has_word(text: &str, wanted: &[String]) -> bool {
    let text = folded(text);
    let wanted: Vec<String> = wanted.iter().map(|word| folded(word)).collect();
    text.split(|letter: char| !letter.is_alphanumeric()).any(|word| {
        wanted.iter().any(|wanted| match wanted.strip_suffix('*') {
            Some(stem) => word.starts_with(stem),
            None => word == wanted,
        })
    })
}

fn aggressive(scene: &Scene<'_>, turn: usize, level: u8, purpose: Use) -> Option<Fit> {
    Some(aggression(scene, turn, level, purpose)).filter(|fit| fit.score >= fit.threshold)
}

/// Acts in which aggression shows.
const AGGRESSIVE: &[&str] =
    &["hostile", "insult", "threat_violence", "swears_at_situation", "provokes", "accusing_question"];

/// The aggression of a turn beside a level, whether it reaches it or not.
fn aggression(scene: &Scene<'_>, turn: usize, level: u8, purpose: Use) -> Fit {
    let talk = scene.talk;
    let speaker = talk.conversation.turns[turn].speaker;
    let threshold = talk.thresholds.aggression(speaker, level, scene.code, purpose);
    let signals = talk.turn(turn);
    let score = signals.levels[usize::from(level) - 1];
    // The words that carry it: the segment in which an act of aggression is heard most clearly.
    let acts = Act::of(speaker).filter(|act| AGGRESSIVE.contains(&act.name()));
    let heard = acts.filter_map(|act| Some((act, signals.best(act)?)));
    let clearest = heard.max_by(|a, b| a.1.1.total_cmp(&b.1.1).then(b.1.0.cmp(&a.1.0)));
    let act = clearest.map(|(act, _)| act);
    let span = clearest.map(|(_, (segment, _))| signals.segments[segment].span.clone());
    Fit {
        score,
        threshold,
        span,
        act,
        why: format!("aggression of {level} or more {score:.2}, threshold {threshold:.2}"),
    }
}

/// The act of a list that is heard most clearly in a turn, if any is.
#[must_use]
pub fn heard(scene: &Scene<'_>, turn: usize, acts: &[Act], purpose: Use) -> Option<Fit> {
    closest(scene, turn, acts, purpose).filter(|fit| fit.score >= fit.threshold)
}

/// The act of a list that comes closest to its threshold in a turn, whether it reaches it or not.
#[must_use]
pub fn closest(scene: &Scene<'_>, turn: usize, acts: &[Act], purpose: Use) -> Option<Fit> {
    let signals = scene.talk.turn(turn);
    acts.iter()
        .filter_map(|act| {
            let (segment, score) = signals.best(*act)?;
            let threshold = scene.talk.thresholds.act(*act, scene.code, purpose);
            Some((score / threshold.max(1e-6), act, segment, score, threshold))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, act, segment, score, threshold)| Fit {
            score,
            threshold,
            act: Some(*act),
            span: Some(signals.segments[segment].span.clone()),
            why: format!("{act} {score:.2}, threshold {threshold:.2}"),
        })
}

impl Fit {
    /// The score as a share of what it had to reach; 1 and above fits.
    #[must_use]
    pub fn reach(&self) -> f32 {
        self.score / self.threshold.max(1e-6)
    }

    /// Whether the score reaches what it had to.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.score >= self.threshold
    }
}
