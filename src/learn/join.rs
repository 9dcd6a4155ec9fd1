//! Chooses how a transformer is heard beside the embedded model: thresholds, and where the embedded model is unsure.
//!
//! Both models must not have seen the conversations by which this is chosen: the transformer names those that it was not trained on, and
//! an embedded model is trained anew without them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::guidelines::pack::Pack;
use crate::learn::LearnError;
use crate::learn::acts::{self, ActsFigures};
use crate::learn::calibrate::Calibration;
use crate::learn::choose::{HeldOut, choose, score_with};
use crate::learn::corpus::{Corpus, LabelledConversation};
use crate::learn::fit;
use crate::learn::gold::Score;
use crate::learn::samples::{self, Sample};
use crate::learn::train::{Settings, train};
use crate::signals::embedded::{Embedded, Room};
use crate::signals::joint::{self, Bands, band_name, decisive, distance, limits_of};
use crate::signals::labels::Act;
use crate::signals::network::{ACTS, KINDS};
use crate::signals::thresholds::Thresholds;
use crate::signals::tokens::Words;
use crate::signals::transformer::Transformer;
use crate::signals::{Cut, Heard, Hears, SignalError, hear};
use crate::transcript::Speaker;

/// Conversations heard at once.
const AT_ONCE: usize = 16;
/// A band is looked for among neighbours: so many turns to either side tell how often the two models differ there.
const NEIGHBOURS: usize = 12;

/// What was chosen, and how it did on the conversations that it was chosen by.
pub struct Joined {
    /// `thresholds.toml`.
    pub thresholds: String,
    /// `joint.toml`.
    pub settings: String,
    /// How well acts are heard with each share of the transformer.
    pub shares: Vec<(f32, ActsFigures)>,
    /// Score with the share that was wanted.
    pub held_out: Score,
    /// Share of the text that a cascade sends to the transformer.
    pub sent: f64,
}

