//! Every input format by its fixtures in `tests/formats/<format>/`, and every kind of bad input by a file made here.
//!
//! Beside each fixture lies `<file>.expected`, what is read from it. `SPOKOJ_BLESS=1 cargo test --test formats` writes
//! those files anew; look at the difference before keeping it.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop, and one measures")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use spokoj::ingest::{Input, Item, Options, READERS, inputs, read};
use spokoj::transcript::{Channel, Conversation, Reject, Speaker};

fn options() -> Options {
    Options { channel: Some(Channel::Phone), ..Options::default() }
}

fn read_all(inputs: &[Input], options: &Options) -> Vec<Item> {
    let mut items = Vec::new();
    read(inputs, options, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    });
    items
}

fn input(path: &Path) -> Input {
    Input {
        path: Some(path.to_path_buf()),
        display: path.file_name().unwrap().to_str().unwrap().to_owned(),
        folder: None,
    }
}

/// What was read, a line a turn and a line a reject.
fn shown(items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        match item {
            Item::Reject(reject) => {
                let line = reject.line.map(|line| format!(" line {line}")).unwrap_or_default();
                writeln!(text, "reject{line} {}", reject.reason).unwrap();
            }
            Item::Conversation(conversation) => {
                let words = [
                    Some(conversation.channel.to_string()),
                    Some(conversation.language.to_string()),
                    conversation.direction.map(|direction| direction.to_string()),
                    conversation.agent_id.clone(),
                    conversation.team.clone(),
                    conversation.customer_id.clone(),
                    conversation.started_at.clone(),
                ];
                let words: Vec<String> = words.into_iter().flatten().collect();
                writeln!(text, "{} {}", conversation.conversation_id, words.join(" ")).unwrap();
                for turn in &conversation.turns {
                    let time = |time: Option<f64>| time.map(|time| time.to_string()).unwrap_or_default();
                    let times = if turn.start.is_some() || turn.end.is_some() {
                        format!(" {}..{}", time(turn.start), time(turn.end))
                    } else {
                        String::new()
                    };
                    let extra = [turn.agent_id.clone(), turn.confidence.map(|confidence| confidence.to_string())];
                    let extra: String = extra.into_iter().flatten().map(|extra| format!(" ({extra})")).collect();
                    writeln!(text, "  {} {}{times}{extra}: {:?}", turn.turn, turn.speaker, turn.text).unwrap();
                }
            }
        }
    }
    text
}

/// Reads `bytes` as a file of that name.
fn read_bytes(name: &str, bytes: impl AsRef<[u8]>, options: &Options) -> Vec<Item> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read_all(&[input(&path)], options)
}

/// The one helper: what is read from `bytes` is `expected`, blanks before the lines aside.
#[track_caller]
fn reads(name: &str, bytes: impl AsRef<[u8]>, options: &Options, expected: &str) {
    let items = read_bytes(name, bytes, options);
    let plain = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let got = shown(&items);
    assert_eq!(plain(&got), plain(expected), "{items:#?}");
}

fn rejects(items: &[Item]) -> Vec<Reject> {
    let reject = |item: &Item| match item {
        Item::Reject(reject) => Some(reject.clone()),
        Item::Conversation(_) => None,
    };
    items.iter().filter_map(reject).collect()
}

fn conversations(items: &[Item]) -> Vec<Conversation> {
    let conversation = |item: &Item| match item {
        Item::Conversation(conversation) => Some(conversation.as_ref().clone()),
        Item::Reject(_) => None,
    };
    items.iter().filter_map(conversation).collect()
}

