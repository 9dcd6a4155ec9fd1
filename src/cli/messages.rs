//! What the program says to people: short, concrete, calm. Data go to stdout, everything else to stderr.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::OnceLock;

use crate::audit::Summary;
use crate::cli::args::{Cli, Log};
use crate::guidelines::Severity;

/// Writes data to stdout; a reader that went away is no failure.
///
/// # Errors
/// When stdout cannot be written to.
pub fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Set where a program reads along: then every line on stderr is a JSON object.
static AS_JSON: OnceLock<()> = OnceLock::new();

/// Says something to the person at the terminal.
pub fn say(text: &str) {
    if AS_JSON.get().is_some() {
        tracing::info!("{text}");
        return;
    }
    // Nothing can be said where stderr is closed.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Says what went wrong.
fn complain(text: &str) {
    if AS_JSON.get().is_some() {
        tracing::error!("{text}");
    } else {
        say(&format!("error: {text}"));
    }
}

/// How many rejects are listed at the end of a run; all of them stand in the table.
const LISTED: usize = 10;

/// The closing summary of an audit. Agents are not named.
#[must_use]
pub fn summary(summary: &Summary, folder: &str) -> String {
    let mut text = String::new();
    let findings: u64 = summary.by_severity.values().sum();
    let _ = writeln!(
        text,
        "{} conversations, {} turns; {} findings, {} conversations without any",
        summary.conversations, summary.turns, findings, summary.without_findings
    );
    let by_severity: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|severity| summary.by_severity.get(severity).map(|count| format!("{count} {severity}")))
        .collect();
    if !by_severity.is_empty() {
        let _ = writeln!(text, "  {}", by_severity.join(", "));
    }
    if summary.needs_review > 0 {
        let needs_review = summary.needs_review;
        let _ = writeln!(
            text,
            "  {needs_review} critical findings are in doubt (speaker, recognition or a quotation) and need review"
        );
    }
    let mut guidelines: Vec<_> = summary.by_guideline.iter().collect();
    guidelines.sort_by(|a, b| b.1.1.cmp(&a.1.1).then(b.1.2.cmp(&a.1.2)).then(a.0.cmp(b.0)));
    for (code, (name, severity, count)) in guidelines {
        let _ = writeln!(text, "  {count:>6}  {code} {name:<24} {severity}");
    }
    if !summary.rejects.is_empty() {
        let _ = writeln!(text, "{} inputs or parts of them were left out:", summary.rejects.len());
        for reject in summary.rejects.iter().take(LISTED) {
            let line = reject.line.map(|line| format!(":{line}")).unwrap_or_default();
            let _ = writeln!(text, "  {}{line}: {}", reject.source_file, reject.message);
        }
        if summary.rejects.len() > LISTED {
            let _ = writeln!(text, "  … and {} more, see the table `rejects`", summary.rejects.len() - LISTED);
        }
    }
    let _ = write!(text, "tables in {folder}; every finding is for a person to look at before it counts");
    text
}

/// Begins logging to stderr, as the arguments say; a panic says where, never what: its message may hold a customer's words.
pub fn logging(cli: &Cli) {
    let level = if cli.quiet { tracing::Level::ERROR } else { tracing::Level::INFO };
    if cli.log == Log::Json {
        tracing_subscriber::fmt().json().with_writer(io::stderr).with_max_level(level).init();
        let _ = AS_JSON.set(());
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        complain(&format!("the program failed at {place}; please report it"));
    }));
}

/// Says what kept a command from being done.
pub fn failed(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Most errors name their cause themselves.
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    complain(&text);
}
