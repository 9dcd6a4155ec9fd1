//! Guidelines: small declarative checks over acts, aggression, timing and order. Every judgement of an agent is made here.
//!
//! A guideline is a TOML file under `data/guidelines/`; a pack under `data/packs/` chooses guidelines and sets limits.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::signals::labels::Act;
use crate::transcript::{Channel, Lang, Span, names};

pub mod checks;
pub mod consider;
pub mod evaluate;
pub mod examples;
pub mod load;
pub mod pack;
pub mod quoting;
pub mod talk;

names! {
    /// What kind of demand a guideline makes.
    Demand, "kind", {
        /// Something that may not be done; flagged where it was done.
        Prohibited = "prohibited",
        /// Something that is owed; flagged where the duty arose.
        Required = "required",
        /// As required, with less weight.
        Recommended = "recommended",
    }
}

names! {
    /// What a guideline speaks of.
    Level, "level", {
        /// Single turns.
        Turn = "turn",
        /// A whole conversation.
        Conversation = "conversation",
        /// All conversations of a customer.
        Customer = "customer",
    }
}

names! {
    /// How grave a finding is, from the lightest.
    Severity, "severity", {
        /// For information.
        Info = "info",
        /// Minor.
        Minor = "minor",
        /// Major.
        Major = "major",
        /// Critical.
        Critical = "critical",
    }
}

names! {
    /// What a guideline needs beside the text.
    Need, "need", {
        /// Start and end of turns.
        Time = "time",
        /// Fields beside the turns.
        Meta = "meta",
    }
}

/// A text for users in the four languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Russian.
    pub ru: String,
    /// Polish.
    pub pl: String,
    /// Slovak.
    pub sk: String,
    /// English.
    pub en: String,
}

impl Texts {
    /// The text for a conversation's language; English where there is none.
    #[must_use]
    pub fn in_language(&self, language: Lang) -> &str {
        match language {
            Lang::Ru => &self.ru,
            Lang::Pl => &self.pl,
            Lang::Sk => &self.sk,
            Lang::Other | Lang::Unknown => &self.en,
        }
    }
}

/// A guideline with its check and examples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guideline {
    /// Such as `TON001`.
    pub code: String,
    /// Such as `agent-aggression`.
    pub name: String,
    /// What kind of demand it makes.
    pub kind: Demand,
    /// What it speaks of.
    pub level: Level,
    /// How grave a finding is.
    pub severity: Severity,
    /// Clauses of the source documents.
    pub sources: Vec<String>,
    /// What it needs beside the text.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Channels in which it is not checked.
    #[serde(default)]
    pub not_in: Vec<Channel>,
    /// What is flagged, in English.
    pub what: String,
    /// Why the clause wants it, in English.
    pub why: String,
    /// A short title.
    pub title: Texts,
    /// What to do instead, said to the agent.
    pub advice: Texts,
    /// How it is found.
    pub check: checks::Check,
    /// Little conversations that it must flag, and near misses that it must pass.
    #[serde(default)]
    pub example: Vec<examples::Example>,
}

/// A break of a guideline, or a duty that was not met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Index of the guideline in its pack.
    pub guideline: usize,
    /// Index of the flagged turn.
    pub turn: usize,
    /// The words that carried the decision, in bytes of the turn's text; `None` for the whole turn.
    pub span: Option<Span>,
    /// The act that was heard in them, where it was one.
    pub act: Option<Act>,
    /// Which act, phrase or time, in words.
    pub why: String,
    /// Score of the decision.
    pub score: f32,
    /// What the score had to reach.
    pub threshold: f32,
    /// For a duty: where it arose.
    pub trigger: Option<usize>,
    /// For a duty: first and last turn that were searched.
    pub searched: Option<(usize, usize)>,
    /// For a duty: the turn that came closest, and its score.
    pub nearest: Option<(usize, f32)>,
    /// Reasons for doubt, such as `speaker`.
    pub doubt: Vec<String>,
}

/// A guideline or pack file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {source}; check the path and its permissions")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file says something that does not exist or does not fit.
    #[error("{0}")]
    Invalid(Box<Place>),
    /// Two guidelines that pull against each other.
    #[error("{packs}: `{first}` and `{second}` may not stand together, for {reason}; leave one out")]
    Against {
        /// The pack or packs that hold them.
        packs: String,
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// A pack of that name does not exist.
    #[error("there is no pack `{name}`; one of {known}, or the path of a pack file")]
    UnknownPack {
        /// The name.
        name: String,
        /// Names that exist.
        known: String,
    },
}

/// A place in a file with what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// The line itself.
    pub text: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.path, self.line, self.column, self.message)?;
        write!(f, "  {}\n  {:>width$}", self.text, "^", width = self.column)
    }
}
