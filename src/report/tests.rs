//! Every format gives back what was written, twice the same bytes, and nothing where a run breaks off.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use polars::prelude::{DataFrame, JsonFormat, JsonReader, ParquetReader, Schema, SerReader};

use super::{ReportError, Tables, WRITERS, run_json, writer};
use crate::tables::agents::Agents;
use crate::tables::samples::{complaint, pack, run, thresholds};
use crate::tables::{Table, agents, conversations, flags, rejects, turns};
use crate::transcript::Reject;

/// One frame a table, with empty and full lists, nulls, and texts that files find hard.
fn frames() -> Vec<(Table, DataFrame)> {
    let (packs, thresholds) = ([pack("first", &["EMP002", "RES003"])], thresholds());
    let run = run(&packs, &thresholds);
    let mut audited = complaint("-1");
    audited.conversation.turns[0].text = "=cena \"5\", tak;\nано\\ж | щ \u{1F642}".to_owned();
    let flags = flags::rows(&audited, &run);
    let mut conversation = conversations::row(&audited, &flags, &run);
    conversation.promises = vec![(3, "2026-03-02T12:00:00".to_owned()), (5, "2026-03-03T12:00:00".to_owned())];
    let mut agents = Agents::default();
    agents.add(&conversation, &flags);
    let silent = conversations::row(&complaint("c-2"), &[], &run);
    let reject = Reject {
        source_file: "in/a.json".into(),
        line: Some(3),
        reason: "bad-json".into(),
        message: "не читается".into(),
    };
    vec![
        (Table::Turns, turns::frame(&turns::rows(&audited, &run)).unwrap()),
        (Table::Flags, flags::frame(&flags).unwrap()),
        (Table::Conversations, conversations::frame(&[conversation, silent]).unwrap()),
        (Table::Agents, agents::frame(&agents.rows(&packs[0].limits)).unwrap()),
        (Table::Rejects, rejects::frame(&[reject]).unwrap()),
    ]
}

/// Writes all tables in all formats, each frame `times` times.
fn write(folder: &Path, times: usize) {
    let mut tables = Tables::open(folder, WRITERS).unwrap();
    for (table, frame) in frames() {
        (0..times).for_each(|_| tables.append(table, frame.clone()).unwrap());
    }
    tables.finish().unwrap();
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())).collect()
}

fn twice(frame: &DataFrame) -> DataFrame {
    frame.vstack(frame).unwrap()
}

#[test]
fn parquet_and_ndjson_give_back_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 2);
    for (table, frame) in frames() {
        let file = |ending: &str| fs::File::open(folder.path().join(format!("{table}.{ending}"))).unwrap();
        let parquet = ParquetReader::new(file("parquet")).finish().unwrap();
        assert!(parquet.equals_missing(&twice(&frame)), "{table}: {parquet:?}");
        assert_eq!(parquet.schema().as_ref(), &table.schema());

        let read = JsonReader::new(file("ndjson"))
            .with_json_format(JsonFormat::JsonLines)
            .infer_schema_len(None)
            .finish()
            .unwrap();
        let json = cast(&read, &table.schema());
        assert!(json.equals_missing(&twice(&frame)), "{table}: {json:?}");
    }
    let lines = fs::read_to_string(folder.path().join("turns.ndjson")).unwrap();
    assert!(lines.contains("ано\\\\ж | щ \u{1F642}") && lines.contains("\"asr_confidence\":null"), "{lines}");
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["acts"], serde_json::json!(["greeting"]));
    let keys = table_names(Table::Turns);
    assert!(keys.iter().all(|key| first.get(key).is_some()));
}

/// Numbers of JSON have no width: brings each column to the type that was written.
fn cast(read: &DataFrame, schema: &Schema) -> DataFrame {
    assert!(read.schema().iter_names().eq(schema.iter_names()), "{:?}", read.schema());
    let columns =
        read.columns().iter().zip(schema.iter_values()).map(|(column, dtype)| column.strict_cast(dtype).unwrap());
    DataFrame::new(read.height(), columns.collect()).unwrap()
}

fn table_names(table: Table) -> Vec<String> {
    table.schema().iter_names().map(|name| name.to_string()).collect()
}

#[test]
fn csv_has_one_header_flat_lists_and_no_formulas() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 2);
    for (table, frame) in frames() {
        let mut file = ::csv::Reader::from_path(folder.path().join(format!("{table}.csv"))).unwrap();
        let header: Vec<String> = file.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(header, table_names(table));
        assert_eq!(file.records().map(Result::unwrap).count(), 2 * frame.height(), "{table}");
    }
    let cells = |table: &str, row: usize| -> BTreeMap<String, String> {
        let mut file = ::csv::Reader::from_path(folder.path().join(format!("{table}.csv"))).unwrap();
        file.deserialize().nth(row).unwrap().unwrap()
    };
    let turn = cells("turns", 0);
    assert_eq!(turn["text"], "'=cena \"5\", tak;\nано\\ж | щ \u{1F642}");
    assert_eq!(
        (turn["conversation_id"].as_str(), turn["start_s"].as_str(), turn["asr_confidence"].as_str()),
        ("'-1", "0", "")
    );
    assert_eq!((turn["acts"].as_str(), turn["act_scores"].as_str()), ("greeting", "0.8765"));
    let conversation = cells("conversations", 0);
    assert_eq!(conversation["promises"], "3@2026-03-02T12:00:00|5@2026-03-03T12:00:00");
    assert_eq!((conversation["calmed"].as_str(), conversation["source_file"].as_str()), ("true", "'=sample.jsonl"));
    assert_eq!(cells("conversations", 1)["promises"], "");
    assert_eq!(cells("agents", 1)["code_counts"], "EMP002@1|RES003@1");
    assert_eq!(cells("flags", 0)["sources"], "A/1|B/2");
}

