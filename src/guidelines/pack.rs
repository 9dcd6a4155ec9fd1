//! Packs: which guidelines are checked, and with which limits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::guidelines::{Guideline, PackError, load};
use crate::transcript::Channel;

/// Longest time until an answer begins, in seconds, by channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReactionLimits {
    /// By telephone.
    pub phone: f64,
    /// Face to face.
    pub in_person: f64,
    /// In a chat.
    pub chat: f64,
    /// By e-mail.
    pub email: f64,
}

impl Default for ReactionLimits {
    fn default() -> Self {
        ReactionLimits { phone: 10.0, in_person: 10.0, chat: 120.0, email: 86_400.0 }
    }
}

/// Limits that a pack may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// From how many words a minute on a turn is fast.
    pub fast_speech_wpm: f32,
    /// Longest time until an answer begins.
    pub reaction_s: ReactionLimits,
    /// Longest time for a review of a complaint, in working days.
    pub review_working_days: u32,
    /// By code: how many of the agent's moves after its trigger a duty may take, in place of the guideline's own `moves`.
    pub windows: BTreeMap<String, usize>,
    /// An agent's shares are shown from this many conversations on.
    pub agent_conversations: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            fast_speech_wpm: 180.0,
            reaction_s: ReactionLimits::default(),
            review_working_days: 10,
            windows: BTreeMap::new(),
            agent_conversations: 20,
        }
    }
}

impl Limits {
    /// Longest time until an answer begins in a channel; `None` where none is set.
    #[must_use]
    pub fn reaction_s(&self, channel: Channel) -> Option<f64> {
        match channel {
            Channel::Phone => Some(self.reaction_s.phone),
            Channel::InPerson => Some(self.reaction_s.in_person),
            Channel::Chat => Some(self.reaction_s.chat),
            Channel::Email => Some(self.reaction_s.email),
            Channel::Review => None,
        }
    }
}

/// A pack file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    #[serde(default)]
    description: Option<String>,
    /// Codes or the beginnings of codes; `*` for all.
    guidelines: Vec<String>,
    /// Codes or beginnings to leave out.
    #[serde(default)]
    except: Vec<String>,
    /// Folder or files of further guidelines, beside the pack.
    #[serde(default)]
    files: Vec<PathBuf>,
    #[serde(default)]
    limits: Limits,
    /// Whether guidelines that pull against each other may stand together, to measure them.
    #[serde(default)]
    for_measuring: bool,
}

/// A pack, ready to be checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Its version, as the file says.
    pub version: String,
    /// What it is for.
    pub description: Option<String>,
    /// SHA-256 of the pack file and of its guidelines' files, lower-case hexadecimal.
    pub sha256: String,
    /// Its guidelines, by code.
    pub guidelines: Vec<Guideline>,
    /// Its limits.
    pub limits: Limits,
}

/// Guidelines that pull against each other, with the reason.
const AGAINST: &[(&str, &str, &str)] = &[(
    "EMP002",
    "EMP005",
    "one demands an apology wherever the company is at fault, the other forbids to open with one",
)];

impl Pack {
    /// Loads a pack by name or path.
    ///
    /// # Errors
    /// When it does not exist, does not fit its schema, or two of its guidelines contradict each other.
    pub fn load(name_or_path: &str) -> Result<Pack, PackError> {
        let built_in = load::pack_files();
        if let Some((path, text)) = built_in.iter().find(|(path, _)| path.strip_suffix(".toml") == Some(name_or_path)) {
            return Pack::read(&format!("data/packs/{path}"), text, None);
        }
        let path = Path::new(name_or_path);
        if path.exists() || name_or_path.ends_with(".toml") {
            return Pack::read(name_or_path, &load::read(path)?, path.parent());
        }
        let known: Vec<&str> = built_in.iter().filter_map(|(path, _)| path.strip_suffix(".toml")).collect();
        Err(PackError::UnknownPack { name: name_or_path.to_owned(), known: known.join(", ") })
    }

    /// Loads several packs, one after the other.
    ///
    /// # Errors
    /// As [`Pack::load`]; and when two packs together hold guidelines that contradict each other.
    pub fn load_all(names: &[String]) -> Result<Vec<Pack>, PackError> {
        let packs = names.iter().map(|name| Pack::load(name)).collect::<Result<Vec<_>, _>>()?;
        let every = |name: &str| name == "every";
        for (first, second, reason) in AGAINST {
            let holder = |code: &str| packs.iter().find(|pack| !every(&pack.name) && pack.has(code));
            if let (Some(a), Some(b)) = (holder(first), holder(second)) {
                return Err(PackError::Against {
                    packs: format!("`{}` and `{}`", a.name, b.name),
                    first,
                    second,
                    reason,
                });
            }
        }
        Ok(packs)
    }

