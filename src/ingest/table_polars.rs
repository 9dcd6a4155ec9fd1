//! Tables of turns in Parquet and Arrow IPC files. Only the columns that are needed are read.

use std::fs::File;
use std::ops::ControlFlow;

use polars::prelude::{Column, DataFrame, DataType, IpcReader, ParquetReader, PolarsError, SerReader, TimeUnit};

use super::table::{Gather, Row};
use super::table_columns::Layout;
use super::table_text::deliver;
use super::{Document, Found, IngestError, Options, Reader};

/// Parquet.
pub(super) struct Parquet;

/// An Arrow IPC file (Feather 2); a stream is not one.
pub(super) struct ArrowIpc;

impl Reader for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["parquet"]
    }

    fn sniff(&self, document: &Document, _options: &Options) -> bool {
        document.head.starts_with(b"PAR1")
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        rows(document, options, found, &|file, columns| {
            let mut reader = ParquetReader::new(file);
            let names = reader.schema()?.iter_names().map(ToString::to_string).collect();
            let frame = columns.map(|columns| reader.with_columns(Some(columns)).finish()).transpose()?;
            Ok((names, frame))
        })
    }
}

impl Reader for ArrowIpc {
    fn name(&self) -> &'static str {
        "arrow"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["arrow", "ipc", "feather"]
    }

    fn sniff(&self, document: &Document, _options: &Options) -> bool {
        document.head.starts_with(b"ARROW1")
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        rows(document, options, found, &|file, columns| {
            let mut reader = IpcReader::new(file);
            let names = reader.schema()?.iter_names().map(ToString::to_string).collect();
            let frame = columns.map(|columns| reader.with_columns(Some(columns)).finish()).transpose()?;
            Ok((names, frame))
        })
    }
}

/// Gives the names of the columns, and the frame of those that are asked for.
type Open<'a> = dyn Fn(File, Option<Vec<String>>) -> Result<(Vec<String>, Option<DataFrame>), PolarsError> + 'a;

fn rows(
    document: &Document,
    options: &Options,
    found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    open: &Open<'_>,
) -> Result<(), IngestError> {
    let failed = |error: PolarsError| {
        let text = error.to_string();
        let what = text.lines().next().unwrap_or("").chars().take(200).collect();
        IngestError::Table { path: document.display.clone(), what }
    };
    let (names, _) = open(document.file()?, None).map_err(failed)?;
    let layout = Layout::find(&names, options, &document.display)?;
    let wanted = layout.at.iter().flatten().filter_map(|&at| names.get(at).cloned()).collect();
    let (_, frame) = open(document.file()?, Some(wanted)).map_err(failed)?;
    let Some(frame) = frame else { return Ok(()) };
    let mut columns: Vec<Option<Vec<Option<String>>>> = Vec::new();
    for at in &layout.at {
        let name = at.and_then(|at| names.get(at));
        let cells = name.map(|name| frame.column(name).and_then(cells)).transpose().map_err(failed)?;
        columns.push(cells);
    }
    let mut gather = Gather::new(layout.unit);
    for row in 0..frame.height() {
        let cells = columns
            .iter_mut()
            .map(|column| column.as_mut().and_then(|cells| cells.get_mut(row)).and_then(Option::take))
            .collect();
        for reject in gather.push(Row { line: None, cells }) {
            if found(reject).is_break() {
                return Ok(());
            }
        }
    }
    deliver(gather, found);
    Ok(())
}

/// The cells of a column as text, as a separated table would have them.
fn cells(column: &Column) -> Result<Vec<Option<String>>, PolarsError> {
    let (unit, render): (TimeUnit, fn(jiff::Timestamp, bool) -> String) = match column.dtype() {
        DataType::Datetime(unit, _) => (*unit, |stamp, zoned| {
            let text = stamp.to_string();
            if zoned { text } else { text.trim_end_matches('Z').to_owned() }
        }),
        DataType::Duration(unit) => (*unit, |stamp, _| (stamp.as_nanosecond() as f64 / 1e9).to_string()),
        _ => {
            let text = column.cast(&DataType::String)?;
            return Ok(text.str()?.iter().map(|cell| cell.map(str::to_owned)).collect());
        }
    };
    let zoned = matches!(column.dtype(), DataType::Datetime(_, Some(_)));
    let numbers = column.cast(&DataType::Int64)?;
    let stamp = |number: i64| match unit {
        TimeUnit::Nanoseconds => jiff::Timestamp::from_nanosecond(i128::from(number)).ok(),
        TimeUnit::Microseconds => jiff::Timestamp::from_microsecond(number).ok(),
        TimeUnit::Milliseconds => jiff::Timestamp::from_millisecond(number).ok(),
    };
    Ok(numbers.i64()?.iter().map(|number| Some(render(stamp(number?)?, zoned))).collect())
}
