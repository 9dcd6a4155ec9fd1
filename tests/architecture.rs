//! Keeps the rules of ARCHITECTURE.md: layers name only layers to their left, a crate has one home, files are short and say what they
//! are for, paths in the guides exist, codes and names of guidelines are unique.
//!
//! It reads the sources as text: comments, literals and what stands under `#[cfg(test)]` are blanked first, so a name counts only
//! where the compiler sees one. It does not follow macros or re-exports; `crate::X` with an `X` that is no layer is a fault itself.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// From left to right; a layer may name itself and what stands before it.
const LAYERS: &[&str] = &[
    "settings",
    "transcript",
    "text",
    "ingest",
    "signals",
    "guidelines",
    "tables",
    "report",
    "review",
    "learn",
    "audit",
    "cli",
    "main",
];

/// A crate, and the beginnings of paths under `src/` in which it may be named; `=` and what alone may be named of it there.
const HOMES: &[(&str, &[&str])] = &[
    (
        "polars",
        &[
            "tables/",
            "tables.rs",
            "report/",
            "report.rs",
            "ingest/table",
            "audit/=polars::error",
            "audit.rs=polars::error",
        ],
    ),
    ("rayon", &["audit/", "audit.rs", "learn/", "learn.rs"]),
    ("clap", &["cli/", "cli.rs"]),
    ("indicatif", &["cli/progress.rs"]),
    ("tokenizers", &["signals/"]),
    ("rust_bert", &["signals/transformer/"]),
    ("tch", &["signals/transformer/"]),
    ("anyhow", &["cli/", "cli.rs", "main.rs"]),
];

/// Lines of a file.
const LONGEST: usize = 500;

/// Guides whose paths must exist.
const GUIDES: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// A source file: its path under `src/`, its text, and the code in it that is no test.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    /// The names of the modules that lead to it; none for the roots of the two crates.
    fn modules(&self) -> Vec<&str> {
        let stem = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        if matches!(stem, "lib" | "main") { Vec::new() } else { stem.split('/').collect() }
    }

    /// Its layer; `lib.rs` stands beside them all.
    fn layer(&self) -> &str {
        self.path.trim_end_matches(".rs").split('/').next().unwrap_or_default()
    }

    fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with an ending, by path.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.extension().is_some_and(|own| own == ending) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let folder = root().join("src");
    let mut tests = BTreeSet::new();
    let mut sources = Vec::new();
    for file in files(&folder, "rs") {
        let path = file.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&file).unwrap();
        let (code, test_modules) = without_tests(&blanked(&text));
        let source = Source { path, text, code };
        let home = if source.path == "main.rs" || source.path == "lib.rs" {
            String::new()
        } else {
            source.modules().join("/") + "/"
        };
        tests.extend(test_modules.into_iter().map(|name| format!("{home}{name}")));
        sources.push(source);
    }
    for source in &mut sources {
        let stem = source.modules().join("/");
        if tests.iter().any(|test| stem == *test || stem.starts_with(&format!("{test}/"))) {
            source.code.clear();
        }
    }
    assert!(!sources.is_empty(), "no sources found");
    sources
});

/// The text with comments and literals as spaces; line ends stay.
fn blanked(text: &str) -> String {
    static SKIPPED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"(?s)//[^\n]*|/\*.*?\*/"#,
            r##"|\bb?r"[^"]*"|\bb?r#".*?"#"##,
            r###"|\bb?r##".*?"##|b?"(?:\\.|[^"\\])*"|b?'(?:\\[^']+|\\'|[^'\\])'"###
        ))
        .unwrap()
    });
    SKIPPED
        .replace_all(text, |found: &regex::Captures<'_>| {
            found[0].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect::<String>()
        })
        .into_owned()
}

/// Where the brace that opens at `open` closes.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at;
        }
    }
    code.len() - 1
}

/// Blanked code without the items under `#[cfg(test)]`, and the names of test modules that are files of their own.
fn without_tests(code: &str) -> (String, Vec<String>) {
    static MODULE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bmod\s+(\w+)\s*;$").unwrap());
    let (mut kept, mut rest, mut modules) = (String::new(), code, Vec::new());
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        let item = &rest[at..];
        let end = match item.find([';', '{']) {
            Some(open) if item[open..].starts_with('{') => closing(item, open),
            Some(end) => end,
            None => item.len() - 1,
        };
        modules.extend(MODULE.captures(&item[..=end]).map(|found| found[1].to_owned()));
        kept.extend(item[..=end].chars().filter(|c| *c == '\n'));
        rest = &item[end + 1..];
    }
    kept.push_str(rest);
    (kept, modules)
}

