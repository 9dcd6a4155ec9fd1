//! An answer that begins later than the channel allows, without an announced pause.

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::{Fit, heard};
use crate::guidelines::consider::{Role, Step};
use crate::signals::thresholds::Use;
use crate::signals::{labels, timing};
use crate::transcript::Speaker;

/// Settings of the check; the limits by channel are the pack's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// Acts of the agent that announce a pause.
    pub pause: Vec<labels::Act>,
}

impl Reaction {
    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let Some(limit) = scene.limits.reaction_s(scene.talk.conversation.channel) else { return Vec::new() };
        self.waits(scene)
            .filter(|(_, asked, waited)| *waited > limit && self.announced(scene, *asked).is_none())
            .map(|(at, _, waited)| {
                let why =
                    format!("began {waited:.0} s after the customer's turn, limit {limit:.0} s, no pause announced");
                scene.finding(at, why, waited as f32, limit as f32)
            })
            .collect()
    }

    /// What the conversation came to: the longest wait, and whether it was announced.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        let Some(limit) = scene.limits.reaction_s(scene.talk.conversation.channel) else {
            return vec![Step::said(Role::Scope, false, None, "the pack has no limit for this channel")];
        };
        let longest = self.waits(scene).max_by(|a, b| a.2.total_cmp(&b.2).then(b.0.cmp(&a.0)));
        let Some((at, asked, waited)) = longest else {
            return vec![Step::said(Role::Measured, false, None, "no answer whose wait is known")];
        };
        let words = format!("began {waited:.0} s after the customer's turn, limit {limit:.0} s");
        let mut steps = vec![Step::measured(waited > limit, at, waited as f32, limit as f32, words)];
        if waited > limit {
            let pause = self.announced(scene, asked);
            steps.extend(pause.map(|(turn, fit)| Step::heard(Role::Excuse, true, turn, &fit, Some(at))));
        }
        steps
    }

    /// The agent's answers whose wait is known: answer, turn that is answered, seconds.
    fn waits<'a>(&'a self, scene: &'a Scene<'_>) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        let turns = &scene.talk.conversation.turns;
        (1..turns.len()).filter_map(move |at| {
            if turns[at].speaker != Speaker::Agent {
                return None;
            }
            // The turn that is answered: the one before, platform lines passed over.
            let asked = (0..at).rev().find(|before| turns[*before].speaker != Speaker::System)?;
            if turns[asked].speaker != Speaker::Customer {
                return None;
            }
            let end = timing::heard_out(scene.talk.conversation, asked)?;
            Some((at, asked, turns[at].start? - end))
        })
    }

    /// The turn that announces a pause before an answer. A customer's word in between does not end a pause.
    fn announced(&self, scene: &Scene<'_>, asked: usize) -> Option<(usize, Fit)> {
        let turns = &scene.talk.conversation.turns;
        (0..asked)
            .rev()
            .filter(|before| turns[*before].speaker == Speaker::Agent)
            .take(2)
            .find_map(|before| Some((before, heard(scene, before, &self.pause, Use::Clear)?)))
    }
}
