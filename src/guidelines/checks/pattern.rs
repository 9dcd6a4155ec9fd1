//! A pattern that a turn can fit: acts, aggression, and what must not stand beside them.

use serde::Deserialize;

use crate::guidelines::checks::Scene;
use crate::signals::labels::{Act, Cause};
use crate::signals::thresholds::Use;
use crate::text::language::without_diacritics;
use crate::transcript::{Channel, Span, Speaker};

/// All that is given must hold.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Whose turn.
    pub speaker: Speaker,
    /// At least one of these acts is heard.
    #[serde(default)]
    pub acts: Vec<Act>,
    /// Aggression of at least this level, 1–3.
    pub aggression: Option<u8>,
    /// None of these acts is heard in the same turn.
    #[serde(default)]
    pub without: Vec<Act>,
    /// The complaint has another cause beside these.
    #[serde(default)]
    pub not_causes: Vec<Cause>,
    /// One of these words stands in the turn; `звон*` fits every word that begins so, case and accents aside.
    #[serde(default)]
    pub words: Vec<String>,
    /// Only in these channels; in all by default.
    #[serde(default)]
    pub only_in: Vec<Channel>,
    /// Which of the turns that fit counts, from 1.
    #[serde(default = "first")]
    pub nth: usize,
}

fn first() -> usize {
    1
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
        if self.acts.is_empty() && self.aggression.is_none() {
            return Err(("acts", "a pattern needs `acts` or `aggression`".to_owned()));
        }
        if self.aggression.is_some_and(|level| !(1..=3).contains(&level)) {
            return Err(("aggression", "`aggression` is 1, 2 or 3".to_owned()));
        }
        if self.nth == 0 {
            return Err(("nth", "`nth` counts from 1".to_owned()));
        }
        Ok(())
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
        if let Some(level) = self.aggression {
            fit = Some(aggressive(scene, turn, level, purpose)?);
        }
        if !self.acts.is_empty() {
            fit = Some(heard(scene, turn, &self.acts, purpose)?);
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

/// Whether one of the wanted words stands in a text.
fn has_word(text: &str, wanted: &[String]) -> bool {
    let folded = |text: &str| -> String { text.to_lowercase().chars().map(without_diacritics).collect() };
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
    let talk = scene.talk;
    let speaker = talk.conversation.turns[turn].speaker;
    let threshold = talk.thresholds.aggression(speaker, level, scene.code, purpose);
    let score = talk.turn(turn).levels[usize::from(level) - 1];
    (score >= threshold).then(|| Fit { score, threshold, span: None, why: format!("aggression of {level} or more") })
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
            span: Some(signals.segments[segment].span.clone()),
            why: format!("{act} {score:.2}, threshold {threshold:.2}"),
        })
}
