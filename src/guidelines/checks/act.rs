//! A turn of the agent that does what may not be done.

use serde::Deserialize;

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::{Pattern, heard};
use crate::signals::labels;
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// What the customer's last moves before it were like.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// How many of the customer's last moves are looked at.
    pub moves: usize,
    /// Aggression of at least this level …
    pub aggression: Option<u8>,
    /// … or one of these acts.
    #[serde(default)]
    pub acts: Vec<labels::Act>,
    /// Whether one of them must be so, or none may.
    pub expected: bool,
}

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// What the turn does; any of these.
    pub flag: Vec<Pattern>,
    /// What the customer's last moves were like.
    pub before: Option<Before>,
    /// No finding where one of these acts is heard in the turn or in the agent's next moves.
    #[serde(default)]
    pub unless: Vec<labels::Act>,
    /// How many of the agent's next moves `unless` looks at.
    #[serde(default)]
    pub unless_next: usize,
    /// No finding where one of these acts is heard in an earlier turn of the agent.
    #[serde(default)]
    pub unless_before: Vec<labels::Act>,
    /// Only in the agent's first move after the customer's first complaint.
    #[serde(default)]
    pub first_reply_only: bool,
    /// No finding where one of these guidelines has one at the same turn.
    #[serde(default)]
    pub yields_to: Vec<String>,
}

impl Act {
    /// Whether the settings fit each other.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn validate(&self) -> Result<(), (&'static str, String)> {
        for pattern in &self.flag {
            if pattern.speaker != Speaker::Agent {
                return Err(("flag", "only an agent's turn can be flagged here".to_owned()));
            }
            pattern.validate()?;
        }
        if self.flag.is_empty() {
            return Err(("flag", "`flag` needs a pattern".to_owned()));
        }
        Ok(())
    }

    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let talk = scene.talk;
        let first_reply = self.first_reply_only.then(|| first_reply(scene));
        talk.turns_of(Speaker::Agent)
            .filter(|(place, _)| first_reply.is_none_or(|reply| reply == Some(*place)))
            .filter_map(|(place, turn)| {
                let fit = self.flag.iter().find_map(|pattern| pattern.fit(scene, turn, Use::Accuse))?;
                if self.before.as_ref().is_some_and(|before| before.holds(scene, place) != before.expected) {
                    return None;
                }
                if self.excused(scene, place, turn, fit.span.as_ref().map(|span| span.start)) {
                    return None;
                }
                Some(Finding { span: fit.span, ..scene.finding(turn, fit.why, fit.score, fit.threshold) })
            })
            .collect()
    }

    fn excused(&self, scene: &Scene<'_>, place: usize, turn: usize, begins: Option<usize>) -> bool {
        let mut earlier = scene.talk.turns_of(Speaker::Agent).take_while(|(before, _)| *before < place);
        if earlier.any(|(_, before)| heard(scene, before, &self.unless_before, Use::Clear).is_some()) {
            return true;
        }
        let clears = |turn: usize| heard(scene, turn, &self.unless, Use::Clear);
        let here = clears(turn);
        // An act that excuses must come before an opening that may not stand first.
        if self.first_reply_only {
            return here.is_some_and(|fit| fit.span.map(|span| span.start) <= begins);
        }
        here.is_some()
            || scene
                .talk
                .after(place, Speaker::Agent)
                .take(self.unless_next)
                .any(|next| scene.talk.moves[next].turns.iter().any(|turn| clears(*turn).is_some()))
    }
}

impl Before {
    fn holds(&self, scene: &Scene<'_>, place: usize) -> bool {
        // The aggression counts as it is written into the tables, so that two guidelines that exclude each other never both hold.
        scene.talk.before(place, Speaker::Customer, self.moves).any(|step| {
            self.aggression.is_some_and(|level| scene.talk.aggression(step) >= level)
                || step.turns.iter().any(|turn| heard(scene, *turn, &self.acts, Use::Accuse).is_some())
        })
    }
}

/// The agent's first move after the customer's first complaint.
fn first_reply(scene: &Scene<'_>) -> Option<usize> {
    let complaint = [labels::Act::named("complaint", Speaker::Customer)?];
    let talk = scene.talk;
    let place = talk
        .turns_of(Speaker::Customer)
        .find(|(_, turn)| heard(scene, *turn, &complaint, Use::Accuse).is_some())
        .map(|(place, _)| place)?;
    talk.after(place, Speaker::Agent).next()
}
