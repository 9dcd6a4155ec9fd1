//! A turn of the agent that does what may not be done.

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::checks::Scene;
use crate::guidelines::checks::pattern::{Fit, Pattern, heard};
use crate::guidelines::consider::{Role, Step};
use crate::signals::labels;
use crate::signals::thresholds::Use;
use crate::transcript::Speaker;

/// What the customer's last moves before it were like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// How many of the customer's last moves are looked at.
    pub moves: usize,
    /// Aggression of at least this level …
    pub aggression: Option<u8>,
    /// … or one of these acts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<labels::Act>,
    /// Whether one of them must be so, or none may.
    pub expected: bool,
}

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// What the turn does; any of these.
    pub flag: Vec<Pattern>,
    /// What the customer's last moves were like.
    pub before: Option<Before>,
    /// No finding where one of these acts is heard in the turn or in the agent's next moves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<labels::Act>,
    /// How many of the agent's next moves `unless` looks at.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unless_next: usize,
    /// No finding where one of these acts is heard in an earlier turn of the agent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless_before: Vec<labels::Act>,
    /// Only in the agent's first move after the customer's first complaint.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_reply_only: bool,
    /// No finding where one of these guidelines has one at the same turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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
        self.judged(scene)
            .filter_map(|(_, judged)| match judged {
                Judged::Found(finding) => Some(*finding),
                _ => None,
            })
            .collect()
    }

    /// What the agent's turns came to: how near each pattern, and why a turn that fits is not flagged.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        let mut steps: Vec<Step> =
            self.flag.iter().map(|pattern| Step::nearest(Role::Act, scene, pattern, Use::Accuse)).collect();
        let nearest: Vec<Option<usize>> = steps.iter().map(|step| step.turn).collect();
        for (turn, judged) in self.judged(scene) {
            steps.extend(match judged {
                Judged::Other => None,
                Judged::Found(finding) => (!nearest.contains(&Some(turn))).then(|| Step {
                    span: finding.span,
                    score: Some((finding.score, finding.threshold)),
                    ..Step::said(Role::Act, true, Some(turn), finding.why)
                }),
                Judged::NotFirst => {
                    Some(Step::said(Role::Before, false, Some(turn), "not the agent's first reply to the complaint"))
                }
                Judged::Before => {
                    Some(Step::said(Role::Before, false, Some(turn), "the customer's moves before it were not so"))
                }
                Judged::Excused(at, fit) => {
                    Some(Step { turn: Some(at), ..Step::heard(Role::Excuse, true, at, &fit, Some(turn)) })
                }
            });
        }
        steps
    }

    fn judged<'a>(&'a self, scene: &'a Scene<'_>) -> impl Iterator<Item = (usize, Judged)> + 'a {
        let first_reply = self.first_reply_only.then(|| first_reply(scene));
        scene.talk.turns_of(Speaker::Agent).map(move |(place, turn)| {
            let is_first = first_reply.is_none_or(|reply| reply == Some(place));
            (turn, self.judge(scene, place, turn, is_first))
        })
    }

    fn judge(&self, scene: &Scene<'_>, place: usize, turn: usize, is_first: bool) -> Judged {
        let Some(fit) = self.flag.iter().find_map(|pattern| pattern.fit(scene, turn, Use::Accuse)) else {
            return Judged::Other;
        };
        if !is_first {
            return Judged::NotFirst;
        }
        if self.before.as_ref().is_some_and(|before| before.holds(scene, place) != before.expected) {
            return Judged::Before;
        }
        if let Some((at, excuse)) = self.excuse(scene, place, turn, fit.span.as_ref().map(|span| span.start)) {
            return Judged::Excused(at, excuse);
        }
        let finding = scene.finding(turn, fit.why, fit.score, fit.threshold);
        Judged::Found(Box::new(Finding { span: fit.span, act: fit.act, ..finding }))
    }

    /// What excuses a turn, and where it is heard.
    fn excuse(&self, scene: &Scene<'_>, place: usize, turn: usize, begins: Option<usize>) -> Option<(usize, Fit)> {
        let talk = scene.talk;
        let mut earlier = talk.turns_of(Speaker::Agent).take_while(|(before, _)| *before < place);
        let announced = earlier.find_map(|(_, at)| Some((at, heard(scene, at, &self.unless_before, Use::Clear)?)));
        if announced.is_some() {
            return announced;
        }
        let clears = |turn: usize| Some((turn, heard(scene, turn, &self.unless, Use::Clear)?));
        let here = clears(turn);
        // An act that excuses must come before an opening that may not stand first.
        if self.first_reply_only {
            return here.filter(|(_, fit)| fit.span.as_ref().map(|span| span.start) <= begins);
        }
        here.or_else(|| {
            let mut next = talk.after(place, Speaker::Agent).take(self.unless_next);
            next.find_map(|next| talk.moves[next].turns.iter().find_map(|turn| clears(*turn)))
        })
    }
}

/// What a turn of the agent came to.
enum Judged {
    /// No pattern fits.
    Other,
    /// It is not the first reply.
    NotFirst,
    /// The customer's moves before it were not as they must be.
    Before,
    /// Something excuses it.
    Excused(usize, Fit),
    /// It is flagged.
    Found(Box<Finding>),
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
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
