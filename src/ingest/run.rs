//! The whole input, file by file: format, reader, finishing, duplicate ids. One bad file does not stop the others.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::finish::Finishing;
use super::metadata::Metadata;
use super::{Document, Encoding, Found, IngestError, Input, Item, Options, READERS, Reader, format_names};
use crate::text::mask;
use crate::transcript::Reject;

type Sink<'a> = dyn FnMut(Item) -> ControlFlow<()> + 'a;

/// Reads every input in order. Conversations and rejects go to `sink` as they are found; it may break off.
pub fn read(inputs: &[Input], options: &Options, sink: &mut Sink<'_>) {
    let mut sink = |item: Item| sink(masked(item));
    let mut run = Run { inputs, options, given: None, beside: HashMap::new(), seen: HashMap::new() };
    if let Some(path) = &options.metadata {
        let mut rejects = Vec::new();
        run.given = Some(Metadata::load(path, options.max_line, &mut rejects));
        for reject in rejects {
            if sink(Item::Reject(reject)).is_break() {
                return;
            }
        }
    }
    let metadata = options.metadata.as_deref().and_then(|path| path.canonicalize().ok());
    for (index, input) in inputs.iter().enumerate() {
        let path = input.path.as_deref().and_then(|path| path.canonicalize().ok());
        if path.is_some() && path == metadata {
            continue;
        }
        // a fault of the sink is not a fault of the file
        let in_sink = Cell::new(false);
        let mut watched = |item: Item| {
            in_sink.set(true);
            let flow = sink(item);
            in_sink.set(false);
            flow
        };
        let flow = catch_unwind(AssertUnwindSafe(|| run.file(index, &mut watched))).unwrap_or_else(|panic| {
            if in_sink.get() {
                resume_unwind(panic);
            }
            let file = &input.display;
            let message = format!(
                "reading `{file}` failed by a fault of this program; the rest of the file is left out; report it"
            );
            sink(Item::Reject(reject(file, None, "panic", message)))
        });
        if flow.is_break() {
            return;
        }
    }
}

/// What is told of the input may quote it; personal data in it are masked.
fn masked(item: Item) -> Item {
    let Item::Reject(reject) = item else { return item };
    let message = mask::masked(&reject.message).into_owned();
    Item::Reject(Reject { message, ..reject })
}

fn reject(file: &str, line: Option<u64>, reason: &str, message: String) -> Reject {
    Reject { source_file: file.to_owned(), line, reason: reason.to_owned(), message }
}

struct Run<'a> {
    inputs: &'a [Input],
    options: &'a Options,
    given: Option<Metadata>,
    beside: HashMap<PathBuf, Metadata>,
    /// 128 bits of each id's hash, and where it was read: the file's index and the line, 0 for none.
    seen: HashMap<u128, (usize, u64)>,
}

