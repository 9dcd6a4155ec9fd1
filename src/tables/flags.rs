//! The table of flags: one row a finding, with the evidence beside it and a fingerprint that survives re-runs.
//!
//! What two packs find alike (same code, same turn) is one row with the names of both.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult, Schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::guidelines::pack::Pack;
use crate::guidelines::{Demand, Finding, Guideline, Level, Severity};
use crate::tables::columns::{self, Cells, Value};
use crate::tables::{Audited, Run, rounded, wording};
use crate::transcript::{Channel, Conversation, Lang, Span, Speaker};

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlagRow {
    /// 16 hexadecimal digits of what was found: conversation, code, evidence, and which of equal ones it is.
    pub flag_id: String,
    /// The conversation.
    pub conversation_id: String,
    /// Number of the flagged turn, as the source counts.
    pub turn: u32,
    /// Code of the guideline.
    pub code: String,
    /// Name of the guideline.
    pub name: String,
    /// How grave it is.
    pub severity: Severity,
    /// What the guideline speaks of; no column.
    pub level: Level,
    /// What kind of demand the guideline makes.
    pub kind: Demand,
    /// The pack; several joined by `+`.
    pub pack: String,
    /// Its version; several joined by `+`.
    pub pack_version: String,
    /// Clauses of the source documents.
    pub sources: Vec<String>,
    /// The agent who is answerable, where known.
    pub agent_id: Option<String>,
    /// The team of the conversation.
    pub team: Option<String>,
    /// The customer.
    pub customer_id: Option<String>,
    /// How the two sides met.
    pub channel: Channel,
    /// Language of the conversation.
    pub language: Lang,
    /// Beginning of the conversation.
    pub started_at: Option<String>,
    /// Beginning of the flagged turn, in seconds.
    pub start_s: Option<f64>,
    /// The evidence, masked and shortened.
    pub quote: String,
    /// First character of the evidence in the original text; `None` for the whole turn.
    pub span_begin: Option<u32>,
    /// Character after it.
    pub span_end: Option<u32>,
    /// Which act, phrase or time, in words.
    pub why: String,
    /// Score of the decision.
    pub score: f32,
    /// What the score had to reach.
    pub threshold: f32,
    /// For a duty: the turn in which it arose.
    pub trigger_turn: Option<u32>,
    /// First turn that was searched.
    pub searched_from: Option<u32>,
    /// Last turn that was searched.
    pub searched_to: Option<u32>,
    /// The turn that came closest.
    pub nearest_turn: Option<u32>,
    /// Its score.
    pub nearest_score: Option<f32>,
    /// What to do instead, in the conversation's language.
    pub advice: String,
    /// Reasons for doubt.
    pub doubt: Vec<String>,
    /// What a reviewer says of it; `open` at first.
    pub verdict: String,
    /// The model that heard.
    pub model: String,
}

