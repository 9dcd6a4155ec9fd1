//! What each stage of an audit costs, in turns a second on one thread. Conversations are those of the corpus, each once.

use std::path::Path;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use spokoj::guidelines::evaluate;
use spokoj::guidelines::pack::Pack;
use spokoj::learn::corpus;
use spokoj::signals::Hears;
use spokoj::signals::embedded::{Embedded, Room};
use spokoj::signals::hear::{self, Source};
use spokoj::text::{mask, segment};
use spokoj::transcript::{Conversation, Lang};

fn main() {
    divan::main();
}

/// Conversations of a language.
fn conversations() -> Vec<Conversation> {
    let corpus = corpus::read(Path::new("data/corpus")).expect("the corpus lies in data/corpus");
    let all = corpus.conversations.into_iter().map(|labelled| labelled.conversation);
    all.filter(|conversation| conversation.language == Lang::Pl).collect()
}

fn turns(conversations: &[Conversation]) -> ItemsCount {
    ItemsCount::new(conversations.iter().map(|conversation| conversation.turns.len()).sum::<usize>())
}

fn model() -> Embedded {
    Embedded::built_in().expect("the committed model fits")
}

#[divan::bench(sample_count = 10)]
fn segments(bencher: Bencher) {
    let all = conversations();
    bencher.counter(turns(&all)).bench(|| {
        for turn in all.iter().flat_map(|conversation| &conversation.turns) {
            black_box(segment::segments(&turn.text, Lang::Pl));
        }
    });
}

#[divan::bench(sample_count = 10)]
fn words(bencher: Bencher) {
    let (all, model) = (conversations(), model());
    bencher.counter(turns(&all)).bench(|| {
        for turn in all.iter().flat_map(|conversation| &conversation.turns) {
            black_box(model.words().of(&turn.text).expect("the tokenizer takes every text"));
        }
    });
}

#[divan::bench(sample_count = 10)]
fn masking(bencher: Bencher) {
    let all = conversations();
    bencher.counter(turns(&all)).bench(|| {
        for turn in all.iter().flat_map(|conversation| &conversation.turns) {
            black_box(mask::mask(&turn.text));
        }
    });
}

#[divan::bench(sample_count = 5)]
fn hearing(bencher: Bencher) {
    let (all, model) = (conversations(), model());
    bencher.counter(turns(&all)).bench(|| {
        let mut room = Room::default();
        for conversation in &all {
            black_box(hear::hear(&model, conversation, &mut room).expect("the model takes every text"));
        }
    });
}

#[divan::bench(sample_count = 10)]
fn checking(bencher: Bencher) {
    let all = conversations();
    let source = Source::Model(std::sync::Arc::new(model()));
    let pack = Pack::load("all").expect("the pack is built in");
    let mut room = Room::default();
    let heard: Vec<_> = all
        .iter()
        .map(|conversation| source.hear(conversation, &mut room).expect("the model takes every text"))
        .collect();
    bencher.counter(turns(&all)).bench(|| {
        for (conversation, signals) in all.iter().zip(&heard) {
            black_box(evaluate::findings(&pack, conversation, signals, source.thresholds()));
        }
    });
}
