//! Tables of turns as text: CSV, TSV and `;`-separated, and rows of NDJSON.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use serde_json::{Map, Value};

use super::canonical::unreadable;
use super::error::json_fault;
use super::table::{Gather, Row};
use super::table_columns::{Layout, column, known};
use super::{Content, Document, Found, IngestError, Lines, Options, Reader};

/// The most lines that one record may have: beyond it a quotation mark was not closed.
const MOST_LINES: usize = 500;

/// The character between fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Separator(char);

impl Separator {
    /// The one that gives the first line the most known names, else the most fields.
    pub(super) fn of(document: &Document) -> Separator {
        Separator::with(document, &Options::default()).0
    }

    fn with(document: &Document, options: &Options) -> (Separator, Vec<String>) {
        let mut lines = document.head_text.lines().filter(|line| !line.trim().is_empty());
        let mut header = lines.next().unwrap_or("");
        if let Some(stated) = header.strip_prefix("sep=").and_then(|rest| rest.chars().next()) {
            let names = split(lines.next().unwrap_or(""), stated);
            return (Separator(stated), names);
        }
        header = header.trim_end_matches('\r');
        let mut best = (Separator(','), split(header, ','));
        for candidate in [';', '\t', '|'] {
            let names = split(header, candidate);
            if (known(&names, options), names.len()) > (known(&best.1, options), best.1.len()) {
                best = (Separator(candidate), names);
            }
        }
        best
    }
}

fn split(line: &str, separator: char) -> Vec<String> {
    let mut splitter = Splitter::default();
    splitter.feed(line, separator);
    splitter.end()
}

/// Takes a record apart as it comes in, line by line.
#[derive(Default)]
struct Splitter {
    fields: Vec<String>,
    current: String,
    state: State,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Plain,
    Quoted,
    Closing,
}

impl Splitter {
    fn feed(&mut self, text: &str, separator: char) {
        for character in text.chars() {
            self.state = match (self.state, character) {
                (State::Quoted, '"') => State::Closing,
                (State::Quoted, other) => {
                    self.current.push(other);
                    State::Quoted
                }
                (State::Closing, '"') => {
                    self.current.push('"');
                    State::Quoted
                }
                (_, other) if other == separator => {
                    self.fields.push(std::mem::take(&mut self.current));
                    State::Start
                }
                (State::Start, '"') => State::Quoted,
                (_, other) => {
                    self.current.push(other);
                    State::Plain
                }
            };
        }
    }

    fn end(mut self) -> Vec<String> {
        self.fields.push(self.current);
        self.fields
    }
}

/// One record of a separated table.
pub(super) struct Record {
    /// Its first line.
    pub(super) line: u64,
    /// Its fields, as far as they can be read.
    pub(super) fields: Vec<String>,
    /// Why it cannot be used: a fixed code and a message.
    pub(super) fault: Option<(&'static str, String)>,
}

/// The records of a separated table. A quotation mark that is not closed costs one line, not the rest of the file.
pub(super) struct Records<'a> {
    document: &'a Document,
    lines: Lines,
    waiting: VecDeque<(u64, Content)>,
    separator: Separator,
    limit: usize,
    width: Option<usize>,
}

