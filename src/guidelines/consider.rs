//! What was considered and not flagged: how near every guideline of a pack came in a conversation, and what kept it from a finding.
//!
//! Values only; how they are told is the command line's business. Whether a promised call came is not considered here: that shows in
//! a customer's later conversations.

use crate::guidelines::checks::pattern::{Fit, Pattern};
use crate::guidelines::checks::{Check, Scene};
use crate::guidelines::evaluate::{self, Skip};
use crate::guidelines::pack::Pack;
use crate::guidelines::talk::Talk;
use crate::guidelines::{Finding, Level};
use crate::signals::Signals;
use crate::signals::thresholds::{Thresholds, Use};
use crate::transcript::{Conversation, Span, names};

names! {
    /// What a step of a check is about.
    Role, "role", {
        /// Where the guideline applies at all.
        Scope = "applies",
        /// What the agent may not do.
        Act = "act",
        /// What must have come before.
        Before = "before",
        /// What excuses the agent.
        Excuse = "excused by",
        /// Another guideline that goes before.
        Yields = "yields to",
        /// What creates a duty.
        Trigger = "trigger",
        /// A further condition of a duty.
        Needed = "needed",
        /// What lifts a duty.
        Unless = "unless",
        /// Where what is owed was looked for.
        Searched = "searched",
        /// What is owed.
        Owed = "owed",
        /// Something that is measured.
        Measured = "measured",
    }
}

/// One step of a check: what was looked for, and how near a turn came to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is about.
    pub role: Role,
    /// Whether it is so.
    pub holds: bool,
    /// Index of the turn that came nearest.
    pub turn: Option<usize>,
    /// Its words, in bytes of the turn's text; `None` for the whole turn.
    pub span: Option<Span>,
    /// Score, and what it had to reach.
    pub score: Option<(f32, f32)>,
    /// Index of the turn on whose account it was looked for.
    pub of: Option<usize>,
    /// In words.
    pub words: String,
}

impl Step {
    /// A step without a score.
    #[must_use]
    pub fn said(role: Role, holds: bool, turn: Option<usize>, words: impl Into<String>) -> Step {
        Step { role, holds, turn, span: None, score: None, of: None, words: words.into() }
    }

    /// A step about what is heard in a turn; where nothing at all is heard, no turn is nearest.
    #[must_use]
    pub fn heard(role: Role, holds: bool, turn: usize, fit: &Fit, of: Option<usize>) -> Step {
        if fit.score <= 0.0 {
            return Step { of, ..Step::said(role, holds, None, fit.why.clone()) };
        }
        Step {
            span: fit.span.clone(),
            score: Some((fit.score, fit.threshold)),
            of,
            ..Step::said(role, holds, Some(turn), fit.why.clone())
        }
    }

    /// A step about something that is measured and has a limit.
    #[must_use]
    pub fn measured(holds: bool, turn: usize, value: f32, limit: f32, words: impl Into<String>) -> Step {
        Step { score: Some((value, limit)), ..Step::said(Role::Measured, holds, Some(turn), words) }
    }

    /// The turn that comes nearest to fitting a pattern.
    #[must_use]
    pub fn nearest(role: Role, scene: &Scene<'_>, pattern: &Pattern, purpose: Use) -> Step {
        let talk = scene.talk;
        let first =
            talk.turns_of(pattern.speaker).find_map(|(_, turn)| Some((turn, pattern.fit(scene, turn, purpose)?)));
        if let Some((turn, fit)) = first {
            return Step::heard(role, true, turn, &fit, None);
        }
        let nearest = talk
            .turns_of(pattern.speaker)
            .filter_map(|(_, turn)| Some((turn, pattern.near(scene, turn, purpose)?)))
            .max_by(|a, b| a.1.reach().total_cmp(&b.1.reach()).then(b.0.cmp(&a.0)));
        let Some((turn, fit)) = nearest else {
            let words = if pattern.phrases.is_empty() { "nothing heard" } else { "no phrase stands in a turn" };
            return Step::said(role, false, None, words);
        };
        let step = Step::heard(role, false, turn, &fit, None);
        if !fit.holds() {
            return step;
        }
        // The score would do; something else that the pattern asks for is not so.
        Step { words: format!("{}, but another condition of the pattern does not hold", step.words), ..step }
    }
}

