//! Makes a complete model from a corpus: vocabulary, network, thresholds. The work of `spokoj train`.
//!
//! Thresholds come from conversations that the network has not seen: the corpus is cut into folds, each heard by a network trained on
//! the rest. The network that is kept is then trained on everything.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::guidelines::pack::Pack;
use crate::guidelines::{Demand, Guideline, Severity, evaluate, load};
use crate::learn::LearnError;
use crate::learn::corpus::{Corpus, LabelledConversation};
use crate::learn::gold::{Score, by_turn, score};
use crate::learn::samples::{self, Sample, Tokenised};
use crate::learn::train::{Settings, Trained, train};
use crate::learn::verdicts::verdicts;
use crate::signals::embedded::{Embedded, Room};
use crate::signals::hear;
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, Network, sigmoid};
use crate::signals::thresholds::{Shift, Thresholds};
use crate::signals::tokens::Words;
use crate::signals::{Hears, Signals};
use crate::transcript::Speaker;

/// A word is in the vocabulary from so many occurrences on.
const FREQUENT: usize = 3;
/// Folds of the cross-validation.
const FOLDS: usize = 4;
/// Steps of log-odds that a guideline's thresholds may be moved by.
const STEPS: [f32; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];

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
}

/// Makes a model; `progress` hears what is being done.
///
/// # Errors
/// When the tokenizer fails or a built-in guideline is broken.
pub fn fit(corpus: &Corpus, settings: Settings, progress: &mut dyn FnMut(&str)) -> Result<Fitted, LearnError> {
    let words = Words::with_vocabulary(&vocabulary(corpus)?)?;
    let pack = Pack::load("every")?;
    let every = samples::of(corpus, &words)?;
    let mut heard: Vec<Option<Heard>> = (0..corpus.conversations.len()).map(|_| None).collect();
    for fold in 0..FOLDS {
        let kept: Vec<Sample> =
            every.iter().filter(|sample| sample.conversation.is_none_or(|at| at % FOLDS != fold)).cloned().collect();
        let mut said = |epoch: usize, loss: f64| {
            progress(&format!("fold {} of {FOLDS}, epoch {}, loss {loss:.3}", fold + 1, epoch + 1))
        };
        let model = model(&words, train(&kept, settings, &mut said), settings)?;
        let found: Vec<(usize, Heard)> = (0..corpus.conversations.len())
            .into_par_iter()
            .filter(|at| at % FOLDS == fold)
            .map_init(Room::default, |room, at| Ok((at, Heard::new(&model, &corpus.conversations[at], room)?)))
            .collect::<Result<_, LearnError>>()?;
        for (at, one) in found {
            heard[at] = Some(one);
        }
    }
    let heard: Vec<Heard> = heard.into_iter().flatten().collect();
    progress("choosing thresholds");
    let thresholds = choose(&heard, &pack);
    let held_out = score_with(&heard, &pack, &thresholds);
    let mut said = |epoch: usize, loss: f64| progress(&format!("all, epoch {}, loss {loss:.3}", epoch + 1));
    let trained = train(&every, settings, &mut said);
    let network = Network::new(settings.shape, &trained.table, trained.dense);
    Ok(Fitted {
        tokenizer: words.to_json()?,
        network: network.to_bytes()?,
        thresholds: thresholds.to_toml()?,
        held_out,
    })
}