const COLUMNS: &[Cells<FlagRow>] = &[
    Cells::new("flag_id", Value::Text(|row| Some(&row.flag_id))),
    Cells::new("conversation_id", Value::Text(|row| Some(&row.conversation_id))),
    Cells::new("turn", Value::U32(|row| Some(row.turn))),
    Cells::new("code", Value::Text(|row| Some(&row.code))),
    Cells::new("name", Value::Text(|row| Some(&row.name))),
    Cells::new("severity", Value::Text(|row| Some(row.severity.name()))),
    Cells::new("kind", Value::Text(|row| Some(row.kind.name()))),
    Cells::new("pack", Value::Text(|row| Some(&row.pack))),
    Cells::new("pack_version", Value::Text(|row| Some(&row.pack_version))),
    Cells::new("sources", Value::Texts(|row| row.sources.iter().map(String::as_str).collect())),
    Cells::new("agent_id", Value::Text(|row| row.agent_id.as_deref())),
    Cells::new("team", Value::Text(|row| row.team.as_deref())),
    Cells::new("customer_id", Value::Text(|row| row.customer_id.as_deref())),
    Cells::new("channel", Value::Text(|row| Some(row.channel.name()))),
    Cells::new("language", Value::Text(|row| Some(row.language.name()))),
    Cells::new("started_at", Value::Text(|row| row.started_at.as_deref())),
    Cells::new("start_s", Value::F64(|row| row.start_s)),
    Cells::new("quote", Value::Text(|row| Some(&row.quote))),
    Cells::new("span_begin", Value::U32(|row| row.span_begin)),
    Cells::new("span_end", Value::U32(|row| row.span_end)),
    Cells::new("why", Value::Text(|row| Some(&row.why))),
    Cells::new("score", Value::F32(|row| Some(row.score))),
    Cells::new("threshold", Value::F32(|row| Some(row.threshold))),
    Cells::new("trigger_turn", Value::U32(|row| row.trigger_turn)),
    Cells::new("searched_from", Value::U32(|row| row.searched_from)),
    Cells::new("searched_to", Value::U32(|row| row.searched_to)),
    Cells::new("nearest_turn", Value::U32(|row| row.nearest_turn)),
    Cells::new("nearest_score", Value::F32(|row| row.nearest_score)),
    Cells::new("advice", Value::Text(|row| Some(&row.advice))),
    Cells::new("doubt", Value::Texts(|row| row.doubt.iter().map(String::as_str).collect())),
    Cells::new("verdict", Value::Text(|row| Some(&row.verdict))),
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
pub fn frame(rows: &[FlagRow]) -> PolarsResult<DataFrame> {
    columns::frame(COLUMNS, rows)
}

/// What the packs found alike: one finding a pack, in the order of the packs.
type Alike<'a> = Vec<(&'a Pack, &'a Finding)>;

/// The findings of a conversation, by turn and code.
#[must_use]
pub fn rows(audited: &Audited, run: &Run<'_>) -> Vec<FlagRow> {
    let conversation = &audited.conversation;
    let mut found: BTreeMap<(usize, &str), Alike<'_>> = BTreeMap::new();
    for (pack, findings) in run.packs.iter().zip(&audited.findings) {
        for finding in findings {
            let alike = found.entry((finding.turn, &pack.guidelines[finding.guideline].code)).or_default();
            if !alike.iter().any(|(known, _)| std::ptr::eq(*known, pack)) {
                alike.push((pack, finding));
            }
        }
    }
    let mut seen: BTreeMap<(&str, String), u32> = BTreeMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for ((at, code), alike) in &found {
        let text = &conversation.turns[*at].text;
        let masked = wording::masked_turn(conversation, *at);
        let span = alike.first().and_then(|(_, finding)| wording::fitting(text, finding.span.as_ref()));
        let evidence = wording::evidence(masked.slice(span.clone().unwrap_or(0..text.len())));
        let ordinal = seen.entry((code, evidence.clone())).or_default();
        let flag_id = fingerprint(&conversation.conversation_id, code, &evidence, *ordinal);
        *ordinal += 1;
        let quote = wording::quote(text, &masked, span.as_ref(), run.mask);
        rows.extend(row(conversation, run, alike, span, FlagTexts { flag_id, quote }));
    }
    rows
}

/// What a row takes from the words of the flagged turn.
struct FlagTexts {
    flag_id: String,
    quote: String,
}

fn row(
    conversation: &Conversation,
    run: &Run<'_>,
    alike: &Alike<'_>,
    span: Option<Span>,
    texts: FlagTexts,
) -> Option<FlagRow> {
    let (pack, finding) = *alike.first()?;
    let guideline = &pack.guidelines[finding.guideline];
    let turns = &conversation.turns;
    let turn = &turns[finding.turn];
    let characters = |end: usize| turn.text[..end].chars().count() as u32;
    let number = |at: usize| turns.get(at).map(|turn| turn.turn);
    let joined = |part: fn(&Pack) -> &str| alike.iter().map(|(pack, _)| part(pack)).collect::<Vec<_>>().join("+");
    let mut doubt: Vec<String> = Vec::new();
    for reason in alike.iter().flat_map(|(_, finding)| &finding.doubt) {
        if !doubt.contains(reason) {
            doubt.push(reason.clone());
        }
    }
    Some(FlagRow {
        flag_id: texts.flag_id,
        conversation_id: conversation.conversation_id.clone(),
        turn: turn.turn,
        code: guideline.code.clone(),
        name: guideline.name.clone(),
        severity: guideline.severity,
        level: guideline.level,
        kind: guideline.kind,
        pack: joined(|pack| &pack.name),
        pack_version: joined(|pack| &pack.version),
        sources: guideline.sources.clone(),
        agent_id: answerable(conversation, guideline, finding).map(str::to_owned),
        team: conversation.team.clone(),
        customer_id: conversation.customer_id.clone(),
        channel: conversation.channel,
        language: conversation.language,
        started_at: conversation.started_at.clone(),
        start_s: turn.start,
        quote: texts.quote,
        span_begin: span.as_ref().map(|span| characters(span.start)),
        span_end: span.as_ref().map(|span| characters(span.end)),
        why: wording::shown(&finding.why, run.mask),
        score: rounded(finding.score),
        threshold: rounded(finding.threshold),
        trigger_turn: finding.trigger.and_then(number),
        searched_from: finding.searched.and_then(|(first, _)| number(first)),
        searched_to: finding.searched.and_then(|(_, last)| number(last)),
        nearest_turn: finding.nearest.and_then(|(at, _)| number(at)),
        nearest_score: finding.nearest.map(|(_, score)| rounded(score)),
        advice: wording::in_language(&guideline.advice, conversation.language).to_owned(),
        doubt,
        verdict: "open".to_owned(),
        model: run.model.to_owned(),
    })
}

/// The agent whom a finding concerns: who spoke the flagged turn, else who spoke next after the duty arose. `None` where that is not known,
/// and for what the customer reports of others.
fn answerable<'a>(conversation: &'a Conversation, guideline: &Guideline, finding: &Finding) -> Option<&'a str> {
    let turns = &conversation.turns;
    let flagged = &turns[finding.turn];
    if flagged.speaker == Speaker::Agent {
        return conversation.agent_of(flagged);
    }
    if guideline.level == Level::Customer {
        return None;
    }
    let after = finding.trigger.unwrap_or(finding.turn) + 1;
    let next = turns.get(after..)?.iter().find(|turn| turn.speaker == Speaker::Agent)?;
    conversation.agent_of(next)
}

/// A stable name of a finding: 16 hexadecimal digits.
fn fingerprint(conversation_id: &str, code: &str, evidence: &str, ordinal: u32) -> String {
    let mut hash = Sha256::new();
    for part in [conversation_id, code, evidence] {
        // Lengths keep the parts apart.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(ordinal.to_le_bytes());
    hex::encode(&hash.finalize()[..8])
}
