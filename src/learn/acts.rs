//! How well acts are heard: average precision and F1 of each act on labelled segments, as the annotators cut them.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::learn::LearnError;
use crate::learn::calibrate::expected_error;
use crate::learn::corpus::LabelledConversation;
use crate::learn::measure::{Counts, average_precision};
use crate::signals::embedded::Room;
use crate::signals::labels::Act;
use crate::signals::network::{ACTS, sigmoid};
use crate::signals::thresholds::Thresholds;
use crate::signals::{Cut, Heard, Hears};
use crate::transcript::Speaker;

/// Figures of one act.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ActFigures {
    /// Segments that hold it.
    pub segments: usize,
    /// Average precision; `None` where no segment holds it.
    pub average_precision: Option<f64>,
    /// F1 at the model's threshold.
    pub f1: f64,
}

/// Figures of all acts of one role.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct RoleFigures {
    /// Mean of the average precisions.
    pub mean_average_precision: f64,
    /// F1 over all acts together, at the model's thresholds.
    pub micro_f1: f64,
    /// Expected calibration error over all acts together.
    pub calibration_error: f64,
    /// By act.
    pub acts: BTreeMap<&'static str, ActFigures>,
}

/// Agents' and customers' acts.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct ActsFigures {
    /// What agents' sentences do.
    pub agent: RoleFigures,
    /// What customers' sentences do.
    pub customer: RoleFigures,
}

/// Hears labelled segments and compares.
///
/// # Errors
/// When the tokenizer fails.
pub fn measure(model: &dyn Hears, conversations: &[&LabelledConversation]) -> Result<ActsFigures, LearnError> {
    let cuts: Vec<Cut<'_>> = conversations.iter().map(|labelled| labelled.cut()).collect();
    let heard: Vec<Heard> = cuts
        .par_chunks(model.at_once())
        .map_init(Room::default, |room, cuts| model.hear(cuts, room))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    Ok(compare(conversations, &heard, model.thresholds()))
}

/// Compares what was heard in labelled segments with their labels.
pub fn compare(conversations: &[&LabelledConversation], heard: &[Heard], thresholds: &Thresholds) -> ActsFigures {
    let mut scored: Vec<Vec<(f32, bool)>> = vec![Vec::new(); Act::COUNT];
    for (labelled, heard) in conversations.iter().zip(heard) {
        for (segment, logits) in labelled.beside(heard) {
            for act in Act::of(labelled.conversation.turns[segment.turn].speaker) {
                let score = sigmoid(logits[ACTS + act.place()]);
                scored[act.place()].push((score, segment.label.acts.contains(&act)));
            }
        }
    }
    let role = |speaker: Speaker| {
        let mut all = Counts::default();
        let mut acts = BTreeMap::new();
        for act in Act::of(speaker) {
            let pairs = &scored[act.place()];
            let mut counts = Counts::default();
            let threshold = thresholds.acts[act.place()];
            pairs.iter().for_each(|(score, right)| counts.add(*right, *score >= threshold));
            all.extend(counts);
            acts.insert(
                act.name(),
                ActFigures {
                    segments: pairs.iter().filter(|(_, right)| *right).count(),
                    average_precision: average_precision(pairs),
                    f1: counts.figures().f1,
                },
            );
        }
        let every: Vec<(f32, bool)> = Act::of(speaker).flat_map(|act| scored[act.place()].iter().copied()).collect();
        let known: Vec<f64> = acts.values().filter_map(|act: &ActFigures| act.average_precision).collect();
        RoleFigures {
            mean_average_precision: known.iter().sum::<f64>() / known.len().max(1) as f64,
            micro_f1: all.figures().f1,
            calibration_error: expected_error(&every),
            acts,
        }
    };
    ActsFigures { agent: role(Speaker::Agent), customer: role(Speaker::Customer) }
}
