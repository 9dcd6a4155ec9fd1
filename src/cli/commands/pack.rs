//! `spokoj pack`: begins a pack of one's own, and compares two packs on transcripts.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};

use crate::audit::compare::{Compare, Difference, compare};
use crate::cli::args;
use crate::cli::commands::{options, source_of};
use crate::cli::messages;
use crate::guidelines::pack::Pack;
use crate::ingest;
use crate::tables::flags::FlagRow;

/// What a new pack consists of.
const FILES: &[(&str, &str)] = &[
    ("pack.toml", include_str!("../../../data/templates/pack/pack.toml")),
    ("guidelines/own001-bare-wait.toml", include_str!("../../../data/templates/pack/guidelines/own001-bare-wait.toml")),
];

/// Runs the command.
///
/// # Errors
/// When files cannot be written, or packs or the model cannot be read.
pub fn run(args: &args::Pack, quiet: bool) -> anyhow::Result<u8> {
    match args {
        args::Pack::New { folder } => {
            begin(folder)?;
            if !quiet {
                let pack = folder.join("pack.toml");
                let pack = pack.display();
                messages::say(&format!("{pack} written; check it with `spokoj guidelines test {pack}`"));
            }
            Ok(0)
        }
        args::Pack::Diff(args) => diff(args),
    }
}

fn begin(folder: &Path) -> anyhow::Result<()> {
    for (name, text) in FILES {
        let path = folder.join(name);
        if path.exists() {
            bail!("`{}` exists already; choose another folder", path.display());
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("`{}` cannot be created", parent.display()))?;
        }
        std::fs::write(&path, text).with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    Ok(())
}

fn diff(args: &args::PackDiff) -> anyhow::Result<u8> {
    let (old, new) = (Pack::load(&args.old)?, Pack::load(&args.new)?);
    let source = source_of(&args.acts_from, &args.hearing)?;
    let options = options(&args.reading);
    let (inputs, refused) = ingest::inputs(&args.inputs);
    let packs = Compare { old: &old, new: &new, source: &source, options: &options, mask: !args.no_mask };
    let difference = compare(&packs, &inputs, refused);
    for reject in &difference.rejects {
        messages::say(&format!("{}: {}", reject.source_file, reject.message));
    }
    if difference.conversations == 0 {
        bail!("no conversation could be audited; see above");
    }
    messages::data(&text(&difference))?;
    Ok(0)
}

fn text(difference: &Difference) -> String {
    let mut out = String::new();
    let mut lines = |mark: char, flags: &[FlagRow]| {
        for flag in flags {
            let FlagRow { code, name, conversation_id, turn, quote, why, .. } = flag;
            let quote = quote.replace('\n', " ");
            let _ = writeln!(out, "{mark} {code} {name}  {conversation_id} turn {turn}: {quote} ({why})");
        }
    };
    lines('+', &difference.appear);
    lines('-', &difference.vanish);
    let (appear, vanish) = (difference.appear.len(), difference.vanish.len());
    let stay: u64 = difference.by_code.values().map(|(_, _, stay)| stay).sum();
    let _ = writeln!(
        out,
        "{} conversations: {appear} findings appear, {vanish} vanish, {stay} stay",
        difference.conversations
    );
    for (code, (appear, vanish, stay)) in &difference.by_code {
        if appear + vanish > 0 {
            let _ = writeln!(out, "  {code:8} +{appear} -{vanish}, {stay} stay");
        }
    }
    out
}
