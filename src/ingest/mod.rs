//! Reads transcripts of every format into conversations.
//!
//! A [`Reader`] knows one format and turns a file into [`Draft`]s: what the source says, in the source's own words. What is
//! common to all formats (roles, metadata, ids, checks) happens once, after the reader. Nothing here judges what is said,
//! and nothing is left out without a [`Reject`] that says so.

mod canonical;
mod cues;
mod document;
mod draft;
mod encoding;
mod error;
mod finish;
mod inputs;
mod labels;
mod lines;
mod metadata;
mod plain;
mod run;
mod srt;
mod table;
mod table_columns;
mod table_polars;
mod table_text;
mod times;
mod webvtt;
mod whisperx;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::transcript::{Channel, Conversation, Lang, Reject, Speaker};

pub use document::Document;
pub use draft::{Draft, DraftTurn, Found};
pub use encoding::Encoding;
pub use error::IngestError;
pub use inputs::{Input, inputs};
pub use lines::{Content, Line, Lines};
pub use run::read;
pub use table_columns::COLUMNS;

/// One format of transcripts.
pub trait Reader: Sync {
    /// The name for `--input-format`.
    fn name(&self) -> &'static str;

    /// The usual endings of file names, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether the beginning of a file looks like this format.
    fn sniff(&self, document: &Document, options: &Options) -> bool;

    /// Reads the file, passing on each conversation and each part that had to be left out.
    ///
    /// # Errors
    /// What keeps the rest of the file from being read.
    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError>;
}

/// Every format, in the order in which they are tried.
pub const READERS: &[&dyn Reader] = &[
    &table_polars::Parquet,
    &table_polars::ArrowIpc,
    &canonical::Canonical,
    &whisperx::WhisperX,
    &table_text::NdjsonRows,
    &webvtt::WebVtt,
    &srt::Srt,
    &table_text::Separated,
    &plain::Plain,
];

/// The names of all formats, comma-separated.
#[must_use]
pub fn format_names() -> String {
    READERS.iter().map(|reader| reader.name()).collect::<Vec<_>>().join(", ")
}

/// What reading yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A conversation that passed the checks.
    Conversation(Box<Conversation>),
    /// Something left out, or read otherwise than the source has it.
    Reject(Reject),
}

/// What the user says about the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Format of every file, instead of telling it by content; a name from [`READERS`].
    pub format: Option<String>,
    /// Channel of conversations that do not name theirs.
    pub channel: Option<Channel>,
    /// Language of conversations that do not name theirs.
    pub language: Option<Lang>,
    /// Speaker labels of the source and what they are; goes before the labels that are known by themselves.
    pub roles: BTreeMap<String, Speaker>,
    /// Column of [`COLUMNS`] → the user's name for it.
    pub columns: BTreeMap<String, String>,
    /// A table of conversations: what the transcripts themselves do not say.
    pub metadata: Option<PathBuf>,
    /// Longest line in bytes; longer ones are passed over without being held in memory.
    pub max_line: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            format: None,
            channel: None,
            language: None,
            roles: BTreeMap::new(),
            columns: BTreeMap::new(),
            metadata: None,
            max_line: 16 << 20,
        }
    }
}
