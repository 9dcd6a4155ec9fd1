//! Evaluates an audit against gold sets: with the signals of a model, and with the acts that people labelled.
//!
//! So a shortfall shows where it belongs: what is missed on gold acts is a rule's, the rest a signal's.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::guidelines::pack::Pack;
use crate::learn::LearnError;
use crate::learn::acts::{self, ActsFigures};
use crate::learn::breakdown::{Breakdown, breakdown};
use crate::learn::corpus::{self, Label, LabelledConversation, LabelledSegment};
use crate::learn::gold::{Score, Verdict, score};
use crate::learn::perturb::{Perturbation, Perturbed};
use crate::learn::verdicts::verdicts;
use crate::signals::Signals;
use crate::signals::embedded::Room;
use crate::signals::given::{self, Given};
use crate::signals::hear::Source;
use crate::signals::thresholds::Thresholds;

/// A gold set: conversations with labels and, where people labelled them, acts.
pub struct GoldSet {
    /// Name of the set, such as `dev-ru`.
    pub name: String,
    /// The conversations.
    pub conversations: Vec<LabelledConversation>,
    /// The acts.
    pub given: Option<Given>,
}

/// What an evaluation of one set says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Name of the set.
    pub set: String,
    /// With the signals of the model.
    pub heard: Score,
    /// The same by channel and length, with intervals.
    pub breakdown: Breakdown,
    /// With the acts that people labelled.
    pub on_gold_acts: Option<Score>,
    /// How well acts are heard.
    pub acts: Option<ActsFigures>,
}

/// Reads the gold sets of a folder, or of the files named like `NAME.jsonl` in it.
///
/// # Errors
/// When a file is missing or malformed.
pub fn sets(folder: &Path) -> Result<Vec<GoldSet>, LearnError> {
    let failed = |source| LearnError::Read { path: folder.to_owned(), source };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(failed)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".jsonl")
                && !name.ends_with(".labels.jsonl")
                && path.with_extension("labels.jsonl").is_file()
        })
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(LearnError::Empty { path: folder.to_owned() });
    }
    paths.iter().map(|path| set(path)).collect()
}

fn set(path: &Path) -> Result<GoldSet, LearnError> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut conversations = Vec::new();
    corpus::read_conversations(path, &mut conversations)?;
    let acts = path.with_extension("acts.tsv");
    let given = if acts.is_file() {
        Some(given::read(&acts)?)
    } else if conversations.iter().any(|labelled| !labelled.segments.is_empty()) {
        Some(given::read(&path.with_extension("labels.jsonl"))?)
    } else {
        None
    };
    if let Some(given) = &given {
        for labelled in conversations.iter_mut().filter(|labelled| labelled.segments.is_empty()) {
            let Some(own) = given.conversations.get(&labelled.conversation.conversation_id) else { continue };
            labelled.segments = own
                .segments
                .iter()
                .map(|segment| LabelledSegment {
                    turn: segment.turn as usize,
                    text: segment.text.clone(),
                    label: Label { acts: segment.acts.clone(), causes: segment.causes.clone(), ..Label::default() },
                })
                .collect();
        }
    }
    Ok(GoldSet { name, conversations, given })
}

impl GoldSet {
    /// The same set as others would have written it. It has no given acts: these are of the texts as they were.
    #[must_use]
    pub fn perturbed(&self, how: Perturbation, seed: u64) -> PerturbedSet {
        let mut random = fastrand::Rng::with_seed(seed);
        let conversations = self.conversations.iter().map(|one| how.conversation(one, &mut random)).collect();
        PerturbedSet { name: format!("{} {how}", self.name), conversations }
    }
}

/// A gold set written differently.
pub struct PerturbedSet {
    name: String,
    conversations: Vec<Perturbed>,
}

/// Evaluates sets that are written differently.
///
/// # Errors
/// When a model fails on a text.
pub fn evaluate_perturbed(sets: &[PerturbedSet], source: &Source, pack: &Pack) -> Result<Vec<Report>, LearnError> {
    sets.iter()
        .map(|set| {
            let labelled: Vec<&LabelledConversation> = set.conversations.iter().map(|one| &one.labelled).collect();
            let verdicts = audited(&labelled, source, pack)?;
            let verdicts: Vec<Verdict> =
                set.conversations.iter().zip(verdicts).map(|(one, verdict)| one.in_original_turns(verdict)).collect();
            let labelled_segments = labelled.iter().any(|one| !one.segments.is_empty());
            let acts = match source {
                Source::Model(model) if labelled_segments => Some(acts::measure(model.as_ref(), &labelled)?),
                _ => None,
            };
            Ok(Report {
                set: set.name.clone(),
                heard: scored(&labelled, &verdicts, pack),
                breakdown: breakdown(&labelled, &verdicts, &pack.guidelines.iter().collect::<Vec<_>>()),
                on_gold_acts: None,
                acts,
            })
        })
        .collect()
}

/// Evaluates sets; only guidelines of the pack count. Each set is audited by itself, so promises hold within it.
///
/// # Errors
/// When a model fails on a text.
pub fn evaluate(sets: &[GoldSet], source: &Source, pack: &Pack) -> Result<Vec<Report>, LearnError> {
    sets.iter()
        .map(|set| {
            let labelled: Vec<&LabelledConversation> = set.conversations.iter().collect();
            let verdicts = audited(&labelled, source, pack)?;
            let on_gold_acts = match &set.given {
                Some(given) => {
                    let given = Source::Given(given.clone().into(), Thresholds::default());
                    Some(scored(&labelled, &audited(&labelled, &given, pack)?, pack))
                }
                None => None,
            };
            let acts = match (source, &set.given) {
                (Source::Model(model), Some(_)) => Some(acts::measure(model.as_ref(), &labelled)?),
                _ => None,
            };
            Ok(Report {
                set: set.name.clone(),
                heard: scored(&labelled, &verdicts, pack),
                breakdown: breakdown(&labelled, &verdicts, &pack.guidelines.iter().collect::<Vec<_>>()),
                on_gold_acts,
                acts,
            })
        })
        .collect()
}

/// What an audit says of conversations.
fn audited(labelled: &[&LabelledConversation], source: &Source, pack: &Pack) -> Result<Vec<Verdict>, LearnError> {
    let signals: Vec<Signals> = labelled
        .par_chunks(source.at_once())
        .map_init(Room::default, |room, labelled| {
            source.hear_all(&labelled.iter().map(|one| &one.conversation).collect::<Vec<_>>(), room)
        })
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    let heard = labelled.iter().zip(&signals).map(|(labelled, signals)| (&labelled.conversation, signals));
    Ok(verdicts(pack, heard, source.thresholds()))
}

fn scored(labelled: &[&LabelledConversation], verdicts: &[Verdict], pack: &Pack) -> Score {
    let pairs: Vec<_> = labelled.iter().zip(verdicts).map(|(one, verdict)| (&one.gold, Some(verdict))).collect();
    score(&pairs, &pack.guidelines.iter().collect::<Vec<_>>())
}
