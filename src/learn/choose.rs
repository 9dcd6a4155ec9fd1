//! Chooses thresholds by what a model hears in conversations that it has not seen.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::guidelines::pack::Pack;
use crate::guidelines::{Demand, Guideline, Severity, evaluate};
use crate::learn::corpus::LabelledConversation;
use crate::learn::gold::{Score, by_turn, score};
use crate::learn::verdicts::verdicts;
use crate::signals::hear;
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, sigmoid};
use crate::signals::thresholds::{LEAST_TO_ACCUSE, Shift, Thresholds, logit};
use crate::signals::{Heard, Signals};
use crate::transcript::Speaker;

/// With less positives than this nothing is chosen.
const FEW: usize = 8;
/// So many positives weigh as much as the prior.
const LEAN: f32 = 12.0;
/// Steps of log-odds that a guideline's thresholds may be moved by.
const STEPS: [f32; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];

/// What a model that has not seen a conversation hears in it.
pub(super) struct HeldOut<'a> {
    source: &'a LabelledConversation,
    /// With the product's own segments.
    signals: Signals,
    /// Speaker, scores of all outputs and truth of each labelled segment.
    segments: Vec<(Speaker, Vec<f32>, &'a [Act])>,
}

impl<'a> HeldOut<'a> {
    /// What was heard with the product's own segments, and with the annotators'.
    pub(super) fn of(source: &'a LabelledConversation, [own, labelled]: &[Heard; 2]) -> Self {
        let segments = source
            .beside(labelled)
            .map(|(segment, logits)| {
                let speaker = source.conversation.turns[segment.turn].speaker;
                (speaker, logits.iter().copied().map(sigmoid).collect(), segment.label.acts.as_slice())
            })
            .collect();
        HeldOut { source, signals: hear::signals(hear::cut(&source.conversation), own), segments }
    }
}

impl HeldOut<'_> {
    /// The signals after decisions by these thresholds.
    fn decided(&self, thresholds: &Thresholds) -> Signals {
        let mut signals = self.signals.clone();
        hear::decide(&self.source.conversation, thresholds, &mut signals);
        signals
    }
}

/// The threshold with the best F1 among scores with their truth; with less than [`FEW`] positives `prior`, or one half.
///
/// With a prior the best is drawn towards it in log-odds, the more the fewer positives there are.
fn best_threshold(mut scored: Vec<(f32, bool)>, prior: Option<f32>) -> f32 {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = scored.iter().filter(|(_, right)| *right).count();
    if positives < FEW {
        return prior.unwrap_or(0.5);
    }
    let (mut right, mut best, mut threshold) = (0usize, 0.0, 0.5);
    for (place, (score, hit)) in scored.iter().enumerate() {
        right += usize::from(*hit);
        let next = scored.get(place + 1).map_or(0.0, |next| next.0);
        if next == *score {
            continue;
        }
        let f = f_beta(right, place + 1, positives, 1.0);
        if f > best {
            best = f;
            threshold = (score + next) / 2.0;
        }
    }
    let threshold = threshold.clamp(0.02, 0.98);
    prior.map_or(threshold, |prior| sigmoid(leant(logit(threshold), logit(prior), positives)))
}

/// A value chosen by so many positives, drawn towards its prior.
fn leant(value: f32, prior: f32, positives: usize) -> f32 {
    let weight = positives as f32 / (positives as f32 + LEAN);
    prior + weight * (value - prior)
}

/// Fβ of so many right among `found` where `wanted` were to be found.
fn f_beta(right: usize, found: usize, wanted: usize, beta: f64) -> f64 {
    let precision = right as f64 / found.max(1) as f64;
    let recall = right as f64 / wanted.max(1) as f64;
    (1.0 + beta * beta) * precision * recall / (beta * beta * precision + recall).max(1e-9)
}

