//! `spokoj train`: a corpus in, a model out.

use std::path::Path;

use anyhow::Context;

use crate::cli::args;
use crate::cli::messages;
use crate::learn::corpus::{self, Corpus};
use crate::learn::gold::Score;
use crate::learn::train::Settings;
use crate::learn::{fit, join, soft};
use crate::signals::transformer::{Device, Precision, Transformer};

/// Runs the command.
///
/// # Errors
/// When the corpus cannot be read or the model cannot be written.
pub fn run(args: &args::Train, quiet: bool) -> anyhow::Result<u8> {
    let settings =
        Settings { seed: args.seed, epochs: args.epochs.unwrap_or(Settings::default().epochs), ..Settings::default() };
    let mut corpus = fit::with_examples(corpus::read(&args.corpus)?)?;
    args.labels.iter().try_for_each(|path| corpus::read_own(path, &mut corpus))?;
    for path in &args.soft {
        corpus.soft.extend(soft::read(path)?);
    }
    let mut say = |message: &str| {
        if !quiet {
            messages::say(message);
        }
    };
    if let Some(folder) = &args.transformer {
        return join(&corpus, folder, settings, args, &mut say);
    }
    let fitted = fit::fit(&corpus, settings, &mut say)?;
    let embedded = args.out.join("embedded");
    std::fs::create_dir_all(&embedded).with_context(|| format!("`{}` cannot be created", embedded.display()))?;
    write(&args.out.join("tokenizer.json"), fitted.tokenizer.as_bytes())?;
    write(&embedded.join("network.safetensors"), &fitted.network)?;
    write(&embedded.join("thresholds.toml"), fitted.thresholds.as_bytes())?;
    messages::data(&held_out(&fitted.held_out))?;
    for (role, acts) in [("agents", &fitted.acts.agent), ("customers", &fitted.acts.customer)] {
        messages::data(&format!(
            "acts of {role}: mean average precision {:.3}, F1 {:.3}, calibration error {:.3}\n",
            acts.mean_average_precision, acts.micro_f1, acts.calibration_error
        ))?;
    }
    Ok(0)
}

/// Chooses how the transformer of a folder is heard beside the embedded model.
fn join(
    corpus: &Corpus,
    folder: &Path,
    settings: Settings,
    args: &args::Train,
    say: &mut dyn FnMut(&str),
) -> anyhow::Result<u8> {
    let transformer = Transformer::open(folder, Device::Cpu, Precision::Fp32)?;
    let joined = join::join(corpus, &transformer, settings, args.share, args.budget, say)?;
    write(&folder.join("thresholds.toml"), joined.thresholds.as_bytes())?;
    write(&folder.join("joint.toml"), joined.settings.as_bytes())?;
    messages::data("share of the transformer: mean average precision of acts, agents and customers\n")?;
    for (share, acts) in &joined.shares {
        let (agent, customer) = (acts.agent.mean_average_precision, acts.customer.mean_average_precision);
        messages::data(&format!("{share:.1}: {agent:.4} {customer:.4}\n"))?;
    }
    messages::data(&held_out(&joined.held_out))?;
    messages::data(&format!("a cascade sends {:.1} % of the text\n", 100.0 * joined.sent))?;
    Ok(0)
}

fn held_out(score: &Score) -> String {
    format!(
        "held-out conversations: {}\nfindings F1 {:.3} (precision {:.3}, recall {:.3}); critical precision {:.3}; {:.2} false findings a clean conversation\n",
        score.conversations,
        score.flags.f1,
        score.flags.precision,
        score.flags.recall,
        score.critical.precision,
        score.false_flags_per_clean_conversation
    )
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("`{}` cannot be written", path.display()))
}
