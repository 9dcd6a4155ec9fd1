//! `spokoj audit`: transcripts in, tables out, a summary at the end.

use anyhow::Context;
use jiff::Timestamp;

use crate::audit::{self, Audit, facts};
use crate::cli::args;
use crate::cli::commands::{options, source};
use crate::cli::messages;
use crate::cli::progress::Bar;
use crate::guidelines::pack::Pack;
use crate::ingest;
use crate::report::{self, Writer};
use crate::signals::hear::Source;
use crate::tables::Table;
use crate::text::mask;

/// Runs the command.
///
/// # Errors
/// When nothing could be audited at all, or the tables cannot be written.
pub fn run(args: &args::Audit, quiet: bool) -> anyhow::Result<u8> {
    let began = Timestamp::now();
    if let Some(threads) = args.threads {
        audit::threads(threads).context("the number of threads cannot be set")?;
    }
    let formats =
        args.format.iter().map(|name| report::writer(name)).collect::<Result<Vec<&'static dyn Writer>, _>>()?;
    let packs = Pack::load_all(&args.checking.pack)?;
    let source = source(&args.checking)?;
    let options = options(&args.reading);
    let (inputs, refused) = ingest::inputs(&args.inputs);
    let audit = Audit { packs: &packs, source: &source, options: &options, mask: !args.checking.no_mask };
    let bar = Bar::begin(inputs.len(), quiet);
    let summary = audit.run(&inputs, refused, &args.out, &formats, &mut |progress| bar.show(progress));
    bar.end();
    let summary = summary?;

    let sha256 = match &source {
        Source::Model(model) => model.sha256().to_owned(),
        Source::Given(..) => String::new(),
    };
    let tables = Table::ALL
        .iter()
        .flat_map(|table| formats.iter().map(move |format| args.out.join(format!("{table}.{}", format.extension()))));
    let facts = facts::Facts {
        packs: &packs,
        model: (source.name(), &sha256),
        summary: &summary,
        command: std::env::args().map(|part| mask::masked(&part).into_owned()).collect(),
        times: (began.to_string(), Timestamp::now().to_string()),
        tables: tables.collect(),
    };
    report::run_json(&args.out.join("run.json"), &facts::json(&facts))?;

    for reject in &summary.rejects {
        tracing::warn!(file = %reject.source_file, line = reject.line, reason = %reject.reason, "{}", reject.message);
    }
    if !quiet {
        messages::say(&messages::summary(&summary, &args.out.display().to_string()));
    }
    if summary.conversations == 0 {
        anyhow::bail!("no conversation could be audited; see above, or the table `rejects`");
    }
    Ok(u8::from(args.fail_on.is_some_and(|severity| summary.at_least(severity) > 0)))
}