fn fixtures(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(format);
    let entries = std::fs::read_dir(&folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
    let mut paths: Vec<PathBuf> = entries.unwrap_or_default();
    paths.retain(|path| path.extension().is_none_or(|ending| ending != "expected"));
    paths.sort();
    paths
}

#[test]
fn every_format_reads_its_fixtures() {
    for reader in READERS {
        let paths = fixtures(reader.name());
        assert!(!paths.is_empty(), "no fixture in tests/formats/{}", reader.name());
        for path in paths {
            let told = read_all(&[input(&path)], &options());
            let named = read_all(&[input(&path)], &Options { format: Some(reader.name().to_owned()), ..options() });
            assert_eq!(shown(&told), shown(&named), "{} is not told by its content", path.display());
            let beside = PathBuf::from(format!("{}.expected", path.display()));
            if std::env::var_os("SPOKOJ_BLESS").is_some() {
                std::fs::write(&beside, shown(&told)).unwrap();
            }
            assert_eq!(shown(&told), std::fs::read_to_string(&beside).unwrap_or_default(), "{}", path.display());
        }
    }
}

#[test]
fn formats_are_told_by_content_whatever_the_name() {
    for reader in READERS {
        for path in fixtures(reader.name()) {
            let right = shown(&read_all(&[input(&path)], &options()));
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let other = shown(&read_bytes(&format!("{stem}.dat"), std::fs::read(&path).unwrap(), &options()));
            assert_eq!(right, other, "{}", path.display());
        }
    }
}

#[test]
fn names_and_endings_of_formats_are_in_order() {
    let mut names: Vec<&str> = READERS.iter().map(|reader| reader.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), READERS.len());
    assert!(READERS.iter().all(|reader| reader.extensions().iter().all(|ending| *ending == ending.to_lowercase())));
}

const ONE: &str =
    r#"{"conversation_id":"c-1","channel":"chat","language":"pl","turns":[{"speaker":"agent","text":"tak"}]}"#;
const TWO: &str =
    r#"{"conversation_id":"c-2","channel":"chat","language":"pl","turns":[{"speaker":"agent","text":"nie"}]}"#;
const ONE_READ: &str = "c-1 chat pl\n0 agent: \"tak\"\n";
const TWO_READ: &str = "c-2 chat pl\n0 agent: \"nie\"\n";

#[test]
fn a_line_that_is_not_json_is_left_out_and_the_next_is_read() {
    let text =
        format!("{ONE}\n{{\"turns\": tajne}}\n\n{{\"turns\": [{{\"speaker\": \"agent\", \"text\": 5}}]}}\n{TWO}\n");
    reads(
        "a.jsonl",
        &text,
        &options(),
        &format!("{ONE_READ} reject line 2 bad-json\nreject line 4 bad-json\n{TWO_READ}"),
    );
    for reject in rejects(&read_bytes("a.jsonl", &text, &options())) {
        assert!(!reject.message.contains("tajne") && reject.message.contains("column"), "{}", reject.message);
    }
}

#[test]
fn a_line_that_is_not_text_is_left_out_and_the_next_is_read() {
    let russian = ONE.replace("tak", "да, конечно");
    let bad = [russian.as_bytes(), b"\n", &TWO.replace("nie", "ni\u{1}").into_bytes(), b"\n"].concat();
    let bad: Vec<u8> = bad.into_iter().map(|byte| if byte == 1 { 0xFF } else { byte }).collect();
    let expected = "c-1 chat pl\n0 agent: \"да, конечно\"\nreject line 2 invalid-utf8";
    reads("a.jsonl", bad, &options(), expected);
    let table = b"conversation_id,speaker,text\na,agent,\xd0\xb4\xd0\xb0\na,agent,\xff\nb,agent,\xd0\xb4\n";
    reads("a.csv", table, &options(), "reject line 3 invalid-utf8\nb phone unknown\n0 agent: \"д\"");
}

#[test]
fn a_line_that_is_too_long_is_passed_over_with_its_number() {
    let long = TWO.replace("nie", &"x".repeat(50_000_000));
    let text = format!("{ONE}\n{long}\n{}\n", TWO.replace("c-2", "c-3"));
    let expected = format!("{ONE_READ} reject line 2 line-too-long\n{}", TWO_READ.replace("c-2", "c-3"));
    reads("a.jsonl", &text, &options(), &expected);
    let small = Options { max_line: 1000, ..options() };
    let table = format!("conversation_id;speaker;text\na;agent;{}\nb;agent;b\n", "x".repeat(2000));
    reads("a.csv", table, &small, "reject line 2 line-too-long\nb phone unknown\n0 agent: \"b\"");
}

#[test]
fn an_id_is_read_once_over_the_whole_input() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.jsonl", "b.jsonl"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], format!("{TWO}\n{ONE}\n")).unwrap();
    std::fs::write(&paths[1], format!("{ONE}\n")).unwrap();
    let items = read_all(&[input(&paths[0]), input(&paths[1])], &options());
    assert_eq!(shown(&items), format!("{TWO_READ}{ONE_READ}reject line 1 duplicate-id\n").replace("\n0", "\n  0"));
    let message = &rejects(&items)[0].message;
    assert!(message.contains("a.jsonl:2") && message.contains("b.jsonl:1"), "{message}");
}