/// The first names of what stands in braces, separated by commas.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut part, mut parts) = (0usize, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(std::mem::take(&mut part)),
            _ => {}
        }
        if depth == 0 && c != ',' {
            part.push(c);
        }
    }
    parts.push(part);
    let head =
        |part: &String| part.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_owned();
    parts.iter().map(head).filter(|head| !head.is_empty()).collect()
}

/// Each name that follows the crate's root in a file, with its line: `crate::X`, `super::super::X`, and in `main.rs` `spokoj::X`.
fn named(source: &Source) -> Vec<(usize, String)> {
    static PATHS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(crate|spokoj|(?:super\s*::\s*)*super)\s*::\s*(\w+|\{)").unwrap());
    let depth = source.modules().len();
    let mut found = Vec::new();
    for path in PATHS.captures_iter(&source.code) {
        let start = path[1].split("::").next().unwrap_or_default().trim();
        if start == "super" && path[1].matches("super").count() != depth {
            continue;
        }
        let name = path.get(2).unwrap();
        let line = source.line(name.start());
        if name.as_str() == "{" {
            let end = closing(&source.code, name.start());
            found.extend(heads(&source.code[name.end()..end]).into_iter().map(|head| (line, head)));
        } else {
            found.push((line, name.as_str().to_owned()));
        }
    }
    found
}

#[track_caller]
fn none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn every_arrow_points_to_the_left() {
    let place = |layer: &str| LAYERS.iter().position(|known| *known == layer);
    let mut faults = Vec::new();
    for source in SOURCES.iter().filter(|source| source.path != "lib.rs") {
        let Some(own) = place(source.layer()) else {
            faults.push(format!(
                "src/{}: `{}` is no layer; add it to the list, here and in ARCHITECTURE.md",
                source.path,
                source.layer()
            ));
            continue;
        };
        for (line, name) in named(source) {
            match place(&name) {
                Some(other) if other <= own => {}
                Some(_) => faults.push(format!(
                    "src/{}:{line}: `{}` names `{name}`, which stands to its right",
                    source.path, LAYERS[own]
                )),
                None => faults.push(format!(
                    "src/{}:{line}: `{name}` is no layer; name the layer that it comes from",
                    source.path
                )),
            }
        }
    }
    none("layers", &faults);
}

#[test]
fn every_crate_stays_in_its_home() {
    let mut faults = Vec::new();
    for (name, homes) in HOMES {
        let used = Regex::new(&format!(r"\b{name}\s*(?:::\s*(\w+|\{{)|;|as\b)")).unwrap();
        for source in SOURCES.iter() {
            let home = homes.iter().find(|home| source.path.starts_with(home.split('=').next().unwrap_or(home)));
            for found in used.captures_iter(&source.code) {
                let at = found.get(0).unwrap().start();
                if source.code[..at].trim_end().ends_with("::") {
                    continue;
                }
                let path = format!("{name}::{}", found.get(1).map_or("*", |part| part.as_str()));
                if home.is_none_or(|home| home.split_once('=').is_some_and(|(_, only)| only != path)) {
                    let line = source.line(at);
                    faults.push(format!("src/{}:{line}: `{path}` stands outside {}", source.path, homes.join(", ")));
                }
            }
        }
    }
    none("homes of crates", &faults);
}

#[test]
fn every_source_says_what_it_is_for_and_is_short() {
    let mut faults = Vec::new();
    for source in SOURCES.iter() {
        if !source.text.starts_with("//! ") {
            faults.push(format!("src/{} does not begin with `//!`: what it does and what it does not", source.path));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST {
            faults.push(format!("src/{} has {lines} lines; split it, {LONGEST} are the most", source.path));
        }
    }
    none("sources", &faults);
}

/// Paths in a guide: what stands in backticks and looks like one, up to a placeholder such as `<code>`.
fn paths(guide: &str) -> BTreeSet<String> {
    static TICKS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`([^`\s]+)`").unwrap());
    static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(?:\./)?(?:[\w.-]+/)*[\w.-]*$").unwrap());
    TICKS
        .captures_iter(guide)
        .map(|found| found[1].to_owned())
        .map(|path| match path.find(['<', '*', '{', '…']) {
            Some(at) => path[..at].rfind('/').map_or(String::new(), |end| path[..=end].to_owned()),
            None => path,
        })
        .filter(|path| PATH.is_match(path) && !path.starts_with("..") && !path.contains("::"))
        .filter(|path| {
            path.contains('/')
                || Path::new(path)
                    .extension()
                    .is_some_and(|ending| ["rs", "md", "toml", "py"].iter().any(|known| ending == *known))
        })
        .collect()
}

#[test]
fn paths_in_the_guides_exist() {
    let mut faults = Vec::new();
    for guide in GUIDES {
        let text = fs::read_to_string(root().join(guide)).unwrap();
        let named = paths(&text);
        assert!(named.len() > 10, "{guide} names hardly a path; is it still read rightly?");
        faults.extend(
            named
                .iter()
                .filter(|path| !root().join(path).exists())
                .map(|path| format!("{guide}: `{path}` does not exist")),
        );
    }
    none("paths", &faults);
}

#[test]
fn every_folder_of_data_and_models_says_what_it_holds() {
    let mut faults = Vec::new();
    for parent in ["data", "models"] {
        let folders =
            fs::read_dir(root().join(parent)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        for folder in folders.chain([root().join(parent)]) {
            if !folder.join("README.md").exists() && !folder.join("CARD.md").exists() {
                faults.push(format!("{} has no README.md", folder.display()));
            }
        }
    }
    none("folders", &faults);
}

#[test]
fn codes_and_names_of_guidelines_are_unique_and_name_their_file() {
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut faults = Vec::new();
    let guidelines = files(&root().join("data/guidelines"), "toml");
    assert!(!guidelines.is_empty(), "no guidelines found");
    for file in guidelines {
        let table: toml::Table = fs::read_to_string(&file).unwrap().parse().unwrap();
        let value = |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let (code, name) = (value("code"), value("name"));
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        if stem != format!("{}-{name}", code.to_lowercase()) {
            faults.push(format!("{stem}.toml holds `{code}` `{name}`; name it after them"));
        }
        for key in [code, name] {
            if let Some(other) = seen.insert(key.clone(), file.clone()) {
                faults.push(format!("`{key}` stands in {} and {}", other.display(), file.display()));
            }
        }
    }
    none("guidelines", &faults);
}

#[track_caller]
fn check_named(path: &str, text: &str, expected: &[&str]) {
    let (code, _) = without_tests(&blanked(text));
    let source = Source { path: path.to_owned(), text: text.to_owned(), code };
    let names: Vec<String> = named(&source).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, expected, "{text}");
}

#[test]
fn names_are_found_in_every_form_and_nowhere_else() {
    check_named("text/mask.rs", "use crate::ingest::Draft;\nfn f() -> crate::cli::Bar {}", &["ingest", "cli"]);
    check_named("text/mask.rs", "use crate::{\n  ingest::{self, Draft},\n  audit,\n};", &["ingest", "audit"]);
    check_named("text/mask.rs", "use super::super::learn::fit; use super::segment;", &["learn"]);
    check_named("text/mod.rs", "use super::learn::fit; use self::mask::x;", &["learn"]);
    check_named("main.rs", "use spokoj::cli::args;", &["cli"]);
    check_named(
        "text/mask.rs",
        "// crate::cli\n/* crate::cli */ let x = (\"crate::cli \\\" crate::cli\", '\"', r#\"crate::cli\"#);",
        &[],
    );
    check_named("text/mask.rs", "fn f<'a>(x: &'a str) -> crate::cli::X<'a> { '\\'' }", &["cli"]);
    check_named(
        "text/mask.rs",
        "#[cfg(test)]\nmod tests { use crate::cli::X; fn f() { {} } }\nuse crate::audit::Y;",
        &["audit"],
    );
    check_named("text/mask.rs", "#[cfg(test)]\nmod tests;\nuse crate::audit::Y;", &["audit"]);
}
