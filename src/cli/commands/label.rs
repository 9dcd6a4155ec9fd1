//! `spokoj label`: what a model hears in transcripts, as soft labels for `spokoj train`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;

use anyhow::{Context, bail};

use crate::cli::args;
use crate::cli::commands::options;
use crate::cli::hearing;
use crate::cli::messages;
use crate::ingest::{self, Item};
use crate::learn::soft::SoftConversation;
use crate::signals::embedded::Room;
use crate::signals::{Cut, Hears, hear};
use crate::text::language;
use crate::transcript::Conversation;

/// Runs the command.
///
/// # Errors
/// When no conversation can be read, the model fails, or the file cannot be written.
pub fn run(args: &args::Label) -> anyhow::Result<u8> {
    let model = hearing::model(&args.hearing)?;
    let failed = || format!("`{}` cannot be written", args.out.display());
    let mut out = BufWriter::new(File::create(&args.out).with_context(failed)?);
    let (inputs, refused) = ingest::inputs(&args.inputs);
    let mut rejects = refused;
    let (mut waiting, mut written) = (Vec::new(), 0);
    let mut outcome = Ok(());
    ingest::read(&inputs, &options(&args.reading), &mut |item| {
        match item {
            Item::Reject(reject) => rejects.push(reject),
            Item::Conversation(conversation) => waiting.push(*conversation),
        }
        if waiting.len() >= model.at_once() {
            outcome = write(model.as_ref(), &mut waiting, &mut written, &mut out);
        }
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    outcome.and_then(|()| write(model.as_ref(), &mut waiting, &mut written, &mut out))?;
    out.flush().with_context(failed)?;
    for reject in &rejects {
        messages::say(&format!("{}: {}", reject.source_file, reject.message));
    }
    if written == 0 {
        bail!("no conversation can be read; see above");
    }
    messages::say(&format!("{written} conversations labelled in `{}`", args.out.display()));
    Ok(0)
}

/// Hears what waits and writes it.
fn write(
    model: &dyn Hears,
    waiting: &mut Vec<Conversation>,
    written: &mut usize,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    for conversation in waiting.iter_mut() {
        language::recognise(conversation);
    }
    let cuts: Vec<Cut<'_>> = waiting.iter().map(hear::cut).collect();
    for (cut, heard) in cuts.iter().zip(model.hear(&cuts, &mut Room::default())?) {
        serde_json::to_writer(&mut *out, &SoftConversation::of(cut, &heard))?;
        out.write_all(b"\n")?;
        *written += 1;
    }
    waiting.clear();
    Ok(())
}
