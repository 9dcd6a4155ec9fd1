//! The commands about guidelines and packs, from outside; on given acts, so that they do not hang on a model.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const CALL: &str = r#"{"conversation_id":"call-1","channel":"phone","language":"pl","agent_id":"a-1","turns":[{"turn":0,"speaker":"agent","text":"Dzień dobry, „Przykład”."},{"turn":1,"speaker":"customer","text":"Paczka idzie trzeci tydzień."},{"turn":2,"speaker":"agent","text":"Proszę się uzbroić w cierpliwość, piszę do Pani na ola@poczta.example."}]}"#;
const LABELS: &str = r#"{"conversation_id":"call-1","turns":[],"segments":[{"turn":0,"text":"Dzień dobry, „Przykład”.","acts":["greeting"]},{"turn":1,"text":"Paczka idzie trzeci tydzień.","acts":["complaint"],"causes":["delivery_delay"]},{"turn":2,"text":"Proszę się uzbroić w cierpliwość, piszę do Pani na ola@poczta.example.","acts":["be_patient"]}]}"#;

/// A folder with a call, its labels and a new pack.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("call.jsonl"), CALL).unwrap();
    fs::write(folder.path().join("call.labels.jsonl"), LABELS).unwrap();
    run(folder.path(), &["pack", "new", "ours"], 0);
    folder
}

/// What a command prints.
#[track_caller]
fn run(folder: &Path, args: &[&str], code: i32) -> String {
    let output =
        Command::cargo_bin("spokoj").unwrap().current_dir(folder).env("NO_COLOR", "1").args(args).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap() + &stderr
}

#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[test]
fn a_new_pack_is_accepted_as_it_is_and_its_guideline_proves_itself() {
    let folder = folder();
    let here = folder.path();
    let own = "ours/guidelines/own001-bare-wait.toml";
    holds(&run(here, &["guidelines", "test", own, "--labels-only"], 0), &["on labels: 6 examples, 0 failed"]);
    holds(
        &run(here, &["guidelines", "list", "--pack", "ours/pack.toml", "--lang", "sk"], 0),
        &["OWN001", "Výzva čakať ďalej"],
    );
    holds(
        &run(here, &["guidelines", "show", "own001", "--pack", "ours/pack.toml"], 0),
        &["phrases", "OUR-RULES/1", "▶"],
    );
    run(
        here,
        &[
            "audit",
            "call.jsonl",
            "--acts-from",
            "call.labels.jsonl",
            "--pack",
            "ours/pack.toml",
            "--out",
            "out",
            "--format",
            "csv",
        ],
        0,
    );
    holds(
        &fs::read_to_string(here.join("out/flags.csv")).unwrap(),
        &["OWN001", "phrase `proszę … uzbroić … ~cierpliwość`"],
    );
    holds(&run(here, &["pack", "new", "ours"], 2), &["exists already"]);
}

#[test]
fn a_failing_example_is_named_and_ends_with_1() {
    let folder = folder();
    let path = folder.path().join("ours/guidelines/own001-bare-wait.toml");
    let text = fs::read_to_string(&path).unwrap().replacen("at = 2", "at = 0", 1);
    fs::write(&path, text).unwrap();
    let said = run(folder.path(), &["guidelines", "test", "ours/guidelines/own001-bare-wait.toml", "--labels-only"], 1);
    holds(&said, &["OWN001 ru example 1: expected turn 0 of OWN001-example, found turn 2 of OWN001-example"]);
}

#[test]
fn two_packs_differ_by_what_appears_and_vanishes() {
    let folder = folder();
    let args = ["pack", "diff", "sk-apology", "ours/pack.toml", "call.jsonl", "--acts-from", "call.labels.jsonl"];
    let said = run(folder.path(), &args, 0);
    holds(
        &said,
        &["+ OWN001 bare-wait  call-1 turn 2", "- EMP006 be-patient  call-1 turn 2", "OWN001   +1 -0, 0 stay"],
    );
    assert!(!said.contains("ola@"), "{said}");
}

#[test]
fn what_was_found_and_what_was_not_is_explained() {
    let folder = folder();
    let here = folder.path();
    let given = ["call.jsonl", "--acts-from", "call.labels.jsonl"];
    let said = run(here, &[&["explain", "call-1"], &given[..]].concat(), 0);
    holds(
        &said,
        &[
            "EMP006 be-patient  FLAGGED at turn 2",
            "EMP001 no-empathy  not flagged",
            "be_patient 1.00, threshold 0.50",
            "[EMAIL]",
        ],
    );
    run(here, &["audit", given[0], given[1], given[2], "--out", "out", "--format", "ndjson"], 0);
    let flags = fs::read_to_string(here.join("out/flags.ndjson")).unwrap();
    let row = flags.lines().find(|row| row.contains("EMP006")).unwrap();
    let row: serde_json::Value = serde_json::from_str(row).unwrap();
    let flag_id = row["flag_id"].as_str().unwrap();
    for more in [&[][..], &["--out", "out"]] {
        let said = run(here, &[&["explain", flag_id], &given[..], more].concat(), 0);
        holds(
            &said,
            &[
                "EMP006 be-patient",
                "clause        SK-APOL/4",
                "[check.act.flag]",
                "▶   2 agent",
                "be_patient 1.00 ≥ 0.50",
            ],
        );
        assert!(!said.contains("ola@"), "{said}");
    }
    holds(&run(here, &[&["explain", "call-2"], &given[..]].concat(), 2), &["no finding `call-2`"]);
}
