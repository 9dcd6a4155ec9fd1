//! Reads the labelled corpus: utterances (`agent*.tsv`, `customer*.tsv`) and whole conversations with labelled segments.
//!
//! Layout and label names are described in `data/corpus/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::learn::LearnError;
use crate::learn::gold::Gold;
use crate::learn::samples;
use crate::learn::soft::SoftConversation;
use crate::signals::given::GivenConversation;
use crate::signals::hear;
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::{Cut, Heard};
use crate::transcript::{Channel, Complaint, Conversation, Direction, Lang, Span, Speaker, Turn};

/// The label of one segment or utterance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Label {
    /// What it does.
    pub acts: Vec<Act>,
    /// 0–3.
    pub aggression: u8,
    /// How aggression shows.
    pub kinds: Vec<Kind>,
    /// What the complaint is about.
    pub causes: Vec<Cause>,
}

/// A labelled utterance without its conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Who says it.
    pub speaker: Speaker,
    /// Its language.
    pub language: Lang,
    /// The words.
    pub text: String,
    /// The label.
    pub label: Label,
}

/// A labelled segment of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledSegment {
    /// Index of the turn.
    pub turn: usize,
    /// The words.
    pub text: String,
    /// The label.
    pub label: Label,
}

/// A conversation with labelled segments.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledConversation {
    /// The transcript.
    pub conversation: Conversation,
    /// The segments in order.
    pub segments: Vec<LabelledSegment>,
    /// What an audit of it should find.
    pub gold: Gold,
}

/// Everything that is labelled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Corpus {
    /// Single utterances.
    pub utterances: Vec<Utterance>,
    /// Whole conversations.
    pub conversations: Vec<LabelledConversation>,
    /// Examples of guidelines: labelled sentence by sentence, but not for every guideline.
    pub examples: Vec<LabelledConversation>,
    /// Utterances that a company labelled for itself.
    pub own: Vec<Utterance>,
    /// Talk with soft labels.
    pub soft: Vec<SoftConversation>,
}

impl LabelledConversation {
    /// The conversation cut as the annotators cut it.
    #[must_use]
    pub fn cut(&self) -> Cut<'_> {
        let turns = self.conversation.turns.iter().enumerate();
        let segments = turns
            .map(|(at, turn)| {
                let own = self.segments.iter().filter(|segment| segment.turn == at);
                hear::found_in_order(&turn.text, own.map(|segment| segment.text.as_str())).collect()
            })
            .collect();
        Cut { conversation: &self.conversation, segments }
    }

    /// Cuts the turns as the product does. A new segment bears the labels of those that lie in it with half of their length or more, or that
    /// hold half of it.
    pub fn recut(&mut self) {
        let old = self.cut().segments;
        let new = hear::cut(&self.conversation).segments;
        let mut labels = self.segments.iter().peekable();
        let mut segments = Vec::new();
        for (at, (old, new)) in old.iter().zip(&new).enumerate() {
            let own: Vec<(&LabelledSegment, &Span)> =
                std::iter::from_fn(|| labels.next_if(|segment| segment.turn == at)).zip(old).collect();
            if own.is_empty() {
                continue;
            }
            for span in new {
                let holds = |other: &Span| {
                    let shared = span.end.min(other.end).saturating_sub(span.start.max(other.start));
                    2 * shared >= span.len().min(other.len())
                };
                let parts: Vec<&LabelledSegment> =
                    own.iter().filter(|(_, other)| holds(other)).map(|(segment, _)| *segment).collect();
                let text = self.conversation.turns[at].text[span.clone()].to_owned();
                segments.push(LabelledSegment { turn: at, text, label: samples::whole(&parts) });
            }
        }
        self.segments = segments;
    }

    /// Each labelled segment with what a model heard in it, where the model was given [`LabelledConversation::cut`].
    pub fn beside<'a, 'b>(&'a self, heard: &'b Heard) -> impl Iterator<Item = (&'a LabelledSegment, &'b Vec<f32>)> {
        heard.turns.iter().enumerate().flat_map(|(at, turn)| {
            let own = self.segments.iter().filter(move |segment| segment.turn == at);
            own.zip(&turn.segments)
        })
    }

    /// A conversation whose sentences bear labels, without gold findings.
    #[must_use]
    pub fn from_given(conversation: Conversation, labels: &GivenConversation) -> Self {
        let segments = labels
            .segments
            .iter()
            .map(|segment| {
                let (aggression, kinds) = labels.aggression.get(&segment.turn).cloned().unwrap_or_default();
                LabelledSegment {
                    turn: segment.turn as usize,
                    text: segment.text.clone(),
                    label: Label { acts: segment.acts.clone(), aggression, kinds, causes: segment.causes.clone() },
                }
            })
            .collect();
        LabelledConversation { conversation, segments, gold: Gold::default() }
    }
}

