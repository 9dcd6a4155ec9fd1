//! What a language needs, piece by piece: its data, its registrations, its corpus, its calendar, its guidelines. Each missing piece
//! is named with the place where it belongs.
//!
//! It reads files and sources as text; whether what stands in them is any good is for the tests of each layer.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use toml::{Table, Value};

/// Files under `data/languages/<code>/`, and how many lines they have at least.
const DATA: &[(&str, usize)] = &[
    ("abbreviations.txt", 40),
    ("words.txt", 300),
    ("speakers.toml", 5),
    ("identifiers.toml", 10),
    ("times.toml", 50),
];

/// Sources that list the folders of languages, each with what it names of a folder.
const LISTS: &[(&str, &str)] = &[
    ("src/text/language.rs", "data/languages/<code>/abbreviations.txt"),
    ("src/text/language.rs", "data/languages/<code>/words.txt"),
    ("src/text/language.rs", "models/segment/<code>.tsv"),
    ("src/ingest/labels.rs", "data/languages/<code>/speakers.toml"),
    ("src/text/mask/words.rs", "data/languages/<code>/identifiers.toml"),
    ("src/signals/promises/words.rs", "data/languages/<code>/times.toml"),
    ("src/guidelines/quoting.rs", "data/languages/<code>/reports.txt"),
    ("src/text/segment.rs", "models/segment/<code>-cases.tsv"),
];

/// Files for the measuring and training of a language, and how many lines they have at least.
const OTHERS: &[(&str, usize)] = &[
    ("models/segment/<code>.tsv", 20),
    ("models/segment/<code>-cases.tsv", 20),
    ("data/corpus/<code>/agent.tsv", 1000),
    ("data/corpus/<code>/customer.tsv", 1000),
    ("tests/data/identifiers-<code>.tsv", 100),
];

/// Conversations and samples that a language has at least.
const CONVERSATIONS: usize = 200;
const SAMPLES: usize = 9;
/// Examples of a kind that a guideline has in a language.
const EXAMPLES: usize = 3;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The languages that the program judges, as `src/text/language.rs` lists them.
fn codes() -> BTreeSet<String> {
    let source = read("src/text/language.rs").unwrap();
    let listed = Regex::new(r#"code: "(\w+)""#).unwrap();
    listed.captures_iter(&source).map(|found| found[1].to_owned()).collect()
}

fn toml_of(path: &str) -> Option<Table> {
    read(path)?.parse().ok()
}

/// The names at the top of a TOML file: what every language's file must have.
fn sections(path: &str) -> Option<BTreeSet<String>> {
    Some(toml_of(path)?.keys().cloned().collect())
}

/// The files with an ending in a folder.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.to_string_lossy().ends_with(ending));
    found.sort();
    found
}

/// Each piece that a language lacks, in words.
fn missing(code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let own = |path: &str| path.replace("<code>", code);
    let data = DATA.iter().map(|(name, lines)| (format!("data/languages/{code}/{name}"), *lines));
    for (path, least) in data.chain(OTHERS.iter().map(|(path, lines)| (own(path), *lines))) {
        match read(&path) {
            None => faults.push(format!("{path} is missing")),
            Some(text) if text.lines().count() < least => {
                faults.push(format!("{path} has {} lines, {least} are needed", text.lines().count()));
            }
            Some(_) => {}
        }
    }
    for (source, path) in LISTS {
        let path = own(path);
        if !read(source).unwrap().contains(&format!("{path}\"")) {
            faults.push(format!("{source} does not list {path}"));
        }
    }
    for name in ["speakers.toml", "identifiers.toml", "times.toml"] {
        let of = |code: &str| sections(&format!("data/languages/{code}/{name}"));
        let Some(sections) = of(code) else {
            faults.push(format!("data/languages/{code}/{name} is no TOML"));
            continue;
        };
        for other in codes() {
            let lacks = of(&other).unwrap_or_default().difference(&sections).cloned().collect::<Vec<_>>();
            if !lacks.is_empty() {
                faults.push(format!("data/languages/{code}/{name} lacks {}, which {other} has", lacks.join(", ")));
            }
        }
    }
    faults.extend(calendar(code));
    faults.extend(conversations(code));
    faults.extend(guidelines(code));
    faults
}

