//! The table of turns: what was said, measured and heard in each. It judges nothing.

use polars::prelude::{DataFrame, PolarsResult, Schema};
use serde::{Deserialize, Serialize};

use crate::signals::TurnSignals;
use crate::signals::labels::{Act, Cause, Kind};
use crate::tables::columns::{self, Cells, Value};
use crate::tables::{Audited, Run, rounded, wording};
use crate::transcript::{Channel, Lang, Speaker};

/// One turn. Times in seconds from the conversation's beginning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnRow {
    /// The conversation.
    pub conversation_id: String,
    /// Number of the turn, as the source counts.
    pub turn: u32,
    /// Who speaks.
    pub speaker: Speaker,
    /// The agent of the turn, else of the conversation.
    pub agent_id: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The customer.
    pub customer_id: Option<String>,
    /// How the two sides met.
    pub channel: Channel,
    /// Language of the turn, else of the conversation.
    pub language: Lang,
    /// Beginning.
    pub start_s: Option<f64>,
    /// End.
    pub end_s: Option<f64>,
    /// The words, masked.
    pub text: String,
    /// How many words.
    pub words: u32,
    /// Words a minute, of spoken turns with times.
    pub words_per_minute: Option<f32>,
    /// How long it runs over the previous speaker.
    pub overlap_s: Option<f32>,
    /// How long the other side waited for it.
    pub response_s: Option<f32>,
    /// Aggression, 0–3.
    pub aggression: u8,
    /// Probability of aggression of 2 or more.
    pub aggression_score: f32,
    /// How aggression shows.
    pub kinds: Vec<Kind>,
    /// The acts heard, in the order of the labels.
    pub acts: Vec<String>,
    /// Their probabilities.
    pub act_scores: Vec<f32>,
    /// The causes heard in a customer's turn.
    pub causes: Vec<Cause>,
    /// How sure the role is.
    pub role_confidence: f32,
    /// How sure the recognition of speech is.
    pub asr_confidence: Option<f32>,
    /// The model that heard.
    pub model: String,
}

const COLUMNS: &[Cells<TurnRow>] = &[
    Cells::new("conversation_id", Value::Text(|row| Some(&row.conversation_id))),
    Cells::new("turn", Value::U32(|row| Some(row.turn))),
    Cells::new("speaker", Value::Text(|row| Some(row.speaker.name()))),
    Cells::new("agent_id", Value::Text(|row| row.agent_id.as_deref())),
    Cells::new("team", Value::Text(|row| row.team.as_deref())),
    Cells::new("customer_id", Value::Text(|row| row.customer_id.as_deref())),
    Cells::new("channel", Value::Text(|row| Some(row.channel.name()))),
    Cells::new("language", Value::Text(|row| Some(row.language.name()))),
    Cells::new("start_s", Value::F64(|row| row.start_s)),
    Cells::new("end_s", Value::F64(|row| row.end_s)),
    Cells::new("text", Value::Text(|row| Some(&row.text))),
    Cells::new("words", Value::U32(|row| Some(row.words))),
    Cells::new("words_per_minute", Value::F32(|row| row.words_per_minute)),
    Cells::new("overlap_s", Value::F32(|row| row.overlap_s)),
    Cells::new("response_s", Value::F32(|row| row.response_s)),
    Cells::new("aggression", Value::U8(|row| Some(row.aggression))),
    Cells::new("aggression_score", Value::F32(|row| Some(row.aggression_score))),
    Cells::new("kinds", Value::Texts(|row| row.kinds.iter().map(|kind| kind.name()).collect())),
    Cells::new("acts", Value::Texts(|row| row.acts.iter().map(String::as_str).collect())),
    Cells::new("act_scores", Value::Scores(|row| &row.act_scores)),
    Cells::new("causes", Value::Texts(|row| row.causes.iter().map(|cause| cause.name()).collect())),
    Cells::new("role_confidence", Value::F32(|row| Some(row.role_confidence))),
    Cells::new("asr_confidence", Value::F32(|row| row.asr_confidence)),
    Cells::new("model", Value::Text(|row| Some(&row.model))),
];

/// The columns and their types, in order.
#[must_use]
pub fn schema() -> Schema {
    columns::schema(COLUMNS)
}

/// The rows as a frame with the columns of [`schema`].
///
/// # Errors
/// When polars cannot build the frame.
pub fn frame(rows: &[TurnRow]) -> PolarsResult<DataFrame> {
    columns::frame(COLUMNS, rows)
}

/// The turns of a conversation, in order.
#[must_use]
pub fn rows(audited: &Audited, run: &Run<'_>) -> Vec<TurnRow> {
    (0..audited.conversation.turns.len().min(audited.signals.turns.len())).map(|at| row(audited, run, at)).collect()
}

fn row(audited: &Audited, run: &Run<'_>, at: usize) -> TurnRow {
    let conversation = &audited.conversation;
    let turn = &conversation.turns[at];
    let heard = &audited.signals.turns[at];
    let acts = Act::of(turn.speaker)
        .map(|act| (act, heard.score(act)))
        .filter(|(act, score)| *score > 0.0 && *score >= run.thresholds.acts[act.place()]);
    let (acts, act_scores) = acts.map(|(act, score)| (act.name().to_owned(), rounded(score))).unzip();
    TurnRow {
        conversation_id: conversation.conversation_id.clone(),
        turn: turn.turn,
        speaker: turn.speaker,
        agent_id: conversation.agent_of(turn).map(str::to_owned),
        team: conversation.team.clone(),
        customer_id: conversation.customer_id.clone(),
        channel: conversation.channel,
        language: turn.language.unwrap_or(conversation.language),
        start_s: turn.start,
        end_s: turn.end,
        text: wording::turn_text(conversation, at, run.mask),
        words: heard.timing.words,
        words_per_minute: heard.timing.words_per_minute,
        overlap_s: heard.timing.overlap,
        response_s: heard.timing.response,
        aggression: heard.aggression,
        aggression_score: rounded(heard.levels[1]),
        kinds: heard.kinds.clone(),
        acts,
        act_scores,
        causes: if turn.speaker == Speaker::Customer { causes(heard, &run.thresholds.causes) } else { Vec::new() },
        role_confidence: turn.role_confidence,
        asr_confidence: turn.confidence,
        model: run.model.to_owned(),
    }
}

/// The causes that are heard in at least one segment.
fn causes(heard: &TurnSignals, thresholds: &[f32]) -> Vec<Cause> {
    let best = |cause: Cause| heard.segments.iter().map(|segment| segment.causes[cause as usize]).fold(0.0, f32::max);
    Cause::ALL
        .iter()
        .copied()
        .filter(|cause| best(*cause) > 0.0 && best(*cause) >= thresholds[*cause as usize])
        .collect()
}
