//! The kinds of check a guideline can be made of. Each kind is one file; a guideline names one and fills in its settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::guidelines::Finding;
use crate::guidelines::consider::Step;
use crate::guidelines::pack::Limits;
use crate::guidelines::talk::Talk;

pub mod act;
pub mod duty;
pub mod forwarding;
pub mod interruption;
pub mod pattern;
pub mod phrases;
pub mod promise;
pub mod reaction;
pub mod speed;
pub mod writing;

/// A check with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// An agent's turn does something.
    Act(act::Act),
    /// Something is owed and never comes.
    Duty(duty::Duty),
    /// Capitals and exclamation marks.
    Writing(writing::Writing),
    /// Words a minute.
    Speed(speed::Speed),
    /// Talking over the customer.
    Interruption(interruption::Interruption),
    /// Time until the answer.
    Reaction(reaction::Reaction),
    /// Time until a complaint reached the supervisor.
    Forwarding(forwarding::Forwarding),
    /// A promised contact that did not take place.
    Promise(promise::Promise),
}

/// What a check may look at.
pub struct Scene<'a> {
    /// The conversation with its signals.
    pub talk: &'a Talk<'a>,
    /// The guideline's code, by which thresholds are shifted.
    pub code: &'a str,
    /// The guideline's place in its pack.
    pub guideline: usize,
    /// The pack's limits.
    pub limits: &'a Limits,
}

impl Scene<'_> {
    /// A finding at a turn with nothing else known yet.
    #[must_use]
    pub fn finding(&self, turn: usize, why: String, score: f32, threshold: f32) -> Finding {
        Finding {
            guideline: self.guideline,
            turn,
            span: None,
            act: None,
            why,
            score,
            threshold,
            trigger: None,
            searched: None,
            nearest: None,
            doubt: Vec::new(),
        }
    }
}

impl Check {
    /// Whether its settings make sense together.
    ///
    /// # Errors
    /// The key that is wrong, and why.
    pub fn validate(&self) -> Result<(), (&'static str, String)> {
        match self {
            Check::Act(check) => check.validate(),
            Check::Duty(check) => check.validate(),
            Check::Writing(_)
            | Check::Speed(_)
            | Check::Interruption(_)
            | Check::Reaction(_)
            | Check::Forwarding(_)
            | Check::Promise(_) => Ok(()),
        }
    }

    /// The check as it stands in a guideline's file.
    ///
    /// # Errors
    /// When TOML cannot hold a value.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&BTreeMap::from([("check", self)]))
    }

    /// Whether it relies on what a model hears, and so on a language the model knows.
    #[must_use]
    pub fn needs_language(&self) -> bool {
        matches!(self, Check::Act(_) | Check::Duty(_))
    }

    /// The findings in one conversation, in order of turns.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        match self {
            Check::Act(check) => check.find(scene),
            Check::Duty(check) => check.find(scene),
            Check::Writing(check) => check.find(scene),
            Check::Speed(check) => check.find(scene),
            Check::Interruption(check) => check.find(scene),
            Check::Reaction(check) => check.find(scene),
            Check::Forwarding(check) => check.find(scene),
            Check::Promise(check) => check.find(scene),
        }
    }

    /// What the conversation came to, whether something is found or not: the nearest turns with their scores, times and their limits.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        match self {
            Check::Act(check) => check.consider(scene),
            Check::Duty(check) => check.consider(scene),
            Check::Writing(check) => check.consider(scene),
            Check::Speed(check) => check.consider(scene),
            Check::Interruption(check) => check.consider(scene),
            Check::Reaction(check) => check.consider(scene),
            Check::Forwarding(check) => check.consider(scene),
            Check::Promise(check) => check.consider(scene),
        }
    }
}