/// A calendar of holidays that counts for the language.
fn calendar(code: &str) -> Option<String> {
    let counts = |path: &PathBuf| {
        let table: Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let languages = table.get("languages").and_then(Value::as_array).cloned().unwrap_or_default();
        languages.iter().any(|language| language.as_str() == Some(code))
    };
    let any = files("data/calendar", ".toml").iter().any(counts);
    (!any).then(|| format!("no file of data/calendar names `{code}` among its `languages`"))
}

/// Conversations to learn from and samples to show.
fn conversations(code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let folder = format!("data/corpus/{code}/conversations");
    let mut count = 0;
    for labels in files(&folder, ".labels.jsonl") {
        let text = PathBuf::from(labels.to_string_lossy().replace(".labels.jsonl", ".jsonl"));
        let lines = |path: &Path| fs::read_to_string(path).map_or(0, |text| text.lines().count());
        if lines(&text) != lines(&labels) {
            faults.push(format!("{} and its labels are not of one length", text.display()));
        }
        count += lines(&labels);
    }
    if count < CONVERSATIONS {
        faults.push(format!("{folder} holds {count} labelled conversations, {CONVERSATIONS} are needed"));
    }
    let samples = read("tests/samples_expected.tsv").unwrap();
    let count = samples.lines().filter(|line| line.starts_with(&format!("{code}-sample-"))).count();
    if count < SAMPLES {
        faults.push(format!("tests/samples_expected.tsv names {count} samples of `{code}`, {SAMPLES} are needed"));
    }
    faults
}

/// Texts and examples of every guideline.
fn guidelines(code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files("data/guidelines", ".toml") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let table: Table = fs::read_to_string(&file).unwrap().parse().unwrap();
        for text in ["title", "advice"] {
            if table[text].get(code).is_none() {
                faults.push(format!("data/guidelines/{name} has no {text} in `{code}`"));
            }
        }
        let examples = table["example"].as_array().unwrap();
        for expect in ["flag", "pass"] {
            let fits = |example: &&Value| {
                example["language"].as_str() == Some(code) && example["expect"].as_str() == Some(expect)
            };
            let count = examples.iter().filter(fits).count();
            if count < EXAMPLES {
                faults.push(format!("data/guidelines/{name} has {count} examples to {expect} in `{code}`"));
            }
        }
    }
    faults
}

#[test]
fn every_language_has_every_piece() {
    let codes = codes();
    assert_eq!(codes, ["pl", "ru", "sk"].map(str::to_owned).into());
    let faults: Vec<String> = codes.iter().flat_map(|code| missing(code)).collect();
    assert!(faults.is_empty(), "{} pieces:\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn every_folder_of_a_language_is_listed() {
    let source = read("src/text/language.rs").unwrap();
    for entry in fs::read_dir(root().join("data/languages")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            let path = format!("data/languages/{name}/words.txt");
            assert!(source.contains(&path), "src/text/language.rs does not list {path}");
        }
    }
    let documented = read("data/languages/README.md").unwrap();
    for (name, _) in DATA {
        assert!(documented.contains(&format!("`{name}`")), "data/languages/README.md does not say what `{name}` is");
    }
}

#[test]
fn a_language_that_is_not_there_lacks_every_piece() {
    let faults = missing("xx");
    let wanted = DATA.iter().map(|(name, _)| format!("data/languages/xx/{name} is missing"));
    let wanted = wanted.chain(OTHERS.iter().map(|(path, _)| format!("{} is missing", path.replace("<code>", "xx"))));
    let wanted = wanted
        .chain(LISTS.iter().map(|(source, path)| format!("{source} does not list {}", path.replace("<code>", "xx"))));
    for one in wanted.chain([
        "no file of data/calendar names `xx` among its `languages`".to_owned(),
        "data/corpus/xx/conversations holds 0 labelled conversations, 200 are needed".to_owned(),
        "data/guidelines/sol010-brush-off.toml has no advice in `xx`".to_owned(),
        "data/guidelines/sol010-brush-off.toml has 0 examples to pass in `xx`".to_owned(),
    ]) {
        assert!(faults.contains(&one), "`{one}` is not said:\n  {}", faults.join("\n  "));
    }
}