impl<'a> Records<'a> {
    pub(super) fn new(document: &'a Document, limit: usize, separator: Separator) -> Result<Records<'a>, IngestError> {
        let lines = document.lines(limit)?;
        Ok(Records { document, lines, waiting: VecDeque::new(), separator, limit, width: None })
    }

    fn line(&mut self) -> Result<Option<(u64, Content)>, IngestError> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(Some(line));
        }
        let line = self.lines.next_line().map_err(|source| self.document.failed(source))?;
        Ok(line.map(|line| (line.number, line.content)))
    }

    /// The next record; the first is the header.
    pub(super) fn next(&mut self) -> Result<Option<Record>, IngestError> {
        while let Some((line, content)) = self.line()? {
            let text = match content {
                Content::Text(text) if text.trim().is_empty() => continue,
                Content::Text(text) if self.width.is_none() && text.starts_with("sep=") => continue,
                Content::Text(text) => text,
                Content::Invalid(begins) => {
                    let message = "the line is not valid text in the file's encoding, convert it to UTF-8".to_owned();
                    return Ok(Some(self.fault(line, &begins, "invalid-utf8", message)));
                }
                Content::TooLong { bytes, begins } => {
                    let message = format!("the line has {bytes} bytes, the most is {}", self.limit);
                    return Ok(Some(self.fault(line, &begins, "line-too-long", message)));
                }
            };
            let Some(fields) = self.fields(&text)? else {
                let message = "a quotation mark is opened and not closed, correct it".to_owned();
                return Ok(Some(self.fault(line, &text, "bad-row", message)));
            };
            let width = *self.width.get_or_insert(fields.len());
            let fits = fields.len() == width || (fields.len() > width && fields[width..].iter().all(String::is_empty));
            let fault = (!fits).then(|| {
                let message = format!(
                    "the row has {} fields, the header {width}, quote fields that hold the separator",
                    fields.len()
                );
                ("bad-row", message)
            });
            return Ok(Some(Record { line, fields, fault }));
        }
        Ok(None)
    }

    fn fault(&self, line: u64, begins: &str, reason: &'static str, message: String) -> Record {
        Record { line, fields: split(begins, self.separator.0), fault: Some((reason, message)) }
    }

    /// The fields of the record that begins with `text`; `None`, with its other lines kept, where a quote stays open.
    fn fields(&mut self, text: &str) -> Result<Option<Vec<String>>, IngestError> {
        let mut splitter = Splitter::default();
        splitter.feed(text, self.separator.0);
        let mut taken = Vec::new();
        let mut bytes = text.len();
        while splitter.state == State::Quoted {
            let next = self.line()?;
            match next {
                Some((number, Content::Text(more))) if taken.len() < MOST_LINES && bytes + more.len() <= self.limit => {
                    bytes += more.len();
                    splitter.feed("\n", self.separator.0);
                    splitter.feed(&more, self.separator.0);
                    taken.push((number, Content::Text(more)));
                }
                other => {
                    for line in taken.into_iter().chain(other).rev() {
                        self.waiting.push_front(line);
                    }
                    return Ok(None);
                }
            }
        }
        Ok(Some(splitter.end()))
    }
}

/// CSV, TSV, `;`: told by the header.
pub(super) struct Separated;

impl Reader for Separated {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "tab"]
    }

    fn sniff(&self, document: &Document, options: &Options) -> bool {
        if document.head_text.trim_start().starts_with(['{', '[']) {
            return false;
        }
        let (_, names) = Separator::with(document, options);
        names.len() > 1 && (known(&names, options) > 1 || document.ends_in(self.extensions()))
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let (separator, _) = Separator::with(document, options);
        let mut records = Records::new(document, options.max_line, separator)?;
        let Some(header) = records.next()? else { return Ok(()) };
        let layout = Layout::find(&header.fields, options, &document.display)?;
        let mut gather = Gather::new(layout.unit);
        while let Some(mut record) = records.next()? {
            let mut cell =
                |index: Option<usize>| index.and_then(|index| record.fields.get_mut(index)).map(std::mem::take);
            if let Some((reason, what)) = record.fault {
                let id = cell(layout.at[column("conversation_id")]);
                let message = format!("{what}; {}", gather.lost(id.as_deref(), Some(record.line)));
                if found(Found::reject(record.line, reason, message)).is_break() {
                    return Ok(());
                }
                continue;
            }
            let cells = layout.at.iter().map(|index| cell(*index)).collect();
            for reject in gather.push(Row { line: Some(record.line), cells }) {
                if found(reject).is_break() {
                    return Ok(());
                }
            }
        }
        deliver(gather, found);
        Ok(())
    }
}

/// Passes on what was gathered.
pub(super) fn deliver(gather: Gather, found: &mut dyn FnMut(Found) -> ControlFlow<()>) {
    for draft in gather.finish() {
        if found(Found::Draft(Box::new(draft))).is_break() {
            return;
        }
    }
}

