//! The run: transcripts in, signals and guidelines in parallel, tables out. The only user of rayon beside `learn`.
//!
//! A reader thread fills batches; each batch is heard and checked on all cores, a few conversations at once where the model likes that,
//! and written in the order of the input. Rows that may
//! still change (a promise is broken or kept only by what comes later) wait in [`ledger`] until the whole input is known.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use polars::error::PolarsError;
use rayon::prelude::*;
use serde::Serialize;

use crate::guidelines::pack::Pack;
use crate::guidelines::{Finding, Severity, evaluate};
use crate::ingest::{self, Input, Item, Options};
use crate::report::{ReportError, Tables, Writer};
use crate::signals::embedded::Room;
use crate::signals::hear::Source;
use crate::signals::{SignalError, Signals, evidence};
use crate::tables::{Audited, Run, Table, agents, conversations, flags, rejects, turns};
use crate::text::{language, mask};
use crate::transcript::{self, Conversation, Reject};

pub mod compare;
pub mod facts;
pub mod ledger;

use ledger::{Entry, Ledger};

/// Conversations in a batch.
const BATCH: usize = 512;
/// Batches that wait between reader and cores.
const WAITING: usize = 2;

thread_local! {
    /// Each thread keeps what it has learned of words from one batch to the next.
    static ROOM: RefCell<Room> = RefCell::new(Room::default());
}

/// The rows of a conversation, or why there are none.
type Done = Result<(Vec<turns::TurnRow>, Entry), Reject>;

/// What can stop a run. A broken input never does; it becomes a reject.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A table cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Rows do not fit a table.
    #[error("rows cannot be put into a table: {0}; this is a fault of the program, please report it")]
    Table(#[from] PolarsError),
    /// The place for waiting rows cannot be used.
    #[error("rows cannot be kept in `{path}`: {source}; free some space there")]
    Ledger {
        /// The folder for temporary files.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What a run is made of.
pub struct Audit<'a> {
    /// Which guidelines are checked.
    pub packs: &'a [Pack],
    /// What hears.
    pub source: &'a Source,
    /// What the user says about the input.
    pub options: &'a Options,
    /// Whether personal data are masked.
    pub mask: bool,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Conversations audited.
    pub conversations: u64,
    /// Turns in them.
    pub turns: u64,
    /// Findings so far.
    pub findings: u64,
    /// Files that the last batch came from, counted so far.
    pub files: u64,
}

/// What a run found, in numbers. Agents are not named.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Conversations audited.
    pub conversations: u64,
    /// Turns in them.
    pub turns: u64,
    /// Conversations without a finding.
    pub without_findings: u64,
    /// Findings by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// Code, name and number of findings.
    pub by_guideline: BTreeMap<String, (String, Severity, u64)>,
    /// Critical findings in doubt.
    pub needs_review: u64,
    /// Inputs or parts of them that were left out.
    pub rejects: Vec<Reject>,
    /// What was read from each file.
    pub files: BTreeMap<String, facts::File>,
}

impl Summary {
    /// Findings of at least a severity.
    #[must_use]
    pub fn at_least(&self, severity: Severity) -> u64 {
        self.by_severity.range(severity..).map(|(_, count)| count).sum()
    }

    fn add(&mut self, entry: &Entry) {
        self.conversations += 1;
        self.turns += u64::from(entry.conversation.turns);
        self.without_findings += u64::from(entry.flags.is_empty());
        for flag in &entry.flags {
            *self.by_severity.entry(flag.severity).or_default() += 1;
            self.needs_review += u64::from(flag.severity == Severity::Critical && !flag.doubt.is_empty());
            let known = self.by_guideline.entry(flag.code.clone());
            known.or_insert_with(|| (flag.name.clone(), flag.severity, 0)).2 += 1;
        }
    }
}

