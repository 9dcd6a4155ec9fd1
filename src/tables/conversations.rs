//! The table of conversations: how aggression went, what it was about, how many findings there are.

use polars::prelude::{DataFrame, PolarsResult, Schema};
use serde::{Deserialize, Serialize};

use crate::guidelines::Severity;
use crate::signals::labels::Cause;
use crate::tables::columns::{self, Cells, Value};
use crate::tables::flags::FlagRow;
use crate::tables::{Audited, Run, wording};
use crate::transcript::{Channel, Direction, Lang, Speaker};

/// From which aggression on a customer is hostile.
pub(super) const HOSTILE: u8 = 2;

/// One conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationRow {
    /// The conversation.
    pub conversation_id: String,
    /// How the two sides met.
    pub channel: Channel,
    /// Its language.
    pub language: Lang,
    /// Who began the contact.
    pub direction: Option<Direction>,
    /// The agent.
    pub agent_id: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The customer.
    pub customer_id: Option<String>,
    /// Beginning.
    pub started_at: Option<String>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// How many turns.
    pub turns: u32,
    /// The customer's highest aggression, 0–3.
    pub customer_aggression_max: u8,
    /// The customer's first turn with aggression of 2 or more.
    pub escalation_turn: Option<u32>,
    /// The customer's first turn with the highest aggression; `None` where it is 0.
    pub peak_turn: Option<u32>,
    /// After an escalation: whether the customer's last two turns are free of aggression.
    pub calmed: Option<bool>,
    /// What the customer complains of.
    pub causes_stated: Vec<Cause>,
    /// What lies behind it.
    pub causes_underlying: Vec<Cause>,
    /// The words that name each cause first, masked.
    pub cause_quotes: Vec<String>,
    /// Critical findings.
    pub flags_critical: u32,
    /// Major findings.
    pub flags_major: u32,
    /// Minor findings.
    pub flags_minor: u32,
    /// Findings for information.
    pub flags_info: u32,
    /// Contacts promised by a stated time: number of the turn, and the time.
    pub promises: Vec<(u32, String)>,
    /// 100 less 25 a critical, 10 a major and 3 a minor finding, not below 0.
    pub score: f32,
    /// The file it came from.
    pub source_file: String,
    /// SHA-256 of that file.
    pub source_sha256: String,
    /// What heard it.
    pub model: String,
}