/// One JSON object a line, one turn each.
pub(super) struct NdjsonRows;

impl Reader for NdjsonRows {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["ndjson", "jsonl"]
    }

    fn sniff(&self, document: &Document, options: &Options) -> bool {
        let keys = document.json_keys();
        let names: Vec<String> = keys.iter().map(|(key, _)| key.clone()).collect();
        let flat = keys.iter().all(|(_, value)| !"{[".contains(*value));
        known(&names, options) > 1 || (keys.len() > 1 && flat && document.ends_in(self.extensions()))
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let mut lines = document.lines(options.max_line)?;
        let mut gather: Option<Gather> = None;
        let mut names: Vec<String> = Vec::new();
        let mut layout = None;
        while let Some(line) = lines.next_line().map_err(|source| document.failed(source))? {
            let number = line.number;
            let text = match line.content {
                Content::Text(text) if text.trim().is_empty() => continue,
                Content::Text(text) => text,
                Content::Invalid(ref begins) | Content::TooLong { ref begins, .. } => {
                    let id = id_in(begins, options);
                    let consequence = gather.get_or_insert_default().lost(id.as_deref(), Some(number));
                    if found(unreadable(number, &line.content, options.max_line, &consequence)).is_break() {
                        return Ok(());
                    }
                    continue;
                }
            };
            let rejects = match serde_json::from_str::<Map<String, Value>>(&text) {
                Err(error) => {
                    let id = id_in(&text, options);
                    let consequence = gather.get_or_insert_default().lost(id.as_deref(), Some(number));
                    vec![Found::reject(number, "bad-json", format!("{}; {consequence}", json_fault(&error)))]
                }
                Ok(mut object) => {
                    if layout.is_none() || !object.keys().eq(names.iter()) {
                        names = object.keys().cloned().collect();
                        match Layout::find(&names, options, &document.display) {
                            Ok(found) => layout = Some(found),
                            Err(error) if layout.is_none() => return Err(error),
                            Err(_) => {
                                let id = id_in(&text, options);
                                let consequence = gather.get_or_insert_default().lost(id.as_deref(), Some(number));
                                let message = format!("the row lacks a key that is needed; {consequence}");
                                names.clear();
                                if found(Found::reject(number, "bad-row", message)).is_break() {
                                    return Ok(());
                                }
                                continue;
                            }
                        }
                    }
                    let Some(layout) = &layout else { continue };
                    let gather = gather.get_or_insert_default();
                    gather.learn(layout.unit);
                    let cells = layout.at.iter().map(|at| cell(object.remove(names.get((*at)?)?)?)).collect();
                    gather.push(Row { line: Some(number), cells })
                }
            };
            for reject in rejects {
                if found(reject).is_break() {
                    return Ok(());
                }
            }
        }
        deliver(gather.unwrap_or_default(), found);
        Ok(())
    }
}

/// A JSON value as a cell; lists and objects are none.
fn cell(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The conversation id in a line of JSON that cannot be read otherwise.
fn id_in(text: &str, options: &Options) -> Option<String> {
    let name = options.columns.get("conversation_id").map_or("conversation_id", String::as_str);
    let (_, rest) = text.split_once(&format!("\"{name}\""))?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start();
    match value.strip_prefix('"') {
        Some(text) => text.split_once('"').map(|(id, _)| id.to_owned()),
        None => value.split([',', '}']).next().map(|id| id.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_with_quotes() {
        assert_eq!(split(r#"a,"b,""c""",,d "e" "#, ','), ["a", "b,\"c\"", "", "d \"e\" "]);
        assert_eq!(split("a;b", ';'), ["a", "b"]);
        assert_eq!(split("", ','), [""]);
    }

    #[test]
    fn the_id_of_a_broken_row_is_found() {
        let options = Options::default();
        assert_eq!(id_in(r#"{"conversation_id": "c-1", "text": "#, &options), Some("c-1".into()));
        assert_eq!(id_in(r#"{"conversation_id":7,"text"#, &options), Some("7".into()));
        assert_eq!(id_in("{", &options), None);
    }
}
