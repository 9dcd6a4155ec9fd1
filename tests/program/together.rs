//! A model that hears several conversations at once: one on which it fails costs that one alone.

use std::fs;
use std::sync::Arc;

use serde_json::Value;
use spokoj::audit::Audit;
use spokoj::guidelines::pack::Pack;
use spokoj::ingest::{self, Options};
use spokoj::report::writer;
use spokoj::signals::embedded::{Embedded, Room};
use spokoj::signals::hear::Source;
use spokoj::signals::thresholds::Thresholds;
use spokoj::signals::tokens::Words;
use spokoj::signals::{Asked, Cut, Heard, Hears, SignalError};

use crate::{Place, conversation, good};

/// The embedded model, except that it takes four conversations at once, panics on one word and fails on another.
struct Flaky(Embedded);

impl Hears for Flaky {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn sha256(&self) -> &str {
        self.0.sha256()
    }
    fn words(&self) -> &Words {
        self.0.words()
    }
    fn thresholds(&self) -> &Thresholds {
        self.0.thresholds()
    }
    fn at_once(&self) -> usize {
        4
    }
    fn hear(&self, cuts: &[Cut<'_>], room: &mut Room) -> Result<Vec<Heard>, SignalError> {
        let says =
            |word: &str| cuts.iter().any(|cut| cut.conversation.turns.iter().any(|turn| turn.text.contains(word)));
        assert!(!says("kaboom"), "kaboom");
        if says("fizzle") {
            return Err(SignalError::Model { what: "fuse", message: "is wet".to_owned() });
        }
        self.0.hear(cuts, room)
    }
    fn losses(&self, asked: &[Asked<'_>], room: &mut Room) -> Result<Vec<Vec<f32>>, SignalError> {
        self.0.losses(asked, room)
    }
}

/// The rows of a table that a model's audit of the place's `calls.jsonl` writes.
fn rows(place: &Place, model: Arc<dyn Hears>, out: &str) -> (Vec<Value>, Vec<Value>) {
    let (packs, source, options) = ([Pack::load("all").unwrap()], Source::Model(model), Options::default());
    let audit = Audit { packs: &packs, source: &source, options: &options, mask: true };
    let (inputs, refused) = ingest::inputs(&[place.path("calls.jsonl").to_string_lossy().into_owned()]);
    audit.run(&inputs, refused, &place.path(out), &[writer("ndjson").unwrap()], &mut |_| {}).unwrap();
    let table = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(place.path(&format!("{out}/{name}.ndjson"))).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    (table("turns"), table("rejects"))
}

#[test]
fn a_conversation_on_which_the_model_fails_costs_none_of_its_neighbours() {
    let place = Place::new();
    let bad = |id: &str, word: &str| conversation(id, "pl", &[("customer", word)]);
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let whole: String = names.iter().map(|id| good(id)).collect();
    place.file("calls.jsonl", &whole);
    let (all, none) = rows(&place, Arc::new(Embedded::built_in().unwrap()), "plain");
    assert!(none.is_empty());
    let parts: String = [good("a"), bad("x", "kaboom"), good("b"), good("c"), good("d"), bad("y", "fizzle"), good("e")]
        .into_iter()
        .chain([good("f"), good("g")])
        .collect();
    place.file("calls.jsonl", parts);
    let (turns, rejects) = rows(&place, Arc::new(Flaky(Embedded::built_in().unwrap())), "flaky");
    let ids = |rows: &[Value]| rows.iter().map(|row| row["conversation_id"].to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&turns), ids(&all));
    let scores = |rows: &[Value]| rows.iter().map(|row| row["acts"].to_string()).collect::<Vec<_>>();
    assert_eq!(scores(&turns), scores(&all));
    let reasons: Vec<(&str, u64)> =
        rejects.iter().map(|row| (row["reason"].as_str().unwrap(), row["line"].as_u64().unwrap())).collect();
    assert_eq!(reasons, [("panic", 2), ("not-heard", 6)]);
    assert!(rejects[1]["message"].as_str().unwrap().contains("fuse"), "{}", rejects[1]);
}
