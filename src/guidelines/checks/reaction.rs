//! An answer that begins later than the channel allows, without an announced pause.

use serde::Deserialize;

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::heard;
use crate::signals::labels;
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// Settings of the check; the limits by channel are the pack's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// Acts of the agent that announce a pause.
    pub pause: Vec<labels::Act>,
}

impl Reaction {
    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let talk = scene.talk;
        let turns = &talk.conversation.turns;
        let Some(limit) = scene.limits.reaction_s(talk.conversation.channel) else { return Vec::new() };
        let mut found = Vec::new();
        for at in 1..turns.len() {
            if turns[at].speaker != Speaker::Agent {
                continue;
            }
            // The turn that is answered: the one before, platform lines passed over.
            let Some(asked) = (0..at).rev().find(|before| turns[*before].speaker != Speaker::System) else { continue };
            if turns[asked].speaker != Speaker::Customer {
                continue;
            }
            let Some((end, start)) = turns[asked].end.or(turns[asked].start).zip(turns[at].start) else { continue };
            let waited = start - end;
            if waited <= limit {
                continue;
            }
            // A customer's word in between does not end a pause.
            let paused = (0..asked)
                .rev()
                .filter(|before| turns[*before].speaker == Speaker::Agent)
                .take(2)
                .any(|before| heard(scene, before, &self.pause, Use::Clear).is_some());
            if !paused {
                let why =
                    format!("began {waited:.0} s after the customer's turn, limit {limit:.0} s, no pause announced");
                found.push(scene.finding(at, why, waited as f32, limit as f32));
            }
        }
        found
    }
}
