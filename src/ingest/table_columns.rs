//! The columns of a table of turns: which are needed, and under which name the user's table has them.

use super::{IngestError, Options};

/// Every column that is read; one row is one turn.
pub const COLUMNS: &[&str] = &[
    "conversation_id",
    "turn",
    "speaker",
    "text",
    "start",
    "end",
    "agent_id",
    "confidence",
    "customer_id",
    "team",
    "channel",
    "direction",
    "language",
    "started_at",
    "complaint_recorded_at",
    "complaint_forwarded_at",
];

/// The columns without which nothing can be read.
const NEEDED: &[&str] = &["conversation_id", "speaker", "text"];

/// Position of a column in [`COLUMNS`].
pub(super) fn column(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).unwrap_or(COLUMNS.len())
}

/// In what a column of times counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
}

/// Where the columns stand in the user's table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// For each of [`COLUMNS`], the position in the user's table.
    pub(super) at: Vec<Option<usize>>,
    /// The unit that the names of the time columns give.
    pub(super) unit: Option<Unit>,
}

impl Layout {
    /// Finds the columns by the user's names, else by their own.
    ///
    /// # Errors
    /// When a needed column, or one that the user named, is not there.
    pub(super) fn find(names: &[String], options: &Options, path: &str) -> Result<Layout, IngestError> {
        let mut layout = Layout { at: vec![None; COLUMNS.len()], unit: None };
        for (index, name) in COLUMNS.iter().enumerate() {
            let mapped = options.columns.get(*name);
            let wanted = mapped.map_or(*name, String::as_str);
            let variants: &[&str] = if mapped.is_none() && ["start", "end"].contains(name) {
                &["", "_ms", "_s", "_sec", "_seconds", "_millis", "_time"]
            } else {
                &[""]
            };
            let found = variants.iter().find_map(|suffix| {
                let wanted = format!("{wanted}{suffix}").to_lowercase();
                names.iter().position(|name| name.trim().to_lowercase() == wanted)
            });
            layout.at[index] = found;
            match found {
                None if mapped.is_some() || NEEDED.contains(name) => {
                    return Err(IngestError::MissingColumn {
                        path: path.to_owned(),
                        missing: if mapped.is_some() { format!("{wanted}` for `{name}") } else { (*name).to_owned() },
                        found: listed(names),
                        remedy: format!("--columns {name}=…"),
                    });
                }
                Some(at) if ["start", "end"].contains(name) => layout.unit = unit(&names[at]).or(layout.unit),
                _ => {}
            }
        }
        Ok(layout)
    }
}

fn unit(name: &str) -> Option<Unit> {
    let name = name.trim().to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&["_ms", "_msec", "_millis", "_milliseconds", "millis"]) {
        Some(Unit::Milliseconds)
    } else if ends(&["_s", "_sec", "_seconds"]) {
        Some(Unit::Seconds)
    } else {
        None
    }
}

/// Names of columns as a message may show them: a table without a header has what was said in its first line.
pub(super) fn listed(names: &[String]) -> String {
    let value = |name: &String| !name.contains(char::is_alphabetic) && !name.trim().is_empty();
    if names.iter().any(value) {
        return format!("{} columns and no header, it seems", names.len());
    }
    let shown = names.iter().take(40).map(|name| {
        let name = name.trim();
        let plain = name.chars().count() <= 32
            && name.split_whitespace().count() <= 3
            && name.chars().all(|c| c.is_alphanumeric() || " _-()/".contains(c));
        if plain { format!("`{name}`") } else { "`…`".to_owned() }
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// How many names of a header are ours or the user's.
pub(super) fn known(names: &[String], options: &Options) -> usize {
    let is_known = |name: &&String| {
        let name = name.trim().to_lowercase();
        COLUMNS.contains(&name.as_str()) || options.columns.values().any(|own| own.trim().to_lowercase() == name)
    };
    names.iter().filter(is_known).count()
}