impl Run<'_> {
    fn file(&mut self, index: usize, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let input = &self.inputs[index];
        let opened = if input.path.is_none() && self.options.format.is_none() {
            Err(IngestError::NoFormat { known: format_names() })
        } else {
            Document::open(input)
        };
        let chosen = opened.and_then(|document| reader(&document, self.options).map(|reader| (document, reader)));
        let (document, reader) = match chosen {
            Ok(chosen) => chosen,
            Err(error) => return sink(Item::Reject(error.reject(&input.display))),
        };
        tracing::debug!(file = input.display, format = reader.name(), encoding = ?document.encoding, "reading");
        let table = self.table_beside(input, sink)?;
        let options = self.options;
        let mut finishing = Finishing { document: &document, options, told: BTreeSet::new() };
        let mut flow = ControlFlow::Continue(());
        let mut any = false;
        let result = reader.read(&document, options, &mut |found| {
            any = true;
            flow = self.found(index, found, table.as_deref(), &mut finishing, sink);
            flow
        });
        flow?;
        if let Err(error) = result {
            return sink(Item::Reject(error.reject(&input.display)));
        }
        if !any {
            let message = format!("no conversation was found in `{}`, read as {}", input.display, reader.name());
            return sink(Item::Reject(reject(&input.display, None, "no-turns", message)));
        }
        ControlFlow::Continue(())
    }

    fn found(
        &mut self,
        index: usize,
        found: Found,
        table: Option<&Path>,
        finishing: &mut Finishing<'_>,
        sink: &mut Sink<'_>,
    ) -> ControlFlow<()> {
        let file = &self.inputs[index].display;
        let mut draft = match found {
            Found::Draft(draft) => *draft,
            Found::Reject { line, reason, message } => return sink(Item::Reject(reject(file, line, reason, message))),
        };
        let entry = [self.given.as_ref(), table.and_then(|path| self.beside.get(path))]
            .into_iter()
            .flatten()
            .find_map(|metadata| metadata.entry(draft.conversation_id.as_deref(), finishing.document));
        if let Some(entry) = entry {
            entry.fill(&mut draft);
        }
        let id = finishing.id(&draft);
        let key = hash(&id);
        let place = |(index, line): (usize, u64)| {
            let file = &self.inputs[index].display;
            if line == 0 { file.clone() } else { format!("{file}:{line}") }
        };
        let here = (index, draft.line.unwrap_or(0));
        if let Some(first) = self.seen.get(&key) {
            let message = format!(
                "conversation `{id}` was read at `{}` already; the one at `{}` is left out; give it an id of its own",
                place(*first),
                place(here)
            );
            return sink(Item::Reject(reject(file, draft.line, "duplicate-id", message)));
        }
        let (conversation, notes) = finishing.finish(draft, entry.map(|entry| &entry.roles));
        for note in notes {
            sink(Item::Reject(note))?;
        }
        match conversation {
            Some(conversation) => {
                self.seen.insert(key, here);
                sink(Item::Conversation(Box::new(conversation)))
            }
            None => ControlFlow::Continue(()),
        }
    }

    /// The nearest `calls.csv` between a file and the folder that the user named, read once.
    fn table_beside(&mut self, input: &Input, sink: &mut Sink<'_>) -> ControlFlow<(), Option<PathBuf>> {
        let (Some(path), Some(folder)) = (&input.path, &input.folder) else {
            return ControlFlow::Continue(None);
        };
        let found = path
            .ancestors()
            .skip(1)
            .take_while(|above| above.starts_with(folder) || above.as_os_str().is_empty())
            .map(|above| above.join("calls.csv"))
            .find(|table| table.is_file());
        if let Some(table) = &found
            && !self.beside.contains_key(table)
        {
            let mut rejects = Vec::new();
            let metadata = Metadata::load(table, self.options.max_line, &mut rejects);
            tracing::info!(table = %table.display(), "metadata found beside the transcripts");
            self.beside.insert(table.clone(), metadata);
            for reject in rejects {
                if sink(Item::Reject(reject)).is_break() {
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(found)
    }
}

fn hash(id: &str) -> u128 {
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(16).fold(0, |sum, &byte| sum << 8 | u128::from(byte))
}

/// Beginnings of packed files and office documents, which no reader takes.
const PACKED: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "packed with gzip", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it first"),
    (b"BZh", "packed with bzip2", "unpack it first"),
    (b"\xfd7zXZ", "packed with xz", "unpack it first"),
    (b"7z\xbc\xaf", "packed with 7-Zip", "unpack it first"),
    (b"PK\x03\x04", "a ZIP archive or an office document", "unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an office document", "save the sheet as CSV"),
    (b"%PDF", "a PDF", "export the text"),
];

/// The reader of a file: the one the user names, else the first whose format it looks like.
fn reader(document: &Document, options: &Options) -> Result<&'static dyn Reader, IngestError> {
    let path = document.display.clone();
    if document.head.is_empty() || (document.whole && document.head.iter().all(u8::is_ascii_whitespace)) {
        return Err(IngestError::EmptyFile { path });
    }
    let named = match &options.format {
        None => None,
        Some(name) => match READERS.iter().find(|reader| reader.name() == name) {
            Some(reader) => Some(*reader),
            None => {
                let format = name.clone();
                return Err(IngestError::NoSuchFormat { path, format, known: format_names() });
            }
        },
    };
    if let Some((_, what, remedy)) = PACKED.iter().find(|(begin, ..)| document.head.starts_with(begin)) {
        return Err(IngestError::Packed { path, what, remedy });
    }
    if document.encoding == Encoding::Foreign {
        return Err(IngestError::UnknownEncoding { path });
    }
    named
        .or_else(|| READERS.iter().copied().find(|reader| reader.sniff(document, options)))
        .ok_or_else(|| IngestError::UnknownFormat { path, known: format_names() })
}
