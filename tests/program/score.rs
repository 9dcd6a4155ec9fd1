//! The program's own evaluation agrees with the gold score, figure by figure. Needs Python with PyYAML in `SPOKOJ_PYTHON` and
//! `../shared/gold`; without them it is skipped, and said.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::{Place, program, root};

/// Largest difference that rounding explains.
const ROUNDING: f64 = 1e-3;
/// Figures that both have.
const FIGURES: [&str; 12] = [
    "conversations",
    "flags",
    "macro_f1",
    "critical",
    "due_turn_right",
    "false_flags_per_clean_conversation",
    "hostile_agent",
    "hostile_customer",
    "kappa_agent",
    "kappa_customer",
    "causes_stated",
    "causes_underlying",
];

/// Python and the gold folder, or why there is none.
fn tools() -> Result<(String, PathBuf), String> {
    let python =
        std::env::var("SPOKOJ_PYTHON").map_err(|_| "`SPOKOJ_PYTHON` names no Python with PyYAML".to_owned())?;
    let gold = root().join("../shared/gold");
    let score = gold.join("score.py");
    if score.is_file() { Ok((python, gold)) } else { Err(format!("`{}` is not there", score.display())) }
}

/// What `score.py` says of the tables in a folder.
#[track_caller]
fn scored(python: &str, gold: &std::path::Path, place: &Place, set: &str) -> Value {
    let output = Command::new(python)
        .arg(gold.join("score.py"))
        .arg(place.path("out"))
        .arg(gold.join(format!("{set}.labels.jsonl")))
        .arg("--json")
        .output()
        .unwrap();
    assert!(output.status.success(), "score.py: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each number that differs: its path and the two values.
fn compare(path: &str, ours: &Value, theirs: &Value, faults: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (a - b).abs() > ROUNDING {
                faults.push(format!("{path}: {a} here, {b} by score.py"));
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            for (key, theirs) in b {
                compare(&format!("{path}.{key}"), a.get(key).unwrap_or(&Value::Null), theirs, faults);
            }
            faults.extend(a.keys().filter(|key| !b.contains_key(*key)).map(|key| format!("{path}.{key}: only here")));
        }
        (a, b) if a == b => {}
        (a, b) => faults.push(format!("{path}: {a} here, {b} by score.py")),
    }
}

/// Every figure that both have, and those of each guideline.
fn compare_all(what: &str, ours: &Value, theirs: &Value, faults: &mut Vec<String>) {
    for figure in FIGURES {
        assert!(!theirs[figure].is_null() || figure == "due_turn_right", "score.py has no `{figure}`");
        compare(&format!("{what}: {figure}"), &ours[figure], &theirs[figure], faults);
    }
    compare(&format!("{what}: per_code"), &ours["per_code"], &theirs["per_code"], faults);
}

#[test]
fn evaluation_agrees_with_the_gold_score() {
    let (python, gold) = match tools() {
        Ok(tools) => tools,
        Err(why) => {
            eprintln!("\n==== SKIPPED: comparison with ../shared/gold/score.py: {why} ====\n");
            return;
        }
    };
    let place = Place::new();
    let path = gold.to_string_lossy();
    let reports = program(&place, &["evaluate", "--gold", &path, "--json"], b"");
    assert_eq!(reports.code, 0, "{}", reports.stderr);
    let reports: Vec<Value> = serde_json::from_str(&reports.stdout).unwrap();
    let mut faults = Vec::new();
    for set in ["dev-ru", "dev-pl", "dev-sk"] {
        let report = reports.iter().find(|report| report["set"] == set).unwrap();
        let input = gold.join(format!("{set}.jsonl")).to_string_lossy().into_owned();
        let acts = gold.join(format!("{set}.acts.tsv")).to_string_lossy().into_owned();
        let common = ["audit", input.as_str(), "--out", "out", "--format", "ndjson", "--pack", "all"];
        for (what, more) in [("heard", vec![]), ("on_gold_acts", vec!["--acts-from", acts.as_str()])] {
            let outcome = program(&place, &[&common[..], &more].concat(), b"");
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            assert!(outcome.rows("rejects").is_empty(), "{:#?}", outcome.rows("rejects"));
            let theirs = scored(&python, &gold, &place, set);
            assert!(theirs["flags"]["tp"].as_u64().unwrap() > 50, "{theirs}");
            for lost in ["lost_conversations", "lost_hostile_or_irritated_turns"] {
                assert!(theirs[lost].is_null(), "{set} {what}: {lost}: {}", theirs[lost]);
            }
            compare_all(&format!("{set} {what}"), &report[what], &theirs, &mut faults);
        }
    }
    assert!(faults.is_empty(), "{} figures differ:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_difference_would_be_seen() {
    let (ours, theirs) =
        (serde_json::json!({"a": {"f1": 0.5, "tp": 3}}), serde_json::json!({"a": {"f1": 0.502, "tp": 3}}));
    let mut faults = Vec::new();
    compare("x", &ours, &theirs, &mut faults);
    assert_eq!(faults, ["x.a.f1: 0.5 here, 0.502 by score.py"]);
    compare("x", &theirs, &serde_json::json!({"a": {"f1": 0.502}}), &mut faults);
    assert_eq!(faults[1..], ["x.a.tp: only here"]);
}
