//! CSV for spreadsheets: UTF-8, comma, one header. Lists are `a|b`, pairs `turn@due`, nothing is an empty cell.
//!
//! A text that a spreadsheet would run as a formula gets an apostrophe before it; `|` within an item of a list becomes `\|`.

use std::borrow::Cow;
use std::path::Path;

use polars::prelude::{AnyValue, DataFrame, Schema, Series};

use crate::report::atomic::{Unfinished, Whole};
use crate::report::{ReportError, TableWriter, Writer, check_columns};

/// The format.
pub struct Csv;

impl Writer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extension(&self) -> &'static str {
        "csv"
    }

    fn create(&self, path: &Path, schema: &Schema) -> Result<Box<dyn TableWriter>, ReportError> {
        let mut file = CsvFile { file: Unfinished::create(path)?, schema: schema.clone(), room: String::new() };
        line(&mut file.room, schema.iter_names().map(|name| Cow::Borrowed(name.as_str())));
        file.put()?;
        Ok(Box::new(file))
    }
}

struct CsvFile {
    file: Unfinished,
    schema: Schema,
    room: String,
}

impl CsvFile {
    fn put(&mut self) -> Result<(), ReportError> {
        self.file.put(self.room.as_bytes())?;
        self.room.clear();
        Ok(())
    }
}

impl TableWriter for CsvFile {
    fn write(&mut self, rows: &mut DataFrame) -> Result<(), ReportError> {
        check_columns(self.file.path(), rows, &self.schema)?;
        rows.rechunk_mut();
        let columns: Vec<&Series> = rows.columns().iter().map(|column| column.as_materialized_series()).collect();
        let mut values: Vec<_> = columns.iter().map(|series| series.iter()).collect();
        for _ in 0..rows.height() {
            line(&mut self.room, values.iter_mut().map(|values| cell(values.next().unwrap_or(AnyValue::Null))));
        }
        self.put()
    }

    fn finish(self: Box<Self>) -> Result<Whole, ReportError> {
        self.file.complete()
    }
}

/// Adds a line (RFC 4180, ended by a line feed): cells with commas, quotation marks or line ends stand in quotation marks.
fn line<'a>(room: &mut String, cells: impl Iterator<Item = Cow<'a, str>>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            room.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            room.push('"');
            room.push_str(&cell.replace('"', "\"\""));
            room.push('"');
        } else {
            room.push_str(&cell);
        }
    }
    room.push('\n');
}

/// A value as a cell.
fn cell(value: AnyValue<'_>) -> Cow<'_, str> {
    match value {
        AnyValue::Null => Cow::Borrowed(""),
        AnyValue::String(text) => harmless(Cow::Borrowed(text)),
        AnyValue::List(items) => {
            let items: Vec<String> = items.rechunk().iter().map(item).collect();
            harmless(Cow::Owned(items.join("|")))
        }
        number => Cow::Owned(plain(&number)),
    }
}

/// An item of a list.
fn item(value: AnyValue<'_>) -> String {
    match value {
        AnyValue::String(text) => text.replace('|', "\\|"),
        AnyValue::Struct(..) | AnyValue::StructOwned(_) => {
            let mut fields = Vec::new();
            value._materialize_struct_av(&mut fields);
            fields.iter().map(plain).collect::<Vec<_>>().join("@")
        }
        other => plain(&other),
    }
}

fn plain(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Boolean(yes) => yes.to_string(),
        AnyValue::UInt8(number) => number.to_string(),
        AnyValue::UInt32(number) => number.to_string(),
        AnyValue::UInt64(number) => number.to_string(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::Float64(number) => number.to_string(),
        other => other.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { text }
}
