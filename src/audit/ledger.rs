//! Rows that wait on disk until the whole input is known, because what a customer's later conversations show may change them.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::audit::AuditError;
use crate::guidelines::checks::promise::{self, Book, Broken, Contact, Made};
use crate::guidelines::talk::Talk;
use crate::guidelines::{Finding, Level, Severity};
use crate::tables::conversations::{ConversationRow, score};
use crate::tables::flags::{self, FlagRow};
use crate::tables::{Audited, Run};

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
    /// Moments at which one side reached the other, the conversation's beginning first.
    pub contacts: Vec<Contact>,
}

/// Puts the rows of a conversation together with what is promised in it.
#[must_use]
pub fn entry(audited: &Audited, mut row: ConversationRow, flags: Vec<FlagRow>, run: &Run<'_>) -> Entry {
    let conversation = &audited.conversation;
    let contacts = promise::contacts(conversation);
    let talk = Talk::new(conversation, &audited.signals, run.thresholds);
    // Each promise with its finding in every pack that asks for it.
    let mut made: Vec<(Made, Vec<Vec<Finding>>)> = Vec::new();
    for (place, pack) in run.packs.iter().enumerate() {
        for (_, promise, finding) in promise::made(pack, &talk) {
            let known = made.iter().position(|(known, _)| *known == promise).unwrap_or_else(|| {
                made.push((promise, vec![Vec::new(); run.packs.len()]));
                made.len() - 1
            });
            made[known].1[place].push(finding);
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

/// The waiting rows.
pub struct Ledger {
    file: BufWriter<File>,
    folder: PathBuf,
    entries: u64,
    book: Book,
}

impl Ledger {
    /// Begins a ledger in a temporary file of a folder; it vanishes with the run, however that ends.
    ///
    /// # Errors
    /// When no file can be created there.
    pub fn create(folder: &Path) -> Result<Ledger, AuditError> {
        let failed = |source| AuditError::Ledger { path: folder.to_owned(), source };
        let file = BufWriter::new(tempfile::tempfile_in(folder).map_err(failed)?);
        Ok(Ledger { file, folder: folder.to_owned(), entries: 0, book: Book::default() })
    }

    /// Adds the rows of the next conversation.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn add(&mut self, entry: &Entry) -> Result<(), AuditError> {
        let made = entry.promised.iter().map(|promised| promised.made.clone());
        self.book.enter(self.entries, entry.conversation.customer_id.as_deref(), &entry.contacts, made);
        self.entries += 1;
        self.write(entry).map_err(|source| AuditError::Ledger { path: self.folder.clone(), source })
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let bytes = postcard::to_stdvec(entry).map_err(io::Error::other)?;
        self.file.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.file.write_all(&bytes)
    }

    /// Decides which promises were broken, and gives the rows back in order.
    ///
    /// # Errors
    /// When the file cannot be read back.
    pub fn settle(self) -> Result<Settled, AuditError> {
        let failed = |source| AuditError::Ledger { path: self.folder.clone(), source };
        let mut file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let file = BufReader::new(file);
        Ok(Settled { file, folder: self.folder, entries: self.entries, next: 0, broken: self.book.close() })
    }
}

/// The rows in order, with what the whole input decided.
pub struct Settled {
    file: BufReader<File>,
    folder: PathBuf,
    entries: u64,
    next: u64,
    broken: Broken,
}

impl Settled {
    fn read(&mut self) -> io::Result<Entry> {
        let mut length = [0; 8];
        self.file.read_exact(&mut length)?;
        let mut bytes = vec![0; u64::from_le_bytes(length) as usize];
        self.file.read_exact(&mut bytes)?;
        postcard::from_bytes(&bytes).map_err(io::Error::other)
    }
}

/// Puts into the rows of a conversation, which has that number in the input, what the whole input says of its promises.
pub fn decide(entry: &mut Entry, number: u64, broken: &Broken) {
    let made = entry.promised.iter().filter(|promised| broken.at(number, promised.made.turn));
    let flags: Vec<FlagRow> = made.map(|promised| promised.flag.clone()).collect();
    let reported = entry.contacts.first().map(|contact| contact.began);
    let known = broken.is_known(entry.conversation.customer_id.as_deref(), reported);
    let before = entry.flags.len();
    entry.flags.retain(|flag| !(known && flag.level == Level::Customer));
    if flags.is_empty() && before == entry.flags.len() {
        return;
    }
    entry.flags.extend(flags);
    entry.flags.sort_by(|a, b| a.turn.cmp(&b.turn).then_with(|| a.code.cmp(&b.code)));
    recount(entry);
}

/// Counts the findings of a conversation anew.
fn recount(entry: &mut Entry) {
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
        if self.next == self.entries {
            return None;
        }
        let entry = self.read().map_err(|source| AuditError::Ledger { path: self.folder.clone(), source });
        let entry = entry.map(|mut entry| {
            decide(&mut entry, self.next, &self.broken);
            entry
        });
        self.next += 1;
        Some(entry)
    }
}
