//! Learning and measuring: trains the embedded model from the corpus, evaluates an audit against gold labels.

use std::io;
use std::path::PathBuf;

pub mod acts;
pub mod breakdown;
pub mod calibrate;
mod choose;
pub mod corpus;
pub mod evaluate;
pub mod examples;
pub mod fit;
pub mod gold;
pub mod join;
pub mod measure;
pub mod perturb;
pub mod samples;
pub mod soft;
pub mod train;
pub mod verdicts;

use crate::guidelines::PackError;
use crate::signals::SignalError;

/// What can go wrong in training or evaluation.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {source}; check the path and its permissions")]
    Read {
        /// The file or folder.
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
    /// A folder without a corpus.
    #[error("`{path}` holds no corpus; see data/corpus/README.md for its layout")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// An example of a built-in guideline is malformed.
    #[error("example of {code}: {message}")]
    Example {
        /// The guideline.
        code: String,
        /// What is wrong.
        message: String,
    },
    /// A guideline or pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The model's parts.
    #[error(transparent)]
    Signal(#[from] SignalError),
}
