//! Turns what the user names (files, folders, patterns, `-`) into a list of files. No file is opened here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::{DirEntry, WalkDir};

use crate::transcript::Reject;

/// A file to read, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file; `None` is standard input.
    pub path: Option<PathBuf>,
    /// The path as the user would find it again; `-` for standard input.
    pub display: String,
    /// The folder that the user named and in which the file was found; of a file named by itself, the one it lies in.
    pub folder: Option<PathBuf>,
}

/// Endings of files that lie beside transcripts and are none.
const BESIDE: &[&str] = &[
    "md",
    "rst",
    "pdf",
    "doc",
    "docx",
    "rtf",
    "html",
    "htm",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "webp",
    "wav",
    "mp3",
    "ogg",
    "opus",
    "flac",
    "m4a",
    "aac",
    "wma",
    "amr",
    "mp4",
    "mkv",
    "webm",
    "avi",
    "mov",
    "toml",
    "yaml",
    "yml",
    "ini",
    "cfg",
    "lock",
    "py",
    "rs",
    "sh",
    "bat",
    "ps1",
    "sha256",
    "md5",
    "log",
    "bak",
    "tmp",
    "labels.jsonl",
];

/// The files that the arguments stand for, by path, each once, and what could not be found.
#[must_use]
pub fn inputs(arguments: &[String]) -> (Vec<Input>, Vec<Reject>) {
    let mut files: BTreeMap<PathBuf, Input> = BTreeMap::new();
    let mut rejects = Vec::new();
    let mut stdin = false;
    for argument in arguments {
        if argument == "-" {
            stdin = true;
        } else if has_scheme(argument) {
            let message = "addresses are not read, only files on this machine; fetch it first".to_owned();
            rejects.push(reject(argument, "url", message));
        } else {
            let path = Path::new(argument);
            if path.is_dir() {
                folder(path, &mut files, &mut rejects);
            } else if path.exists() {
                add(&mut files, path, path.parent());
            } else if argument.contains(['*', '?', '[']) {
                pattern(argument, &mut files, &mut rejects);
            } else {
                rejects.push(reject(
                    argument,
                    "not-found",
                    "there is no such file or folder; check the path".to_owned(),
                ));
            }
        }
    }
    let mut found: Vec<Input> = files.into_values().collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    if stdin {
        found.insert(0, Input { path: None, display: "-".to_owned(), folder: None });
    }
    (found, rejects)
}

fn has_scheme(argument: &str) -> bool {
    argument.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

fn reject(file: &str, reason: &str, message: String) -> Reject {
    Reject { source_file: file.to_owned(), line: None, reason: reason.to_owned(), message }
}

fn add(files: &mut BTreeMap<PathBuf, Input>, path: &Path, folder: Option<&Path>) {
    let identity = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    files.entry(identity).or_insert_with(|| Input {
        path: Some(path.to_path_buf()),
        display: path.to_string_lossy().into_owned(),
        folder: folder.map(Path::to_path_buf),
    });
}

fn hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

/// Whether a file in a folder is plainly not a transcript by its name.
fn beside(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower == "calls.csv"
        || lower.starts_with("readme")
        || lower.starts_with("license")
        || BESIDE.iter().any(|ending| lower.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.')))
}

/// Every file below `root` that is not hidden, in order of names.
fn walk(root: &Path, rejects: &mut Vec<Reject>) -> Vec<DirEntry> {
    let mut found = Vec::new();
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| !hidden(entry)) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => found.push(entry),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(root).to_string_lossy().into_owned();
                rejects.push(reject(&path, "cannot-read", format!("cannot be read: {error}; check the permissions")));
            }
        }
    }
    found
}

fn folder(root: &Path, files: &mut BTreeMap<PathBuf, Input>, rejects: &mut Vec<Reject>) {
    let before = rejects.len();
    let mut any = false;
    for entry in walk(root, rejects) {
        if !beside(&entry.file_name().to_string_lossy()) {
            any = true;
            add(files, entry.path(), Some(root));
        }
    }
    if !any && rejects.len() == before {
        let message = "there is no transcript in this folder; name the folder that holds them".to_owned();
        rejects.push(reject(&root.to_string_lossy(), "empty-folder", message));
    }
}

/// Files that match a pattern; the shell did not expand it.
fn pattern(argument: &str, files: &mut BTreeMap<PathBuf, Input>, rejects: &mut Vec<Reject>) {
    let glob = match GlobBuilder::new(argument).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            let message = format!("not a pattern of file names: {}; check the brackets", error.kind());
            rejects.push(reject(argument, "not-found", message));
            return;
        }
    };
    let fixed: PathBuf = Path::new(argument)
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']))
        .collect();
    let root = if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed.clone() };
    let mut any = false;
    if root.is_dir() {
        for entry in walk(&root, rejects) {
            let path = if fixed.as_os_str().is_empty() {
                entry.path().strip_prefix(".").unwrap_or(entry.path())
            } else {
                entry.path()
            };
            if glob.is_match(path) && !beside(&entry.file_name().to_string_lossy()) {
                any = true;
                add(files, path, Some(&root));
            }
        }
    }
    if !any {
        rejects.push(reject(argument, "not-found", "no file matches this pattern; check it".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &[Input], root: &Path) -> Vec<String> {
        let root = format!("{}/", root.display());
        found.iter().map(|input| input.display.replace(&root, "")).collect()
    }

    #[test]
    fn folders_patterns_and_files_are_listed_once_and_by_path() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        std::fs::create_dir_all(root.join("sub/.git")).unwrap();
        std::fs::create_dir(root.join("none")).unwrap();
        for name in
            ["b.jsonl", "a.vtt", "sub/c.txt", "sub/.git/x.vtt", ".hidden.vtt", "README.txt", "calls.csv", "x.wav"]
        {
            std::fs::write(root.join(name), "x").unwrap();
        }
        let at = |name: &str| root.join(name).display().to_string();
        let (found, rejects) = inputs(&[at("b.jsonl"), root.display().to_string(), at("*.vtt")]);
        assert_eq!(names(&found, root), ["a.vtt", "b.jsonl", "sub/c.txt"]);
        assert!(rejects.is_empty(), "{rejects:?}");
        assert_eq!(names(&inputs(&[at("**/*.txt")]).0, root), ["sub/c.txt"]);
        assert_eq!(names(&inputs(&[at("calls.csv")]).0, root), ["calls.csv"]);

        let wrong = [at("none"), at("missing"), at("*.parquet"), "https://example.org/a.csv".into(), "-".into()];
        let (found, rejects) = inputs(&wrong);
        let reasons: Vec<&str> = rejects.iter().map(|reject| reject.reason.as_str()).collect();
        assert_eq!(reasons, ["empty-folder", "not-found", "not-found", "url"]);
        assert_eq!(found[0].display, "-");
    }
}
