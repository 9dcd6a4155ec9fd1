//! Makes a complete model from a corpus: vocabulary, network, thresholds. The work of `spokoj train`.
//!
//! Thresholds come from conversations that the network has not seen: the corpus is cut into folds, each heard by a network trained on
//! the rest. The network that is kept is then trained on everything.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::guidelines::load;
use crate::guidelines::pack::Pack;
use crate::learn::LearnError;
use crate::learn::acts::{self, ActsFigures};
use crate::learn::calibrate::Calibration;
use crate::learn::choose::{HeldOut, choose, score_with};
use crate::learn::corpus::{Corpus, LabelledConversation};
use crate::learn::gold::Score;
use crate::learn::samples::{self, Sample};
use crate::learn::train::{Settings, Trained, train};
use crate::signals::embedded::{Embedded, Room};
use crate::signals::hear;
use crate::signals::network::Network;
use crate::signals::thresholds::Thresholds;
use crate::signals::tokens::Words;
use crate::signals::{Cut, Heard, Hears};

/// A word is in the vocabulary from so many occurrences on.
const FREQUENT: usize = 3;
/// Folds of the cross-validation.
const FOLDS: usize = 4;

/// A model in its parts, and how it did on conversations it had not seen.
pub struct Fitted {
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// `network.safetensors`.
    pub network: Vec<u8>,
    /// `thresholds.toml`.
    pub thresholds: String,
    /// Score on the held-out folds, thresholds chosen on the same folds.
    pub held_out: Score,
    /// How well it hears acts in the held-out folds.
    pub acts: ActsFigures,
}

/// Makes a model; `progress` hears what is being done.
///
/// # Errors
/// When the tokenizer fails or a built-in guideline is broken.
pub fn fit(corpus: &Corpus, settings: Settings, progress: &mut dyn FnMut(&str)) -> Result<Fitted, LearnError> {
    let words = Words::with_vocabulary(&vocabulary(corpus)?)?;
    let pack = Pack::load("every")?;
    let every = samples::of(corpus, &words)?;
    let mut heard: Vec<Option<[Heard; 2]>> = vec![None; corpus.conversations.len()];
    for fold in 0..FOLDS {
        let kept: Vec<Sample> =
            every.iter().filter(|sample| sample.conversation.is_none_or(|at| at % FOLDS != fold)).cloned().collect();
        let mut said = |epoch: usize, loss: f64| {
            progress(&format!("fold {} of {FOLDS}, epoch {}, loss {loss:.3}", fold + 1, epoch + 1))
        };
        let model = model(&words, train(&kept, settings, &mut said), settings)?;
        let unseen: Vec<usize> = (0..corpus.conversations.len()).filter(|at| at % FOLDS == fold).collect();
        let found: Vec<[Heard; 2]> = unseen
            .par_iter()
            .map_init(Room::default, |room, at| both_cuts(&model, &corpus.conversations[*at], room))
            .collect::<Result<_, LearnError>>()?;
        for (at, one) in unseen.into_iter().zip(found) {
            heard[at] = Some(one);
        }
    }
    let mut heard: Vec<[Heard; 2]> = heard.into_iter().flatten().collect();
    progress("calibrating and choosing thresholds");
    let sources: Vec<&LabelledConversation> = corpus.conversations.iter().collect();
    let calibration =
        Calibration::fit(&sources, &heard.iter().map(|[_, labelled]| labelled).collect::<Vec<_>>(), &pack);
    heard.iter_mut().flatten().for_each(|heard| calibration.apply(heard));
    let held: Vec<HeldOut<'_>> = sources.iter().zip(&heard).map(|(source, heard)| HeldOut::of(source, heard)).collect();
    let thresholds = choose(&held, &pack, None);
    let held_out = score_with(&held, &pack, &thresholds);
    let labelled: Vec<Heard> = heard.into_iter().map(|[_, labelled]| labelled).collect();
    let acts = acts::compare(&sources, &labelled, &thresholds);
    let mut said = |epoch: usize, loss: f64| progress(&format!("all, epoch {}, loss {loss:.3}", epoch + 1));
    let mut trained = train(&every, settings, &mut said);
    calibration.bake(&mut trained.dense);
    let network = Network::new(settings.shape, &trained.table, trained.dense);
    Ok(Fitted {
        tokenizer: words.to_json()?,
        network: network.to_bytes()?,
        thresholds: thresholds.to_toml()?,
        held_out,
        acts,
    })
}

/// What a model hears in a conversation cut by the product, and cut by the annotators.
fn both_cuts(model: &dyn Hears, source: &LabelledConversation, room: &mut Room) -> Result<[Heard; 2], LearnError> {
    let mut one = |cut: Cut<'_>| Ok::<_, LearnError>(model.hear(&[cut], room)?.pop().unwrap_or_default());
    Ok([one(hear::cut(&source.conversation))?, one(source.cut())?])
}

pub(super) fn model(words: &Words, trained: Trained, settings: Settings) -> Result<Embedded, LearnError> {
    let words = Words::load(words.to_json()?.as_bytes())?;
    let network = Network::new(settings.shape, &trained.table, trained.dense);
    Ok(Embedded::trained(words, network, Thresholds::default()))
}

/// The corpus with the examples of the built-in guidelines, whose sentences bear labels too.
///
/// # Errors
/// When a built-in guideline is broken.
pub fn with_examples(mut corpus: Corpus) -> Result<Corpus, LearnError> {
    for guideline in load::guidelines()? {
        for example in &guideline.example {
            let parsed = example
                .parse(&guideline.code)
                .map_err(|error| LearnError::Example { code: guideline.code.clone(), message: error.to_string() })?;
            corpus.examples.extend(
                parsed
                    .into_iter()
                    .map(|(conversation, labels)| LabelledConversation::from_given(conversation, &labels)),
            );
        }
    }
    Ok(corpus)
}

pub(super) fn vocabulary(corpus: &Corpus) -> Result<Vec<String>, LearnError> {
    let words = Words::with_vocabulary(&[])?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let texts = corpus.utterances.iter().map(|utterance| utterance.text.as_str());
    let turns = corpus.conversations.iter().flat_map(|labelled| &labelled.conversation.turns);
    for text in texts.chain(turns.map(|turn| turn.text.as_str())) {
        for word in words.of(text)? {
            *counts.entry(word.text).or_default() += 1;
        }
    }
    let mut frequent: Vec<(String, usize)> = counts.into_iter().filter(|(_, count)| *count >= FREQUENT).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(frequent.into_iter().map(|(word, _)| word).collect())
}
