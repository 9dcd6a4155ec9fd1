//! Rows that wait on disk until the whole input is known, because what a customer's later conversations show may change them.
//!
//! A promise of contact by a stated time is broken when no agent-initiated contact with that customer came by then. One finding for a
//! broken promise: at the promise where it is in the data, else at the customer's own report.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::audit::AuditError;
use crate::guidelines::Finding;
use crate::guidelines::checks::promise::{Contact, Made};
use crate::guidelines::checks::{Check, Scene};
use crate::guidelines::pack::Pack;
use crate::guidelines::talk::Talk;
use crate::signals::promises;
use crate::tables::conversations::{ConversationRow, score};
use crate::tables::flags::{self, FlagRow};
use crate::tables::{Audited, Run};
use crate::transcript::{Channel, Direction, Speaker};

/// A promise with the finding that it becomes where it is broken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promised {
    /// When it is due.
    pub made: Made,
    /// The finding.
    pub flag: FlagRow,
}

/// The rows of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its row.
    pub conversation: ConversationRow,
    /// Its findings, by turn and code.
    pub flags: Vec<FlagRow>,
    /// Promises that may turn out broken.
    pub promised: Vec<Promised>,
    /// Moments at which an agent reached the customer, or the customer reached the company.
    pub contacts: Vec<Contact>,
}

/// Puts the rows of a conversation together with what is promised in it.
#[must_use]
pub fn entry(audited: &Audited, mut row: ConversationRow, flags: Vec<FlagRow>, packs: &[Pack], run: &Run<'_>) -> Entry {
    let conversation = &audited.conversation;
    let began = conversation.started_at.as_deref().and_then(promises::wall_clock);
    let Some(began) = began else {
        return Entry { conversation: row, flags, promised: Vec::new(), contacts: Vec::new() };
    };
    let at = |seconds: Option<f64>| moment(began, seconds);
    let mut contacts = vec![Contact { began, by_agent: conversation.direction == Some(Direction::Outbound) }];
    if conversation.channel == Channel::Email {
        // Every later letter of the agent in the thread reaches the customer.
        let letters = conversation
            .turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Agent && turn.start.is_some_and(|start| start > 0.0));
        contacts.extend(letters.map(|turn| Contact { began: at(turn.start), by_agent: true }));
    }
    let talk = Talk::new(conversation, &audited.signals, run.thresholds);
    let mut made: Vec<(Made, Vec<Vec<Finding>>)> = Vec::new();
    for (place, pack) in packs.iter().enumerate() {
        for (guideline, rule) in pack.guidelines.iter().enumerate() {
            let Check::Promise(check) = &rule.check else { continue };
            let scene = Scene { talk: &talk, code: &rule.code, guideline, limits: &pack.limits };
            for (_, turn) in talk.turns_of(Speaker::Agent).filter(|(_, turn)| check.is_made(&scene, *turn)) {
                let text = &conversation.turns[turn].text;
                let Some(named) = promises::due(text, conversation.language, at(conversation.turns[turn].start)) else {
                    continue;
                };
                let why = format!("contact promised until {}, none found by then", named.due);
                let finding = Finding { span: Some(named.span), ..scene.finding(turn, why, 1.0, 1.0) };
                let known = made.iter_mut().find(|(known, _)| known.turn == turn);
                match known {
                    Some((_, findings)) => findings[place].push(finding),
                    None => {
                        let mut findings = vec![Vec::new(); packs.len()];
                        findings[place].push(finding);
                        made.push((Made { turn, due: named.due }, findings));
                    }
                }
            }
        }
    }
    row.promises = made.iter().map(|(made, _)| (conversation.turns[made.turn].turn, made.due.to_string())).collect();
    let promised = made
        .into_iter()
        .filter(|_| conversation.customer_id.is_some())
        .flat_map(|(made, findings)| {
            let alone = Audited { findings, ..audited.clone() };
            flags::rows(&alone, run).into_iter().map(move |flag| Promised { made: made.clone(), flag })
        })
        .collect();
    Entry { conversation: row, flags, promised, contacts }
}

fn moment(began: DateTime, seconds: Option<f64>) -> DateTime {
    let whole = seconds.filter(|seconds| seconds.is_finite() && seconds.abs() < 1e9).unwrap_or(0.0);
    began.saturating_add(SignedDuration::from_millis((whole * 1000.0) as i64))
}

/// What is remembered of a promise while the rows wait.
struct Open {
    customer: String,
    entry: u64,
    turn: u32,
    said: DateTime,
    made: Made,
}

/// The waiting rows.
pub struct Ledger {
    file: BufWriter<File>,
    folder: PathBuf,
    entries: u64,
    open: Vec<Open>,
    contacts: HashMap<String, Vec<Contact>>,
    last: Option<DateTime>,
}

impl Ledger {
    /// Begins a ledger in a temporary file of a folder; it vanishes with the run, however that ends.
    ///
    /// # Errors
    /// When no file can be created there.
    pub fn create(folder: &Path) -> Result<Ledger, AuditError> {
        let file =
            tempfile::tempfile_in(folder).map_err(|source| AuditError::Ledger { path: folder.to_owned(), source })?;
        Ok(Ledger {
            file: BufWriter::new(file),
            folder: folder.to_owned(),
            entries: 0,
            open: Vec::new(),
            contacts: HashMap::new(),
            last: None,
        })
    }

