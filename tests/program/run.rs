//! A whole run: tables of every format, the same bytes every time, exit codes, silence, logs, masking.

use std::fs;
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Outcome, Place, TABLES, audit, conversation, good, program, root, text};

/// An agent's turns that any hearing must find fault with.
const BAD: &[(&str, &str)] = &[
    ("agent", "Słucham."),
    ("customer", "Od tygodnia czekam na paczkę, to skandal!"),
    ("agent", "PROSZĘ SIĘ USPOKOIĆ!!! To nie moja wina."),
    ("customer", "Co za bezczelność."),
];

/// Conversations of the samples, and more than one batch of short ones.
fn many(place: &Place) {
    for name in ["ru.jsonl", "pl.jsonl", "sk.jsonl", "sk-phone.ndjson", "pl-chat.csv", "calls.csv"] {
        fs::create_dir_all(place.path("in")).unwrap();
        fs::copy(root().join("data/samples").join(name), place.path(&format!("in/{name}"))).unwrap();
    }
    let short: String =
        (0..700)
            .map(|number| {
                if number % 7 == 0 {
                    conversation(&format!("n{number}"), "pl", BAD)
                } else {
                    good(&format!("n{number}"))
                }
            })
            .collect();
    place.file("in/many.jsonl", short);
    place.file("in/broken.jsonl", format!("{}{{\n", good("broken")));
}

/// The bytes of every table in a folder, by name.
fn bytes(place: &Place, folder: &str) -> Vec<(String, Vec<u8>)> {
    let names = place.names(folder).into_iter().filter(|name| name != "run.json");
    names.map(|name| (name.clone(), fs::read(place.path(folder).join(&name)).unwrap())).collect()
}

fn run_json(place: &Place, folder: &str) -> Value {
    serde_json::from_slice(&fs::read(place.path(folder).join("run.json")).unwrap()).unwrap()
}

fn sha256(path: &Path) -> String {
    hex::encode(Sha256::digest(fs::read(path).unwrap()))
}

/// Where the second list differs from the first, in words.
fn difference(first: &[(String, Vec<u8>)], second: &[(String, Vec<u8>)]) -> Option<String> {
    let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(first) != names(second) {
        return Some(format!("{:?} and {:?}", names(first), names(second)));
    }
    let other = first.iter().zip(second).find(|(a, b)| a.1 != b.1)?;
    Some(format!("the bytes of {}", other.0.0))
}

#[test]
fn every_format_holds_every_row_and_nothing_else_is_left() {
    let place = Place::new();
    many(&place);
    let outcome = program(&place, &["audit", "in", "--out", "out", "--format", "parquet,csv,ndjson"], b"");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let mut wanted: Vec<String> = TABLES
        .iter()
        .flat_map(|table| ["parquet", "csv", "ndjson"].map(|ending| format!("{table}.{ending}")))
        .collect();
    wanted.push("run.json".to_owned());
    wanted.sort();
    assert_eq!(place.names("out"), wanted);
    for table in TABLES {
        let rows = outcome.rows(table).len();
        assert!(rows > 0, "{table} is empty");
        let parquet = fs::File::open(place.path(&format!("out/{table}.parquet"))).unwrap();
        let frame = ParquetReader::new(parquet).finish().unwrap();
        assert_eq!(frame.height(), rows, "{table}.parquet");
        let mut csv = csv::Reader::from_path(place.path(&format!("out/{table}.csv"))).unwrap();
        let columns: Vec<String> = csv.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(csv.records().map(Result::unwrap).count(), rows, "{table}.csv");
        let names: Vec<&str> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
        assert_eq!(columns, names, "columns of {table}");
        let in_ndjson = outcome.rows(table)[0].as_object().unwrap();
        assert_eq!(in_ndjson.len(), names.len(), "columns of {table}.ndjson");
    }
    assert_eq!(outcome.rows("conversations").len(), 700 + 1 + 11);
    let turns: u64 = outcome.rows("conversations").iter().map(|row| row["turns"].as_u64().unwrap()).sum();
    assert_eq!(outcome.rows("turns").len() as u64, turns);
    let flags: u64 = outcome
        .rows("conversations")
        .iter()
        .flat_map(|row| {
            ["critical", "major", "minor", "info"].map(|level| row[format!("flags_{level}")].as_u64().unwrap())
        })
        .sum();
    assert_eq!(outcome.rows("flags").len() as u64, flags);
    check_run_json(&place, &outcome);
}

