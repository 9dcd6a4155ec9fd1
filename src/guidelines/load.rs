//! Reads guideline and pack files. Errors name `path:line:col` and show the line.

use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use crate::guidelines::{Guideline, PackError, Place};

/// The guidelines and packs that are compiled in.
static GUIDELINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/guidelines");
static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/packs");

/// Path and text of each file of a compiled-in folder that ends in `.toml`, by path.
fn files(folder: &'static Dir<'static>) -> Vec<(String, &'static str)> {
    let mut files: Vec<_> = folder
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|file| Some((file.path().to_string_lossy().into_owned(), file.contents_utf8()?)))
        .collect();
    files.sort();
    files
}

/// The compiled-in guideline files: path and text, by path.
#[must_use]
pub fn guideline_files() -> Vec<(String, &'static str)> {
    files(&GUIDELINES)
}

/// The compiled-in pack files: path and text, by path.
#[must_use]
pub fn pack_files() -> Vec<(String, &'static str)> {
    files(&PACKS)
}

/// All compiled-in guidelines, by code.
///
/// # Errors
/// When one of them does not fit its schema.
pub fn guidelines() -> Result<Vec<Guideline>, PackError> {
    let mut all = guideline_files()
        .into_iter()
        .map(|(path, text)| guideline(&format!("data/guidelines/{path}"), text))
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(all)
}

/// Reads one guideline.
///
/// # Errors
/// When it does not fit its schema, or contradicts itself.
pub fn guideline(path: &str, text: &str) -> Result<Guideline, PackError> {
    let guideline: Guideline = parse(path, text)?;
    if !is_code(&guideline.code) {
        let message =
            format!("`{}` is no code; two to five capital letters and three digits, such as `OWN001`", guideline.code);
        return Err(at_key(path, text, "code", message));
    }
    guideline.check.validate().map_err(|(key, message)| at_key(path, text, key, message))?;
    for example in &guideline.example {
        example.parse(&guideline.code).map_err(|error| {
            let line = text.lines().position(|line| line.trim() == error.line.trim()).unwrap_or(0);
            PackError::Invalid(Box::new(place(path, text, line, 0, error.message)))
        })?;
    }
    Ok(guideline)
}

/// Two to five capital letters and three digits.
fn is_code(code: &str) -> bool {
    let letters = code.len().saturating_sub(3);
    let (front, digits) = code.as_bytes().split_at(letters);
    (2..=5).contains(&letters) && front.iter().all(u8::is_ascii_uppercase) && digits.iter().all(u8::is_ascii_digit)
}

/// Reads a file of a user's own.
///
/// # Errors
/// When it cannot be read or does not fit its schema.
pub fn guideline_file(path: &Path) -> Result<Guideline, PackError> {
    guideline(&path.to_string_lossy(), &read(path)?)
}

/// Reads a text file.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Result<String, PackError> {
    fs::read_to_string(path).map_err(|source| PackError::Read { path: path.to_owned(), source })
}

/// Reads TOML into a value.
///
/// # Errors
/// With the place, when the text does not fit.
pub fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, PackError> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start).min(text.len());
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        PackError::Invalid(Box::new(place(path, text, line, column, error.message().to_owned())))
    })
}

/// An error at the first line that sets a key.
#[must_use]
pub fn at_key(path: &str, text: &str, key: &str, message: String) -> PackError {
    let sets = |line: &&str| line.trim_start().trim_start_matches('[').starts_with(key);
    let line = text.lines().position(|line| sets(&line)).unwrap_or(0);
    PackError::Invalid(Box::new(place(path, text, line, 0, message)))
}

/// `line` and `column` from 0.
fn place(path: &str, text: &str, line: usize, column: usize, message: String) -> Place {
    Place {
        path: path.to_owned(),
        line: line + 1,
        column: column + 1,
        message,
        text: text.lines().nth(line).unwrap_or_default().to_owned(),
    }
}
