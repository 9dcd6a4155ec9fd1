//! What keeps a file from being read. Single bad lines and conversations are rejects, not errors.

use std::io;

use crate::transcript::Reject;

/// What keeps a file from being read; the message holds nothing of what was said in it.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file cannot be opened or read.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// None of the formats fits.
    #[error("`{path}` is in no known format; name it with `--input-format`, one of {known}")]
    UnknownFormat {
        /// The file.
        path: String,
        /// The formats.
        known: String,
    },
    /// A format was named that does not exist.
    #[error("unknown format `{format}` for `{path}`; `--input-format` takes one of {known}")]
    NoSuchFormat {
        /// The file.
        path: String,
        /// The name that was given.
        format: String,
        /// The formats.
        known: String,
    },
    /// Standard input without a format.
    #[error("standard input needs `--input-format`, one of {known}")]
    NoFormat {
        /// The formats.
        known: String,
    },
    /// Packed, or a document of an office program.
    #[error("`{path}` is {what}; {remedy}")]
    Packed {
        /// The file.
        path: String,
        /// What it is.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Nothing in it.
    #[error("`{path}` is empty; nothing was read from it")]
    EmptyFile {
        /// The file.
        path: String,
    },
    /// A text in an encoding that is not one of the four.
    #[error("`{path}` is not in UTF-8, UTF-16, windows-1250 or windows-1251; convert it to UTF-8")]
    UnknownEncoding {
        /// The file.
        path: String,
    },
    /// Too large for a format that is read whole.
    #[error("`{path}` is larger than {limit} bytes, the most that one conversation may have; split it")]
    TooLarge {
        /// The file.
        path: String,
        /// The limit.
        limit: u64,
    },
    /// Bytes that are not text, in a format where one file is one conversation.
    #[error("`{path}`: line {line} is not valid text in its encoding; convert the file to UTF-8")]
    InvalidText {
        /// The file.
        path: String,
        /// The line.
        line: u64,
    },
    /// A line beyond the limit, in a format where one file is one conversation.
    #[error("`{path}`: line {line} is longer than {limit} bytes; is it a transcript?")]
    LineTooLong {
        /// The file.
        path: String,
        /// The line.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// Not the JSON that the format asks for.
    #[error("`{path}`: line {line}: {what}; check the export")]
    Json {
        /// The file.
        path: String,
        /// The line.
        line: u64,
        /// Fault and column.
        what: String,
    },
    /// A table without a column that is needed.
    #[error("`{path}` has no column `{missing}`; found {found}; name it with `{remedy}`")]
    MissingColumn {
        /// The file.
        path: String,
        /// The column.
        missing: String,
        /// The columns found.
        found: String,
        /// What to do.
        remedy: String,
    },
    /// A Parquet or Arrow file that cannot be read.
    #[error(
        "`{path}` is damaged or uses a kind of column that is not read: {what}; write it again, or export it as CSV"
    )]
    Table {
        /// The file.
        path: String,
        /// Why.
        what: String,
    },
}

impl IngestError {
    /// The short fixed code of its reject.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            IngestError::Io { .. } => "cannot-read",
            IngestError::UnknownFormat { .. } | IngestError::NoSuchFormat { .. } => "unknown-format",
            IngestError::NoFormat { .. } => "no-format",
            IngestError::Packed { .. } => "packed",
            IngestError::EmptyFile { .. } => "empty-file",
            IngestError::UnknownEncoding { .. } => "unknown-encoding",
            IngestError::TooLarge { .. } => "file-too-large",
            IngestError::InvalidText { .. } => "invalid-utf8",
            IngestError::LineTooLong { .. } => "line-too-long",
            IngestError::Json { .. } => "bad-json",
            IngestError::MissingColumn { .. } => "missing-column",
            IngestError::Table { .. } => "bad-table",
        }
    }

    /// The line in the file, from 1, where it is known.
    #[must_use]
    pub const fn line(&self) -> Option<u64> {
        match self {
            IngestError::InvalidText { line, .. }
            | IngestError::LineTooLong { line, .. }
            | IngestError::Json { line, .. } => Some(*line),
            _ => None,
        }
    }

    /// The row of the table of rejects.
    #[must_use]
    pub fn reject(&self, file: &str) -> Reject {
        Reject {
            source_file: file.to_owned(),
            line: self.line(),
            reason: self.reason().to_owned(),
            message: self.to_string(),
        }
    }
}

/// What is wrong with a piece of JSON, without quoting it: serde's own message may hold the value.
pub(super) fn json_fault(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let text = error.to_string();
    let column = error.column();
    match error.classify() {
        Category::Data => {
            let field = ["missing field `", "duplicate field `"]
                .iter()
                .find_map(|known| text.strip_prefix(known).map(|rest| (known, rest)))
                .and_then(|(known, rest)| rest.split('`').next().map(|name| format!("{known}{name}`")));
            let what = field.unwrap_or_else(|| "a value of the wrong kind".to_owned());
            format!("{what} at column {column}")
        }
        Category::Eof => format!("not valid JSON: it ends too early, at column {column}"),
        Category::Io => "not valid JSON".to_owned(),
        Category::Syntax => {
            let what = text.split(" at line ").next().unwrap_or("syntax error");
            format!("not valid JSON: {what} at column {column}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::json_fault;

    #[test]
    fn faults_of_json_do_not_quote_the_text() {
        for text in [r#"{"turn":"tajne"}"#, r#"{"turn":tajne}"#, r#"["tajne"#, r#"{"tajne":1,"tajne" 2}"#] {
            #[derive(serde::Deserialize, Debug)]
            struct Probe {
                #[expect(dead_code, reason = "only read by serde")]
                turn: u32,
            }
            let error = serde_json::from_str::<Probe>(text).unwrap_err();
            let fault = json_fault(&error);
            assert!(!fault.contains("tajne"), "{fault}");
            assert!(fault.contains("column"), "{fault}");
        }
    }
}