#[test]
fn a_channel_is_never_assumed() {
    let none = Options::default();
    reads("a.txt", "Klient: tak\nAgent: nie\n", &none, "reject line 1 no-channel");
    reads("a.jsonl", ONE.replace("chat", "fax"), &none, "reject line 1 unknown-channel");
    reads("a.txt", "Klient: tak\n", &options(), "a phone unknown\n0 customer: \"tak\"");
}

#[test]
fn a_role_is_never_guessed() {
    let text = "Anna: halo\nBartek Nowak: tak\nAnna: nie\n";
    let unknown = "reject line 1 unknown-role\nreject line 2 unknown-role\na phone unknown\n0 unknown: \"halo\"\n1 unknown: \"tak\"\n2 unknown: \"nie\"";
    reads("a.txt", text, &options(), unknown);
    let items = read_bytes("a.txt", text, &options());
    let messages: Vec<String> = rejects(&items).into_iter().map(|reject| reject.message).collect();
    assert!(messages[0].contains("--roles Anna=agent") && !messages[1].contains("Nowak"), "{messages:?}");
    assert!(conversations(&items)[0].turns.iter().all(|turn| turn.role_confidence == 0.0));
    let roles = BTreeMap::from([("anna".to_owned(), Speaker::Agent), ("Bartek Nowak".to_owned(), Speaker::Customer)]);
    let known = "a phone unknown\n0 agent: \"halo\"\n1 customer: \"tak\"\n2 agent: \"nie\"";
    reads("a.txt", text, &Options { roles, ..options() }, known);
}

