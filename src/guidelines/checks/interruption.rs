//! Talking over the customer: by the clock, by a turn that breaks off, or by saying so.

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::{closest, heard};
use crate::guidelines::consider::{Role, Step};
use crate::signals::labels;
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interruption {
    /// Seconds of overlap from which on it counts.
    pub overlap_s: f64,
    /// Shorter turns are backchannels.
    pub words: u32,
    /// Acts by which the agent says outright that the customer shall not go on.
    pub acts: Vec<labels::Act>,
    /// Acts that help a broken-off customer on.
    pub helps: Vec<labels::Act>,
}

impl Interruption {
    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let talk = scene.talk;
        let turns = &talk.conversation.turns;
        talk.turns_of(Speaker::Agent)
            .filter_map(|(_, at)| {
                let said = heard(scene, at, &self.acts, Use::Accuse).map(|fit| Finding {
                    span: fit.span,
                    act: fit.act,
                    ..scene.finding(at, fit.why, fit.score, fit.threshold)
                });
                let before =
                    at.checked_sub(1).map(|before| &turns[before]).filter(|turn| turn.speaker == Speaker::Customer);
                let Some(before) = before else { return said };
                if talk.turn(at).timing.words < self.words {
                    return said;
                }
                if let (Some(end), Some(start)) = (before.end, turns[at].start) {
                    let overlap = end - start;
                    return if overlap >= self.overlap_s - 1e-6 {
                        let limit = self.overlap_s;
                        let why = format!("begins {overlap:.1} s before the customer ends, limit {limit:.1} s");
                        Some(scene.finding(at, why, overlap as f32, limit as f32))
                    } else {
                        said
                    };
                }
                let broken = before.text.trim_end().ends_with(['—', '–', '-']);
                if said.is_none() && broken && heard(scene, at, &self.helps, Use::Clear).is_none() {
                    return Some(scene.finding(at, "the customer's turn breaks off with a dash".to_owned(), 1.0, 1.0));
                }
                said
            })
            .collect()
    }

    /// What the conversation came to: the longest overlap, and how near a word came that claims the floor.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        let found = self.find(scene);
        if !found.is_empty() {
            let step = |finding: Finding| Step {
                span: finding.span,
                score: Some((finding.score, finding.threshold)),
                ..Step::said(Role::Act, true, Some(finding.turn), finding.why)
            };
            return found.into_iter().map(step).collect();
        }
        let talk = scene.talk;
        let turns = &talk.conversation.turns;
        let longest = talk
            .turns_of(Speaker::Agent)
            .filter_map(|(_, at)| {
                let before = at.checked_sub(1).map(|before| &turns[before])?;
                let overlap = before.end? - turns[at].start?;
                (before.speaker == Speaker::Customer).then_some((at, overlap))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let mut steps = vec![match longest {
            Some((at, overlap)) if overlap > 0.0 => {
                let (words, limit) = (talk.turn(at).timing.words, self.overlap_s);
                let words = format!("{words} words begin {overlap:.1} s before the customer ends, limit {limit:.1} s");
                Step::measured(false, at, overlap as f32, limit as f32, words)
            }
            Some(_) => {
                Step::said(Role::Measured, false, None, "no turn of the agent begins before the customer's ends")
            }
            None => Step::said(Role::Measured, false, None, "no times; no turn of the customer breaks off unheeded"),
        }];
        let nearest = talk
            .turns_of(Speaker::Agent)
            .filter_map(|(_, at)| Some((at, closest(scene, at, &self.acts, Use::Accuse)?)))
            .max_by(|a, b| a.1.reach().total_cmp(&b.1.reach()).then(b.0.cmp(&a.0)));
        steps.extend(nearest.map(|(at, fit)| Step::heard(Role::Act, false, at, &fit, None)));
        steps
    }
}
