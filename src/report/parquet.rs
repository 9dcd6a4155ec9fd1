//! Parquet: zstd, row groups of a fixed number of rows, so that neither memory nor bytes depend on how the rows arrive.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetWriter, Schema};

use crate::report::atomic::{Unfinished, Whole};
use crate::report::{ReportError, TableWriter, Writer, check_columns};

/// Rows of a row group; as many wait in memory at most.
const GROUP: usize = 1 << 16;

/// The format.
pub struct Parquet;

impl Writer for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn extension(&self) -> &'static str {
        "parquet"
    }

    fn create(&self, path: &Path, schema: &Schema) -> Result<Box<dyn TableWriter>, ReportError> {
        let file = Unfinished::create(path)?;
        let room = Room::default();
        let rows = ParquetWriter::new(room.clone()).batched(schema).map_err(|error| ReportError::rows(path, error))?;
        Ok(Box::new(ParquetFile {
            rows,
            room,
            waiting: DataFrame::empty_with_schema(schema),
            schema: schema.clone(),
            file,
        }))
    }
}

struct ParquetFile {
    rows: BatchedWriter<Room>,
    room: Room,
    waiting: DataFrame,
    schema: Schema,
    file: Unfinished,
}

impl ParquetFile {
    fn group(&mut self, length: usize) -> Result<(), ReportError> {
        let mut group = self.waiting.slice(0, length);
        self.waiting = self.waiting.slice(length as i64, usize::MAX);
        group.rechunk_mut();
        self.rows.write_batch(&group).map_err(|error| ReportError::rows(self.file.path(), error))?;
        self.file.put(&self.room.take())
    }
}

impl TableWriter for ParquetFile {
    fn write(&mut self, rows: &mut DataFrame) -> Result<(), ReportError> {
        check_columns(self.file.path(), rows, &self.schema)?;
        self.waiting.vstack_mut(rows).map_err(|error| ReportError::rows(self.file.path(), error))?;
        while self.waiting.height() >= GROUP {
            self.group(GROUP)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Whole, ReportError> {
        if self.waiting.height() > 0 {
            self.group(self.waiting.height())?;
        }
        // Writes the footer.
        self.rows.finish().map_err(|error| ReportError::rows(self.file.path(), error))?;
        self.file.put(&self.room.take())?;
        self.file.complete()
    }
}

/// Where polars leaves bytes on their way to the file. It would turn a full disk into a mere text; this way we meet it ourselves.
#[derive(Clone, Default)]
struct Room(Arc<Mutex<Vec<u8>>>);

impl Room {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
