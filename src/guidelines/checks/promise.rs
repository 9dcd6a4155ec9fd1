//! A promised contact that did not take place.
//!
//! Within one conversation it shows in the customer's own words. Whether a promise was kept shows only in the customer's later
//! conversations: [`Promise::broken`] is asked once the whole input is known.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::heard;
use crate::signals::labels;
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Acts of the customer that report a broken promise.
    pub reported: Vec<labels::Act>,
    /// Acts of the agent that make the promise.
    pub promised: Vec<labels::Act>,
    /// Acts of the agent that name its time.
    pub timed: Vec<labels::Act>,
}

/// A contact promised by a stated time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Index of the turn.
    pub turn: usize,
    /// Wall-clock time until which it was promised.
    pub due: DateTime,
}

/// A conversation as far as promises go: when it began, and whether the company began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Wall-clock time of its beginning.
    pub began: DateTime,
    /// Whether an agent began it.
    pub by_agent: bool,
}

impl Promise {
    /// What the customer reports in this conversation; the first report counts.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene
            .talk
            .turns_of(Speaker::Customer)
            .find_map(|(_, turn)| {
                let fit = heard(scene, turn, &self.reported, Use::Accuse)?;
                Some(Finding { span: fit.span, ..scene.finding(turn, fit.why, fit.score, fit.threshold) })
            })
            .into_iter()
            .collect()
    }

    /// Whether an agent's turn promises contact by a stated time.
    #[must_use]
    pub fn is_made(&self, scene: &Scene<'_>, turn: usize) -> bool {
        heard(scene, turn, &self.promised, Use::Accuse).is_some()
            && heard(scene, turn, &self.timed, Use::Accuse).is_some()
    }
}

impl Made {
    /// Whether no contact by an agent came between the promise and its time, although the data run beyond it.
    ///
    /// `said` is the beginning of the promise's own conversation, `end` the latest beginning of any conversation of the input.
    #[must_use]
    pub fn is_broken(&self, said: DateTime, contacts: &[Contact], end: DateTime) -> bool {
        end > self.due
            && !contacts.iter().any(|contact| contact.by_agent && contact.began > said && contact.began <= self.due)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_promise_is_broken_by_silence_or_by_a_late_call_and_judged_only_where_the_data_run_on() {
        let said = date(2026, 3, 2).at(10, 0, 0, 0);
        let made = Made { turn: 4, due: date(2026, 3, 3).at(12, 0, 0, 0) };
        let call = |hour| Contact { began: date(2026, 3, 3).at(hour, 0, 0, 0), by_agent: true };
        let (before, after) = (date(2026, 3, 3).at(11, 0, 0, 0), date(2026, 3, 4).at(9, 0, 0, 0));
        assert!(made.is_broken(said, &[], after));
        assert!(made.is_broken(said, &[call(15)], after));
        assert!(!made.is_broken(said, &[call(11)], after));
        assert!(!made.is_broken(said, &[], before));
        assert!(made.is_broken(said, &[Contact { by_agent: false, ..call(11) }], after));
    }
}