/// What a guideline came to in a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// Index of the guideline in its pack.
    pub guideline: usize,
    /// Why it was not checked.
    pub skipped: Option<Skip>,
    /// Its findings.
    pub findings: Vec<Finding>,
    /// How it came to them, or to none.
    pub steps: Vec<Step>,
}

/// What every guideline of a pack came to, in the pack's order.
#[must_use]
pub fn consider(
    pack: &Pack,
    conversation: &Conversation,
    signals: &Signals,
    thresholds: &Thresholds,
) -> Vec<Considered> {
    let talk = Talk::new(conversation, signals, thresholds);
    let found = evaluate::findings(pack, conversation, signals, thresholds);
    let of = |place: usize| found.iter().filter(move |finding| finding.guideline == place);
    pack.guidelines
        .iter()
        .enumerate()
        .map(|(place, guideline)| {
            let findings: Vec<Finding> = of(place).cloned().collect();
            let skipped = evaluate::skipped(guideline, conversation);
            if skipped.is_some() {
                return Considered { guideline: place, skipped, findings, steps: Vec::new() };
            }
            let scene = Scene { talk: &talk, code: &guideline.code, guideline: place, limits: &pack.limits };
            let mut steps = guideline.check.consider(&scene);
            let kept = |finding: &Finding| findings.iter().any(|kept| kept.turn == finding.turn);
            for given_up in guideline.check.find(&scene).into_iter().filter(|finding| !kept(finding)) {
                let goes_before =
                    |finding: &&Finding| finding.turn == given_up.turn && yields(&guideline.check, pack, finding);
                let codes: Vec<&str> = found
                    .iter()
                    .filter(goes_before)
                    .map(|finding| pack.guidelines[finding.guideline].code.as_str())
                    .collect();
                steps.push(Step::said(Role::Yields, true, Some(given_up.turn), codes.join(", ")));
            }
            if guideline.level == Level::Customer {
                let words = "whether a promised contact came shows in the customer's later conversations only";
                steps.push(Step::said(Role::Scope, true, None, words));
            }
            Considered { guideline: place, skipped, findings, steps }
        })
        .collect()
}

fn yields(check: &Check, pack: &Pack, to: &Finding) -> bool {
    let Check::Act(check) = check else { return false };
    check.yields_to.contains(&pack.guidelines[to.guideline].code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guidelines::load;
    use crate::signals::hear;

    #[test]
    fn every_guideline_says_how_it_came_to_its_verdict() {
        let (pack, thresholds) = (Pack::load("every").unwrap(), Thresholds::default());
        for guideline in load::guidelines().unwrap() {
            for (conversation, labels) in
                guideline.example.iter().take(4).flat_map(|example| example.parse(&guideline.code).unwrap())
            {
                let mut signals = hear::given(&conversation, &labels);
                hear::decide(&conversation, &thresholds, &mut signals);
                let considered = consider(&pack, &conversation, &signals, &thresholds);
                let findings = considered.iter().flat_map(|considered| considered.findings.clone());
                let mut findings: Vec<Finding> = findings.collect();
                evaluate::sort(&mut findings);
                assert_eq!(findings, evaluate::findings(&pack, &conversation, &signals, &thresholds));
                for of in &considered {
                    let code = &pack.guidelines[of.guideline].code;
                    assert_eq!(of.skipped.is_some(), of.steps.is_empty(), "{code} in {}", guideline.code);
                    let is_told = |finding: &Finding| {
                        of.steps.iter().any(|step| {
                            step.turn.is_none() || step.turn == Some(finding.turn) || step.role == Role::Searched
                        })
                    };
                    assert!(of.findings.iter().all(is_told), "{code} in {}", guideline.code);
                }
            }
        }
    }
}
