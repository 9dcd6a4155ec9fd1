//! The tables, the product's public interface: one file a table, its rows and its columns.
//!
//! Rows hold masked text unless masking was switched off. Writing them to files is `report`'s work.

use polars::prelude::Schema;

use crate::guidelines::Finding;
use crate::guidelines::pack::Pack;
use crate::signals::Signals;
use crate::signals::thresholds::Thresholds;
use crate::transcript::{Conversation, names};

pub mod agents;
mod columns;
pub mod conversations;
pub mod flags;
pub mod rejects;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
pub mod turns;
mod wording;

pub use wording::masked_turn;

/// A conversation with everything that was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Audited {
    /// The transcript.
    pub conversation: Conversation,
    /// What was heard.
    pub signals: Signals,
    /// The findings of each pack, in the order of the packs.
    pub findings: Vec<Vec<Finding>>,
}

/// What all rows of a run have in common.
pub struct Run<'a> {
    /// The packs.
    pub packs: &'a [Pack],
    /// From which probability on something counts as heard.
    pub thresholds: &'a Thresholds,
    /// Name and the first 12 digits of the SHA-256 of the model, as `embedded@0123456789ab`.
    pub model: &'a str,
    /// Whether personal data are masked.
    pub mask: bool,
}

names! {
    /// A table, in the order in which they are written.
    Table, "table", {
        /// One row a turn.
        Turns = "turns",
        /// One row a finding.
        Flags = "flags",
        /// One row a conversation.
        Conversations = "conversations",
        /// One row an agent, and one a team.
        Agents = "agents",
        /// One row an input that was left out.
        Rejects = "rejects",
    }
}

impl Table {
    /// Its columns and their types, in order.
    #[must_use]
    pub fn schema(self) -> Schema {
        match self {
            Table::Turns => turns::schema(),
            Table::Flags => flags::schema(),
            Table::Conversations => conversations::schema(),
            Table::Agents => agents::schema(),
            Table::Rejects => rejects::schema(),
        }
    }
}

/// A probability or share as tables show it: four decimals.
fn rounded(value: f32) -> f32 {
    ((f64::from(value) * 1e4).round() / 1e4) as f32
}