/// What `run.json` says agrees with the tables and the files.
#[track_caller]
fn check_run_json(place: &Place, outcome: &Outcome) {
    let run = run_json(place, "out");
    for (key, table) in
        [("conversations", "conversations"), ("turns", "turns"), ("flags", "flags"), ("rejects", "rejects")]
    {
        assert_eq!(run["rows"][key].as_u64().unwrap(), outcome.rows(table).len() as u64, "rows of {table} in run.json");
    }
    let inputs = run["inputs"].as_array().unwrap();
    let named: Vec<&str> = inputs.iter().map(|input| text(input, "file")).collect();
    let files = [
        "in/broken.jsonl",
        "in/many.jsonl",
        "in/pl-chat.csv",
        "in/pl.jsonl",
        "in/ru.jsonl",
        "in/sk-phone.ndjson",
        "in/sk.jsonl",
    ];
    assert_eq!(named, files);
    for input in inputs {
        assert_eq!(text(input, "sha256"), sha256(&place.path(text(input, "file"))), "{input}");
    }
    let rejected: u64 = inputs.iter().map(|input| input["rejected"].as_u64().unwrap()).sum();
    assert_eq!(rejected, outcome.rows("rejects").len() as u64);
    let tables = run["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 15);
    for table in tables {
        assert_eq!(text(table, "sha256"), sha256(&place.path("out").join(text(table, "file"))), "{table}");
    }
    assert_eq!(text(&run["packs"][0], "name"), "all");
    let model = text(&run["models"][0], "sha256");
    assert_eq!(model.len(), 64);
    let short = format!("embedded@{}", &model[..12]);
    assert!(outcome.rows("turns").iter().all(|row| row["model"] == short.as_str()), "{short}");
    assert_eq!(text(&run, "version"), env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let place = Place::new();
    many(&place);
    let inputs = ["in/many.jsonl", "in/ru.jsonl", "in/broken.jsonl", "in/sk-phone.ndjson", "in/pl-chat.csv"];
    let turned: Vec<&str> = inputs.iter().rev().copied().collect();
    let mut first = None;
    for (folder, threads, inputs) in
        [("one", "1", &inputs[..]), ("two", "2", &turned), ("eight", "8", &inputs[..]), ("again", "8", &inputs[..])]
    {
        let options =
            ["--metadata", "in/calls.csv", "--out", folder, "--format", "parquet,csv,ndjson", "--threads", threads];
        let arguments: Vec<&str> = ["audit"].into_iter().chain(inputs.iter().copied()).chain(options).collect();
        let outcome = program(&place, &arguments, b"");
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let own = bytes(&place, folder);
        assert_eq!(own.len(), 15);
        let first = first.get_or_insert_with(|| own.clone());
        assert_eq!(difference(first, &own), None, "{folder}");
    }
    // over the tables of an earlier run, with another pack: nothing of it stays
    let other =
        ["audit", "in/ru.jsonl", "--out", "one", "--format", "parquet,csv,ndjson", "--metadata", "in/calls.csv"];
    assert_eq!(program(&place, &other, b"").code, 0);
    assert!(difference(&first.unwrap(), &bytes(&place, "one")).is_some(), "another input gave the same tables");
}

#[test]
fn findings_of_the_named_severity_set_the_exit_code() {
    let place = Place::new();
    place.file("bad.jsonl", conversation("bad", "pl", BAD));
    place.file("good.jsonl", conversation("good", "pl", &[("customer", "Dzień dobry."), ("agent", "Dzień dobry.")]));
    let code = |file: &str, severity: &str| audit(&place, &[file, "--fail-on", severity]).code;
    assert_eq!(audit(&place, &["bad.jsonl"]).code, 0, "without --fail-on");
    assert_eq!((code("bad.jsonl", "info"), code("bad.jsonl", "major")), (1, 1));
    assert_eq!((code("good.jsonl", "info"), code("good.jsonl", "critical")), (0, 0));
    assert_eq!(code("bad.jsonl", "grave"), 2);
}

#[test]
fn severities_below_the_named_one_do_not_fail() {
    let place = Place::new();
    place.file(
        "shout.jsonl",
        conversation(
            "shout",
            "cs",
            &[("customer", "Dobrý den, kde je moje zásilka?"), ("agent", "PROSÍM zeptejte se řidiče.")],
        ),
    );
    let outcome = audit(&place, &["shout.jsonl", "--fail-on", "critical"]);
    let severities: Vec<&str> = outcome.rows("flags").iter().map(|row| text(row, "severity")).collect();
    assert_eq!((outcome.code, severities), (0, vec!["major"]), "{}", outcome.stderr);
    assert_eq!(audit(&place, &["shout.jsonl", "--fail-on", "major"]).code, 1);
}

#[test]
fn a_quiet_run_says_nothing() {
    let place = Place::new();
    many(&place);
    let outcome = audit(&place, &["in", "--quiet"]);
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "", ""));
    assert!(!outcome.rows("rejects").is_empty());
    let failed = program(&place, &["audit", "in", "--out", "out", "--pack", "nothing", "--quiet"], b"");
    assert!(failed.stderr.contains("`nothing`"), "an error is said even so: {}", failed.stderr);
}

