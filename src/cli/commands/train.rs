//! `spokoj train`: a corpus in, a model out.

use std::path::Path;

use anyhow::Context;

use crate::cli::args;
use crate::cli::messages;
use crate::learn::train::Settings;
use crate::learn::{corpus, fit};

/// Runs the command.
///
/// # Errors
/// When the corpus cannot be read or the model cannot be written.
pub fn run(args: &args::Train, quiet: bool) -> anyhow::Result<u8> {
    let settings =
        Settings { seed: args.seed, epochs: args.epochs.unwrap_or(Settings::default().epochs), ..Settings::default() };
    let corpus = fit::with_examples(corpus::read(&args.corpus)?)?;
    let fitted = fit::fit(&corpus, settings, &mut |message| {
        if !quiet {
            messages::say(message);
        }
    })?;
    let embedded = args.out.join("embedded");
    std::fs::create_dir_all(&embedded).with_context(|| format!("`{}` cannot be created", embedded.display()))?;
    write(&args.out.join("tokenizer.json"), fitted.tokenizer.as_bytes())?;
    write(&embedded.join("network.safetensors"), &fitted.network)?;
    write(&embedded.join("thresholds.toml"), fitted.thresholds.as_bytes())?;
    let score = fitted.held_out;
    messages::data(&format!(
        "held-out conversations: {}\nfindings F1 {:.3} (precision {:.3}, recall {:.3}); critical precision {:.3}; {:.2} false findings a clean conversation\n",
        score.conversations,
        score.flags.f1,
        score.flags.precision,
        score.flags.recall,
        score.critical.precision,
        score.false_flags_per_clean_conversation
    ))?;
    Ok(0)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("`{}` cannot be written", path.display()))
}