impl Audit<'_> {
    /// Hears and checks one conversation.
    ///
    /// # Errors
    /// When the model fails on a text.
    pub fn conversation(&self, conversation: Conversation, room: &mut Room) -> Result<Audited, SignalError> {
        let mut all = self.conversations(vec![conversation], room)?;
        all.pop().ok_or(SignalError::Model { what: "answer", message: "nothing was heard".to_owned() })
    }

    /// Hears and checks conversations, each by itself; heard together they cost less with some models.
    fn conversations(&self, mut all: Vec<Conversation>, room: &mut Room) -> Result<Vec<Audited>, SignalError> {
        all.iter_mut().for_each(language::recognise);
        let signals = self.source.hear_all(&all.iter().collect::<Vec<_>>(), room)?;
        let thresholds = self.source.thresholds();
        let findings = |conversation: &Conversation, signals: &Signals| -> Vec<Vec<Finding>> {
            self.packs.iter().map(|pack| evaluate::findings(pack, conversation, signals, thresholds)).collect()
        };
        let mut found: Vec<_> = all.iter().zip(&signals).map(|(talk, signals)| findings(talk, signals)).collect();
        if let Source::Model(model) = self.source {
            let mut asked = Vec::new();
            let mut waiting = Vec::new();
            for (conversation, finding) in
                all.iter().zip(&mut found).flat_map(|(talk, own)| own.iter_mut().flatten().map(move |one| (talk, one)))
            {
                let (Some(span), Some(act)) = (&finding.span, finding.act) else { continue };
                if let Some(one) = evidence::question(model.as_ref(), conversation, finding.turn, span, act)? {
                    asked.push(one);
                    waiting.push(finding);
                }
            }
            for (finding, span) in waiting.into_iter().zip(evidence::narrowed(model.as_ref(), &asked, room)?) {
                finding.span = Some(span);
            }
        }
        let parts = all.into_iter().zip(signals).zip(found);
        Ok(parts.map(|((conversation, signals), findings)| Audited { conversation, signals, findings }).collect())
    }

    /// Audits inputs into the tables of a folder; `progress` is told after every batch.
    ///
    /// # Errors
    /// When a table cannot be written. Then no table of this run stands in the folder.
    pub fn run(
        &self,
        inputs: &[Input],
        refused: Vec<Reject>,
        folder: &Path,
        formats: &[&'static dyn Writer],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Summary, AuditError> {
        let mut tables = Tables::open(folder, formats)?;
        let model = self.model();
        let run = Run { packs: self.packs, thresholds: self.source.thresholds(), model: &model, mask: self.mask };
        let mut summary = Summary { rejects: refused, ..Summary::default() };
        let mut ledger = Ledger::create(folder)?;
        let mut state = Progress::default();
        std::thread::scope(|scope| {
            let (sender, batches) = sync_channel(WAITING);
            scope.spawn(move || fill(inputs, self.options, &sender));
            self.drain(&batches, &run, &mut tables, &mut ledger, &mut summary, &mut |batch| {
                state.conversations += batch.conversations;
                state.turns += batch.turns;
                state.findings += batch.findings;
                state.files = batch.files;
                progress(state);
            })
        })?;
        self.close(ledger, &run, &mut tables, &mut summary)?;
        tables.finish()?;
        Ok(summary)
    }

    /// Name and the beginning of the SHA-256 of what hears.
    #[must_use]
    pub fn model(&self) -> String {
        match self.source {
            Source::Model(model) => {
                let sha256 = model.sha256();
                format!("{}@{}", model.name(), &sha256[..sha256.len().min(12)])
            }
            Source::Given(..) => self.source.name().to_owned(),
        }
    }

    fn drain(
        &self,
        batches: &Receiver<Vec<Item>>,
        run: &Run<'_>,
        tables: &mut Tables,
        ledger: &mut Ledger,
        summary: &mut Summary,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), AuditError> {
        for batch in batches {
            let done = self.batch(batch, run);
            let mut step = Progress::default();
            let mut rows = Vec::new();
            for outcome in done {
                match outcome {
                    Ok((turn_rows, entry)) => {
                        step.conversations += 1;
                        step.turns += turn_rows.len() as u64;
                        step.findings += entry.flags.len() as u64;
                        summary.file(&entry.conversation.source_file).read(&entry.conversation);
                        rows.extend(turn_rows);
                        ledger.add(&entry)?;
                    }
                    Err(reject) => {
                        summary.file(&reject.source_file).rejected += 1;
                        summary.rejects.push(reject);
                    }
                }
            }
            step.files = summary.files.len() as u64;
            tables.append(Table::Turns, turns::frame(&rows)?)?;
            progress(step);
        }
        Ok(())
    }

    /// All items of a batch, on all cores, in their order.
    fn batch(&self, items: Vec<Item>, run: &Run<'_>) -> Vec<Done> {
        let chunks = items.into_par_iter().chunks(self.source.at_once());
        chunks.flat_map_iter(|chunk| ROOM.with_borrow_mut(|room| self.chunk(chunk, run, room))).collect()
    }

    /// Items that are heard together. Where that fails each is tried alone: a fault costs its own conversation.
    fn chunk(&self, items: Vec<Item>, run: &Run<'_>, room: &mut Room) -> Vec<Done> {
        let mut conversations = Vec::new();
        let mut done: Vec<Option<Done>> = Vec::new();
        for item in items {
            match item {
                Item::Conversation(conversation) => {
                    conversations.push(*conversation);
                    done.push(None);
                }
                Item::Reject(reject) => done.push(Some(Err(reject))),
            }
        }
        let spare = if conversations.len() > 1 { conversations.clone() } else { Vec::new() };
        let sources: Vec<transcript::Source> =
            conversations.iter().map(|conversation| conversation.source.clone()).collect();
        let rows = catch_unwind(AssertUnwindSafe(|| {
            let audited = self.conversations(conversations, room)?;
            Ok(audited.iter().map(|audited| self.rows(audited, run)).collect())
        }));
        let failed = |reason: &str, message: String| -> Vec<Done> {
            let source = &sources[0];
            vec![Err(Reject {
                source_file: source.file.clone(),
                line: source.line,
                reason: reason.to_owned(),
                message: mask::masked(&message).into_owned(),
            })]
        };
        let own: Vec<Done> = match rows {
            Ok(Ok(rows)) => rows,
            _ if spare.len() > 1 => {
                *room = Room::default();
                let alone = |talk| self.chunk(vec![Item::Conversation(Box::new(talk))], run, room);
                spare.into_iter().flat_map(alone).collect()
            }
            Ok(Err(error)) => {
                let error: SignalError = error;
                failed("not-heard", error.to_string())
            }
            Err(_) => {
                *room = Room::default();
                failed("panic", "the program failed on this conversation; please report it".to_owned())
            }
        };
        let mut own = own.into_iter();
        done.into_iter().filter_map(|one| one.or_else(|| own.next())).collect()
    }

    fn rows(&self, audited: &Audited, run: &Run<'_>) -> Done {
        let flag_rows = flags::rows(audited, run);
        let row = conversations::row(audited, &flag_rows, run);
        let entry = ledger::entry(audited, row, flag_rows, run);
        Ok((turns::rows(audited, run), entry))
    }

    /// Decides what had to wait, then writes findings, conversations, agents and rejects.
    fn close(
        &self,
        ledger: Ledger,
        run: &Run<'_>,
        tables: &mut Tables,
        summary: &mut Summary,
    ) -> Result<(), AuditError> {
        let mut roll_up = agents::Agents::default();
        let mut settled = ledger.settle()?;
        loop {
            let entries: Vec<Entry> = settled.by_ref().take(BATCH).collect::<Result<_, _>>()?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                summary.add(entry);
                roll_up.add(&entry.conversation, &entry.flags);
            }
            let flag_rows: Vec<flags::FlagRow> = entries.iter().flat_map(|entry| entry.flags.iter().cloned()).collect();
            let rows: Vec<conversations::ConversationRow> =
                entries.into_iter().map(|entry| entry.conversation).collect();
            tables.append(Table::Flags, flags::frame(&flag_rows)?)?;
            tables.append(Table::Conversations, conversations::frame(&rows)?)?;
        }
        let limits = run.packs.first().map(|pack| pack.limits.clone()).unwrap_or_default();
        tables.append(Table::Agents, agents::frame(&roll_up.rows(&limits))?)?;
        tables.append(Table::Rejects, rejects::frame(&summary.rejects)?)?;
        Ok(())
    }
}

/// Uses so many threads from now on.
///
/// # Errors
/// When threads are in use already.
pub fn threads(count: usize) -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(count).build_global()
}

impl Summary {
    fn file(&mut self, name: &str) -> &mut facts::File {
        self.files.entry(name.to_owned()).or_default()
    }
}

/// Reads all inputs into batches; stops when nobody listens any more.
fn fill(inputs: &[Input], options: &Options, batches: &std::sync::mpsc::SyncSender<Vec<Item>>) {
    let mut batch = Vec::with_capacity(BATCH);
    ingest::read(inputs, options, &mut |item| {
        batch.push(item);
        if batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        match batches.send(std::mem::take(&mut batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    // Nobody listens only when writing failed, which is reported there.
    let _ = batches.send(batch);
}
