//! The tables, the product's public interface: one file a table, its rows and its columns.
//!
//! Rows hold masked text unless masking was switched off. Writing them to files is `report`'s work.

use crate::guidelines::Finding;
use crate::guidelines::pack::Pack;
use crate::signals::Signals;
use crate::transcript::Conversation;

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
    /// Name and the first 12 digits of the SHA-256 of the model, as `embedded@0123456789ab`.
    pub model: &'a str,
    /// Whether personal data are masked.
    pub mask: bool,
}
