//! The table of agents: one row an agent and one a team, added up over all conversations. Shares rank for review; they decide nothing.
//!
//! A conversation counts for the agent it belongs to, a finding for the agent who is answerable for it. Who only stepped into others'
//! conversations has findings and no conversations, and so no shares.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult, Schema};
use serde::{Deserialize, Serialize};

use crate::guidelines::Severity;
use crate::guidelines::pack::Limits;
use crate::tables::columns::{self, Cells, Value};
use crate::tables::conversations::{ConversationRow, HOSTILE};
use crate::tables::flags::FlagRow;
use crate::tables::rounded;

/// One agent, or one team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentRow {
    /// The agent; `None` for the whole team.
    pub agent_id: Option<String>,
    /// The team.
    pub team: Option<String>,
    /// Conversations that belong to the agent.
    pub conversations: u32,
    /// Those in which the customer's aggression reached 2.
    pub conversations_hostile: u32,
    /// Critical findings.
    pub flags_critical: u32,
    /// Major findings.
    pub flags_major: u32,
    /// Minor findings.
    pub flags_minor: u32,
    /// Findings for information.
    pub flags_info: u32,
    /// Share of the conversations with a major or critical finding of this agent's; `None` below the minimum of conversations.
    pub flagged_share: Option<f32>,
    /// Lower end of its 95 % interval.
    pub share_low: Option<f32>,
    /// Upper end.
    pub share_high: Option<f32>,
    /// Findings by code.
    pub code_counts: Vec<(String, u32)>,
    /// Share of the hostile conversations in which the customer calmed down; `None` below the minimum of conversations or without hostile ones.
    pub calmed_share: Option<f32>,
    /// Lower end of its 95 % interval.
    pub calmed_low: Option<f32>,
    /// Upper end.
    pub calmed_high: Option<f32>,
    /// What heard the conversations.
    pub model: String,
}

