//! Acts and causes that people have labelled, in place of a model's: so that rules can be measured by themselves.
//!
//! `NAME.acts.tsv` holds a segment a line: conversation_id, turn, segment, speaker, acts, causes (`-` none), text.
//! `NAME.labels.jsonl` beside it holds the aggression and kinds of turns.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::signals::SignalError;
use crate::signals::labels::{Act, Cause, Kind};
use crate::transcript::Speaker;

/// A labelled segment.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenSegment {
    /// Number of the turn.
    pub turn: u32,
    /// What it does.
    pub acts: Vec<Act>,
    /// What the complaint is about.
    pub causes: Vec<Cause>,
    /// The words, as the annotator cut them.
    pub text: String,
}

/// The labels of one conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GivenConversation {
    /// Its segments in order.
    pub segments: Vec<GivenSegment>,
    /// Aggression and kinds by turn; turns that are not named have none.
    pub aggression: HashMap<u32, (u8, Vec<Kind>)>,
    /// Causes of the whole conversation, stated and underlying.
    pub causes: (Vec<Cause>, Vec<Cause>),
}

/// Labels by conversation id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    /// One entry a conversation.
    pub conversations: HashMap<String, GivenConversation>,
}

#[derive(Deserialize)]
struct TurnLabel {
    turn: u32,
    aggression: u8,
    #[serde(default)]
    kinds: Vec<Kind>,
}

#[derive(Deserialize, Default)]
struct RootCause {
    #[serde(default)]
    stated: Vec<String>,
    #[serde(default)]
    underlying: Vec<String>,
}

#[derive(Deserialize)]
struct SegmentLabel {
    turn: u32,
    text: String,
    acts: Vec<String>,
    #[serde(default)]
    causes: Vec<Cause>,
}

#[derive(Deserialize)]
struct ConversationLabel {
    conversation_id: String,
    turns: Vec<TurnLabel>,
    #[serde(default)]
    root_cause: RootCause,
    #[serde(default)]
    segments: Vec<SegmentLabel>,
}

/// Reads a file of labelled acts with the labels beside it. A `.labels.jsonl` that holds segments itself may be named too.
///
/// # Errors
/// When a file is missing, or a line is malformed; with the file and the line.
pub fn read(path: &Path) -> Result<Given, SignalError> {
    let mut given = Given::default();
    let name = path.to_string_lossy();
    let labels = match name.strip_suffix(".acts.tsv") {
        Some(stem) => {
            read_acts(path, &mut given)?;
            PathBuf::from(format!("{stem}.labels.jsonl"))
        }
        None => path.to_owned(),
    };
    read_labels(&labels, &mut given)?;
    Ok(given)
}

fn text_of(path: &Path) -> Result<String, SignalError> {
    fs::read_to_string(path).map_err(|source| SignalError::Read { path: path.to_owned(), source })
}

fn named(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|name| !matches!(*name, "-" | ""))
}

fn read_acts(path: &Path, given: &mut Given) -> Result<(), SignalError> {
    for (number, line) in (1..).zip(text_of(path)?.lines()) {
        let bad = |message: String| SignalError::Label { path: path.to_owned(), line: number, message };
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, turn, _segment, speaker, acts, causes, text] = *fields else {
            return Err(bad(format!("has {} columns, 7 are needed", fields.len())));
        };
        let speaker: Speaker = speaker.parse().map_err(|error| bad(format!("{error}")))?;
        let acts = named(acts)
            .map(|act| Act::named(act, speaker).ok_or_else(|| bad(format!("`{act}` is no act of the {speaker}"))))
            .collect::<Result<_, _>>()?;
        let causes = named(causes)
            .map(|cause| cause.parse().map_err(|error| bad(format!("{error}"))))
            .collect::<Result<_, _>>()?;
        let turn = turn.parse().map_err(|_| bad(format!("`{turn}` is no turn number")))?;
        let entry = given.conversations.entry(id.to_owned()).or_default();
        entry.segments.push(GivenSegment { turn, acts, causes, text: text.to_owned() });
    }
    Ok(())
}

fn read_labels(path: &Path, given: &mut Given) -> Result<(), SignalError> {
    for (number, line) in (1..).zip(text_of(path)?.lines()) {
        let bad = |message: String| SignalError::Label { path: path.to_owned(), line: number, message };
        let label: ConversationLabel = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
        let entry = given.conversations.entry(label.conversation_id).or_default();
        entry.aggression =
            label.turns.into_iter().map(|turn| (turn.turn, (turn.aggression.min(3), turn.kinds))).collect();
        let causes = |names: Vec<String>| names.iter().filter_map(|name| name.parse().ok()).collect();
        entry.causes = (causes(label.root_cause.stated), causes(label.root_cause.underlying));
        for segment in label.segments {
            let acts = segment
                .acts
                .iter()
                .map(|act| {
                    [Speaker::Agent, Speaker::Customer]
                        .into_iter()
                        .find_map(|speaker| Act::named(act, speaker))
                        .ok_or_else(|| bad(format!("`{act}` is no act")))
                })
                .collect::<Result<_, _>>()?;
            entry.segments.push(GivenSegment { turn: segment.turn, acts, causes: segment.causes, text: segment.text });
        }
    }
    Ok(())
}