const COLUMNS: &[Cells<ConversationRow>] = &[
    Cells::new("conversation_id", Value::Text(|row| Some(&row.conversation_id))),
    Cells::new("channel", Value::Text(|row| Some(row.channel.name()))),
    Cells::new("language", Value::Text(|row| Some(row.language.name()))),
    Cells::new("direction", Value::Text(|row| row.direction.map(Direction::name))),
    Cells::new("agent_id", Value::Text(|row| row.agent_id.as_deref())),
    Cells::new("team", Value::Text(|row| row.team.as_deref())),
    Cells::new("customer_id", Value::Text(|row| row.customer_id.as_deref())),
    Cells::new("started_at", Value::Text(|row| row.started_at.as_deref())),
    Cells::new("duration_s", Value::F64(|row| row.duration_s)),
    Cells::new("turns", Value::U32(|row| Some(row.turns))),
    Cells::new("customer_aggression_max", Value::U8(|row| Some(row.customer_aggression_max))),
    Cells::new("escalation_turn", Value::U32(|row| row.escalation_turn)),
    Cells::new("peak_turn", Value::U32(|row| row.peak_turn)),
    Cells::new("calmed", Value::Bool(|row| row.calmed)),
    Cells::new("causes_stated", Value::Texts(|row| row.causes_stated.iter().map(|cause| cause.name()).collect())),
    Cells::new(
        "causes_underlying",
        Value::Texts(|row| row.causes_underlying.iter().map(|cause| cause.name()).collect()),
    ),
    Cells::new("cause_quotes", Value::Texts(|row| row.cause_quotes.iter().map(String::as_str).collect())),
    Cells::new("flags_critical", Value::U32(|row| Some(row.flags_critical))),
    Cells::new("flags_major", Value::U32(|row| Some(row.flags_major))),
    Cells::new("flags_minor", Value::U32(|row| Some(row.flags_minor))),
    Cells::new("flags_info", Value::U32(|row| Some(row.flags_info))),
    Cells::new("promises", Value::Promises(|row| &row.promises)),
    Cells::new("score", Value::F32(|row| Some(row.score))),
    Cells::new("source_file", Value::Text(|row| Some(&row.source_file))),
    Cells::new("source_sha256", Value::Text(|row| Some(&row.source_sha256))),
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
pub fn frame(rows: &[ConversationRow]) -> PolarsResult<DataFrame> {
    columns::frame(COLUMNS, rows)
}

/// The row of a conversation, given its flags. Its promises are left empty: they are known to whoever listens for them.
#[must_use]
pub fn row(audited: &Audited, flags: &[FlagRow], run: &Run<'_>) -> ConversationRow {
    let conversation = &audited.conversation;
    let counted = |severity: Severity| flags.iter().filter(|flag| flag.severity == severity).count() as u32;
    let (critical, major, minor) = (counted(Severity::Critical), counted(Severity::Major), counted(Severity::Minor));
    let course = course(audited);
    let quotes =
        audited.signals.cause_quotes.iter().filter(|quote| quote.turn < conversation.turns.len()).map(|quote| {
            let masked = wording::masked_turn(conversation, quote.turn);
            wording::quote(&conversation.turns[quote.turn].text, &masked, Some(&quote.span), run.mask)
        });
    ConversationRow {
        conversation_id: conversation.conversation_id.clone(),
        channel: conversation.channel,
        language: conversation.language,
        direction: conversation.direction,
        agent_id: conversation.agent_id.clone(),
        team: conversation.team.clone(),
        customer_id: conversation.customer_id.clone(),
        started_at: conversation.started_at.clone(),
        duration_s: conversation.duration(),
        turns: conversation.turns.len() as u32,
        customer_aggression_max: course.highest,
        escalation_turn: course.escalation,
        peak_turn: course.peak,
        calmed: course.calmed,
        causes_stated: audited.signals.causes_stated.clone(),
        causes_underlying: audited.signals.causes_underlying.clone(),
        cause_quotes: quotes.collect(),
        flags_critical: critical,
        flags_major: major,
        flags_minor: minor,
        flags_info: counted(Severity::Info),
        promises: Vec::new(),
        score: score(critical, major, minor),
        source_file: conversation.source.file.clone(),
        source_sha256: conversation.source.sha256.clone(),
        model: run.model.to_owned(),
    }
}

/// 100 less 25 a critical, 10 a major and 3 a minor finding, not below 0.
#[must_use]
pub fn score(critical: u32, major: u32, minor: u32) -> f32 {
    let lost = u64::from(critical) * 25 + u64::from(major) * 10 + u64::from(minor) * 3;
    100u64.saturating_sub(lost) as f32
}

/// How the customer's aggression went.
struct Course {
    highest: u8,
    escalation: Option<u32>,
    peak: Option<u32>,
    calmed: Option<bool>,
}

fn course(audited: &Audited) -> Course {
    let heard: Vec<(u32, u8)> = audited
        .conversation
        .turns
        .iter()
        .zip(&audited.signals.turns)
        .filter(|(turn, _)| turn.speaker == Speaker::Customer)
        .map(|(turn, signals)| (turn.turn, signals.aggression))
        .collect();
    let highest = heard.iter().map(|(_, level)| *level).max().unwrap_or(0);
    let first = |level: u8| heard.iter().find(|(_, own)| *own >= level).map(|(turn, _)| *turn);
    let escalation = first(HOSTILE);
    Course {
        highest,
        escalation,
        peak: (highest > 0).then(|| first(highest)).flatten(),
        calmed: escalation.map(|_| heard.len() >= 2 && heard.iter().rev().take(2).all(|(_, level)| *level == 0)),
    }
}
