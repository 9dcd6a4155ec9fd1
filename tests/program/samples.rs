//! The samples: all of them are read, and what is surely wrong in them is found for the most part.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::{Outcome, Place, program, root, text};

/// Share of the sure faults that must be found, all conversations together.
const FOUND: f64 = 0.8;

/// Id, whether it is calm, and the codes that are surely right.
fn expected() -> BTreeMap<String, (bool, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("tests/samples_expected.tsv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [id, kind, codes] = *fields else { panic!("three columns, not {fields:?}") };
            assert!(matches!(kind, "calm" | "bad"), "{line}");
            let codes = codes.split(',').filter(|code| *code != "-").map(str::to_owned).collect();
            (id.to_owned(), (kind == "calm", codes))
        })
        .collect()
}

/// Audits the samples where they stand, as their README says: without further flags.
#[track_caller]
fn audited(place: &Place) -> Outcome {
    let folder = root().join("data/samples");
    let outcome = program(place, &["audit", &folder.to_string_lossy(), "--out", "out", "--format", "ndjson"], b"");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome
}

#[test]
fn every_sample_is_read() {
    let place = Place::new();
    let outcome = audited(&place);
    assert!(outcome.rows("rejects").is_empty(), "{:#?}", outcome.rows("rejects"));
    let mut ids = outcome.audited();
    ids.sort_unstable();
    let expected = expected();
    assert_eq!(ids, expected.keys().collect::<Vec<_>>());
    assert_eq!(ids.len(), 29);
    for row in outcome.rows("conversations") {
        let id = text(row, "conversation_id");
        assert_eq!(text(row, "language"), &id[..2], "{id}");
    }
}

#[test]
fn what_is_surely_wrong_in_the_bad_samples_is_mostly_found() {
    let place = Place::new();
    let outcome = audited(&place);
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in outcome.rows("flags") {
        found.entry(text(row, "conversation_id")).or_default().insert(text(row, "code"));
    }
    let (mut right, mut wanted) = (0, 0);
    let mut report = String::new();
    for (id, (calm, codes)) in &expected() {
        let own = found.remove(id.as_str()).unwrap_or_default();
        let hit = codes.iter().filter(|code| own.contains(code.as_str())).count();
        right += hit;
        wanted += codes.len();
        let missed: Vec<&String> = codes.iter().filter(|code| !own.contains(code.as_str())).collect();
        let more: Vec<&&str> = own.iter().filter(|code| !codes.contains(**code)).collect();
        let kind = if *calm { "calm" } else { "bad" };
        report += &format!("{id} {kind}: {hit} of {}, missed {missed:?}, beyond {more:?}\n", codes.len());
    }
    assert!(wanted > 100, "{wanted}");
    let share = f64::from(right as u32) / wanted as f64;
    println!("{right} of {wanted}, {share:.3}\n{report}");
    assert!(share >= FOUND, "{right} of {wanted} found, {share:.3} is below {FOUND}:\n{report}");
    for row in outcome.rows("flags").iter().filter(|row| expected()[text(row, "conversation_id")].0) {
        println!(
            "{} {} turn {}: {} | {}",
            text(row, "conversation_id"),
            text(row, "code"),
            row["turn"],
            text(row, "quote"),
            text(row, "why")
        );
    }
}
