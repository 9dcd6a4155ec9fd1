//! A table of conversations (`calls.csv`): what the transcripts themselves do not say. It only fills gaps.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::table_columns::listed;
use super::table_text::{Records, Separator};
use super::{Document, Draft, IngestError, Input};
use crate::transcript::{Reject, Speaker};

/// One row of the table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Entry {
    values: BTreeMap<&'static str, String>,
    /// The conversation's id.
    pub(super) id: Option<String>,
    /// The roles of this conversation's speaker labels.
    pub(super) roles: BTreeMap<String, Speaker>,
}

/// A table of conversations.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
    by_file: HashMap<String, usize>,
}

const FIELDS: &[&str] = &[
    "channel",
    "started_at",
    "direction",
    "agent_id",
    "team",
    "customer_id",
    "language",
    "complaint_recorded_at",
    "complaint_forwarded_at",
];

impl Metadata {
    /// Reads the table; what cannot be used of it is told in `rejects`.
    pub(super) fn load(path: &Path, max_line: usize, rejects: &mut Vec<Reject>) -> Metadata {
        let display = path.to_string_lossy().into_owned();
        let input = Input { path: Some(path.to_path_buf()), display: display.clone(), folder: None };
        let mut metadata = Metadata::default();
        let result = Document::open(&input).and_then(|document| metadata.fill(&document, max_line, rejects));
        if let Err(error) = result {
            rejects.push(error.reject(&display));
        }
        metadata
    }

    fn fill(&mut self, document: &Document, limit: usize, rejects: &mut Vec<Reject>) -> Result<(), IngestError> {
        let mut note = |line: u64, message: String| {
            rejects.push(Reject {
                source_file: document.display.clone(),
                line: Some(line),
                reason: "bad-metadata".to_owned(),
                message,
            });
        };
        let mut records = Records::new(document, limit, Separator::of(document))?;
        let Some(header) = records.next()? else {
            return Err(IngestError::EmptyFile { path: document.display.clone() });
        };
        let names: Vec<String> = header.fields.iter().map(|name| name.trim().to_lowercase()).collect();
        let at = |wanted: &str| names.iter().position(|name| name == wanted);
        let (file, id, roles) = (at("file"), at("conversation_id"), at("roles"));
        if file.is_none() && id.is_none() {
            return Err(IngestError::MissingColumn {
                path: document.display.clone(),
                missing: "conversation_id".to_owned(),
                found: listed(&header.fields),
                remedy: "a header of `conversation_id` or `file`".to_owned(),
            });
        }
        let fields: Vec<(&'static str, usize)> =
            FIELDS.iter().filter_map(|field| at(field).map(|index| (*field, index))).collect();
        while let Some(record) = records.next()? {
            if let Some((_, what)) = record.fault {
                note(record.line, what);
                continue;
            }
            let cell = |index: Option<usize>| {
                index.and_then(|index| record.fields.get(index)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
            };
            let mut entry = Entry { id: cell(id).map(str::to_owned), ..Entry::default() };
            for (field, index) in &fields {
                if let Some(value) = cell(Some(*index)) {
                    entry.values.insert(field, value.to_owned());
                }
            }
            for pair in cell(roles).unwrap_or("").split([';', ',']).filter(|pair| !pair.trim().is_empty()) {
                match pair.split_once('=').map(|(label, role)| (label.trim(), role.trim().parse::<Speaker>())) {
                    Some((label, Ok(speaker))) => {
                        entry.roles.insert(label.to_owned(), speaker);
                    }
                    _ => {
                        note(record.line, "`roles` takes `LABEL=agent;LABEL=customer`; the pair is left out".to_owned())
                    }
                }
            }
            let index = self.entries.len();
            let mut twice = false;
            if let Some(id) = cell(id) {
                twice |= *self.by_id.entry(id.to_owned()).or_insert(index) != index;
            }
            if let Some(file) = cell(file) {
                let twin = *self.by_file.entry(key(file)).or_insert(index) != index;
                twice |= twin && cell(id).is_none();
            }
            if twice {
                note(record.line, "a second row for the same conversation; only the first is used".to_owned());
            }
            self.entries.push(entry);
        }
        Ok(())
    }

    /// The row of a conversation: by its id, else by its file's path, name or stem where the row is of no other conversation.
    pub(super) fn entry(&self, id: Option<&str>, document: &Document) -> Option<&Entry> {
        let by_file = || {
            let path = key(&document.display);
            let mut rest = path.as_str();
            loop {
                if let Some(&index) = self.by_file.get(rest) {
                    return Some(index);
                }
                match rest.split_once('/') {
                    Some((_, tail)) => rest = tail,
                    None => return self.by_file.get(&key(document.stem())).copied(),
                }
            }
        };
        let id = id.map(str::trim).filter(|id| !id.is_empty());
        if let Some(&index) = id.and_then(|id| self.by_id.get(id)) {
            return self.entries.get(index);
        }
        self.entries.get(by_file()?).filter(|entry| id.is_none() || entry.id.is_none())
    }
}

/// A file's path in one form, whatever the system that wrote it.
fn key(path: &str) -> String {
    path.trim().trim_start_matches("./").replace('\\', "/").nfc().collect()
}

impl Entry {
    /// Fills what the source does not say.
    pub(super) fn fill(&self, draft: &mut Draft) {
        if draft.conversation_id.as_deref().is_none_or(|id| id.trim().is_empty()) {
            draft.conversation_id.clone_from(&self.id);
        }
        for (target, name) in [
            (&mut draft.channel, "channel"),
            (&mut draft.started_at, "started_at"),
            (&mut draft.direction, "direction"),
            (&mut draft.agent_id, "agent_id"),
            (&mut draft.team, "team"),
            (&mut draft.customer_id, "customer_id"),
            (&mut draft.language, "language"),
            (&mut draft.complaint_recorded_at, "complaint_recorded_at"),
            (&mut draft.complaint_forwarded_at, "complaint_forwarded_at"),
        ] {
            if target.as_deref().is_none_or(|value| value.trim().is_empty()) {
                *target = self.values.get(name).cloned();
            }
        }
    }
}
