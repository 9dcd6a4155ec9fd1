//! The table of rejects: one row an input that was left out. Nothing is dropped silently.

use polars::prelude::{DataFrame, PolarsResult, Schema};

use crate::tables::columns::{self, Cells, Value};
use crate::transcript::Reject;

const COLUMNS: &[Cells<Reject>] = &[
    Cells::new("source_file", Value::Text(|row| Some(&row.source_file))),
    Cells::new("line", Value::U64(|row| row.line)),
    Cells::new("reason", Value::Text(|row| Some(&row.reason))),
    Cells::new("message", Value::Text(|row| Some(&row.message))),
];

/// The columns and their types, in order.
#[must_use]
pub fn schema() -> Schema {
    columns::schema(COLUMNS)
}

/// The rows as a frame with the columns of [`schema`].
///
/// # Errors
/// When polars cannot build the frame.
pub fn frame(rows: &[Reject]) -> PolarsResult<DataFrame> {
    columns::frame(COLUMNS, rows)
}
