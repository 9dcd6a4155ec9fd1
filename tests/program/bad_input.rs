//! Bad input and bad arguments: each is told with a remedy, and costs no more than itself.

use std::fs;

use crate::{Outcome, Place, audit, conversation, good, text};

/// What is expected of a row of `rejects`.
struct Expected {
    reason: &'static str,
    file: &'static str,
    line: Option<u64>,
    /// What the message advises, or a part of it.
    remedy: &'static str,
}

fn expected(reason: &'static str, file: &'static str, line: Option<u64>, remedy: &'static str) -> Expected {
    Expected { reason, file, line, remedy }
}

/// The rejects of a run are exactly these, in any order, and the conversations those.
#[track_caller]
fn check_rejects(outcome: &Outcome, all: &[Expected], audited: &[&str]) {
    let rows = outcome.rows("rejects");
    for one in all {
        let found = rows.iter().any(|row| {
            row["reason"] == one.reason
                && row["source_file"] == one.file
                && row["line"].as_u64() == one.line
                && text(row, "message").contains(one.remedy)
        });
        let Expected { reason, file, line, remedy } = one;
        assert!(found, "no `{reason}` of {file}, line {line:?}, that says `{remedy}`, in {rows:#?}");
    }
    assert_eq!(rows.len(), all.len(), "{rows:#?}");
    let mut ids = outcome.audited();
    ids.sort_unstable();
    assert_eq!(ids, audited);
    assert_eq!(outcome.code, if audited.is_empty() { 2 } else { 0 }, "{}", outcome.stderr);
    for row in rows {
        let message = text(row, "message");
        assert!(outcome.stderr.contains(message), "`{message}` is not told:\n{}", outcome.stderr);
    }
}

/// Audits the folder `in`, which holds a good file beside the bad one.
#[track_caller]
fn check(place: &Place, arguments: &[&str], all: &[Expected], audited: &[&str]) {
    place.file("in/good.jsonl", good("good"));
    let arguments: Vec<&str> = ["in"].into_iter().chain(arguments.iter().copied()).collect();
    check_rejects(&audit(place, &arguments), all, audited);
}

#[test]
fn an_empty_folder_is_told_and_nothing_is_audited() {
    let place = Place::new();
    fs::create_dir(place.path("none")).unwrap();
    let wanted = [expected("empty-folder", "none", None, "name the folder that holds them")];
    check_rejects(&audit(&place, &["none"]), &wanted, &[]);
}

#[test]
fn an_empty_folder_beside_a_good_file_stops_nothing() {
    let place = Place::new();
    fs::create_dir(place.path("none")).unwrap();
    let wanted = [
        expected("empty-folder", "none", None, "name the folder that holds them"),
        expected("not-found", "missing.jsonl", None, "check the path"),
    ];
    check(&place, &["none", "missing.jsonl"], &wanted, &["good"]);
}