#[derive(Deserialize)]
struct RawSegment {
    turn: usize,
    text: String,
    acts: Vec<String>,
    #[serde(default)]
    causes: Vec<Cause>,
    #[serde(default)]
    aggression: u8,
    #[serde(default)]
    kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct RawLabels {
    #[serde(default)]
    segments: Vec<RawSegment>,
}

/// Reads a corpus folder: one folder a language.
///
/// # Errors
/// When a file cannot be read, or a label is not one of the fixed names; with the file and the line.
pub fn read(folder: &Path) -> Result<Corpus, LearnError> {
    let mut corpus = Corpus::default();
    for language in [Lang::Ru, Lang::Pl, Lang::Sk] {
        let home = folder.join(language.name());
        if !home.is_dir() {
            continue;
        }
        for path in listed(&home, ".tsv")? {
            if let Some(speaker) = speaker_of(&path) {
                read_utterances(&path, speaker, language, &mut corpus.utterances)?;
            }
        }
        let conversations = home.join("conversations");
        if conversations.is_dir() {
            for path in listed(&conversations, ".jsonl")? {
                read_conversations(&path, &mut corpus.conversations)?;
            }
        }
    }
    if corpus.utterances.is_empty() && corpus.conversations.is_empty() {
        return Err(LearnError::Empty { path: folder.to_owned() });
    }
    Ok(corpus)
}

/// Whose utterances a file holds, by its name: `agent*.tsv` or `customer*.tsv`.
fn speaker_of(path: &Path) -> Option<Speaker> {
    let name = path.file_name()?.to_string_lossy();
    [("agent", Speaker::Agent), ("customer", Speaker::Customer)]
        .into_iter()
        .find_map(|(role, speaker)| name.starts_with(role).then_some(speaker))
}

/// Reads utterances that a company labelled for itself, in the form of the corpus.
///
/// # Errors
/// When the file cannot be read, its name does not say whose utterances it holds, or a label is not one of the fixed names.
pub fn read_own(path: &Path, corpus: &mut Corpus) -> Result<(), LearnError> {
    let Some(speaker) = speaker_of(path) else {
        let message = "does not say whose utterances these are; name it agent….tsv or customer….tsv".to_owned();
        return Err(LearnError::Label { path: path.to_owned(), line: 1, message });
    };
    read_utterances(path, speaker, Lang::Unknown, &mut corpus.own)
}

/// The files of a folder that end so, in order; label files stand beside what they label and are not listed.
fn listed(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, LearnError> {
    let failed = |source| LearnError::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.to_string_lossy();
        if name.ends_with(ending) && !name.ends_with(".labels.jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn text_of(path: &Path) -> Result<String, LearnError> {
    fs::read_to_string(path).map_err(|source| LearnError::Read { path: path.to_owned(), source })
}

fn read_utterances(path: &Path, speaker: Speaker, language: Lang, out: &mut Vec<Utterance>) -> Result<(), LearnError> {
    for (number, line) in (1..).zip(text_of(path)?.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let bad = |message: String| LearnError::Label { path: path.to_owned(), line: number, message };
        let fields: Vec<&str> = line.split('\t').collect();
        let [acts, aggression, kinds, causes, text] = *fields else {
            return Err(bad(format!("has {} columns; acts, aggression, kinds, causes, text are needed", fields.len())));
        };
        let names = |list: &'_ str| -> Vec<String> {
            list.split(',').filter(|name| !matches!(*name, "-" | "")).map(str::to_owned).collect()
        };
        let label = Label {
            acts: acts_of(&names(acts), speaker).map_err(bad)?,
            aggression: aggression
                .parse()
                .ok()
                .filter(|level| *level <= 3)
                .ok_or_else(|| bad(format!("aggression `{aggression}` is not 0 to 3")))?,
            kinds: parsed(&names(kinds)).map_err(bad)?,
            causes: parsed(&names(causes)).map_err(bad)?,
        };
        out.push(Utterance { speaker, language, text: text.to_owned(), label });
    }
    Ok(())
}

fn parsed<T: std::str::FromStr>(names: &[String]) -> Result<Vec<T>, String>
where
    T::Err: std::fmt::Display,
{
    names.iter().map(|name| name.parse().map_err(|error: T::Err| error.to_string())).collect()
}

fn acts_of(names: &[String], speaker: Speaker) -> Result<Vec<Act>, String> {
    names
        .iter()
        .map(|name| Act::named(name, speaker).ok_or_else(|| format!("`{name}` is no act of the {speaker}")))
        .collect()
}

/// Reads conversations with their labels; `PATH.labels.jsonl` lies beside `PATH.jsonl`, in the same order.
///
/// # Errors
/// When a line is malformed, or the two files do not fit each other.
pub fn read_conversations(path: &Path, out: &mut Vec<LabelledConversation>) -> Result<(), LearnError> {
    let labels_path = path.with_extension("labels.jsonl");
    let (text, labels) = (text_of(path)?, text_of(&labels_path)?);
    for (number, (line, label)) in (1..).zip(text.lines().zip(labels.lines())) {
        let at = |path: &Path, message: String| LearnError::Label { path: path.to_owned(), line: number, message };
        let conversation = conversation_of(line).map_err(|error| at(path, error))?;
        let raw: RawLabels = serde_json::from_str(label).map_err(|error| at(&labels_path, error.to_string()))?;
        let gold: Gold = serde_json::from_str(label).map_err(|error| at(&labels_path, error.to_string()))?;
        if conversation.conversation_id != gold.conversation_id {
            let message = format!("labels `{}`, expected `{}`", gold.conversation_id, conversation.conversation_id);
            return Err(at(&labels_path, message));
        }
        let mut segments = Vec::with_capacity(raw.segments.len());
        for segment in raw.segments {
            let Some(turn) = conversation.turns.get(segment.turn) else {
                return Err(at(&labels_path, format!("turn `{}` does not exist", segment.turn)));
            };
            let acts = acts_of(&segment.acts, turn.speaker).map_err(|message| at(&labels_path, message))?;
            let label =
                Label { acts, aggression: segment.aggression.min(3), kinds: segment.kinds, causes: segment.causes };
            segments.push(LabelledSegment { turn: segment.turn, text: segment.text, label });
        }
        out.push(LabelledConversation { conversation, segments, gold });
    }
    Ok(())
}

#[derive(Deserialize)]
struct RawTurn {
    turn: u32,
    speaker: Speaker,
    agent_id: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    confidence: Option<f32>,
    text: String,
}

#[derive(Deserialize)]
struct RawConversation {
    conversation_id: String,
    channel: Channel,
    language: Lang,
    direction: Option<Direction>,
    agent_id: Option<String>,
    team: Option<String>,
    customer_id: Option<String>,
    started_at: Option<String>,
    complaint: Option<Complaint>,
    turns: Vec<RawTurn>,
}

/// A conversation in the canonical form; the corpus is well-formed, so nothing is repaired here.
fn conversation_of(line: &str) -> Result<Conversation, String> {
    let raw: RawConversation = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let mut conversation = Conversation::new(raw.conversation_id, raw.channel);
    conversation.language = raw.language;
    conversation.direction = raw.direction;
    conversation.agent_id = raw.agent_id;
    conversation.team = raw.team;
    conversation.customer_id = raw.customer_id;
    conversation.started_at = raw.started_at;
    conversation.complaint = raw.complaint;
    conversation.turns = raw
        .turns
        .into_iter()
        .map(|raw| {
            let mut turn = Turn::new(raw.turn, raw.speaker, raw.text);
            turn.agent_id = raw.agent_id;
            turn.start = raw.start;
            turn.end = raw.end;
            turn.confidence = raw.confidence;
            turn
        })
        .collect();
    Ok(conversation)
}
