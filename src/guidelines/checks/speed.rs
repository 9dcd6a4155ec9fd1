//! Speaking too fast to an upset customer.

use serde::Deserialize;

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::transcript::Speaker;

/// Settings of the check; the limit in words a minute is the pack's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
        let Some(since) = talk
            .moves
            .iter()
            .position(|step| step.speaker == Speaker::Customer && talk.aggression(step) >= self.after_aggression)
        else {
            return Vec::new();
        };
        let limit = scene.limits.fast_speech_wpm;
        talk.turns_of(Speaker::Agent)
            .filter(|(place, _)| *place > since)
            .filter_map(|(_, at)| {
                let turn = &talk.conversation.turns[at];
                let length = turn.end? - turn.start?;
                let speed = talk.turn(at).timing.words_per_minute?;
                (length >= self.at_least_s && speed > limit)
                    .then(|| scene.finding(at, format!("{speed:.0} words a minute, limit {limit:.0}"), speed, limit))
            })
            .collect()
    }
}
