//! Pages about guidelines for people to read, in Markdown: one a guideline, and an index. Text only; writing files is the caller's.

use std::fmt::Write as _;

use crate::guidelines::examples::{Example, Expect};
use crate::guidelines::pack::Pack;
use crate::guidelines::{Demand, Guideline, Texts};
use crate::transcript::{Conversation, Lang};

/// The beginnings of clauses, and the documents that they stand in.
const DOCUMENTS: &[(&str, &str)] = &[
    ("RU-STD", "a Russian company standard, crisis communication"),
    ("RU-ADV", "Russian advice on aggressive clients"),
    ("RU-REACT", "a Russian company standard, react and answer"),
    ("PL-ADV", "Polish advice on difficult clients"),
    ("SK-APOL", "how to apologise, Slovak"),
];

/// What a demand of that kind means for a finding.
#[must_use]
pub const fn flagged_where(kind: Demand) -> &'static str {
    match kind {
        Demand::Prohibited => "flagged at the turn where it was done",
        Demand::Required => "owed; flagged at the turn that created the duty",
        Demand::Recommended => "owed, with less weight; flagged at the turn that created the duty",
    }
}

/// Clauses, each with its document where that is known.
#[must_use]
pub fn clauses(sources: &[String]) -> Vec<String> {
    let named = |clause: &String| {
        let document = DOCUMENTS.iter().find(|(begin, _)| clause.starts_with(begin));
        document.map_or_else(|| clause.clone(), |(_, name)| format!("{clause} ({name})"))
    };
    sources.iter().map(named).collect()
}

/// Texts with the codes of their languages.
#[must_use]
pub fn by_language(texts: &Texts) -> [(&'static str, &str); 4] {
    [("en", &texts.en), ("ru", &texts.ru), ("pl", &texts.pl), ("sk", &texts.sk)]
}

/// The first example of a language that flags or passes, for people to read; empty where there is none or it is malformed.
#[must_use]
pub fn example(guideline: &Guideline, language: Lang, expect: Expect) -> String {
    let mut wanted =
        guideline.example.iter().filter(|example| example.language == language && example.expect == expect);
    wanted.next().map(|example| talk(guideline, example)).unwrap_or_default()
}

fn talk(guideline: &Guideline, example: &Example) -> String {
    let talks = example.parse(&guideline.code).unwrap_or_default();
    let mut out = String::new();
    for (place, (conversation, _)) in talks.iter().enumerate() {
        if talks.len() > 1 {
            let started = conversation.started_at.as_ref().map(|start| format!(", {start}")).unwrap_or_default();
            let _ = writeln!(out, "  == {}, {}{started}", conversation.conversation_id, conversation.channel);
        }
        let flagged = match &example.within {
            Some(id) => *id == conversation.conversation_id,
            None => place == 0,
        };
        turns(conversation, example.at.filter(|_| flagged), &mut out);
    }
    out
}

fn turns(conversation: &Conversation, flagged: Option<u32>, out: &mut String) {
    for turn in &conversation.turns {
        let mark = if flagged == Some(turn.turn) { '▶' } else { ' ' };
        let time = turn.start.zip(turn.end).map(|(start, end)| format!(" {start:.1}–{end:.1} s")).unwrap_or_default();
        let _ = writeln!(out, "{mark} {:>2} {:8}{time} {}", turn.turn, turn.speaker.name(), turn.text);
    }
}

/// The name of a guideline's page.
#[must_use]
pub fn file_name(guideline: &Guideline) -> String {
    format!("{}-{}.md", guideline.code.to_lowercase(), guideline.name)
}

/// The page of a guideline; `packs` are the built-in ones.
///
/// # Errors
/// When its check cannot be written as TOML.
pub fn page(guideline: &Guideline, packs: &[Pack]) -> Result<String, toml::ser::Error> {
    let mut out =
        String::from("<!-- written by `spokoj guidelines docs` from data/guidelines; change that, then bless -->\n");
    let list = |names: Vec<&str>| if names.is_empty() { "–".to_owned() } else { names.join(", ") };
    let holding = packs.iter().filter(|pack| pack.guidelines.iter().any(|known| known.code == guideline.code));
    let rows = [
        ("kind", format!("{}: {}", guideline.kind, flagged_where(guideline.kind))),
        ("level", guideline.level.to_string()),
        ("severity", guideline.severity.to_string()),
        ("clauses", clauses(&guideline.sources).join("; ")),
        ("needs beside the text", list(guideline.needs.iter().map(|need| need.name()).collect())),
        ("not checked in", list(guideline.not_in.iter().map(|channel| channel.name()).collect())),
        ("packs", list(holding.map(|pack| pack.name.as_str()).collect())),
    ];
    let _ = writeln!(out, "# {} {}\n\n{}\n\n| | |\n|---|---|", guideline.code, guideline.name, guideline.title.en);
    for (name, value) in rows {
        let _ = writeln!(out, "| {name} | {} |", cell(&value));
    }
    let _ = writeln!(out, "\n## What is flagged\n\n{}\n\n## Why\n\n{}", guideline.what, guideline.why);
    let _ = writeln!(out, "\n## What to do instead\n\n| language | title | advice |\n|---|---|---|");
    for ((language, title), (_, advice)) in
        by_language(&guideline.title).into_iter().zip(by_language(&guideline.advice))
    {
        let _ = writeln!(out, "| {language} | {} | {} |", cell(title), cell(advice));
    }
    let _ = writeln!(out, "\n## Check\n\n```toml\n{}```", guideline.check.to_toml()?);
    let _ = writeln!(out, "\n## Examples\n\nWritten for the project. `▶` marks the turn that is flagged.");
    for language in Lang::ALL.iter().copied().filter(|language| language.is_audited()) {
        for (expect, title) in [(Expect::Flag, "flagged"), (Expect::Pass, "not flagged")] {
            let example = example(guideline, language, expect);
            if !example.is_empty() {
                let _ = writeln!(out, "\n{language}, {title}:\n\n```text\n{example}```");
            }
        }
    }
    Ok(out)
}

/// The index of the pages.
#[must_use]
pub fn index(guidelines: &[Guideline], packs: &[Pack]) -> String {
    let mut out =
        String::from("<!-- written by `spokoj guidelines docs` from data/guidelines; change that, then bless -->\n");
    let _ = writeln!(
        out,
        "# Guidelines\n\n{} guidelines. `spokoj guidelines show CODE` says the same in the terminal.",
        guidelines.len()
    );
    let _ = writeln!(out, "\n| code | name | what is wrong | kind | severity | clauses |\n|---|---|---|---|---|---|");
    for guideline in guidelines {
        let Guideline { code, name, kind, severity, .. } = guideline;
        let (file, title, sources) = (file_name(guideline), cell(&guideline.title.en), guideline.sources.join(", "));
        let _ = writeln!(out, "| [{code}]({file}) | {name} | {title} | {kind} | {severity} | {sources} |");
    }
    let _ = writeln!(out, "\n## Packs\n\n| pack | guidelines | what |\n|---|---|---|");
    for pack in packs {
        let what = cell(pack.description.as_deref().unwrap_or("–"));
        let _ = writeln!(out, "| `{}` | {} | {what} |", pack.name, pack.guidelines.len());
    }
    let _ = writeln!(out, "\n## Documents\n\n| clauses | document |\n|---|---|");
    for (begin, name) in DOCUMENTS {
        let _ = writeln!(out, "| {begin} | {name} |");
    }
    out
}

/// A text as it may stand in a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