    /// Adds the rows of the next conversation.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn add(&mut self, entry: Entry) -> Result<(), AuditError> {
        let began = entry.contacts.first().map(|contact| contact.began);
        self.last = self.last.max(began);
        if let (Some(customer), Some(said)) = (&entry.conversation.customer_id, began) {
            self.contacts.entry(customer.clone()).or_default().extend(&entry.contacts);
            self.open.extend(entry.promised.iter().map(|promised| Open {
                customer: customer.clone(),
                entry: self.entries,
                turn: promised.flag.turn,
                said,
                made: promised.made.clone(),
            }));
        }
        let bytes = postcard::to_stdvec(&entry).map_err(|error| self.failed(io::Error::other(error)))?;
        let length = (bytes.len() as u64).to_le_bytes();
        let written = self.file.write_all(&length).and_then(|()| self.file.write_all(&bytes));
        written.map_err(|source| self.failed(source))?;
        self.entries += 1;
        Ok(())
    }

    fn failed(&self, source: io::Error) -> AuditError {
        AuditError::Ledger { path: self.folder.clone(), source }
    }

    /// Decides which promises were broken, and gives the rows back in order.
    ///
    /// # Errors
    /// When the file cannot be read back.
    pub fn settle(mut self) -> Result<Settled, AuditError> {
        let mut broken: HashMap<(u64, u32), ()> = HashMap::new();
        let mut by_customer: HashMap<String, Vec<DateTime>> = HashMap::new();
        if let Some(end) = self.last {
            for open in &self.open {
                let contacts = self.contacts.get(&open.customer).map_or(&[] as &[Contact], Vec::as_slice);
                if open.made.is_broken(open.said, contacts, end) {
                    broken.insert((open.entry, open.turn), ());
                    by_customer.entry(open.customer.clone()).or_default().push(open.said);
                }
            }
        }
        let rewound = self.file.flush().and_then(|()| self.file.get_mut().seek(SeekFrom::Start(0)));
        rewound.map_err(|source| self.failed(source))?;
        let folder = self.folder.clone();
        let file = self
            .file
            .into_inner()
            .map_err(|error| AuditError::Ledger { path: folder.clone(), source: error.into_error() })?;
        Ok(Settled { file: BufReader::new(file), folder, left: self.entries, next: 0, broken, by_customer })
    }
}

/// The rows in order, with what the whole input decided.
pub struct Settled {
    file: BufReader<File>,
    folder: PathBuf,
    left: u64,
    next: u64,
    broken: HashMap<(u64, u32), ()>,
    by_customer: HashMap<String, Vec<DateTime>>,
}

impl Settled {
    fn read(&mut self) -> io::Result<Entry> {
        let mut length = [0; 8];
        self.file.read_exact(&mut length)?;
        let mut bytes = vec![0; u64::from_le_bytes(length) as usize];
        self.file.read_exact(&mut bytes)?;
        postcard::from_bytes(&bytes).map_err(io::Error::other)
    }

    fn decide(&self, entry: &mut Entry) {
        let own = self.next;
        let broken: Vec<FlagRow> = entry
            .promised
            .iter()
            .filter(|promised| self.broken.contains_key(&(own, promised.flag.turn)))
            .map(|promised| promised.flag.clone())
            .collect();
        // A report of a promise that is itself in the data, and flagged there, is not flagged a second time.
        let began = entry.contacts.first().map(|contact| contact.began);
        let known = entry.conversation.customer_id.as_ref().and_then(|customer| self.by_customer.get(customer));
        let elsewhere = known
            .zip(began)
            .is_some_and(|(said, began)| said.iter().any(|said| *said < began && *said + 60.days() > began));
        let codes: Vec<&str> = entry.promised.iter().map(|promised| promised.flag.code.as_str()).collect();
        let reported = |flag: &FlagRow| elsewhere && (codes.contains(&flag.code.as_str()) || flag.code == "SOL007");
        let before = entry.flags.len();
        entry.flags.retain(|flag| !reported(flag));
        if broken.is_empty() && before == entry.flags.len() {
            return;
        }
        entry.flags.extend(broken);
        entry.flags.sort_by(|a, b| a.turn.cmp(&b.turn).then_with(|| a.code.cmp(&b.code)));
        recount(entry);
    }
}

/// Counts the findings of a conversation anew.
fn recount(entry: &mut Entry) {
    use crate::guidelines::Severity;
    let count = |severity: Severity| entry.flags.iter().filter(|flag| flag.severity == severity).count() as u32;
    let row = &mut entry.conversation;
    row.flags_critical = count(Severity::Critical);
    row.flags_major = count(Severity::Major);
    row.flags_minor = count(Severity::Minor);
    row.flags_info = count(Severity::Info);
    row.score = score(row.flags_critical, row.flags_major, row.flags_minor);
}

impl Iterator for Settled {
    type Item = Result<Entry, AuditError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let entry = self.read().map_err(|source| AuditError::Ledger { path: self.folder.clone(), source });
        let entry = entry.map(|mut entry| {
            self.decide(&mut entry);
            entry
        });
        self.next += 1;
        Some(entry)
    }
}
