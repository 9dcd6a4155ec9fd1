//! NDJSON: one object a line, lists as lists, nulls written out, letters as they are.

use std::path::Path;

use polars::prelude::{DataFrame, JsonFormat, JsonWriter, Schema, SerWriter};

use crate::report::atomic::{Unfinished, Whole};
use crate::report::{ReportError, TableWriter, Writer, check_columns};

/// The format.
pub struct NdJson;

impl Writer for NdJson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn extension(&self) -> &'static str {
        "ndjson"
    }

    fn create(&self, path: &Path, schema: &Schema) -> Result<Box<dyn TableWriter>, ReportError> {
        Ok(Box::new(NdJsonFile { file: Unfinished::create(path)?, schema: schema.clone(), room: Vec::new() }))
    }
}

struct NdJsonFile {
    file: Unfinished,
    schema: Schema,
    room: Vec<u8>,
}

impl TableWriter for NdJsonFile {
    fn write(&mut self, rows: &mut DataFrame) -> Result<(), ReportError> {
        check_columns(self.file.path(), rows, &self.schema)?;
        if rows.height() == 0 {
            return Ok(());
        }
        rows.align_chunks();
        self.room.clear();
        let written = JsonWriter::new(&mut self.room).with_json_format(JsonFormat::JsonLines).finish(rows);
        written.map_err(|error| ReportError::rows(self.file.path(), error))?;
        self.file.put(&self.room)
    }

    fn finish(self: Box<Self>) -> Result<Whole, ReportError> {
        self.file.complete()
    }
}