fn model(words: &Words, trained: Trained, settings: Settings) -> Result<Embedded, LearnError> {
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

fn vocabulary(corpus: &Corpus) -> Result<Vec<String>, LearnError> {
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

/// What a model that has not seen a conversation hears in it.
struct Heard<'a> {
    source: &'a LabelledConversation,
    /// With the product's own segments.
    signals: Signals,
    /// Speaker, scores of all outputs and truth of each labelled segment.
    segments: Vec<(Speaker, Vec<f32>, &'a [Act])>,
}

impl<'a> Heard<'a> {
    fn new(model: &Embedded, source: &'a LabelledConversation, room: &mut Room) -> Result<Self, LearnError> {
        let signals = hear::hear(model, &source.conversation, room)?;
        let tokenised = Tokenised::new(source, model.words())?;
        let segments = tokenised
            .heard_segments(model, room)
            .map(|(segment, logits)| {
                let speaker = source.conversation.turns[segment.turn].speaker;
                (speaker, logits.into_iter().map(sigmoid).collect(), segment.label.acts.as_slice())
            })
            .collect();
        Ok(Heard { source, signals, segments })
    }
}

impl Heard<'_> {
    /// The signals after decisions by these thresholds.
    fn decided(&self, thresholds: &Thresholds) -> Signals {
        let mut signals = self.signals.clone();
        hear::decide(&self.source.conversation, thresholds, &mut signals);
        signals
    }
}

/// The threshold with the best F1 among scores with their truth; one half where there is too little to choose from.
fn best_threshold(mut scored: Vec<(f32, bool)>, beta: f64) -> f32 {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = scored.iter().filter(|(_, right)| *right).count();
    if positives < 8 {
        return 0.5;
    }
    let (mut right, mut best, mut threshold) = (0usize, 0.0, 0.5);
    for (place, (score, hit)) in scored.iter().enumerate() {
        right += usize::from(*hit);
        let next = scored.get(place + 1).map_or(0.0, |next| next.0);
        if next == *score {
            continue;
        }
        let precision = right as f64 / (place + 1) as f64;
        let recall = right as f64 / positives as f64;
        let f = (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall).max(1e-9);
        if f > best {
            best = f;
            threshold = (score + next) / 2.0;
        }
    }
    threshold.clamp(0.02, 0.98)
}

fn choose(heard: &[Heard<'_>], pack: &Pack) -> Thresholds {
    let mut thresholds = Thresholds::default();
    for place in 0..Act::COUNT {
        let Some(act) = Act::at(place) else { continue };
        let scored = heard
            .iter()
            .flat_map(|one| &one.segments)
            .filter(|(speaker, ..)| *speaker == act.speaker())
            .map(|(_, scores, acts)| (scores[ACTS + place], acts.contains(&act)))
            .collect();
        thresholds.acts[place] = best_threshold(scored, 1.0);
    }
    for level in 0..3usize {
        let of = |speaker: Speaker| {
            let scored = heard.iter().flat_map(|one| {
                one.source
                    .conversation
                    .turns
                    .iter()
                    .zip(&one.signals.turns)
                    .filter(move |(turn, _)| turn.speaker == speaker)
                    .map(move |(turn, signals)| {
                        let truth = one
                            .source
                            .gold
                            .turns
                            .iter()
                            .any(|gold| gold.turn == turn.turn && usize::from(gold.aggression) > level);
                        (signals.levels[level], truth)
                    })
            });
            best_threshold(scored.collect(), 1.0)
        };
        thresholds.customer[level] = of(Speaker::Customer);
        thresholds.agent[level] = of(Speaker::Agent);
    }
    for cause in Cause::ALL {
        let place = *cause as usize;
        let scored = heard
            .iter()
            .map(|one| {
                (
                    one.signals.cause_score(*cause),
                    one.source.gold.root_cause.stated.iter().any(|stated| stated == cause.name()),
                )
            })
            .collect();
        thresholds.causes[place] = best_threshold(scored, 1.0);
    }
    thresholds.kinds = vec![0.5; Kind::ALL.len()];
    thresholds.guidelines = shifts(heard, pack, &thresholds);
    thresholds
}

/// For each guideline the shift with the best F1 on held-out conversations (Fβ, see [`weight_of_recall`]), the neighbours counted in.
fn shifts(heard: &[Heard<'_>], pack: &Pack, thresholds: &Thresholds) -> BTreeMap<String, Shift> {
    let decided: Vec<Signals> = heard.iter().map(|one| one.decided(thresholds)).collect();
    let places: Vec<usize> =
        (0..pack.guidelines.len()).filter(|place| pack.guidelines[*place].check.needs_language()).collect();
    places
        .into_par_iter()
        .map(|place| {
            let guideline = &pack.guidelines[place];
            let mut alone = pack.clone();
            alone.guidelines = vec![guideline.clone()];
            alone.guidelines[0].example.clear();
            let beta = weight_of_recall(guideline);
            let grid: Vec<Vec<f64>> = STEPS
                .iter()
                .map(|accuse| {
                    STEPS
                        .iter()
                        .map(|clear| {
                            let mut moved = thresholds.clone();
                            moved.guidelines.insert(guideline.code.clone(), Shift { accuse: *accuse, clear: *clear });
                            let (mut right, mut found, mut wanted) = (0usize, 0usize, 0usize);
                            for (one, signals) in heard.iter().zip(&decided) {
                                let exact = by_turn(guideline);
                                let want: Vec<u32> = one
                                    .source
                                    .gold
                                    .flags
                                    .iter()
                                    .filter(|flag| flag.code == guideline.code)
                                    .map(|flag| flag.turn)
                                    .collect();
                                let got: Vec<u32> =
                                    evaluate::findings(&alone, &one.source.conversation, signals, &moved)
                                        .iter()
                                        .map(|finding| one.source.conversation.turns[finding.turn].turn)
                                        .collect();
                                wanted += want.len();
                                found += got.len();
                                right += if exact {
                                    got.iter().filter(|turn| want.contains(turn)).count()
                                } else {
                                    got.len().min(want.len())
                                };
                            }
                            let precision = right as f64 / found.max(1) as f64;
                            let recall = right as f64 / wanted.max(1) as f64;
                            (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall).max(1e-9)
                        })
                        .collect()
                })
                .collect();
            (guideline.code.clone(), best_of(&grid))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

/// The β of Fβ by which a guideline's thresholds are chosen: a wrong accusation weighs more than a missed one, most of all a critical one.
fn weight_of_recall(guideline: &Guideline) -> f64 {
    match (guideline.severity, guideline.kind) {
        (Severity::Critical, _) => 0.5,
        (_, Demand::Prohibited) => 0.7,
        _ => 1.0,
    }
}

/// The best place of a grid where each place counts with its neighbours; the smallest shift among equals.
fn best_of(grid: &[Vec<f64>]) -> Shift {
    let smooth = |a: usize, c: usize| {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (row, accuse) in grid.iter().enumerate() {
            for (column, value) in accuse.iter().enumerate() {
                let distance = row.abs_diff(a) + column.abs_diff(c);
                if distance <= 1 {
                    let share = if distance == 0 { 2.0 } else { 1.0 };
                    sum += share * value;
                    weight += share;
                }
            }
        }
        sum / weight
    };
    let mut best = (f64::MIN, Shift::default());
    for (a, accuse) in STEPS.iter().enumerate() {
        for (c, clear) in STEPS.iter().enumerate() {
            let value = smooth(a, c) - 0.001 * f64::from(accuse.abs() + clear.abs());
            if value > best.0 {
                best = (value, Shift { accuse: *accuse, clear: *clear });
            }
        }
    }
    best.1
}

fn score_with(heard: &[Heard<'_>], pack: &Pack, thresholds: &Thresholds) -> Score {
    let decided: Vec<Signals> = heard.iter().map(|one| one.decided(thresholds)).collect();
    let together = heard.iter().zip(&decided).map(|(one, signals)| (&one.source.conversation, signals));
    let verdicts = verdicts(pack, together, thresholds);
    let pairs: Vec<_> = heard.iter().zip(&verdicts).map(|(one, verdict)| (&one.source.gold, Some(verdict))).collect();
    score(&pairs, &pack.guidelines.iter().collect::<Vec<_>>())
}