#[test]
fn the_same_rows_give_the_same_bytes_however_they_arrive() {
    let (first, second, whole) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(first.path(), 2);
    write(second.path(), 2);
    assert!(bytes(first.path()) == bytes(second.path()));
    let mut tables = Tables::open(whole.path(), WRITERS).unwrap();
    for (table, frame) in frames() {
        tables.append(table, twice(&frame)).unwrap();
    }
    tables.finish().unwrap();
    assert!(bytes(first.path()) == bytes(whole.path()));
    assert_eq!(bytes(whole.path()).len(), Table::ALL.len() * WRITERS.len());
}

#[test]
fn many_rows_are_written_in_groups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejects.parquet");
    let reject =
        |line| Reject { source_file: "a".into(), line: Some(line), reason: "r".into(), message: String::new() };
    let rows: Vec<Reject> = (0..150_000).map(reject).collect();
    let mut file = WRITERS[0].create(&path, &rejects::schema()).unwrap();
    rows.chunks(40_000).for_each(|rows| file.write(&mut rejects::frame(rows).unwrap()).unwrap());
    file.finish().unwrap().put_in_place().unwrap();
    let mut reader = ParquetReader::new(fs::File::open(&path).unwrap());
    let groups: Vec<usize> = reader.get_metadata().unwrap().row_groups.iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [65_536, 65_536, 18_928]);
    assert!(reader.finish().unwrap().equals_missing(&rejects::frame(&rows).unwrap()));
}

#[test]
fn an_empty_table_is_a_file_with_columns() {
    let folder = tempfile::tempdir().unwrap();
    Tables::open(folder.path(), WRITERS).unwrap().finish().unwrap();
    for table in Table::ALL {
        let file = fs::File::open(folder.path().join(format!("{table}.parquet"))).unwrap();
        let read = ParquetReader::new(file).finish().unwrap();
        assert_eq!((read.height(), read.schema().as_ref()), (0, &table.schema()));
    }
    let header = fs::read_to_string(folder.path().join("rejects.csv")).unwrap();
    assert_eq!(header, "source_file,line,reason,message\n");
}

#[test]
fn a_run_that_breaks_off_leaves_the_old_files_and_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("turns.csv"), "old").unwrap();
    let mut tables = Tables::open(folder.path(), WRITERS).unwrap();
    for (table, frame) in frames() {
        tables.append(table, frame).unwrap();
    }
    drop(tables);
    let left = bytes(folder.path());
    assert_eq!(left.len(), 1);
    assert_eq!(left["turns.csv"], b"old");
    write(folder.path(), 1);
    assert_ne!(bytes(folder.path())["turns.csv"], b"old");
}

#[test]
fn other_columns_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for format in WRITERS {
        let mut file = format.create(&folder.path().join("x"), &rejects::schema()).unwrap();
        let error = file.write(&mut turns::frame(&[]).unwrap()).unwrap_err();
        assert!(matches!(error, ReportError::Rows { .. }), "{error}");
    }
}

#[test]
fn failures_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::write(&taken, "").unwrap();
    let error = Tables::open(&taken, WRITERS).err().unwrap().to_string();
    assert!(error.contains("taken") && error.contains("choose another folder"), "{error}");
    let full = ReportError::Write { path: "x.csv".into(), source: std::io::ErrorKind::StorageFull.into() }.to_string();
    assert!(full.contains("`x.csv`") && full.contains("free some space"), "{full}");
    let unknown = writer("exel").err().unwrap().to_string();
    assert_eq!(unknown, "there is no output format `exel`; one of parquet, csv, ndjson");
}

/// Needs a small file system: `SPOKOJ_SMALL_FOLDER=/mnt/small cargo test -- --ignored`.
#[test]
#[ignore = "needs a folder on a file system of less than a megabyte"]
fn a_full_disk_is_said_and_leaves_nothing_behind() {
    let folder = std::path::PathBuf::from(std::env::var_os("SPOKOJ_SMALL_FOLDER").unwrap());
    let noise = |line: u64| {
        (0..40).map(|at| char::from(b'a' + (line.wrapping_mul(6_364_136_223_846_793_005) >> at) as u8 % 26)).collect()
    };
    let reject =
        |line| Reject { source_file: noise(line), line: Some(line), reason: noise(line + 7), message: noise(line + 9) };
    let rows: Vec<Reject> = (1..70_000).map(reject).collect();
    for format in WRITERS {
        let mut file = format.create(&folder.join("rejects"), &rejects::schema()).unwrap();
        let written = file.write(&mut rejects::frame(&rows).unwrap());
        let error = written.and_then(|()| file.finish().map(|_| ())).unwrap_err().to_string();
        assert!(error.contains("free some space"), "{}: {error}", format.name());
        assert!(bytes(&folder).is_empty());
    }
}

#[cfg(unix)]
#[test]
fn files_have_the_rights_of_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (folder.path().join("run.json"), folder.path().join("other"));
    run_json(&ours, &serde_json::json!({"version": "1", "inputs": []})).unwrap();
    fs::write(&other, "").unwrap();
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(rights(&ours), rights(&other));
    assert_eq!(fs::read_to_string(&ours).unwrap(), "{\n  \"inputs\": [],\n  \"version\": \"1\"\n}\n");
}
