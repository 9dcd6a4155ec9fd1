//! A complaint-book entry that reached the supervisor too late.

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::closest;
use crate::guidelines::consider::{Role, Step};
use crate::signals::labels;
use crate::signals::promises::{self, Calendar};
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forwarding {
    /// Hour of the next working day until which it may be forwarded, 0–23.
    pub until_hour: i8,
    /// Acts of the agent that take the complaint down.
    pub acts: Vec<labels::Act>,
}

impl Forwarding {
    /// The findings in one conversation.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        self.late(scene).into_iter().collect()
    }

    /// What the conversation came to: the complaint's two times, where they are known.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        if let Some(finding) = self.late(scene) {
            return vec![Step::said(Role::Measured, true, Some(finding.turn), finding.why)];
        }
        let words = match &scene.talk.conversation.complaint {
            Some(complaint) => {
                let of = |time: &Option<String>| time.clone().unwrap_or_else(|| "at a time not known".to_owned());
                format!("recorded {}, forwarded {}", of(&complaint.recorded_at), of(&complaint.forwarded_at))
            }
            None => "no complaint with its times".to_owned(),
        };
        vec![Step::said(Role::Measured, false, None, words)]
    }

    fn late(&self, scene: &Scene<'_>) -> Option<Finding> {
        let talk = scene.talk;
        let complaint = talk.conversation.complaint.as_ref()?;
        let recorded = promises::wall_clock(complaint.recorded_at.as_deref()?)?;
        let forwarded = promises::wall_clock(complaint.forwarded_at.as_deref()?)?;
        let due =
            Calendar::of(talk.conversation.language).next_working_day(recorded.date()).at(self.until_hour, 0, 0, 0);
        if forwarded <= due {
            return None;
        }
        let at = talk
            .turns_of(Speaker::Agent)
            .filter_map(|(_, turn)| Some((turn, closest(scene, turn, &self.acts, Use::Accuse)?)))
            .max_by(|a, b| a.1.score.total_cmp(&b.1.score).then(b.0.cmp(&a.0)))
            .map(|(turn, _)| turn)?;
        let why = format!("recorded {recorded}, forwarded {forwarded}, due by {due}");
        Some(scene.finding(at, why, 1.0, 1.0))
    }
}
