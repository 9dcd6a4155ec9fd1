//! `spokoj guidelines`: lists and shows guidelines, runs their examples, writes their pages.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};

use crate::cli::args::{self, Tongue};
use crate::cli::hearing;
use crate::cli::messages;
use crate::guidelines::examples::Expect;
use crate::guidelines::pack::Pack;
use crate::guidelines::{Guideline, Texts, load};
use crate::learn::examples::{self, Failure, Place, Report};
use crate::report::guideline_pages as pages;
use crate::signals::hear::Source;
use crate::transcript::Lang;

/// Runs the command.
///
/// # Errors
/// When a pack or guideline cannot be read, or pages cannot be written.
pub fn run(args: &args::Guidelines, quiet: bool) -> anyhow::Result<u8> {
    match args {
        args::Guidelines::List { pack, lang, json } => {
            let pack = Pack::load(pack)?;
            messages::data(&if *json { list_json(&pack)? } else { list(&pack, *lang) })?;
            Ok(0)
        }
        args::Guidelines::Show { code, pack, lang } => {
            let pack = Pack::load(pack)?;
            let wanted = pack.guidelines.iter().find(|guideline| guideline.code.eq_ignore_ascii_case(code));
            let Some(guideline) = wanted else {
                bail!("pack `{}` holds no guideline `{code}`; see `spokoj guidelines list`", pack.name)
            };
            messages::data(&show(guideline, *lang)?)?;
            Ok(0)
        }
        args::Guidelines::Test { pack, hearing, labels_only, strict } => {
            let (pack, code) = Pack::load_or_guideline(pack)?;
            let on_labels = examples::on_labels(&pack, code.as_deref())?;
            messages::data(&report(&on_labels))?;
            let mut failed = !on_labels.failures.is_empty();
            if !labels_only {
                let source = Source::Model(hearing::model(hearing)?);
                let heard = examples::on_source(&pack, code.as_deref(), &source)?;
                messages::data(&report(&heard))?;
                failed |= *strict && !heard.failures.is_empty();
            }
            Ok(u8::from(failed))
        }
        args::Guidelines::Docs { out } => {
            let count = docs(out)?;
            if !quiet {
                messages::say(&format!("{count} pages in {}", out.display()));
            }
            Ok(0)
        }
    }
}

fn text(texts: &Texts, tongue: Tongue) -> &str {
    texts.in_language(lang(tongue).unwrap_or(Lang::Other))
}

/// The language of conversations; `None` for English.
fn lang(tongue: Tongue) -> Option<Lang> {
    let known = [(Tongue::Ru, Lang::Ru), (Tongue::Pl, Lang::Pl), (Tongue::Sk, Lang::Sk)];
    known.into_iter().find(|(own, _)| *own == tongue).map(|(_, lang)| lang)
}

fn list(pack: &Pack, tongue: Tongue) -> String {
    let width = |part: fn(&Guideline) -> &str| {
        pack.guidelines.iter().map(|guideline| part(guideline).chars().count()).max().unwrap_or(0)
    };
    let (codes, names) = (width(|guideline| &guideline.code), width(|guideline| &guideline.name));
    let mut out = String::new();
    for guideline in &pack.guidelines {
        let Guideline { code, name, kind, severity, title, .. } = guideline;
        let _ = writeln!(out, "{code:codes$}  {name:names$}  {kind:11}  {severity:8}  {}", text(title, tongue));
    }
    out
}

fn list_json(pack: &Pack) -> anyhow::Result<String> {
    let mut out = String::new();
    for guideline in &pack.guidelines {
        let Guideline { code, name, kind, level, severity, title, sources, .. } = guideline;
        let titles: serde_json::Map<String, serde_json::Value> =
            pages::by_language(title).into_iter().map(|(lang, title)| (lang.to_owned(), title.into())).collect();
        let row = serde_json::json!({
            "code": code, "name": name, "kind": kind, "level": level, "severity": severity, "sources": sources,
            "title": titles,
        });
        let _ = writeln!(out, "{}", serde_json::to_string(&row)?);
    }
    Ok(out)
}

fn show(guideline: &Guideline, tongue: Tongue) -> anyhow::Result<String> {
    let mut out = String::new();
    let Guideline { code, name, kind, level, severity, .. } = guideline;
    let _ = writeln!(out, "{code} {name}\n  {kind}, {}; level {level}, {severity}", pages::flagged_where(*kind));
    for clause in pages::clauses(&guideline.sources) {
        let _ = writeln!(out, "  after {clause}");
    }
    let _ = writeln!(out, "\nwhat  {}\nwhy   {}\n", guideline.what, guideline.why);
    for (lang, title) in pages::by_language(&guideline.title) {
        let _ = writeln!(out, "{lang}    {title}");
    }
    out.push('\n');
    for (lang, advice) in pages::by_language(&guideline.advice) {
        let _ = writeln!(out, "{lang}    {advice}");
    }
    let _ = writeln!(out, "\n{}", guideline.check.to_toml()?);
    let wanted = lang(tongue).unwrap_or(Lang::Ru);
    for (expect, title) in [(Expect::Flag, "flagged"), (Expect::Pass, "not flagged")] {
        let example = pages::example(guideline, wanted, expect);
        if !example.is_empty() {
            let _ = writeln!(out, "{title}, {wanted}:\n{example}");
        }
    }
    Ok(out.trim_end().to_owned() + "\n")
}

fn report(report: &Report) -> String {
    let mut out = String::new();
    for Failure { code, language, number, expected, found } in &report.failures {
        let expected = expected.as_ref().map_or_else(|| "nothing".to_owned(), Place::to_string);
        let found: Vec<String> = found.iter().map(Place::to_string).collect();
        let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
        let _ = writeln!(out, "{code} {language} example {number}: expected {expected}, found {found}");
    }
    let failed = report.failures.len();
    let _ = writeln!(out, "on {}: {} examples, {failed} failed", report.source, report.examples);
    for (language, figures) in &report.figures {
        let _ = writeln!(
            out,
            "  {language}  precision {:.3}, recall {:.3} ({} right, {} false, {} missed)",
            figures.precision, figures.recall, figures.tp, figures.fp, figures.missed
        );
    }
    out
}

/// Writes the pages; says how many.
fn docs(folder: &Path) -> anyhow::Result<usize> {
    let (guidelines, packs) = (load::guidelines()?, Pack::built_in()?);
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be created", folder.display()))?;
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("`{}` cannot be written", path.display()))
    };
    for guideline in &guidelines {
        write(&pages::file_name(guideline), pages::page(guideline, &packs)?)?;
    }
    write("README.md", pages::index(&guidelines, &packs))?;
    Ok(guidelines.len() + 1)
}
