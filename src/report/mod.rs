//! Writes the tables to files: one file a format. A file has its name only once it is whole; a run that breaks off leaves nothing behind.
//!
//! It computes nothing: frames come from `tables`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, PolarsError, Schema};

use crate::tables::Table;

mod atomic;
pub mod csv;
pub mod guideline_pages;
pub mod lookup;
pub mod ndjson;
pub mod parquet;

pub use atomic::Whole;

/// An output format.
pub trait Writer: Sync {
    /// Its name, as users choose it.
    fn name(&self) -> &'static str;
    /// The ending of its files, without the dot.
    fn extension(&self) -> &'static str;
    /// Begins a file of rows with this schema.
    ///
    /// # Errors
    /// When the file cannot be created.
    fn create(&self, path: &Path, schema: &Schema) -> Result<Box<dyn TableWriter>, ReportError>;
}

/// A file that is being written; dropping it leaves nothing behind.
pub trait TableWriter: Send {
    /// Adds rows. The frame has the columns of the schema that the file was begun with.
    ///
    /// # Errors
    /// When the columns are others, or the file cannot be written.
    fn write(&mut self, rows: &mut DataFrame) -> Result<(), ReportError>;
    /// Completes the file on disk, still without its name: see [`Whole::put_in_place`].
    ///
    /// # Errors
    /// When the file cannot be written.
    fn finish(self: Box<Self>) -> Result<Whole, ReportError>;
}

/// All output formats.
pub const WRITERS: &[&dyn Writer] = &[&parquet::Parquet, &csv::Csv, &ndjson::NdJson];

/// The format of that name.
///
/// # Errors
/// When there is none.
pub fn writer(name: &str) -> Result<&'static dyn Writer, ReportError> {
    WRITERS.iter().copied().find(|writer| writer.name() == name).ok_or_else(|| ReportError::UnknownFormat {
        name: name.to_owned(),
        known: WRITERS.iter().map(|writer| writer.name()).collect::<Vec<_>>().join(", "),
    })
}

/// A table that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A folder or file cannot be created.
    #[error("`{}` cannot be created: {source}; {}", path.display(), remedy(source))]
    Create {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written to its end.
    #[error("`{}` cannot be written: {source}; {}", path.display(), remedy(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Rows do not fit the file.
    #[error("rows of `{}` cannot be written: {source}; this is a fault of the program, please report it", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PolarsError,
    },
    /// A folder without a table of findings.
    #[error("`{}` holds no flags.parquet, flags.ndjson or flags.csv; name the folder that an audit wrote", path.display())]
    NoFindings {
        /// The folder.
        path: PathBuf,
    },
    /// A table of an earlier run cannot be read.
    #[error("`{}` cannot be read: {source}; run the audit again", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PolarsError,
    },
    /// A format of that name does not exist.
    #[error("there is no output format `{name}`; one of {known}")]
    UnknownFormat {
        /// The name.
        name: String,
        /// Names that exist.
        known: String,
    },
}

impl ReportError {
    fn rows(path: &Path, source: PolarsError) -> ReportError {
        ReportError::Rows { path: path.to_owned(), source }
    }
}

/// What to do about a failure.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space or choose a folder on another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "choose a folder that you may write to",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder is needed; choose another folder"
        }
        io::ErrorKind::IsADirectory => "a folder has that name; remove it or choose another folder",
        io::ErrorKind::NotFound => "check the path",
        _ => "check the disk and run again",
    }
}

/// A frame must have exactly the columns that its file was begun with.
fn check_columns(path: &Path, rows: &DataFrame, schema: &Schema) -> Result<(), ReportError> {
    if rows.schema().as_ref() == schema {
        return Ok(());
    }
    let source = PolarsError::SchemaMismatch(format!("expected {schema:?}, got {:?}", rows.schema()).into());
    Err(ReportError::rows(path, source))
}

/// All tables of a run in one folder, in each of the chosen formats: `turns.parquet`, `turns.csv`, …
pub struct Tables {
    files: Vec<(Table, Box<dyn TableWriter>)>,
}

impl Tables {
    /// Begins all tables in a folder, which is created where it is missing.
    ///
    /// # Errors
    /// When the folder or a file cannot be created.
    pub fn open(folder: &Path, formats: &[&'static dyn Writer]) -> Result<Tables, ReportError> {
        fs::create_dir_all(folder).map_err(|source| ReportError::Create { path: folder.to_owned(), source })?;
        let mut files = Vec::with_capacity(Table::ALL.len() * formats.len());
        for table in Table::ALL {
            let schema = table.schema();
            for format in formats {
                let path = folder.join(format!("{table}.{}", format.extension()));
                files.push((*table, format.create(&path, &schema)?));
            }
        }
        Ok(Tables { files })
    }

    /// Adds rows to a table, in every format.
    ///
    /// # Errors
    /// When the rows do not fit the table, or a file cannot be written.
    pub fn append(&mut self, table: Table, mut rows: DataFrame) -> Result<(), ReportError> {
        self.files.iter_mut().filter(|(own, _)| *own == table).try_for_each(|(_, file)| file.write(&mut rows))
    }

    /// Completes all files, then gives them their names. Where one fails, none of those before it has its name yet, unless the
    /// renaming itself failed.
    ///
    /// # Errors
    /// When a file cannot be written or renamed.
    pub fn finish(self) -> Result<Vec<PathBuf>, ReportError> {
        let whole = self.files.into_iter().map(|(_, file)| file.finish()).collect::<Result<Vec<_>, _>>()?;
        whole.into_iter().map(Whole::put_in_place).collect()
    }
}

/// Writes the facts of a run as JSON, in the same all-or-nothing way.
///
/// # Errors
/// When the file cannot be written.
pub fn run_json(path: &Path, facts: &serde_json::Value) -> Result<(), ReportError> {
    let mut file = atomic::Unfinished::create(path)?;
    file.put(format!("{facts:#}\n").as_bytes())?;
    file.complete()?.put_in_place().map(|_| ())
}

#[cfg(test)]
mod tests;
