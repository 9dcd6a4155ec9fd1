//! Speaking too fast to an upset customer.

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::consider::{Role, Step};
use crate::transcript::Speaker;

/// Settings of the check; the limit in words a minute is the pack's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    /// Turns shorter than this many seconds are passed over.
    pub at_least_s: f64,
    /// Only after the customer has reached this aggression.
    pub after_aggression: u8,
}

impl Speed {
    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let talk = scene.talk;
        if !talk.conversation.channel.is_voice() {
            return Vec::new();
        }
        let Some(since) = self.since(scene) else { return Vec::new() };
        let limit = scene.limits.fast_speech_wpm;
        self.speeds(scene, since)
            .filter(|(_, speed)| *speed > limit)
            .map(|(at, speed)| scene.finding(at, format!("{speed:.0} words a minute, limit {limit:.0}"), speed, limit))
            .collect()
    }

    /// What the conversation came to: the customer's aggression, then the agent's fastest turn after it.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        let talk = scene.talk;
        if !talk.conversation.channel.is_voice() {
            return vec![Step::said(Role::Scope, false, None, "by voice only")];
        }
        let Some(since) = self.since(scene) else {
            let words = format!("no turn of the customer with aggression of {} or more", self.after_aggression);
            return vec![Step::said(Role::Trigger, false, None, words)];
        };
        let fastest = self.speeds(scene, since).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let Some((at, speed)) = fastest else {
            return vec![Step::said(
                Role::Measured,
                false,
                None,
                "no turn of the agent after it is long enough and has times",
            )];
        };
        let limit = scene.limits.fast_speech_wpm;
        vec![Step::measured(speed > limit, at, speed, limit, format!("{speed:.0} words a minute, limit {limit:.0}"))]
    }

    /// The move with which the customer reaches the aggression.
    fn since(&self, scene: &Scene<'_>) -> Option<usize> {
        let talk = scene.talk;
        talk.moves
            .iter()
            .position(|step| step.speaker == Speaker::Customer && talk.aggression(step) >= self.after_aggression)
    }

    /// The agent's turns after a move that are long enough, with their words a minute.
    fn speeds<'a>(&'a self, scene: &'a Scene<'_>, since: usize) -> impl Iterator<Item = (usize, f32)> + 'a {
        let talk = scene.talk;
        talk.turns_of(Speaker::Agent).filter(move |(place, _)| *place > since).filter_map(move |(_, at)| {
            let turn = &talk.conversation.turns[at];
            let length = turn.end? - turn.start?;
            let speed = talk.turn(at).timing.words_per_minute?;
            (length >= self.at_least_s).then_some((at, speed))
        })
    }
}
