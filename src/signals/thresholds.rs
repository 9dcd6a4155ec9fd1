//! From which probability on an act counts as heard.
//!
//! Each act has a threshold of its own. A guideline may move it, in log-odds, in two ways: to accuse (an act that is a fault or creates a
//! duty) and to clear (an act that meets a duty or excuses). Doubt speaks for the agent both times: accusing asks for more, clearing for less.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::signals::SignalError;
use crate::signals::labels::{Act, Cause, Kind};
use crate::transcript::Speaker;

/// The probability below which no act is held against an agent as a prohibited one.
pub const LEAST_TO_ACCUSE: f32 = 0.4;

/// How a guideline moves the thresholds, in log-odds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Added where an act speaks against the agent.
    pub accuse: f32,
    /// Added where an act speaks for the agent.
    pub clear: f32,
    /// Where an act speaks against the agent, no threshold is below this probability.
    #[serde(default)]
    pub least: f32,
}

/// Which way an act speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is a fault, or it creates a duty.
    Accuse,
    /// It meets a duty, or excuses.
    Clear,
}

/// All thresholds of a model, as probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// By the place of the act.
    pub acts: Vec<f32>,
    /// By the cause.
    pub causes: Vec<f32>,
    /// By the kind.
    pub kinds: Vec<f32>,
    /// Aggression of customers: at least 1, at least 2, 3.
    pub customer: [f32; 3],
    /// Aggression of agents: at least 1, at least 2, 3.
    pub agent: [f32; 3],
    /// By guideline code.
    pub guidelines: BTreeMap<String, Shift>,
}

impl Default for Thresholds {
    /// One half everywhere, no shifts: right for labels given by people.
    fn default() -> Self {
        Thresholds {
            acts: vec![0.5; Act::COUNT],
            causes: vec![0.5; Cause::ALL.len()],
            kinds: vec![0.5; Kind::ALL.len()],
            customer: [0.5; 3],
            agent: [0.5; 3],
            guidelines: BTreeMap::new(),
        }
    }
}

/// The file form: names instead of places.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    customer: [f32; 3],
    agent: [f32; 3],
    agent_acts: BTreeMap<String, f32>,
    customer_acts: BTreeMap<String, f32>,
    causes: BTreeMap<Cause, f32>,
    kinds: BTreeMap<Kind, f32>,
    guidelines: BTreeMap<String, Shift>,
}

/// Log-odds of a probability, kept finite.
#[must_use]
pub fn logit(probability: f32) -> f32 {
    let inside = probability.clamp(1e-4, 1.0 - 1e-4);
    (inside / (1.0 - inside)).ln()
}

impl Thresholds {
    /// The threshold of an act for a guideline.
    #[must_use]
    pub fn act(&self, act: Act, guideline: &str, purpose: Use) -> f32 {
        let own = self.acts[act.place()];
        self.shifted(own, guideline, purpose)
    }

    /// The threshold of aggression of at least `level` (1–3) for a guideline.
    #[must_use]
    pub fn aggression(&self, speaker: Speaker, level: u8, guideline: &str, purpose: Use) -> f32 {
        let levels = if speaker == Speaker::Agent { &self.agent } else { &self.customer };
        self.shifted(levels[usize::from(level.clamp(1, 3)) - 1], guideline, purpose)
    }

    fn shifted(&self, own: f32, guideline: &str, purpose: Use) -> f32 {
        let Some(shift) = self.guidelines.get(guideline) else { return own };
        let moved = |by: f32| if by == 0.0 { own } else { crate::signals::network::sigmoid(logit(own) + by) };
        match purpose {
            Use::Accuse => moved(shift.accuse).max(shift.least),
            Use::Clear => moved(shift.clear),
        }
    }

    /// Reads thresholds from TOML.
    ///
    /// # Errors
    /// When a name is unknown or one is missing.
    pub fn from_toml(text: &str) -> Result<Thresholds, SignalError> {
        let failed = |message: String| SignalError::Model { what: "thresholds", message };
        let file: File = toml::from_str(text).map_err(|error| failed(error.to_string()))?;
        let acts = (0..Act::COUNT)
            .filter_map(Act::at)
            .map(|act| {
                let table = if act.speaker() == Speaker::Agent { &file.agent_acts } else { &file.customer_acts };
                table
                    .get(act.name())
                    .copied()
                    .ok_or_else(|| failed(format!("`{act}` of the {} is missing", act.speaker())))
            })
            .collect::<Result<_, _>>()?;
        Ok(Thresholds {
            acts,
            causes: Cause::ALL.iter().map(|cause| file.causes.get(cause).copied().unwrap_or(0.5)).collect(),
            kinds: Kind::ALL.iter().map(|kind| file.kinds.get(kind).copied().unwrap_or(0.5)).collect(),
            customer: file.customer,
            agent: file.agent,
            guidelines: file.guidelines,
        })
    }

    /// Writes thresholds as TOML, in a fixed order.
    ///
    /// # Errors
    /// When TOML cannot hold a value.
    pub fn to_toml(&self) -> Result<String, SignalError> {
        let of =
            |speaker: Speaker| Act::of(speaker).map(|act| (act.name().to_owned(), self.acts[act.place()])).collect();
        let file = File {
            customer: self.customer,
            agent: self.agent,
            agent_acts: of(Speaker::Agent),
            customer_acts: of(Speaker::Customer),
            causes: Cause::ALL.iter().map(|cause| (*cause, self.causes[*cause as usize])).collect(),
            kinds: Kind::ALL.iter().map(|kind| (*kind, self.kinds[*kind as usize])).collect(),
            guidelines: self.guidelines.clone(),
        };
        toml::to_string(&file).map_err(|error| SignalError::Model { what: "thresholds", message: error.to_string() })
    }
}
