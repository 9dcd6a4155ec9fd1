//! Signals: what learned models and clocks hear in a conversation. Signals never judge; guidelines do.

use std::io;
use std::path::PathBuf;

use crate::signals::labels::{Act, Cause, Kind};
use crate::transcript::{Conversation, Span};

pub mod embedded;
pub mod evidence;
pub mod features;
pub mod given;
pub mod harsh;
pub mod hear;
pub mod joint;
pub mod labels;
pub mod network;
pub mod promises;
pub mod rules;
pub mod thresholds;
pub mod timing;
pub mod tokens;
pub mod transformer;

/// A model that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {source}; check the path and its permissions")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A label is malformed.
    #[error("{path}:{line}: {message}")]
    Label {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// A part of a model is broken or does not fit.
    #[error("the model's {what} cannot be used: {message}")]
    Model {
        /// Which part.
        what: &'static str,
        /// What is wrong with it, and what to do.
        message: String,
    },
}

/// A conversation whose turns are cut into segments.
#[derive(Debug, Clone)]
pub struct Cut<'a> {
    /// The conversation.
    pub conversation: &'a Conversation,
    /// Bytes of each turn's text, one list of segments a turn.
    pub segments: Vec<Vec<Span>>,
}

/// What a model hears in one turn, before anything is made of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeardTurn {
    /// Log-odds of every output of [`network`] for each segment; empty where the turn is nobody's.
    pub segments: Vec<Vec<f32>>,
    /// The same for the whole turn, where it has several segments.
    pub whole: Option<Vec<f32>>,
}

impl HeardTurn {
    /// The log-odds of the turn as a whole; `None` where nothing was heard.
    #[must_use]
    pub fn turn(&self) -> Option<&Vec<f32>> {
        self.whole.as_ref().or_else(|| self.segments.first())
    }
}

/// What a model hears in a conversation, before anything is made of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heard {
    /// One a turn.
    pub turns: Vec<HeardTurn>,
    /// Log-odds of every output of [`network`] for all that the customer says.
    pub customer: Vec<f32>,
}

/// An act heard in a segment, of which the words that carried it are wanted.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The conversation.
    pub conversation: &'a Conversation,
    /// Index of the turn.
    pub turn: usize,
    /// Bytes of the turn's text.
    pub span: Span,
    /// The words in that span; their places count from its beginning.
    pub words: Vec<tokens::Word>,
    /// The act.
    pub act: Act,
}

/// A model that hears acts, aggression and causes.
pub trait Hears: Send + Sync {
    /// Its name, as in tables.
    fn name(&self) -> &str;
    /// SHA-256 of its files, lower-case hexadecimal.
    fn sha256(&self) -> &str;
    /// Its tokenizer.
    fn words(&self) -> &tokens::Words;
    /// From when on something counts as heard.
    fn thresholds(&self) -> &thresholds::Thresholds;
    /// How many conversations are best heard at once.
    fn at_once(&self) -> usize {
        1
    }
    /// Hears conversations, each by itself.
    ///
    /// # Errors
    /// When the tokenizer or the model fails on one of them.
    fn hear(&self, cuts: &[Cut<'_>], room: &mut embedded::Room) -> Result<Vec<Heard>, SignalError>;
    /// How much of an act's log-odds is lost with each word left out; one number a word.
    ///
    /// # Errors
    /// When the model fails.
    fn losses(&self, asked: &[Asked<'_>], room: &mut embedded::Room) -> Result<Vec<Vec<f32>>, SignalError>;
}

/// What is heard in one segment of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentSignals {
    /// Bytes of the turn's original text.
    pub span: Span,
    /// Probability of each [`Act`], by its place; 0 for those of the other role.
    pub acts: Vec<f32>,
    /// Probability of each [`Cause`]; 0 for agents.
    pub causes: Vec<f32>,
}

/// What is heard and measured in one turn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnSignals {
    /// Its segments in order.
    pub segments: Vec<SegmentSignals>,
    /// Aggression, 0–3.
    pub aggression: u8,
    /// Probability of aggression of at least 1, at least 2, 3.
    pub levels: [f32; 3],
    /// How aggression shows.
    pub kinds: Vec<Kind>,
    /// Probability of each [`Kind`].
    pub kind_scores: Vec<f32>,
    /// Its clock.
    pub timing: timing::Timing,
}

impl TurnSignals {
    /// The segment in which an act is most probable, and how probable; `None` without segments.
    #[must_use]
    pub fn best(&self, act: Act) -> Option<(usize, f32)> {
        self.segments
            .iter()
            .enumerate()
            .map(|(at, segment)| (at, segment.acts[act.place()]))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    /// How probable an act is in the turn.
    #[must_use]
    pub fn score(&self, act: Act) -> f32 {
        self.best(act).map_or(0.0, |(_, score)| score)
    }
}

impl Signals {
    /// How probable a cause is: the clearest single segment and all that the customer says, averaged.
    #[must_use]
    pub fn cause_score(&self, cause: Cause) -> f32 {
        let place = cause as usize;
        let segments = self.turns.iter().flat_map(|turn| &turn.segments);
        let clearest = segments.map(|segment| segment.causes[place]).fold(0.0, f32::max);
        self.cause_scores.get(place).map_or(clearest, |whole| (whole + clearest) / 2.0)
    }
}

/// A root cause with the words that name it.
#[derive(Debug, Clone, PartialEq)]
pub struct CauseQuote {
    /// The cause.
    pub cause: Cause,
    /// Index of the turn.
    pub turn: usize,
    /// Bytes of its text.
    pub span: Span,
}

/// What is heard in a conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals {
    /// One a turn.
    pub turns: Vec<TurnSignals>,
    /// Probability of each [`Cause`] by all that the customer says.
    pub cause_scores: Vec<f32>,
    /// What the customer complains of.
    pub causes_stated: Vec<Cause>,
    /// What lies behind it, as far as the conversation shows.
    pub causes_underlying: Vec<Cause>,
    /// Where each cause is named first.
    pub cause_quotes: Vec<CauseQuote>,
}