    /// All built-in packs, by name.
    ///
    /// # Errors
    /// When one of them does not fit its schema.
    pub fn built_in() -> Result<Vec<Pack>, PackError> {
        load::pack_files().iter().filter_map(|(path, _)| path.strip_suffix(".toml")).map(Pack::load).collect()
    }

    /// Loads a pack by name or path, or every built-in guideline with that of a file, which takes the place of one with its code; then the
    /// code is told.
    ///
    /// # Errors
    /// As [`Pack::load`].
    pub fn load_or_guideline(name_or_path: &str) -> Result<(Pack, Option<String>), PackError> {
        let path = Path::new(name_or_path);
        let is_guideline =
            path.is_file() && load::read(path)?.parse::<toml::Table>().is_ok_and(|table| table.contains_key("code"));
        if !is_guideline {
            return Ok((Pack::load(name_or_path)?, None));
        }
        let own = load::guideline_file(path)?;
        let mut pack = Pack::load("every")?;
        let code = own.code.clone();
        pack.guidelines.retain(|known| known.code != code);
        pack.guidelines.push(own);
        pack.guidelines.sort_by(|a, b| a.code.cmp(&b.code));
        Ok((pack, Some(code)))
    }

    fn has(&self, code: &str) -> bool {
        self.guidelines.iter().any(|guideline| guideline.code == code)
    }

    fn read(path: &str, text: &str, home: Option<&Path>) -> Result<Pack, PackError> {
        let file: File = load::parse(path, text)?;
        let mut hash = Sha256::new();
        hash.update(text);
        let mut known = Vec::new();
        for (name, text) in load::guideline_files() {
            known.push((load::guideline(&format!("data/guidelines/{name}"), text)?, text.to_owned()));
        }
        for own in &file.files {
            let own = home.unwrap_or(Path::new("")).join(own);
            for own in toml_files(&own)? {
                let text = load::read(&own)?;
                let guideline = load::guideline(&own.to_string_lossy(), &text)?;
                if known.iter().any(|(other, _)| other.code == guideline.code) {
                    let message = format!("`{}` exists already; choose another code", guideline.code);
                    return Err(load::at_key(&own.to_string_lossy(), &text, "code", message));
                }
                known.push((guideline, text));
            }
        }
        for wanted in file.guidelines.iter().chain(&file.except) {
            if wanted != "*" && !known.iter().any(|(guideline, _)| guideline.code.starts_with(wanted.as_str())) {
                return Err(load::at_key(
                    path,
                    text,
                    "guidelines",
                    format!("`{wanted}` fits no guideline; see `spokoj guidelines list`"),
                ));
            }
        }
        let is_known = |code: &str| known.iter().any(|(guideline, _)| guideline.code == code);
        if let Some(code) = file.limits.windows.keys().find(|code| !is_known(code)) {
            let message = format!("`{code}` is no guideline; see `spokoj guidelines list`");
            return Err(load::at_key(path, text, code, message));
        }
        let chosen =
            |list: &[String], code: &str| list.iter().any(|wanted| wanted == "*" || code.starts_with(wanted.as_str()));
        known.retain(|(guideline, _)| {
            chosen(&file.guidelines, &guideline.code) && !chosen(&file.except, &guideline.code)
        });
        known.sort_by(|a, b| a.0.code.cmp(&b.0.code));
        for (_, text) in &known {
            hash.update(text);
        }
        let pack = Pack {
            name: file.name,
            version: file.version,
            description: file.description,
            sha256: hex::encode(hash.finalize()),
            guidelines: known.into_iter().map(|(guideline, _)| guideline).collect(),
            limits: file.limits,
        };
        for (first, second, reason) in AGAINST {
            if !file.for_measuring && pack.has(first) && pack.has(second) {
                return Err(PackError::Against { packs: format!("`{path}`"), first, second, reason });
            }
        }
        Ok(pack)
    }
}

/// A file, or the `.toml` files of a folder in order.
fn toml_files(path: &Path) -> Result<Vec<PathBuf>, PackError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |source| PackError::Read { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|ending| ending == "toml") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
