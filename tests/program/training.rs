//! Training: the same corpus and seed give the same model, byte for byte, whatever the number of threads; and the model loads.

use std::fs;
use std::path::Path;

use spokoj::learn::corpus::{self, Corpus};
use spokoj::learn::fit::{Fitted, fit};
use spokoj::learn::soft;
use spokoj::learn::train::Settings;
use spokoj::signals::Hears;
use spokoj::signals::embedded::{Embedded, Room};
use spokoj::signals::hear;
use spokoj::signals::network::Shape;

use crate::{Place, program, root, text};

/// Every so many lines of a text, that many of them.
fn picked(path: &Path, count: usize) -> String {
    let text = fs::read_to_string(path).unwrap();
    let step = text.lines().count() / count;
    text.lines().step_by(step).take(count).map(|line| format!("{line}\n")).collect()
}

/// A corpus of a few dozen utterances and a few conversations a language.
fn small(place: &Place) {
    for code in ["ru", "pl", "sk"] {
        let home = root().join("data/corpus").join(code);
        for file in ["agent.tsv", "customer.tsv"] {
            place.file(&format!("corpus/{code}/{file}"), picked(&home.join(file), 30));
        }
        for ending in ["jsonl", "labels.jsonl"] {
            let own = format!("conversations/a.{ending}");
            place.file(&format!("corpus/{code}/{own}"), picked(&home.join(&own), 4));
        }
    }
}

fn tiny(seed: u64) -> Settings {
    Settings { shape: Shape { buckets: 1 << 10, width: 16, hidden: 8 }, epochs: 2, seed, ..Settings::default() }
}

fn trained(corpus: &Corpus, seed: u64, threads: usize) -> Fitted {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| fit(corpus, tiny(seed), &mut |_| {})).unwrap()
}

#[test]
fn training_twice_gives_the_same_bytes_and_a_model_that_loads() {
    let place = Place::new();
    small(&place);
    let corpus = corpus::read(&place.path("corpus")).unwrap();
    assert_eq!((corpus.utterances.len(), corpus.conversations.len()), (180, 12));
    let (first, second) = (trained(&corpus, 7, 1), trained(&corpus, 7, 3));
    assert_eq!(first.tokenizer, second.tokenizer, "tokenizer.json");
    assert!(first.network == second.network, "network.safetensors");
    assert_eq!(first.thresholds, second.thresholds, "thresholds.toml");
    assert!(trained(&corpus, 8, 3).network != first.network, "the seed changes nothing");

    let model = Embedded::new(first.tokenizer.as_bytes(), &first.network, &first.thresholds).unwrap();
    assert_eq!(model.sha256().len(), 64);
    let signals = hear::hear(&model, &corpus.conversations[0].conversation, &mut Room::default()).unwrap();
    assert_eq!(signals.turns.len(), corpus.conversations[0].conversation.turns.len());
    let scores = signals.turns.iter().flat_map(|turn| &turn.segments).flat_map(|segment| &segment.acts);
    assert!(scores.clone().count() > 0 && scores.clone().all(|score| (0.0..=1.0).contains(score)));

    let halves = (&first.network[..first.network.len() / 2], "customer = []");
    assert!(Embedded::new(first.tokenizer.as_bytes(), halves.0, &first.thresholds).is_err());
    assert!(Embedded::new(first.tokenizer.as_bytes(), &first.network, halves.1).is_err());
}

#[test]
fn own_labels_and_soft_labels_are_learned_from() {
    let place = Place::new();
    small(&place);
    place.file("talk.jsonl", picked(&root().join("data/corpus/pl/conversations/b.jsonl"), 3));
    let outcome = program(&place, &["label", "talk.jsonl", "--out", "soft.ndjson"], b"");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(place.path("soft.ndjson")).unwrap().lines().count(), 3);
    place.file("agent-ours.tsv", "registers_complaint\t0\t-\t-\tZakładam kwiatka.\n");
    let arguments = ["train", "--corpus", "corpus", "--epochs", "1", "--out", "ours", "--quiet"];
    let more = ["--labels", "agent-ours.tsv", "--soft", "soft.ndjson"];
    let outcome = program(&place, &[&arguments[..], &more].concat(), b"");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("calibration error"), "{}", outcome.stdout);
    assert_eq!(place.names("ours"), ["embedded", "tokenizer.json"]);

    let mut corpus = corpus::read(&place.path("corpus")).unwrap();
    let plain = trained(&corpus, 7, 2).network;
    corpus.soft = soft::read(&place.path("soft.ndjson")).unwrap();
    let soft = trained(&corpus, 7, 2).network;
    corpus::read_own(&place.path("agent-ours.tsv"), &mut corpus).unwrap();
    assert!(plain != soft && soft != trained(&corpus, 7, 2).network, "they change nothing");

    place.file("ours.tsv", "greeting\t0\t-\t-\tHej.\n");
    let outcome = program(&place, &["train", "--corpus", "corpus", "--out", "x", "--labels", "ours.tsv"], b"");
    assert!(outcome.code == 2 && outcome.stderr.contains("name it agent"), "{}", outcome.stderr);
    place.file("soft.ndjson", "{}\n");
    let outcome = program(&place, &["train", "--corpus", "corpus", "--out", "x", "--soft", "soft.ndjson"], b"");
    assert!(outcome.code == 2 && outcome.stderr.contains("soft.ndjson:1: "), "{}", outcome.stderr);
}

#[test]
fn rules_alone_hear_without_a_model() {
    let place = Place::new();
    let folder = root().join("data/samples");
    let samples = folder.to_string_lossy();
    let arguments = ["audit", &samples, "--rules-only", "--out", "out", "--format", "ndjson"];
    let outcome = program(&place, &arguments, b"");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let flags = outcome.rows("flags");
    assert!(flags.len() > 20 && flags.iter().all(|row| text(row, "model").starts_with("rules@")));
    let both = program(&place, &["audit", &samples, "--rules-only", "--model", "embedded", "--out", "out"], b"");
    assert_eq!(both.code, 2);
}

#[test]
fn a_corpus_with_an_unknown_act_is_refused_at_its_line() {
    let place = Place::new();
    small(&place);
    let path = "corpus/pl/agent.tsv";
    let text = fs::read_to_string(place.path(path)).unwrap();
    place.file(path, format!("{text}shrugs\t0\t-\t-\tno i co\n"));
    let outcome = program(&place, &["train", "--corpus", "corpus", "--out", "model", "--epochs", "1", "--quiet"], b"");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("corpus/pl/agent.tsv:31: `shrugs` is no act of the agent"), "{}", outcome.stderr);
    assert!(place.names("model").is_empty());
}

#[test]
fn a_folder_without_a_corpus_is_refused() {
    let place = Place::new();
    place.file("corpus/notes.txt", "nothing");
    let outcome = program(&place, &["train", "--corpus", "corpus", "--out", "model"], b"");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("`corpus` holds no corpus"), "{}", outcome.stderr);
}
