//! The place of a transformer in a build without one.

use std::path::Path;

use crate::signals::SignalError;
use crate::signals::transformer::files::Facts;
use crate::signals::transformer::{Device, Input, Precision};

/// A transformer; in this build there is none.
pub enum Transformer {}

impl Transformer {
    /// Says that this build has no transformer.
    ///
    /// # Errors
    /// Always.
    pub fn open(_: &Path, _: Device, _: Precision) -> Result<Transformer, SignalError> {
        let message = "this build runs none; build with `cargo build --release --features bert` (README, \"The accurate model\"), or use `--model embedded`";
        Err(SignalError::Model { what: "transformer", message: message.to_owned() })
    }

    /// SHA-256 of its files.
    #[must_use]
    pub fn sha256(&self) -> &str {
        match *self {}
    }

    /// What it is.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        match *self {}
    }

    /// Log-odds of every output for each span of each input.
    ///
    /// # Errors
    /// Never in this build: there is no value of this type.
    pub fn logits(&self, _: &[Input<'_>]) -> Result<Vec<Vec<Vec<f32>>>, SignalError> {
        match *self {}
    }
}