#[cfg(unix)]
#[test]
fn links_to_nowhere_and_folders_named_like_files_stop_nothing() {
    let place = Place::new();
    fs::create_dir_all(place.path("in/folder.jsonl")).unwrap();
    fs::create_dir_all(place.path("empty.jsonl")).unwrap();
    std::os::unix::fs::symlink("nowhere.jsonl", place.path("in/link.jsonl")).unwrap();
    std::os::unix::fs::symlink("nowhere.jsonl", place.path("named.jsonl")).unwrap();
    let wanted = [
        expected("cannot-read", "in/link.jsonl", None, "check"),
        expected("not-found", "named.jsonl", None, "check the path"),
        expected("empty-folder", "empty.jsonl", None, "name the folder that holds them"),
    ];
    check(&place, &["named.jsonl", "empty.jsonl"], &wanted, &["good"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_stops_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.file("in/closed.jsonl", good("closed"));
    fs::set_permissions(place.path("in/closed.jsonl"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(place.path("in/closed.jsonl")).is_ok() {
        eprintln!("SKIPPED: this user may read every file, so none can be closed");
        return;
    }
    check(&place, &[], &[expected("cannot-read", "in/closed.jsonl", None, "check")], &["good"]);
}

#[test]
fn a_broken_line_costs_one_conversation() {
    let place = Place::new();
    let broken = "{\"conversation_id\":\"b\",\"channel\":\"phone\",\"turns\":[{\"speaker\":\"agent\",\n";
    place.file("in/lines.jsonl", format!("{}{broken}\n{}", good("a"), good("c")));
    check(&place, &[], &[expected("bad-json", "in/lines.jsonl", Some(2), "check the export")], &["a", "c", "good"]);
}

#[test]
fn a_table_without_the_column_of_words_is_left_out() {
    let place = Place::new();
    place.file("in/table.csv", "conversation_id,speaker,start\nx,agent,0\nx,customer,3\n");
    let wanted = [expected("missing-column", "in/table.csv", None, "--columns text=")];
    check(&place, &[], &wanted, &["good"]);
}

#[test]
fn an_unknown_role_is_told_and_its_turns_are_kept() {
    let place = Place::new();
    let turns = [("SPEAKER_00", "Słucham pana."), ("customer", "Paczka nie przyszła.")];
    place.file("in/roles.jsonl", conversation("roles", "pl", &turns));
    let wanted = [expected("unknown-role", "in/roles.jsonl", Some(1), "--roles SPEAKER_00=agent")];
    check(&place, &[], &wanted, &["good", "roles"]);
    let outcome = audit(&place, &["in"]);
    let kept = outcome.rows("turns").iter().find(|row| row["conversation_id"] == "roles").unwrap();
    assert_eq!((text(kept, "speaker"), text(kept, "text")), ("unknown", "Słucham pana."));
}

#[test]
fn times_that_run_backwards_are_not_used() {
    let place = Place::new();
    let turn = |speaker: &str, start: f64, end: f64| {
        format!(r#"{{"speaker":"{speaker}","start":{start},"end":{end},"text":"Tak."}}"#)
    };
    let turns = [turn("agent", 100.0, 101.0), turn("customer", 5.0, 6.0), turn("agent", 200.0, 190.0)].join(",");
    let line = format!(r#"{{"conversation_id":"back","channel":"phone","language":"pl","turns":[{turns}]}}"#);
    place.file("in/times.jsonl", format!("{line}\n"));
    let wanted = [expected("bad-times", "in/times.jsonl", Some(1), "is read without its times")];
    check(&place, &[], &wanted, &["back", "good"]);
    let outcome = audit(&place, &["in"]);
    assert!(outcome.rows("turns").iter().all(|row| row["start_s"].is_null() && row["response_s"].is_null()));
}

#[test]
fn a_line_that_is_no_text_costs_one_conversation() {
    let place = Place::new();
    let mut bytes = good("a").into_bytes();
    bytes.extend(good("b").replace("otwarcia", "\u{1}").bytes().map(|byte| if byte == 1 { 0xFF } else { byte }));
    bytes.extend(good("c").bytes());
    // enough plain text around it to leave no doubt about the encoding
    (0..20).for_each(|number| bytes.extend(good(&format!("d{number:02}")).bytes()));
    place.file("in/bytes.jsonl", bytes);
    let mut ids: Vec<String> = (0..20).map(|number| format!("d{number:02}")).collect();
    ids.extend(["a", "c", "good"].map(str::to_owned));
    ids.sort();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    check(&place, &[], &[expected("invalid-utf8", "in/bytes.jsonl", Some(2), "convert it to UTF-8")], &ids);
}

#[test]
fn a_line_of_fifty_megabytes_costs_one_conversation() {
    let place = Place::new();
    let long = conversation("long", "pl", &[("agent", &"słowo ".repeat(7_600_000))]);
    assert!(long.len() > 50 << 20);
    place.file("in/long.jsonl", format!("{}{long}{}", good("a"), good("c")));
    let wanted = [expected("line-too-long", "in/long.jsonl", Some(2), "is it a transcript?")];
    check(&place, &[], &wanted, &["a", "c", "good"]);
}

#[test]
fn an_id_that_was_read_already_is_left_out_the_second_time() {
    let place = Place::new();
    place.file("in/one.jsonl", good("twin"));
    place.file("in/two.jsonl", format!("{}{}", good("other"), good("twin")));
    let wanted = [expected("duplicate-id", "in/two.jsonl", Some(2), "give it an id of its own")];
    check(&place, &[], &wanted, &["good", "other", "twin"]);
    let message = text(&audit(&place, &["in"]).rows("rejects")[0], "message").to_owned();
    assert!(message.contains("in/one.jsonl:1"), "the first place is not named: {message}");
}

#[test]
fn unknown_and_missing_channels_cost_their_conversations() {
    let place = Place::new();
    let fax = good("fax").replace("\"phone\"", "\"fax\"");
    let none = good("none").replace("\"channel\":\"phone\",", "");
    assert!(fax.contains("fax\",") && !none.contains("channel"), "{fax}{none}");
    place.file("in/channels.jsonl", format!("{fax}{none}{}", good("c")));
    let wanted = [
        expected("unknown-channel", "in/channels.jsonl", Some(1), "one of phone, chat, email, in_person, review"),
        expected("no-channel", "in/channels.jsonl", Some(2), "--channel phone"),
    ];
    check(&place, &[], &wanted, &["c", "good"]);
}

#[test]
fn an_unknown_input_format_is_told_for_each_file() {
    let place = Place::new();
    place.file("in/two.jsonl", good("two"));
    let wanted = [
        expected("unknown-format", "in/good.jsonl", None, "`--input-format` takes one of"),
        expected("unknown-format", "in/two.jsonl", None, "`--input-format` takes one of"),
    ];
    check(&place, &["--input-format", "word"], &wanted, &[]);
}

#[test]
fn a_file_of_no_known_format_stops_nothing() {
    let place = Place::new();
    place.file("in/noise.dat", [0u8, 1, 2, 3, 200, 0, 0, 7].repeat(50));
    place.file("in/empty.jsonl", "");
    place.file("in/packed.gz", b"\x1f\x8b\x08\x00rest");
    let wanted = [
        expected("unknown-format", "in/noise.dat", None, "--input-format"),
        expected("empty-file", "in/empty.jsonl", None, "is empty"),
        expected("packed", "in/packed.gz", None, "unpack it first"),
    ];
    check(&place, &[], &wanted, &["good"]);
}

/// A run that cannot begin ends with 2, says why and what to do, and writes no table.
#[track_caller]
fn check_refused(place: &Place, arguments: &[&str], says: &[&str]) {
    place.file("in/good.jsonl", good("good"));
    let arguments: Vec<&str> = ["audit", "in"].into_iter().chain(arguments.iter().copied()).collect();
    let outcome = crate::program(place, &arguments, b"");
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    for part in says {
        assert!(outcome.stderr.contains(part), "`{part}` is not said:\n{}", outcome.stderr);
    }
    assert_eq!(outcome.stdout, "");
    assert!(place.names("out").is_empty(), "{:?}", place.names("out"));
}

#[test]
fn unknown_packs_and_output_formats_are_refused_with_the_known_ones() {
    let place = Place::new();
    check_refused(
        &place,
        &["--out", "out", "--pack", "nothing"],
        &["`nothing`", "all, every, pl-advice", "path of a pack file"],
    );
    check_refused(&place, &["--out", "out", "--format", "xml"], &["`xml`", "one of parquet, csv, ndjson"]);
    check_refused(&place, &["--out", "out", "--pack", "none.toml"], &["`none.toml` cannot be read", "check the path"]);
    check_refused(
        &place,
        &["--out", "out", "--pack", "ru-standard,sk-apology"],
        &["EMP002", "EMP005", "leave one out"],
    );
}

#[test]
fn a_file_in_the_place_of_the_output_folder_is_refused_and_kept() {
    let place = Place::new();
    place.file("taken", "mine");
    check_refused(&place, &["--out", "taken"], &["`taken` cannot be created", "choose another folder"]);
    check_refused(&place, &["--out", "taken/out"], &["`taken/out` cannot be created", "choose another folder"]);
    assert_eq!(fs::read_to_string(place.path("taken")).unwrap(), "mine");
}

#[test]
fn broken_models_are_refused() {
    let models = crate::root().join("models");
    let (tokenizer, network) = ("tokenizer.json", "embedded/network.safetensors");
    let thresholds = "embedded/thresholds.toml";
    let place = Place::new();
    let whole = |name: &str| fs::read(models.join(name)).unwrap();
    let with = |name: &str, content: &[u8]| {
        for own in [tokenizer, network, thresholds] {
            place.file(&format!("model/{own}"), if own == name { content.to_vec() } else { whole(own) });
        }
    };
    let refused = |says: &[&str]| check_refused(&place, &["--out", "out", "--model", "model"], says);
    refused(&["`model/embedded/thresholds.toml` cannot be read", "a folder that `spokoj train` wrote"]);
    with(network, b"not a network");
    refused(&["the model's network cannot be used"]);
    let half = whole(network);
    with(network, &half[..half.len() / 2]);
    refused(&["the model's network cannot be used"]);
    with(tokenizer, b"{}");
    refused(&["the model's tokenizer cannot be used"]);
    with(thresholds, b"customer = 1");
    refused(&["the model's thresholds cannot be used"]);
    with(thresholds, b"\xFF\xFE");
    refused(&["thresholds.toml", "not UTF-8"]);
}

const HEAD: &str = "code = \"OWN001\"
name = \"own-guideline\"
kind = \"prohibited\"
level = \"turn\"
severity = \"minor\"
sources = [\"own\"]
what = \"What.\"
why = \"Why.\"
title = { ru = \"а\", pl = \"a\", sk = \"a\", en = \"a\" }
advice = { ru = \"а\", pl = \"a\", sk = \"a\", en = \"a\" }
";

const CHECK: &str = "
[[check.act.flag]]
speaker = \"agent\"
acts = [\"brush_off\"]
";

/// A pack with a guideline of its own; the message names the place as it stands and shows the line.
#[track_caller]
fn check_guideline(guideline: &str, line: &str, says: &str) {
    let place = Place::new();
    place.file("packs/own.toml", "name = \"own\"\nversion = \"1\"\nguidelines = [\"OWN\"]\nfiles = [\"mine\"]\n");
    place.file("packs/mine/own001.toml", guideline);
    let number = guideline.lines().position(|own| own == line).unwrap() + 1;
    let begins = format!("packs/mine/own001.toml:{number}:");
    check_refused(&place, &["--out", "out", "--pack", "packs/own.toml"], &[&begins, line, says, "^"]);
    check_place(&place, &begins);
}

/// After the line stands a column, from 1.
#[track_caller]
fn check_place(place: &Place, begins: &str) {
    let outcome = crate::program(place, &["audit", "in", "--out", "out", "--pack", "packs/own.toml"], b"");
    let rest = outcome.stderr.split(begins).nth(1).unwrap();
    let column: usize = rest.split(':').next().unwrap().parse().unwrap();
    assert!(column >= 1, "{}", outcome.stderr);
}

#[test]
fn a_guideline_of_ones_own_is_checked() {
    let place = Place::new();
    place.file("packs/own.toml", "name = \"own\"\nversion = \"1\"\nguidelines = [\"OWN\"]\nfiles = [\"mine\"]\n");
    place.file("packs/mine/own001.toml", format!("{HEAD}{CHECK}"));
    place.file("in/good.jsonl", good("good"));
    let outcome = audit(&place, &["in", "--pack", "packs/own.toml"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn broken_guidelines_are_shown_at_their_line() {
    check_guideline(&format!("{HEAD}colour = \"red\"\n{CHECK}"), "colour = \"red\"", "unknown field `colour`");
    let bad = HEAD.replace("\"minor\"", "\"awful\"");
    check_guideline(&format!("{bad}{CHECK}"), "severity = \"awful\"", "`awful`");
    let bad = CHECK.replace("brush_off", "shrugs");
    check_guideline(&format!("{HEAD}{bad}"), "acts = [\"shrugs\"]", "`shrugs`");
    let bad = CHECK.replace("brush_off", "complaint");
    check_guideline(&format!("{HEAD}{bad}"), "acts = [\"complaint\"]", "`complaint` is an act of the customer");
    let bad = CHECK.replace("acts = [\"brush_off\"]", "aggression = 7");
    check_guideline(&format!("{HEAD}{bad}"), "aggression = 7", "`aggression` is 1, 2 or 3");
    check_guideline(&format!("{HEAD}{CHECK}speaker = \"agent\n"), "speaker = \"agent", "");
}

/// A broken pack file; `line` is the one that is shown.
#[track_caller]
fn check_pack(pack: &str, line: &str, says: &str) {
    let place = Place::new();
    place.file("packs/own.toml", pack);
    let number = pack.lines().position(|own| own == line).unwrap() + 1;
    let begins = format!("packs/own.toml:{number}:");
    check_refused(&place, &["--out", "out", "--pack", "packs/own.toml"], &[&begins, line, says, "^"]);
    check_place(&place, &begins);
}

#[test]
fn broken_packs_are_shown_at_their_line() {
    let head = "name = \"own\"\nversion = \"1\"\n";
    check_pack(&format!("{head}guidelines = [\"TON\"]\ncolour = 1\n"), "colour = 1", "unknown field `colour`");
    check_pack(&format!("{head}guidelines = \"TON\"\n"), "guidelines = \"TON\"", "expected a sequence");
    check_pack(&format!("{head}guidelines = [\"XYZ\"]\n"), "guidelines = [\"XYZ\"]", "`XYZ` fits no guideline");
    let limits = "guidelines = [\"TON\"]\n[limits]\nfast_speech_wpm = \"quick\"\n";
    check_pack(&format!("{head}{limits}"), "fast_speech_wpm = \"quick\"", "expected");
}

#[test]
fn mistakes_in_the_metadata_are_told_and_stop_nothing() {
    let place = Place::new();
    place.file("meta.csv", "conversation_id,roles\ngood,SPEAKER_00=boss\n");
    let outcome = {
        place.file("in/good.jsonl", good("good"));
        audit(&place, &["in", "--metadata", "meta.csv"])
    };
    check_rejects(&outcome, &[expected("bad-metadata", "meta.csv", Some(2), "agent")], &["good"]);
}