#[test]
fn wrong_times_are_taken_away_and_told() {
    let turns = |second: &str| {
        format!(
            r#"{{"conversation_id":"c","channel":"phone","turns":[{{"speaker":"agent","start":40,"end":41,"text":"a"}},{{"speaker":"agent",{second},"text":"b"}}]}}"#
        )
    };
    let without = "reject line 1 bad-times\nc phone unknown\n0 agent: \"a\"\n1 agent: \"b\"";
    reads("a.jsonl", turns(r#""start":42,"end":41"#), &options(), without);
    reads("a.jsonl", turns(r#""start":9,"end":10"#), &options(), without);
    reads("a.jsonl", turns(r#""start":-1,"end":10"#), &options(), without);
    let right = "c phone unknown\n0 agent 40..41: \"a\"\n1 agent 10.5..42: \"b\"";
    reads("a.jsonl", turns(r#""start":10.5,"end":42"#), &options(), right);
    let message = &rejects(&read_bytes("a.jsonl", turns(r#""start":9,"end":10"#), &options()))[0].message;
    assert!(message.contains("turn 1") && message.contains('9') && message.contains("40"), "{message}");
    let table = "conversation_id,speaker,text,start\nc,agent,a,soon\nc,agent,b,2\n";
    reads("a.csv", table, &options(), &without.replace("line 1", "line 2"));
    let cues = "WEBVTT\n\n00:01.000 --> 00:0x.000\nAgent: a\n\n00:09.000 --> 00:10.000\nAgent: b\n";
    reads("c.vtt", cues, &options(), &without.replace("line 1", "line 3"));
}

#[test]
fn values_that_are_not_known_are_dropped_and_told() {
    let line = ONE.replace(r#""language":"pl""#, r#""language":"polszczyzna","direction":"up","started_at":"02.03.2026","complaint":{"recorded_at":"2026-03-02 10:15","forwarded_at":"wczoraj"}"#);
    let expected = "reject line 1 unknown-language\nreject line 1 unknown-direction\nreject line 1 bad-time\nreject line 1 bad-time\nc-1 chat unknown\n0 agent: \"tak\"";
    reads("a.jsonl", &line, &options(), expected);
    let read = conversations(&read_bytes("a.jsonl", &line, &options()));
    let complaint = read[0].complaint.clone().unwrap();
    assert_eq!((complaint.recorded_at.as_deref(), complaint.forwarded_at), (Some("2026-03-02 10:15"), None));
    reads("a.jsonl", ONE.replace("\"pl\"", "\"en-GB\""), &options(), "c-1 chat other\n0 agent: \"tak\"");
    reads("a.jsonl", ONE.replace("\"pl\"", "\"sk_SK\""), &options(), "c-1 chat sk\n0 agent: \"tak\"");
    let sure = ONE.replace("\"text\"", "\"confidence\":7,\"text\"");
    reads("a.jsonl", sure, &options(), &format!("reject line 1 bad-confidence\n{ONE_READ}"));
}

#[test]
fn empty_turns_are_passed_over_and_empty_conversations_told() {
    let line = |turns: &str| format!(r#"{{"conversation_id":"c","channel":"chat","turns":[{turns}]}}"#);
    let turns = r#"{"speaker":"agent","text":" "},{"speaker":"customer","text":"a"}"#;
    reads("a.jsonl", line(turns), &options(), "c chat unknown\n1 customer: \"a\"");
    reads("a.jsonl", line(r#"{"speaker":"agent","text":" "}"#), &options(), "reject line 1 no-turns");
    reads("a.jsonl", line(""), &options(), "reject line 1 no-turns");
}

#[test]
fn turns_keep_their_numbers_unless_two_have_the_same() {
    let line = |first: u32, second: u32| {
        format!(
            r#"{{"conversation_id":"c","channel":"chat","turns":[{{"turn":{first},"speaker":"agent","text":"a"}},{{"turn":{second},"speaker":"customer","text":"b"}}]}}"#
        )
    };
    reads("a.jsonl", line(3, 7), &options(), "c chat unknown\n3 agent: \"a\"\n7 customer: \"b\"");
    reads("a.jsonl", line(9, 7), &options(), "c chat unknown\n7 customer: \"b\"\n9 agent: \"a\"");
    let renumbered = "reject line 1 duplicate-turn\nc chat unknown\n0 agent: \"a\"\n1 customer: \"b\"";
    reads("a.jsonl", line(3, 3), &options(), renumbered);
}

#[test]
fn a_table_without_a_needed_column_says_what_it_found() {
    let table = "conversation_id,speaker,utterance\nc,agent,tajne słowa o wszystkim\n";
    reads("a.csv", table, &options(), "reject missing-column");
    let message = rejects(&read_bytes("a.csv", table, &options()))[0].message.clone();
    assert!(message.contains("`utterance`") && message.contains("--columns text="), "{message}");
    let columns = BTreeMap::from([("text".to_owned(), "utterance".to_owned())]);
    let expected = "c phone unknown\n0 agent: \"tajne słowa o wszystkim\"";
    reads("a.csv", table, &Options { columns, ..options() }, expected);
    let row = r#"{"conversation_id":"c","speaker":"agent","utterance":"x"}"#;
    reads("a.ndjson", row, &options(), "reject missing-column");
    let headless = "c,agent,tajne słowa o wszystkim\n";
    let message = rejects(&read_bytes("a.csv", headless, &options()))[0].message.clone();
    assert!(!message.contains("tajne"), "{message}");
}

#[test]
fn a_bad_row_costs_its_conversation_and_no_other() {
    let table = "conversation_id,speaker,text\na,agent,a\na,agent,b,c\nb,agent,\"b\nc,agent,c\n";
    let expected = "reject line 3 bad-row\nreject line 4 bad-row\nc phone unknown\n0 agent: \"c\"";
    reads("a.csv", table, &options(), expected);
    let table = "conversation_id,turn,speaker,text\na,x,agent,a\n,1,agent,b\nb,1,agent,\"b\nb\"\n";
    let expected = "reject line 2 bad-row\nreject line 3 bad-row\nb phone unknown\n1 agent: \"b\\nb\"";
    reads("a.csv", table, &options(), expected);
    let rows = "{\"conversation_id\":\"a\",\"speaker\":\"agent\",\"text\":\"a\"}\n{\"conversation_id\":\"a\",\n{\"conversation_id\":\"b\",\"speaker\":\"agent\",\"text\":\"b\"}\n{\"conversation_id\":\"c\"}\n";
    let expected = "reject line 2 bad-json\nreject line 4 bad-row\nb phone unknown\n0 agent: \"b\"";
    reads("a.ndjson", rows, &options(), expected);
    let table = "conversation_id,speaker,text,team\na,agent,a,t-1\na,agent,b,t-2\n";
    let expected = "reject line 3 conflicting-values\na phone unknown t-1\n0 agent: \"a\"\n1 agent: \"b\"";
    reads("a.csv", table, &options(), expected);
}

#[test]
fn files_that_are_no_transcripts_are_told() {
    for (name, bytes, reason) in [
        ("a.jsonl", &b""[..], "empty-file"),
        ("a.txt", b"\n \n", "empty-file"),
        ("a.bin", b"\x00\x01\x02\x03\x04", "unknown-format"),
        ("a.txt", b"Lorem ipsum dolor sit amet", "unknown-format"),
        ("a.json", b"{\"a\": [1, 2]}", "unknown-format"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", "packed"),
        ("a.xlsx", b"PK\x03\x04", "packed"),
        ("a.parquet", b"PAR1 and nothing else", "bad-table"),
        ("a.json", b"{\"segments\": [{\"text\": tajne}]}", "bad-json"),
        ("a.vtt", b"WEBVTT\n\n", "no-turns"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\xd0\xb4\xd0\xb0 \xff\n", "invalid-utf8"),
    ] {
        let items = read_bytes(name, bytes, &options());
        let found = rejects(&items);
        assert_eq!(
            found.iter().map(|reject| reject.reason.as_str()).collect::<Vec<_>>(),
            [reason],
            "{name}: {items:?}"
        );
        assert!(!found[0].message.contains("tajne"), "{}", found[0].message);
    }
    let message = rejects(&read_bytes("a.txt", "Lorem ipsum", &options()))[0].message.clone();
    assert!(message.contains("--input-format") && message.contains("webvtt"), "{message}");
    let wrong = Options { format: Some("docx".to_owned()), ..options() };
    assert_eq!(rejects(&read_bytes("a.txt", "Agent: a", &wrong))[0].reason, "unknown-format");
    let stdin = Input { path: None, display: "-".to_owned(), folder: None };
    assert_eq!(rejects(&read_all(&[stdin], &options()))[0].reason, "no-format");
    assert_eq!(rejects(&read_all(&[input(Path::new("/does/not/exist"))], &options()))[0].reason, "cannot-read");
}

#[test]
fn metadata_fills_what_the_source_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("sub")).unwrap();
    let table = "file;conversation_id;channel;language;agent_id;roles\n\
        a.srt;;phone;sk;a-1;SPEAKER_00=agent,SPEAKER_01=customer\nsub/b.txt;;in_person;;a-2;\n;c-1;email;ru;a-3;\n;c-1;email;;;\nx;;;;;A=boss\n";
    std::fs::write(root.join("calls.csv"), table).unwrap();
    let cues = "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Dobrý deň\n\n2\n00:00:03,000 --> 00:00:04,000\n[SPEAKER_01]: Nie\n";
    std::fs::write(root.join("a.srt"), cues).unwrap();
    std::fs::write(root.join("sub/b.txt"), "Klient: Tak\n").unwrap();
    std::fs::write(root.join("c.jsonl"), ONE).unwrap();
    let (found, none) = inputs(&[root.display().to_string()]);
    assert_eq!(none, []);
    let items = read_all(&found, &Options::default());
    let expected = "reject line 5 bad-metadata\nreject line 6 bad-metadata\n\
        a phone sk a-1\n  0 agent 1..2: \"Dobrý deň\"\n  1 customer 3..4: \"Nie\"\n\
        c-1 chat pl a-3\n  0 agent: \"tak\"\nb in_person unknown a-2\n  0 customer: \"Tak\"\n";
    assert_eq!(shown(&items), expected, "{items:#?}");

    let path = root.join("c.jsonl");
    let metadata = Some(root.join("calls.csv"));
    let given = read_all(&[input(&path)], &Options { metadata, ..Options::default() });
    assert_eq!(conversations(&given)[0].agent_id.as_deref(), Some("a-3"));
    let metadata = Some(root.join("none.csv"));
    let missing = read_all(&[input(&path)], &Options { metadata, ..Options::default() });
    assert_eq!(shown(&missing), format!("reject cannot-read\n{ONE_READ}").replace("\n0", "\n  0"));
}

#[test]
fn a_sink_may_break_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, format!("{ONE}\n{TWO}\n")).unwrap();
    let mut count = 0;
    read(&[input(&path), input(&path)], &options(), &mut |_| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!(count, 1);
}

#[test]
fn the_source_is_told_with_line_and_checksum() {
    let read = conversations(&read_bytes("a.jsonl", format!("\n{ONE}"), &options()));
    assert_eq!((read[0].source.file.as_str(), read[0].source.line), ("a.jsonl", Some(2)));
    let read = conversations(&read_bytes("a.txt", "Klient: abc", &options()));
    assert_eq!(read[0].source.sha256, "dce4b8cc6f0669caf4f04b02360b47849ab138d05f456e48c96a5d49b980b102");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(
        begin in prop::sample::select(vec![
            "", "PAR1", "ARROW1\0\0", "{\"turns\":[", "{\"segments\":[{\"words\":[", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v ",
            "1\n00:00:01,000 --> 00:00:02,000\n[", "conversation_id,speaker,text,start\n", "Klient: ", "\u{feff}", "{\"text\":\"",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in "[\\PC\n\"{}\\[\\]<>:,;]{0,80}",
    ) {
        let whole = [begin.as_bytes(), &bytes, text.as_bytes(), b"\n", text.as_bytes()].concat();
        let read = [begin.as_bytes(), text.as_bytes()].concat();
        for bytes in [whole, read] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a");
            std::fs::write(&path, bytes).unwrap();
            for format in READERS.iter().map(|reader| Some(reader.name().to_owned())).chain([None]) {
                let items = read_all(&[input(&path)], &Options { format, ..options() });
                assert!(!items.is_empty());
                assert!(rejects(&items).iter().all(|reject| reject.reason != "panic"), "{items:?}");
            }
        }
    }
}

#[test]
fn the_samples_are_read_without_a_reject() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples");
    if folder.is_dir() {
        let items = read_all(&inputs(&[folder.display().to_string()]).0, &Options::default());
        assert_eq!(rejects(&items), []);
        assert!(conversations(&items).iter().flat_map(|c| &c.turns).all(|turn| turn.speaker != Speaker::Unknown));
    }
}

#[test]
fn a_conversation_over_many_lines_is_read() {
    let value: serde_json::Value = serde_json::from_str(ONE).unwrap();
    reads("a.json", serde_json::to_string_pretty(&value).unwrap(), &options(), ONE_READ);
    reads("a.json", "{\n\"turns\": [\n{\"text\": x\n", &options(), "reject line 3 bad-json");
}

#[test]
fn a_table_by_dates_begins_with_the_first() {
    let table = "conversation_id,speaker,text,start\nc,agent,a,2026-03-02 10:15:30\nc,agent,b,2026-03-02 10:15\n";
    let expected = "c phone unknown 2026-03-02 10:15\n0 agent 0..: \"b\"\n1 agent 30..: \"a\"";
    reads("a.csv", table, &options(), expected);
}

#[test]
fn times_of_day_count_from_the_first() {
    let expected = "a phone unknown\n0 agent 0..: \"a\"\n1 customer 65..: \"b\"";
    reads("a.txt", "[14:05:10] Agent: a\n[14:06:15] Klient: b\n", &options(), expected);
    let expected = "reject line 1 bad-times\na phone unknown\n0 agent: \"a\"\n1 customer: \"b\"";
    reads("a.txt", "[14:05] Agent: a\n[14:06] Klient: b\n", &options(), expected);
}

#[test]
fn the_metadata_is_not_read_as_a_transcript() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("meta.csv"), "file,channel\na.txt,in_person\n").unwrap();
    std::fs::write(folder.path().join("a.txt"), "Klient: Tak\n").unwrap();
    let metadata = Some(folder.path().join("meta.csv"));
    let found = inputs(&[folder.path().display().to_string()]).0;
    let items = read_all(&found, &Options { metadata, ..Options::default() });
    assert_eq!(shown(&items), "a in_person unknown\n  0 customer: \"Tak\"\n");
}

#[test]
#[ignore = "measures"]
fn speed_and_memory_of_many_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let turn = r#"{"speaker":"agent","start":1.5,"end":2.5,"text":"Здравствуйте, чем могу помочь вам сегодня?"}"#;
    let turns = vec![turn; 20].join(",");
    let lines: String = (0..100_000)
        .map(|n| format!("{{\"conversation_id\":\"c-{n}\",\"channel\":\"chat\",\"turns\":[{turns}]}}\n"))
        .collect();
    std::fs::write(&path, &lines).unwrap();
    let bytes = lines.len();
    drop(lines);
    let anonymous = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap().to_owned();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    };
    let (begin, before, mut count, mut most) = (std::time::Instant::now(), anonymous(), 0, 0);
    read(&[input(&path)], &options(), &mut |_| {
        count += 1;
        if count % 20_000 == 0 {
            most = most.max(anonymous());
        }
        ControlFlow::Continue(())
    });
    eprintln!("{count} conversations, {bytes} bytes, {:?}, MiB {before} before, at most {most}", begin.elapsed());
}
