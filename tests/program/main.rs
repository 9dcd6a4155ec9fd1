//! The program as its users run it: commands in, exit code, messages and tables out, each test on a folder of its own.
//!
//! Parts of the library are tested where they stand; here is what holds only of the whole. Training, guidelines and the comparison
//! with the gold score go through the library, for they need more than tables show.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test may stop, and says what it skips or measures"
)]

mod bad_input;
mod guidelines;
mod help;
mod run;
mod samples;
mod score;
mod together;
mod training;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The tables of every run.
const TABLES: [&str; 5] = ["turns", "flags", "conversations", "agents", "rejects"];

/// A folder for one test, in which the program runs.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders that lead to it.
    #[track_caller]
    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Names of the files in a folder, in order; none where there is no folder.
    fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(folder))
            .map(|entries| entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        names.sort();
        names
    }
}

/// What a run left behind.
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
    /// By table; empty where the run wrote none as NDJSON.
    tables: BTreeMap<&'static str, Vec<Value>>,
}

impl Outcome {
    /// The rows of a table.
    #[track_caller]
    fn rows(&self, table: &str) -> &[Value] {
        self.tables.get(table).unwrap_or_else(|| panic!("no table `{table}`; stderr:\n{}", self.stderr))
    }

    /// The ids of the audited conversations, in the order of the table.
    #[track_caller]
    fn audited(&self) -> Vec<&str> {
        self.rows("conversations").iter().map(|row| text(row, "conversation_id")).collect()
    }
}

/// A field that is a string.
#[track_caller]
fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("`{field}` of {row} is no string"))
}

/// Runs the program in a place and reads the tables that it wrote as NDJSON into `out`. A panic is never allowed to show.
#[track_caller]
fn program(place: &Place, arguments: &[&str], stdin: &[u8]) -> Outcome {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_spokoj"))
        .current_dir(place.0.path())
        .env_remove("RUST_LOG")
        .env("NO_COLOR", "1")
        .args(arguments)
        .write_stdin(stdin)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let read = |name: &&'static str| {
        let text = fs::read_to_string(place.path(&format!("out/{name}.ndjson"))).ok()?;
        Some((*name, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()))
    };
    let tables: BTreeMap<_, Vec<Value>> = TABLES.iter().filter_map(read).collect();
    for trace in ["panicked", "the program failed", "RUST_BACKTRACE", "fault of the program", "fault of this program"] {
        assert!(!stderr.contains(trace), "{arguments:?}: `{trace}` in stderr:\n{stderr}");
    }
    let panics = tables.get("rejects").into_iter().flatten().filter(|row| row["reason"] == "panic").count();
    assert_eq!(panics, 0, "{arguments:?}: a panic was caught:\n{stderr}");
    let code = output.status.code().unwrap_or_else(|| panic!("{arguments:?}: ended by a signal:\n{stderr}"));
    Outcome { code, stdout, stderr, tables }
}

/// `spokoj audit ARGUMENTS --out out --format ndjson`.
#[track_caller]
fn audit(place: &Place, arguments: &[&str]) -> Outcome {
    let all: Vec<&str> =
        ["audit"].into_iter().chain(arguments.iter().copied()).chain(["--out", "out", "--format", "ndjson"]).collect();
    program(place, &all, b"")
}

/// A conversation in the canonical form, one line; turns are speaker and text.
fn conversation(id: &str, language: &str, turns: &[(&str, &str)]) -> String {
    let turns: Vec<Value> = turns.iter().map(|(speaker, text)| json!({"speaker": speaker, "text": text})).collect();
    let whole =
        json!({"conversation_id": id, "channel": "phone", "language": language, "agent_id": "a-1", "turns": turns});
    format!("{whole}\n")
}

/// A conversation that has nothing wrong with it.
fn good(id: &str) -> String {
    let turns = [("agent", "Dzień dobry, w czym mogę pomóc?"), ("customer", "Chcę zapytać o godziny otwarcia.")];
    conversation(id, "pl", &turns)
}

/// The root of the package.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
