//! `spokoj show`: one conversation in the terminal, aggression beside the turns, findings under them.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use anstyle::{AnsiColor, Style};
use anyhow::bail;

use crate::audit::Audit;
use crate::cli::args;
use crate::cli::commands::{options, source};
use crate::cli::messages;
use crate::guidelines::pack::Pack;
use crate::guidelines::{Finding, Guideline, Severity};
use crate::ingest::{self, Item};
use crate::signals::embedded::Room;
use crate::tables::Audited;
use crate::text::mask;
use crate::transcript::{Conversation, Span};

/// Runs the command.
///
/// # Errors
/// When the conversation is not there.
pub fn run(args: &args::Show) -> anyhow::Result<u8> {
    let packs = Pack::load_all(&args.checking.pack)?;
    let source = source(&args.checking)?;
    let options = options(&args.reading);
    let audit = Audit { packs: &packs, source: &source, options: &options, mask: !args.checking.no_mask };
    let conversation = wanted(args, &audit)?;
    let audited = audit.conversation(conversation, &mut Room::default())?;
    messages::data(&text(&audited, &packs, audit.mask))?;
    Ok(0)
}

fn wanted(args: &args::Show, audit: &Audit<'_>) -> anyhow::Result<Conversation> {
    let (inputs, refused) = ingest::inputs(std::slice::from_ref(&args.file));
    let mut found = None;
    let mut ids = Vec::new();
    let mut rejects = refused;
    ingest::read(&inputs, audit.options, &mut |item| {
        match item {
            Item::Reject(reject) => rejects.push(reject),
            Item::Conversation(conversation) => {
                if args.conversation.as_ref().is_none_or(|id| *id == conversation.conversation_id) {
                    found = Some(*conversation);
                    return ControlFlow::Break(());
                }
                ids.push(conversation.conversation_id);
            }
        }
        ControlFlow::Continue(())
    });
    if let Some(conversation) = found {
        return Ok(conversation);
    }
    for reject in &rejects {
        messages::say(&format!("{}: {}", reject.source_file, reject.message));
    }
    match &args.conversation {
        Some(id) if !ids.is_empty() => {
            ids.truncate(20);
            bail!("`{}` holds no conversation `{id}`; there are {}", args.file, ids.join(", "))
        }
        _ => bail!("`{}` holds no conversation that can be read", args.file),
    }
}

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const UNDERLINED: Style = Style::new().underline();

fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Critical => AnsiColor::Red,
        Severity::Major => AnsiColor::Yellow,
        Severity::Minor => AnsiColor::Cyan,
        Severity::Info => AnsiColor::Blue,
    };
    colour.on_default().bold()
}

fn text(audited: &Audited, packs: &[Pack], masking: bool) -> String {
    let Audited { conversation, signals, findings } = audited;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}, {}, {} turns{}",
        conversation.conversation_id,
        conversation.channel,
        conversation.language,
        conversation.turns.len(),
        conversation.started_at.as_ref().map(|start| format!(", {start}")).unwrap_or_default()
    );
    let causes: Vec<&str> = signals.causes_stated.iter().map(|cause| cause.name()).collect();
    let _ = writeln!(
        out,
        "{DIM}root causes: {}{DIM:#}\n",
        if causes.is_empty() { "none".to_owned() } else { causes.join(", ") }
    );
    for (at, turn) in conversation.turns.iter().enumerate() {
        let mut here: Vec<(&Guideline, &Finding)> = Vec::new();
        for (pack, findings) in packs.iter().zip(findings) {
            for finding in findings.iter().filter(|finding| finding.turn == at) {
                let guideline = &pack.guidelines[finding.guideline];
                if !here.iter().any(|(known, _)| known.code == guideline.code) {
                    here.push((guideline, finding));
                }
            }
        }
        let heard = &signals.turns[at];
        let bar = "▮".repeat(usize::from(heard.aggression));
        let time = turn.start.map(clock).unwrap_or_default();
        let spans: Vec<&Span> = here.iter().filter_map(|(_, finding)| finding.span.as_ref()).collect();
        let _ = writeln!(
            out,
            "{:>3} {time:>8} {:8} {bar:3} {}",
            turn.turn,
            turn.speaker,
            underlined(&turn.text, &spans, masking)
        );
        for (guideline, finding) in here {
            let style = colour(guideline.severity);
            let review = if finding.doubt.is_empty() {
                String::new()
            } else {
                format!(", needs review: {}", finding.doubt.join(", "))
            };
            let _ = writeln!(
                out,
                "{:26}{style}{} {}{style:#} ({}, {}{review}): {}",
                "",
                guideline.code,
                guideline.title.in_language(conversation.language),
                guideline.severity,
                guideline.sources.join(" "),
                finding.why
            );
        }
    }
    out
}

fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

/// The masked text with the quoted spans underlined.
fn underlined(text: &str, spans: &[&Span], masking: bool) -> String {
    let masked = masking.then(|| mask::mask(text));
    let (shown, mut marks): (&str, Vec<Span>) = match &masked {
        Some(masked) => (&masked.text, spans.iter().map(|span| masked.to_masked((*span).clone())).collect()),
        None => (text, spans.iter().map(|span| (*span).clone()).collect()),
    };
    marks.sort_by_key(|span| span.start);
    let mut out = String::new();
    let mut from = 0;
    for mark in marks {
        let begin = mark.start.max(from);
        if mark.end <= begin {
            continue;
        }
        let _ = write!(out, "{}{UNDERLINED}{}{UNDERLINED:#}", &shown[from..begin], &shown[begin..mark.end]);
        from = mark.end;
    }
    out.push_str(&shown[from..]);
    out.replace('\n', " ⏎ ")
}
