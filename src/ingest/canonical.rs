//! The product's own JSONL: one conversation a line, or one over many lines. Keys that it does not know, such as labels, are
//! passed over.

use std::ops::ControlFlow;

use serde::{Deserialize, Deserializer};

use super::error::json_fault;
use super::{Content, Document, Draft, DraftTurn, Found, IngestError, Options, Reader};

/// One conversation a line.
pub(super) struct Canonical;

#[derive(Deserialize)]
struct Conversation {
    #[serde(default, deserialize_with = "text")]
    conversation_id: Option<String>,
    channel: Option<String>,
    language: Option<String>,
    direction: Option<String>,
    #[serde(default, deserialize_with = "text")]
    agent_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    team: Option<String>,
    #[serde(default, deserialize_with = "text")]
    customer_id: Option<String>,
    started_at: Option<String>,
    complaint: Option<Complaint>,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Complaint {
    recorded_at: Option<String>,
    forwarded_at: Option<String>,
}

#[derive(Deserialize)]
struct Turn {
    turn: Option<u32>,
    #[serde(default, deserialize_with = "text")]
    speaker: Option<String>,
    #[serde(default, deserialize_with = "text")]
    agent_id: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    text: String,
    confidence: Option<f64>,
    language: Option<String>,
}

/// Ids and labels that exports write as numbers.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(Option::<Value>::deserialize(deserializer)?.map(|value| match value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
    }))
}

impl Reader for Canonical {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["jsonl"]
    }

    fn sniff(&self, document: &Document, _options: &Options) -> bool {
        document.json_keys().iter().any(|(key, value)| key == "turns" && *value == '[')
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        if document.head_text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.trim() == "{") {
            return one(document, found);
        }
        let mut lines = document.lines(options.max_line)?;
        while let Some(line) = lines.next_line().map_err(|source| document.failed(source))? {
            let item = match line.content {
                Content::Text(text) if text.trim().is_empty() => continue,
                Content::Text(text) => match serde_json::from_str::<Conversation>(&text) {
                    Ok(conversation) => Found::Draft(Box::new(draft(conversation, line.number))),
                    Err(error) => {
                        let message = format!("{}; the conversation is left out; check the export", json_fault(&error));
                        Found::reject(line.number, "bad-json", message)
                    }
                },
                bad => unreadable(line.number, &bad, options.max_line, "the conversation is left out"),
            };
            if found(item).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// A file that is one conversation, laid out over many lines.
fn one(document: &Document, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), IngestError> {
    let conversation = serde_json::from_str(&document.text()?).map_err(|error| IngestError::Json {
        path: document.display.clone(),
        line: error.line() as u64,
        what: json_fault(&error),
    })?;
    let _ = found(Found::Draft(Box::new(draft(conversation, 1))));
    Ok(())
}

/// The reject of a line that is not text or too long.
pub(super) fn unreadable(number: u64, content: &Content, limit: usize, consequence: &str) -> Found {
    match content {
        Content::TooLong { bytes, .. } => {
            let message =
                format!("the line has {bytes} bytes, the most is {limit}; {consequence}; is it a transcript?");
            Found::reject(number, "line-too-long", message)
        }
        _ => {
            let message =
                format!("the line is not valid text in the file's encoding; {consequence}; convert it to UTF-8");
            Found::reject(number, "invalid-utf8", message)
        }
    }
}

fn draft(conversation: Conversation, line: u64) -> Draft {
    let complaint = conversation.complaint.unwrap_or(Complaint { recorded_at: None, forwarded_at: None });
    Draft {
        line: Some(line),
        conversation_id: conversation.conversation_id,
        channel: conversation.channel,
        language: conversation.language,
        direction: conversation.direction,
        agent_id: conversation.agent_id,
        team: conversation.team,
        customer_id: conversation.customer_id,
        started_at: conversation.started_at,
        complaint_recorded_at: complaint.recorded_at,
        complaint_forwarded_at: complaint.forwarded_at,
        bad_times: None,
        turns: conversation
            .turns
            .into_iter()
            .map(|turn| DraftTurn {
                line: Some(line),
                turn: turn.turn,
                label: turn.speaker,
                agent_id: turn.agent_id,
                start: turn.start,
                end: turn.end,
                text: turn.text,
                confidence: turn.confidence,
                language: turn.language,
            })
            .collect(),
    }
}
