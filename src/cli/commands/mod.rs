//! One file a command. Each returns the exit code: 0 done, 1 findings at or above the wanted severity; errors end with 2.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use crate::cli::args::{Checking, Cli, Command, Hearing, Reading};
use crate::cli::hearing;
use crate::ingest::Options;
use crate::signals::given::{self, Given};
use crate::signals::hear::Source;
use crate::signals::thresholds::Thresholds;

pub mod audit;
pub mod evaluate;
pub mod explain;
pub mod guidelines;
pub mod label;
pub mod pack;
pub mod show;
pub mod train;

/// Runs the command that was asked for.
///
/// # Errors
/// When it cannot be done; the exit code is 2 then.
pub fn run(cli: &Cli) -> anyhow::Result<u8> {
    match &cli.command {
        Command::Audit(args) => audit::run(args, cli.quiet),
        Command::Show(args) => show::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Train(args) => train::run(args, cli.quiet),
        Command::Label(args) => label::run(args),
        Command::Guidelines(args) => guidelines::run(args, cli.quiet),
        Command::Explain(args) => explain::run(args),
        Command::Pack(args) => pack::run(args, cli.quiet),
    }
}

/// What the user says about the input.
fn options(reading: &Reading) -> Options {
    Options {
        format: reading.input_format.clone(),
        channel: reading.channel,
        language: reading.language,
        roles: reading.roles.iter().cloned().collect(),
        columns: reading.columns.iter().cloned().collect(),
        metadata: reading.metadata.clone(),
        ..Options::default()
    }
}

/// What hears: labels, a folder's model, or the one that is compiled in.
fn source(checking: &Checking) -> anyhow::Result<Source> {
    source_of(&checking.acts_from, &checking.hearing)
}

fn source_of(acts_from: &[PathBuf], hearing: &Hearing) -> anyhow::Result<Source> {
    if acts_from.is_empty() {
        return Ok(Source::Model(hearing::model(hearing)?));
    }
    if hearing.model.is_some() {
        bail!("`--acts-from` and `--model` exclude each other; leave one out");
    }
    let mut all = Given::default();
    for path in acts_from {
        all.conversations.extend(given::read(path)?.conversations);
    }
    Ok(Source::Given(Arc::new(all), Thresholds::default()))
}