const COLUMNS: &[Cells<AgentRow>] = &[
    Cells::new("agent_id", Value::Text(|row| row.agent_id.as_deref())),
    Cells::new("team", Value::Text(|row| row.team.as_deref())),
    Cells::new("conversations", Value::U32(|row| Some(row.conversations))),
    Cells::new("conversations_hostile", Value::U32(|row| Some(row.conversations_hostile))),
    Cells::new("flags_critical", Value::U32(|row| Some(row.flags_critical))),
    Cells::new("flags_major", Value::U32(|row| Some(row.flags_major))),
    Cells::new("flags_minor", Value::U32(|row| Some(row.flags_minor))),
    Cells::new("flags_info", Value::U32(|row| Some(row.flags_info))),
    Cells::new("flagged_share", Value::F32(|row| row.flagged_share)),
    Cells::new("share_low", Value::F32(|row| row.share_low)),
    Cells::new("share_high", Value::F32(|row| row.share_high)),
    Cells::new("code_counts", Value::Counts(|row| &row.code_counts)),
    Cells::new("calmed_share", Value::F32(|row| row.calmed_share)),
    Cells::new("calmed_low", Value::F32(|row| row.calmed_low)),
    Cells::new("calmed_high", Value::F32(|row| row.calmed_high)),
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
pub fn frame(rows: &[AgentRow]) -> PolarsResult<DataFrame> {
    columns::frame(COLUMNS, rows)
}

/// What is counted of an agent or a team.
#[derive(Debug, Clone, Default)]
struct Tally {
    conversations: u32,
    hostile: u32,
    flagged: u32,
    escalated: u32,
    calmed: u32,
    severities: BTreeMap<Severity, u32>,
    codes: BTreeMap<String, u32>,
    model: String,
}

/// Team, then agent; a team without an agent is the team's own sum.
type Key = (Option<String>, Option<String>);

/// The conversations added up so far, by team and agent.
#[derive(Debug, Clone, Default)]
pub struct Agents {
    tallies: BTreeMap<Key, Tally>,
}

impl Agents {
    /// Adds a conversation with its flags.
    pub fn add(&mut self, conversation: &ConversationRow, flags: &[FlagRow]) {
        let team = &conversation.team;
        let owner = &conversation.agent_id;
        if owner.is_some() {
            let own = flags.iter().filter(|flag| flag.agent_id == *owner);
            self.tally(team, owner).conversation(conversation, own);
        }
        if team.is_some() {
            let sum = self.tally(team, &None);
            sum.conversation(conversation, flags.iter());
            flags.iter().for_each(|flag| sum.flag(flag));
        }
        for flag in flags.iter().filter(|flag| flag.agent_id.is_some()) {
            self.tally(team, &flag.agent_id).flag(flag);
        }
    }

    fn tally(&mut self, team: &Option<String>, agent: &Option<String>) -> &mut Tally {
        self.tallies.entry((team.clone(), agent.clone())).or_default()
    }

    /// The rows, by team and agent; a team's own row stands before its agents.
    #[must_use]
    pub fn rows(&self, limits: &Limits) -> Vec<AgentRow> {
        self.tallies.iter().map(|((team, agent), tally)| tally.row(team.clone(), agent.clone(), limits)).collect()
    }
}

impl Tally {
    fn conversation<'a>(&mut self, conversation: &ConversationRow, mut flags: impl Iterator<Item = &'a FlagRow>) {
        self.conversations += 1;
        self.hostile += u32::from(conversation.customer_aggression_max >= HOSTILE);
        self.flagged += u32::from(flags.any(|flag| flag.severity >= Severity::Major));
        self.escalated += u32::from(conversation.calmed.is_some());
        self.calmed += u32::from(conversation.calmed == Some(true));
        self.model.clone_from(&conversation.model);
    }

    fn flag(&mut self, flag: &FlagRow) {
        *self.severities.entry(flag.severity).or_default() += 1;
        *self.codes.entry(flag.code.clone()).or_default() += 1;
        self.model.clone_from(&flag.model);
    }

    fn row(&self, team: Option<String>, agent_id: Option<String>, limits: &Limits) -> AgentRow {
        let of = |severity| self.severities.get(&severity).copied().unwrap_or(0);
        let enough = self.conversations >= limits.agent_conversations;
        let share = |hits, all| if enough { wilson(hits, all) } else { None };
        let flagged = share(self.flagged, self.conversations);
        let calmed = share(self.calmed, self.escalated);
        AgentRow {
            agent_id,
            team,
            conversations: self.conversations,
            conversations_hostile: self.hostile,
            flags_critical: of(Severity::Critical),
            flags_major: of(Severity::Major),
            flags_minor: of(Severity::Minor),
            flags_info: of(Severity::Info),
            flagged_share: flagged.map(|share| share.value),
            share_low: flagged.map(|share| share.low),
            share_high: flagged.map(|share| share.high),
            code_counts: self.codes.iter().map(|(code, count)| (code.clone(), *count)).collect(),
            calmed_share: calmed.map(|share| share.value),
            calmed_low: calmed.map(|share| share.low),
            calmed_high: calmed.map(|share| share.high),
            model: self.model.clone(),
        }
    }
}

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    value: f32,
    low: f32,
    high: f32,
}

/// A share with its 95 % interval after E. B. Wilson (1927), which holds for few cases too; `None` of nothing.
fn wilson(hits: u32, all: u32) -> Option<Share> {
    const Z: f64 = 1.959_963_984_540_054;
    if all == 0 {
        return None;
    }
    let (hits, all) = (f64::from(hits), f64::from(all));
    let value = hits / all;
    let weight = 1.0 + Z * Z / all;
    let centre = (value + Z * Z / (2.0 * all)) / weight;
    let reach = Z / weight * (value * (1.0 - value) / all + Z * Z / (4.0 * all * all)).sqrt();
    let shown = |share: f64| rounded(share.clamp(0.0, 1.0) as f32);
    Some(Share { value: shown(value), low: shown(centre - reach), high: shown(centre + reach) })
}
