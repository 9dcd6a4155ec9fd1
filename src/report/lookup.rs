//! Finds one finding in the tables of an earlier run, by its id. It reads the columns that name it, not its evidence.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars::prelude::{
    CsvReadOptions, DataFrame, DataType, JsonFormat, JsonReader, ParquetReader, PolarsResult, SerReader,
};

use crate::report::ReportError;
use crate::tables::Table;

/// What an earlier run says of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The conversation.
    pub conversation_id: String,
    /// The guideline.
    pub code: String,
    /// Number of the flagged turn.
    pub turn: String,
    /// The pack or packs.
    pub pack: String,
    /// What heard.
    pub model: String,
}

/// Opens a table of a format.
type Open = fn(PathBuf) -> PolarsResult<DataFrame>;

/// The formats in which a table may lie, the quickest first.
const FORMATS: &[(&str, Open)] = &[
    ("parquet", |path| ParquetReader::new(File::open(path)?).finish()),
    ("ndjson", |path| JsonReader::new(File::open(path)?).with_json_format(JsonFormat::JsonLines).finish()),
    ("csv", |path| {
        CsvReadOptions::default().with_infer_schema_length(Some(0)).try_into_reader_with_file_path(Some(path))?.finish()
    }),
];

/// The finding of that id in the tables of a folder; `None` where they do not hold it.
///
/// # Errors
/// When the folder holds no table of findings, or it cannot be read.
pub fn finding(folder: &Path, flag_id: &str) -> Result<Option<Known>, ReportError> {
    let path = |ending: &str| folder.join(format!("{}.{ending}", Table::Flags));
    let Some((path, open)) = FORMATS.iter().map(|(ending, open)| (path(ending), open)).find(|(path, _)| path.is_file())
    else {
        return Err(ReportError::NoFindings { path: folder.to_owned() });
    };
    open(path.clone()).and_then(|frame| row(&frame, flag_id)).map_err(|source| ReportError::Table { path, source })
}

fn row(frame: &DataFrame, flag_id: &str) -> PolarsResult<Option<Known>> {
    let texts = |name: &str| frame.column(name)?.cast(&DataType::String);
    let ids = texts("flag_id")?;
    let Some(at) = ids.str()?.iter().position(|id| id == Some(flag_id)) else { return Ok(None) };
    let cell = |name: &str| -> PolarsResult<String> { Ok(texts(name)?.str()?.get(at).unwrap_or_default().to_owned()) };
    Ok(Some(Known {
        conversation_id: cell("conversation_id")?,
        code: cell("code")?,
        turn: cell("turn")?,
        pack: cell("pack")?,
        model: cell("model")?,
    }))
}
