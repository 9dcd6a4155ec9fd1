//! The facts of a run for `run.json`: what was read, with which packs and models. Times and hosts stay here and never enter the tables.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::audit::Summary;
use crate::guidelines::pack::Pack;
use crate::tables::conversations::ConversationRow;

/// What was read from a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct File {
    /// SHA-256, lower-case hexadecimal; `None` where the file could not be read.
    pub sha256: Option<String>,
    /// Conversations audited.
    pub conversations: u64,
    /// Turns in them.
    pub turns: u64,
    /// Parts that were left out.
    pub rejected: u64,
}

impl File {
    /// Counts a conversation.
    pub fn read(&mut self, row: &ConversationRow) {
        self.conversations += 1;
        self.turns += u64::from(row.turns);
        if self.sha256.is_none() {
            self.sha256 = Some(row.source_sha256.clone());
        }
    }
}

/// What is known of a run beside its tables.
pub struct Facts<'a> {
    /// The packs.
    pub packs: &'a [Pack],
    /// Name and SHA-256 of what heard.
    pub model: (&'a str, &'a str),
    /// The numbers.
    pub summary: &'a Summary,
    /// The command line; personal data masked.
    pub command: Vec<String>,
    /// When it began and ended, RFC 3339.
    pub times: (String, String),
    /// Folder of the tables and the names of the files in it.
    pub tables: Vec<std::path::PathBuf>,
}

/// The content of `run.json`.
#[must_use]
pub fn json(facts: &Facts<'_>) -> Value {
    let packs: Vec<Value> = facts
        .packs
        .iter()
        .map(|pack| json!({"name": pack.name, "version": pack.version, "sha256": pack.sha256, "guidelines": pack.guidelines.len()}))
        .collect();
    let inputs: Vec<Value> = facts
        .summary
        .files
        .iter()
        .map(|(name, file)| {
            let sha256 = file.sha256.clone().or_else(|| sha256_of(Path::new(name)));
            json!({"file": name, "sha256": sha256, "conversations": file.conversations, "turns": file.turns, "rejected": file.rejected})
        })
        .collect();
    let tables: Vec<Value> = facts
        .tables
        .iter()
        .map(|path| json!({"file": path.file_name().map(|name| name.to_string_lossy()), "sha256": sha256_of(path)}))
        .collect();
    json!({
        "program": "spokoj",
        "version": env!("CARGO_PKG_VERSION"),
        "git_revision": option_env!("SPOKOJ_GIT_REVISION"),
        "command": facts.command,
        "packs": packs,
        "models": [{"name": facts.model.0, "sha256": facts.model.1}],
        "inputs": inputs,
        "tables": tables,
        "rows": {
            "conversations": facts.summary.conversations,
            "turns": facts.summary.turns,
            "flags": facts.summary.by_severity.values().sum::<u64>(),
            "rejects": facts.summary.rejects.len(),
        },
        "started_at": facts.times.0,
        "ended_at": facts.times.1,
        "host": {
            "os": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
            "threads": rayon::current_num_threads(),
        },
    })
}

/// SHA-256 of a file, where it can be read.
fn sha256_of(path: &Path) -> Option<String> {
    let mut file = std::fs::File::open(path).ok()?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match std::io::Read::read(&mut file, &mut block).ok()? {
            0 => return Some(hex::encode(hash.finalize())),
            count => hash.update(&block[..count]),
        }
    }
}