/// Thresholds of all acts, levels and causes, and the shifts of all guidelines, by what was heard in conversations that were held out.
///
/// Where these are few, `prior` has thresholds to lean on.
pub(super) fn choose(heard: &[HeldOut<'_>], pack: &Pack, prior: Option<&Thresholds>) -> Thresholds {
    let mut thresholds = Thresholds::default();
    for place in 0..Act::COUNT {
        let Some(act) = Act::at(place) else { continue };
        let scored = heard
            .iter()
            .flat_map(|one| &one.segments)
            .filter(|(speaker, ..)| *speaker == act.speaker())
            .map(|(_, scores, acts)| (scores[ACTS + place], acts.contains(&act)))
            .collect();
        thresholds.acts[place] = best_threshold(scored, prior.map(|prior| prior.acts[place]));
    }
    for level in 0..3usize {
        let of = |speaker: Speaker, prior: Option<f32>| {
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
            best_threshold(scored.collect(), prior)
        };
        thresholds.customer[level] = of(Speaker::Customer, prior.map(|prior| prior.customer[level]));
        thresholds.agent[level] = of(Speaker::Agent, prior.map(|prior| prior.agent[level]));
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
        thresholds.causes[place] = best_threshold(scored, prior.map(|prior| prior.causes[place]));
    }
    thresholds.kinds = vec![0.5; Kind::ALL.len()];
    thresholds.guidelines = shifts(heard, pack, &thresholds, prior);
    thresholds
}

/// For each guideline the shift with the best F1 on held-out conversations (Fβ, see [`weight_of_recall`]), the neighbours counted in.
fn shifts(
    heard: &[HeldOut<'_>],
    pack: &Pack,
    thresholds: &Thresholds,
    prior: Option<&Thresholds>,
) -> BTreeMap<String, Shift> {
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
            let least = least_probability(guideline);
            let grid: Vec<Vec<f64>> = STEPS
                .iter()
                .map(|accuse| {
                    STEPS
                        .iter()
                        .map(|clear| {
                            let mut moved = thresholds.clone();
                            moved
                                .guidelines
                                .insert(guideline.code.clone(), Shift { accuse: *accuse, clear: *clear, least });
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
                            f_beta(right, found, wanted, beta)
                        })
                        .collect()
                })
                .collect();
            let best = Shift { least, ..best_of(&grid) };
            let Some(prior) = prior else { return (guideline.code.clone(), best) };
            let own = prior.guidelines.get(&guideline.code).copied().unwrap_or_default();
            let flags = heard.iter().flat_map(|one| &one.source.gold.flags);
            let positives = flags.filter(|flag| flag.code == guideline.code).count();
            let (accuse, clear) = (leant(best.accuse, own.accuse, positives), leant(best.clear, own.clear, positives));
            (guideline.code.clone(), Shift { accuse, clear, least })
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

/// The probability from which on a guideline may accuse at all: what is as likely false as right is no ground to confront anybody.
fn least_probability(guideline: &Guideline) -> f32 {
    match (guideline.kind, guideline.severity) {
        (Demand::Prohibited, Severity::Critical) => 0.5,
        (Demand::Prohibited, _) => LEAST_TO_ACCUSE,
        _ => 0.0,
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
                best = (value, Shift { accuse: *accuse, clear: *clear, least: 0.0 });
            }
        }
    }
    best.1
}

/// How an audit with these thresholds does on what was held out.
pub(super) fn score_with(heard: &[HeldOut<'_>], pack: &Pack, thresholds: &Thresholds) -> Score {
    let decided: Vec<Signals> = heard.iter().map(|one| one.decided(thresholds)).collect();
    let together = heard.iter().zip(&decided).map(|(one, signals)| (&one.source.conversation, signals));
    let verdicts = verdicts(pack, together, thresholds);
    let pairs: Vec<_> = heard.iter().zip(&verdicts).map(|(one, verdict)| (&one.source.gold, Some(verdict))).collect();
    score(&pairs, &pack.guidelines.iter().collect::<Vec<_>>())
}