/// Every line is one JSON object.
#[track_caller]
fn json_lines(stderr: &str) -> Vec<Value> {
    stderr
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}\nof:\n{stderr}"));
            assert!(value.is_object(), "{line}");
            value
        })
        .collect()
}

#[test]
fn json_logs_are_json_lines_on_stderr_alone() {
    let place = Place::new();
    many(&place);
    let outcome = audit(&place, &["in", "--log", "json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""));
    let lines = json_lines(&outcome.stderr);
    let rejects = outcome.rows("rejects");
    assert!(!rejects.is_empty());
    for reject in rejects {
        let told = lines.iter().any(|line| {
            line["fields"]["file"] == reject["source_file"] && line["fields"]["reason"] == reject["reason"]
        });
        assert!(told, "{reject} is not logged:\n{}", outcome.stderr);
    }
}

#[test]
fn errors_are_json_lines_too() {
    let place = Place::new();
    place.file("good.jsonl", good("good"));
    let outcome = audit(&place, &["good.jsonl", "--log", "json", "--pack", "nothing"]);
    assert_eq!(outcome.code, 2);
    let lines = json_lines(&outcome.stderr);
    assert!(lines.iter().any(|line| line["level"] == "ERROR" && line.to_string().contains("`nothing`")), "{lines:?}");
}

#[test]
fn standard_input_is_read_where_its_format_is_named() {
    let place = Place::new();
    let arguments = ["audit", "-", "--out", "out", "--format", "ndjson", "--input-format", "jsonl"];
    let outcome = program(&place, &arguments, format!("{}{{\n{}", good("a"), good("b")).as_bytes());
    assert_eq!((outcome.code, outcome.audited()), (0, vec!["a", "b"]), "{}", outcome.stderr);
    assert!(outcome.rows("conversations").iter().all(|row| row["source_file"] == "-"));
    let reject = &outcome.rows("rejects")[0];
    assert_eq!((text(reject, "source_file"), reject["line"].as_u64()), ("-", Some(2)));
    let sha = hex::encode(Sha256::digest(format!("{}{{\n{}", good("a"), good("b"))));
    assert_eq!(text(&run_json(&place, "out")["inputs"][0], "sha256"), sha);
}

#[test]
fn standard_input_without_a_format_is_refused() {
    let place = Place::new();
    let outcome = program(&place, &["audit", "-", "--out", "out", "--format", "ndjson"], good("a").as_bytes());
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert_eq!(text(&outcome.rows("rejects")[0], "reason"), "no-format");
    assert!(outcome.stderr.contains("`--input-format`"), "{}", outcome.stderr);
}

#[test]
fn a_second_run_leaves_only_its_own_tables() {
    let place = Place::new();
    place.file("good.jsonl", good("good"));
    for _ in 0..2 {
        assert_eq!(program(&place, &["audit", "good.jsonl", "--out", "deep/out", "--format", "csv"], b"").code, 0);
        assert_eq!(place.names("deep/out").len(), TABLES.len() + 1, "{:?}", place.names("deep/out"));
    }
    assert_eq!(place.names(""), ["deep", "good.jsonl"]);
}

#[test]
fn agents_are_not_named_in_the_summary() {
    let place = Place::new();
    let bad = conversation("bad", "pl", BAD).replace("\"a-1\"", "\"agent-kowalczyk-77\",\"team\":\"team-zorza\"");
    place.file("bad.jsonl", bad);
    let outcome = audit(&place, &["bad.jsonl"]);
    assert!(outcome.rows("agents").iter().any(|row| row["agent_id"] == "agent-kowalczyk-77"));
    assert!(outcome.stderr.contains("1 conversations, 4 turns"), "{}", outcome.stderr);
    for name in ["kowalczyk", "zorza"] {
        assert!(!outcome.stderr.contains(name) && !outcome.stdout.contains(name), "{name}:\n{}", outcome.stderr);
    }
}

#[test]
fn other_languages_get_mechanical_findings_alone() {
    let place = Place::new();
    let turn = |speaker: &str, start: u32, text: &str| json!({"speaker": speaker, "start": start, "end": start + 4, "text": text});
    let turns = [
        turn("agent", 0, "Dobrý den, zákaznická linka, prosím."),
        turn("customer", 5, "Objednávka nedorazila už třetí týden, je to hrozná ostuda a nikdo mi nevolá zpátky!"),
        turn("agent", 60, "Uklidněte se, vy jste hloupá. S tím já nemám nic společného, to je VAŠE vina!!"),
        turn("customer", 66, "Jste sprostý, chci si na vás stěžovat u vedoucího."),
        turn("agent", 71, "Stížnost nepřijmu, hovor ukončuji."),
    ];
    let one = |id: &str, language: Option<&str>| {
        json!({"conversation_id": id, "channel": "phone", "language": language, "turns": turns}).to_string() + "\n"
    };
    place.file("cs.jsonl", one("said", Some("cs")) + &one("told", None));
    let outcome = audit(&place, &["cs.jsonl"]);
    assert!(
        outcome.rows("conversations").iter().all(|row| row["language"] == "other"),
        "{:#?}",
        outcome.rows("conversations")
    );
    for id in ["said", "told"] {
        let of = outcome.rows("flags").iter().filter(|row| row["conversation_id"] == id);
        let codes: Vec<&str> = of.map(|row| text(row, "code")).collect();
        assert_eq!(codes, ["SOL008", "TON003"], "{id}");
    }
    assert!(outcome.rows("conversations").iter().all(|row| row["causes_stated"] == json!([])));
}

#[test]
fn a_spoken_turn_without_an_end_is_no_time_of_waiting() {
    let place = Place::new();
    let text = "[00:00:01] Agent: Dzień dobry, słucham.\n[00:00:05] Klient: Dzień dobry, od rana nie ma u nas ciepłej wody, \
                a w domu małe dziecko i nie ma go w czym wykąpać, i żadnego ogłoszenia na klatce też nie było.\n\
                [00:00:17] Agent: Bardzo przepraszam, jaki to adres?\n";
    place.file("call.txt", text);
    let voice = audit(&place, &["call.txt", "--channel", "phone"]);
    assert!(voice.rows("flags").iter().all(|row| row["code"] != "SOL008"), "{:#?}", voice.rows("flags"));
    assert!(voice.rows("turns").iter().all(|row| row["response_s"].is_null()));
    // what is typed has no length, so there the wait is known
    place.file("chat.txt", text.replace("00:00:17", "00:04:17"));
    let chat = audit(&place, &["chat.txt", "--channel", "chat"]);
    assert!(chat.rows("flags").iter().any(|row| row["code"] == "SOL008"), "{:#?}", chat.rows("flags"));
}

/// Ten planted identifiers a language, with the sentences that they stand in.
fn planted() -> Vec<(&'static str, [String; 3])> {
    ["ru", "pl", "sk"]
        .into_iter()
        .flat_map(|code| {
            let text = fs::read_to_string(root().join(format!("tests/data/identifiers-{code}.tsv"))).unwrap();
            let rows: Vec<[String; 3]> = text
                .lines()
                .skip(1)
                .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap())
                .collect();
            let step = rows.len() / 10;
            rows.into_iter().step_by(step).take(10).map(move |row| (code, row)).collect::<Vec<_>>()
        })
        .collect()
}

/// A text without what stands between the digits of a number.
fn joined(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/')).collect()
}

/// Where an identifier can be read in a text, if it can.
fn seen(text: &str, identifier: &str) -> bool {
    let number = joined(identifier);
    text.contains(identifier) || (number.len() >= 8 && joined(text).contains(&number))
}

/// Conversations with one identifier each; one more in a broken line, and two in speaker labels.
fn plant(place: &Place) -> Vec<String> {
    let rows = planted();
    assert_eq!(rows.len(), 30);
    for (number, (language, [_, identifier, sentence])) in rows.iter().enumerate() {
        assert!(sentence.contains(identifier.as_str()));
        let asks = ["Слушаю вас.", "Słucham.", "Počúvam."][number / 10];
        let turns =
            [("agent", asks), ("customer", sentence.as_str()), ("agent", sentence.as_str()), ("agent", "JASNE!!")];
        place.file(&format!("in/{number:02}.jsonl"), conversation(&format!("c{number:02}"), language, &turns));
    }
    let (phone, mail) = ("+48 601 234 567", "zosia.probna@poczta.example");
    let broken = conversation("broken", "pl", &[("customer", &format!("Proszę dzwonić: {phone}"))]);
    place.file("in/broken.jsonl", broken.trim_end().trim_end_matches('}').replace("\"text\":", "\"text\"; "));
    place.file(
        "in/broken2.jsonl",
        format!("{}{{\"turns\":[{{\"text\":\"{mail}\",\"start\":\"{phone}\"}}]}}\n", good("ok")),
    );
    let labels =
        [("Zofia Próbna 602 345 678", "Halo."), ("603456789", "Słucham."), ("jan.probny@poczta.example", "Halo.")];
    place.file("in/labels.jsonl", conversation("labels", "pl", &labels));
    place.file("in/voice.vtt", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v +48 604 567 890>Halo</v>\n");
    let channel = good("channel").replace("\"phone\"", "\"605 678 901\"");
    let moment = good("moment").replace("\"turns\":", "\"started_at\":\"606 789 012\",\"turns\":");
    place.file("in/fields.jsonl", channel + &moment);
    // a table without a header: its first row stands where the columns' names are expected
    place.file("in/headless.csv", "x9,agent,tel 607 890 123\nx9,customer,tak\n");
    let mut all: Vec<String> = rows.into_iter().map(|(_, [_, identifier, _])| identifier).collect();
    let labels = ["Próbna", "602 345 678", "603456789", "jan.probny", "604 567 890"];
    let others = [phone, mail, "zosia.probna", "605 678 901", "606 789 012", "607 890 123"];
    all.extend(labels.iter().chain(&others).map(|own| (*own).to_owned()));
    all
}

#[test]
fn personal_data_stand_in_no_table_no_log_and_no_message() {
    let place = Place::new();
    let all = plant(&place);
    let mut outputs: Vec<(String, String)> = Vec::new();
    for log in ["text", "json"] {
        let arguments = ["audit", "in", "--channel", "phone", "--out", "out", "--format", "csv,ndjson", "--log", log];
        let outcome = program(&place, &arguments, b"");
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(outcome.rows("conversations").len() >= 31);
        assert!(outcome.rows("rejects").len() >= 4, "{:#?}", outcome.rows("rejects"));
        outputs.push((format!("stderr with --log {log}"), outcome.stderr));
        outputs.push((format!("stdout with --log {log}"), outcome.stdout));
    }
    for name in place.names("out") {
        outputs.push((name.clone(), fs::read_to_string(place.path("out").join(name)).unwrap()));
    }
    // each run loads the whole program, so a part of them has to do
    let odd = place.names("in").into_iter().filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
    for file in (0..30).step_by(5).map(|number| format!("{number:02}.jsonl")).chain(odd) {
        let outcome = program(&place, &["show", &format!("in/{file}"), "--channel", "phone"], b"");
        outputs.push((format!("show {file}: stdout"), outcome.stdout));
        outputs.push((format!("show {file}: stderr"), outcome.stderr));
    }
    for arguments in [
        &["explain", "c00", "in/00.jsonl"][..],
        &["explain", "c25", "in/25.jsonl"],
        &["pack", "diff", "all", "every", "in"],
    ] {
        let outcome = program(&place, arguments, b"");
        assert!(outcome.code != 2 && !outcome.stdout.is_empty(), "{arguments:?}: {}", outcome.stderr);
        outputs.push((format!("{arguments:?}"), outcome.stdout + &outcome.stderr));
    }
    let turns = &outputs.iter().find(|(name, _)| name == "turns.ndjson").unwrap().1;
    assert!(turns.matches("[PHONE]").count() >= 10 && turns.matches("[IBAN]").count() >= 2, "too little was masked");
    let mut faults = Vec::new();
    for (name, output) in &outputs {
        for identifier in all.iter().filter(|identifier| seen(output, identifier)) {
            let line = output.lines().find(|line| seen(line, identifier)).unwrap_or_default();
            faults.push(format!("`{identifier}` in {name}: {}", line.chars().take(400).collect::<String>()));
        }
    }
    assert!(faults.is_empty(), "{} leaks:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn without_masking_personal_data_are_shown() {
    let place = Place::new();
    let all = plant(&place);
    let arguments = ["audit", "in", "--channel", "phone", "--out", "out", "--format", "ndjson", "--no-mask"];
    let outcome = program(&place, &arguments, b"");
    let spoken: String = outcome.rows("turns").iter().map(|row| text(row, "text")).collect::<Vec<_>>().join("\n");
    for identifier in &all[..30] {
        assert!(spoken.contains(identifier.as_str()), "`{identifier}` is not in the turns");
    }
    let shown = program(&place, &["show", "in/00.jsonl", "--no-mask"], b"");
    assert!(shown.stdout.contains(all[0].as_str()), "{}", shown.stdout);
    let masked = program(&place, &["show", "in/00.jsonl"], b"");
    assert_eq!(masked.code, 0);
    assert!(masked.stdout.contains('[') && !seen(&masked.stdout, &all[0]), "{}", masked.stdout);
}
