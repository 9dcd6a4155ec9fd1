//! What a reader hands on: the source's own words, before roles, metadata and checks. No value is judged here.

/// A conversation as the source has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// First line in the file, from 1.
    pub line: Option<u64>,
    /// The source's id.
    pub conversation_id: Option<String>,
    /// How the two sides met, in the source's words.
    pub channel: Option<String>,
    /// Language name or code.
    pub language: Option<String>,
    /// Who began the contact.
    pub direction: Option<String>,
    /// The agent of the whole conversation.
    pub agent_id: Option<String>,
    /// The agent's team.
    pub team: Option<String>,
    /// The customer.
    pub customer_id: Option<String>,
    /// Beginning.
    pub started_at: Option<String>,
    /// When a complaint was taken down.
    pub complaint_recorded_at: Option<String>,
    /// When it was passed on.
    pub complaint_forwarded_at: Option<String>,
    /// Why the times of the turns cannot be used, where the reader knows that.
    pub bad_times: Option<String>,
    /// The turns in order.
    pub turns: Vec<DraftTurn>,
}

/// A turn as the source has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DraftTurn {
    /// Line in the file, from 1.
    pub line: Option<u64>,
    /// The source's number.
    pub turn: Option<u32>,
    /// The source's label of the speaker.
    pub label: Option<String>,
    /// The agent who speaks.
    pub agent_id: Option<String>,
    /// Seconds from the conversation's beginning.
    pub start: Option<f64>,
    /// Seconds from the conversation's beginning.
    pub end: Option<f64>,
    /// The words.
    pub text: String,
    /// Recognition confidence.
    pub confidence: Option<f64>,
    /// Language name or code.
    pub language: Option<String>,
}

/// What a reader comes upon.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A conversation.
    Draft(Box<Draft>),
    /// A part that cannot be used. The message holds nothing of what was said.
    Reject {
        /// Line in the file, from 1.
        line: Option<u64>,
        /// A short fixed code.
        reason: &'static str,
        /// What was found and what to do about it.
        message: String,
    },
}

impl Found {
    /// A part of the file that cannot be used.
    pub(crate) fn reject(line: impl Into<Option<u64>>, reason: &'static str, message: impl Into<String>) -> Found {
        Found::Reject { line: line.into(), reason, message: message.into() }
    }
}