/// Chooses thresholds for the average of both models with that share of the transformer, and bands that send about `budget` of the text.
///
/// # Errors
/// When a model fails, or the transformer names no conversation of the corpus that it has not seen.
pub fn join(
    corpus: &Corpus,
    transformer: &Transformer,
    settings: Settings,
    share: f32,
    budget: f64,
    progress: &mut dyn FnMut(&str),
) -> Result<Joined, LearnError> {
    let held: BTreeSet<&str> = transformer.facts().held_out.iter().map(String::as_str).collect();
    let unseen = |labelled: &LabelledConversation| held.contains(labelled.conversation.conversation_id.as_str());
    let sources: Vec<&LabelledConversation> = corpus.conversations.iter().filter(|labelled| unseen(labelled)).collect();
    if sources.is_empty() {
        let message = "names no conversation of the corpus that it was not trained on".to_owned();
        return Err(SignalError::Model { what: "heads.json", message }.into());
    }
    let known = Embedded::built_in()?;
    let embedded = without(corpus, unseen, settings, progress)?;

    progress("hearing the conversations that were held out");
    let cuts: Vec<[Cut<'_>; 2]> =
        sources.iter().map(|source| [hear::cut(&source.conversation), source.cut()]).collect();
    let (own, other) = rayon::join(
        || heard(&cuts, |cuts, room| embedded.hear(cuts, room)),
        || heard(&cuts, |cuts, _| joint::ask(transformer, cuts, |_, _| true)),
    );
    let (mut own, other) = (own?, other?);
    let pack = Pack::load("every")?;
    let fitted = |heard: &[[Heard; 2]]| {
        Calibration::fit(&sources, &heard.iter().map(|[_, labelled]| labelled).collect::<Vec<_>>(), &pack)
    };
    let calibration = fitted(&own);
    own.iter_mut().flatten().for_each(|heard| calibration.apply(heard));
    let mixed = |share: f32| -> Vec<[Heard; 2]> {
        let pairs = own.iter().zip(&other);
        pairs
            .map(|(own, other)| {
                let mut own = own.clone();
                own.iter_mut().zip(other).for_each(|(own, other)| joint::mix(own, other, share, &[]));
                own
            })
            .collect()
    };
    let shares = [0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0];
    let shares = shares
        .iter()
        .map(|share| {
            let labelled: Vec<Heard> = mixed(*share).into_iter().map(|[_, labelled]| labelled).collect();
            (*share, acts::compare(&sources, &labelled, known.thresholds()))
        })
        .collect();

    progress("calibrating and choosing thresholds");
    let mut both = mixed(share);
    let calibration = fitted(&both);
    both.iter_mut().flatten().for_each(|heard| calibration.apply_to_turns(heard));
    let held: Vec<HeldOut<'_>> = sources.iter().zip(&both).map(|(source, heard)| HeldOut::of(source, heard)).collect();
    let thresholds = choose(&held, &pack, Some(known.thresholds()));
    let held_out = score_with(&held, &pack, &thresholds);

    let mut turns = Vec::new();
    for ((source, [own, _]), [both, _]) in sources.iter().zip(&own).zip(&both) {
        for ((turn, own), both) in source.conversation.turns.iter().zip(&own.turns).zip(&both.turns) {
            if !own.segments.is_empty() {
                let (speaker, length) = (turn.speaker, turn.text.len());
                turns.push(Turn { speaker, length, own: decisive(own, speaker), both: decisive(both, speaker) });
            }
        }
    }
    let (bands, sent) = bands(&turns, &thresholds, budget);
    let calibration = calibration.lines().iter().map(|line| [line.slope, line.shift]).collect();
    let settings = toml::to_string(&joint::Settings { share, calibration, bands })
        .map_err(|error| SignalError::Model { what: "joint.toml", message: error.to_string() })?;
    Ok(Joined { thresholds: thresholds.to_toml()?, settings, shares, held_out, sent })
}

/// An embedded model trained without the conversations that are to stay unseen.
fn without(
    corpus: &Corpus,
    unseen: impl Fn(&LabelledConversation) -> bool,
    settings: Settings,
    progress: &mut dyn FnMut(&str),
) -> Result<Embedded, LearnError> {
    let words = Words::with_vocabulary(&fit::vocabulary(corpus)?)?;
    let mut kept: Vec<Sample> = samples::of(corpus, &words)?;
    kept.retain(|sample| sample.conversation.is_none_or(|at| !unseen(&corpus.conversations[at])));
    let mut said = |epoch: usize, loss: f64| progress(&format!("embedded model, epoch {}, loss {loss:.3}", epoch + 1));
    fit::model(&words, train(&kept, settings, &mut said), settings)
}

/// What a model hears in each conversation, cut by the product and by the annotators.
fn heard(
    cuts: &[[Cut<'_>; 2]],
    hears: impl Fn(&[Cut<'_>], &mut Room) -> Result<Vec<Heard>, SignalError> + Sync,
) -> Result<Vec<[Heard; 2]>, SignalError> {
    let chunks: Vec<Vec<Heard>> = cuts
        .par_chunks(AT_ONCE)
        .map_init(Room::default, |room, cuts| hears(cuts.as_flattened(), room))
        .collect::<Result<_, _>>()?;
    let mut all = chunks.into_iter().flatten();
    Ok(std::iter::from_fn(|| Some([all.next()?, all.next()?])).collect())
}

/// A turn that was held out: what each output comes to with the embedded model and with both.
struct Turn {
    speaker: Speaker,
    length: usize,
    own: Vec<f32>,
    both: Vec<f32>,
}

/// How far every turn of a role is from the threshold of an output, in order, and whether the models differ there.
struct Distances {
    speaker: Speaker,
    output: usize,
    found: Vec<(f32, bool)>,
}

/// Bands around the thresholds in which the models often differ, so wide that about `budget` of the text lies in one.
fn bands(turns: &[Turn], thresholds: &Thresholds, budget: f64) -> (Bands, f64) {
    let sides = [Speaker::Agent, Speaker::Customer].map(|speaker| (speaker, limits_of(thresholds, speaker)));
    let distances: Vec<Distances> = sides
        .iter()
        .flat_map(|(speaker, limits)| {
            let outputs = (0..KINDS).filter(|output| {
                Act::at(*output - ACTS).is_none_or(|act| act.speaker() == *speaker && act.name() != "neutral")
            });
            outputs.map(move |output| {
                let limits = limits[output];
                let mine = turns.iter().filter(|turn| turn.speaker == *speaker);
                let mut found: Vec<(f32, bool)> = mine
                    .map(|turn| {
                        let (own, both) = (turn.own[output], turn.both[output]);
                        let differs = limits.iter().any(|limit| (own >= *limit) != (both >= *limit));
                        (distance(own, limits), differs)
                    })
                    .collect();
                found.sort_by(|a, b| a.0.total_cmp(&b.0));
                Distances { speaker: *speaker, output, found }
            })
        })
        .collect();
    let with = |rate: f64| -> BTreeMap<(Speaker, usize), f32> {
        distances.iter().map(|own| ((own.speaker, own.output), width(&own.found, rate))).collect()
    };
    let sent = |widths: &BTreeMap<(Speaker, usize), f32>| {
        let unsure = |turn: &&Turn| {
            let limits = &sides[usize::from(turn.speaker == Speaker::Customer)].1;
            (0..KINDS).any(|output| {
                let width = widths.get(&(turn.speaker, output)).copied().unwrap_or(0.0);
                distance(turn.own[output], limits[output]) < width
            })
        };
        let all: usize = turns.iter().map(|turn| turn.length).sum();
        turns.iter().filter(unsure).map(|turn| turn.length).sum::<usize>() as f64 / all.max(1) as f64
    };
    // The lowest rate of difference whose bands keep within the budget.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if sent(&with(middle)) > budget { low = middle } else { high = middle }
    }
    let widths = with(high);
    let of = |speaker: Speaker| {
        let own = widths.iter().filter(|((who, _), width)| *who == speaker && **width > 0.0);
        own.filter_map(|((_, output), width)| Some((band_name(*output)?, *width))).collect()
    };
    (Bands { agent: of(Speaker::Agent), customer: of(Speaker::Customer) }, sent(&widths))
}

/// The greatest distance at which, among the neighbours, the models still differ at that rate; 0 where they never do.
fn width(found: &[(f32, bool)], rate: f64) -> f32 {
    let differs = |place: usize| {
        let near = &found[place.saturating_sub(NEIGHBOURS)..(place + NEIGHBOURS + 1).min(found.len())];
        near.iter().filter(|(_, differ)| *differ).count() as f64 / near.len() as f64
    };
    (0..found.len()).rev().find(|place| differs(*place) > rate).map_or(0.0, |place| found[place].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_ends_where_the_models_agree() {
        let found: Vec<(f32, bool)> =
            (0..200).map(|place| (place as f32 / 100.0, place < 60 && place % 2 == 0)).collect();
        let wide = width(&found, 0.1);
        assert!((0.55..0.75).contains(&wide), "{wide}");
        assert!(width(&found, 0.4) < wide);
        assert_eq!(width(&found, 0.9), 0.0);
    }

    #[test]
    fn bands_keep_within_the_budget() {
        let output = Act::named("apology", Speaker::Agent).unwrap().place();
        let turns: Vec<Turn> = (0..400)
            .map(|at| {
                let mut own = vec![-9.0; crate::signals::network::OUTPUTS];
                own[output] = (at as f32 - 200.0) / 50.0;
                let mut both = own.clone();
                if own[output].abs() < 1.0 && at % 3 == 0 {
                    both[output] = -own[output];
                }
                Turn { speaker: Speaker::Agent, length: 10, own, both }
            })
            .collect();
        let (bands, sent) = bands(&turns, &Thresholds::default(), 0.3);
        assert!(sent > 0.1 && sent <= 0.3, "{sent}");
        assert_eq!(bands.agent.keys().collect::<Vec<_>>(), ["apology"]);
        assert!(bands.customer.is_empty());
    }
}
