//! Makes a model's log-odds mean what they say, by what it heard in conversations that it had not seen (Platt 1999).
//!
//! Each output gets a slope and a shift, those of rare acts drawn towards what fits all outputs of their head. In the corpus every second
//! conversation holds a fault; conversations are weighed so that the log-odds suit talk in which fewer do.

use crate::guidelines::Demand;
use crate::guidelines::pack::Pack;
use crate::learn::corpus::LabelledConversation;
use crate::signals::Heard;
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, Dense, KINDS, OUTPUTS};
use crate::transcript::Speaker;

/// Share of the conversations with a finding of the kind `prohibited` that the log-odds shall suit: an assumption, for no labelled sample of real talk is at hand.
const FAULTY: f32 = 0.25;
/// Strength with which an output is drawn towards its head, as a number of examples.
const LEAN: f64 = 20.0;
/// Steps of Newton's method; it converges in fewer.
const STEPS: usize = 25;
/// A slope is never below this, so that order is kept.
const LEAST_SLOPE: f64 = 0.05;

/// A line on the log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// What they are multiplied by; never below zero.
    pub slope: f32,
    /// What is added.
    pub shift: f32,
}

impl Line {
    /// Changes nothing.
    pub const NONE: Line = Line { slope: 1.0, shift: 0.0 };

    /// The log-odds after it.
    #[must_use]
    pub fn of(self, logit: f32) -> f32 {
        self.slope * logit + self.shift
    }
}

/// A line for each output.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    lines: Vec<Line>,
}

/// A log-odds with its truth and its weight.
type Example = (f32, bool, f32);

impl Calibration {
    /// The lines that fit what was heard in labelled conversations, cut as the annotators cut them.
    #[must_use]
    pub fn fit(sources: &[&LabelledConversation], heard: &[&Heard], pack: &Pack) -> Calibration {
        let faulty: Vec<bool> = sources.iter().map(|source| is_faulty(source, pack)).collect();
        let share = faulty.iter().filter(|faulty| **faulty).count() as f32 / faulty.len().max(1) as f32;
        let weight = |faulty: bool| match (faulty, share > 0.0 && share < 1.0) {
            (_, false) => 1.0,
            (true, true) => FAULTY / share,
            (false, true) => (1.0 - FAULTY) / (1.0 - share),
        };
        let mut examples: Vec<Vec<Example>> = vec![Vec::new(); OUTPUTS];
        for ((source, heard), faulty) in sources.iter().zip(heard).zip(&faulty) {
            let weight = weight(*faulty);
            for (output, logit, truth) in examples_of(source, heard) {
                examples[output].push((logit, truth, weight));
            }
        }
        let customers = Act::of(Speaker::Agent).count();
        let heads = [ACTS..customers, customers..AGGRESSION, AGGRESSION..KINDS, KINDS..CAUSES, CAUSES..OUTPUTS];
        let mut lines = Vec::with_capacity(OUTPUTS);
        for head in heads {
            let all: Vec<Example> = examples[head.clone()].concat();
            let common = line(&all, Line::NONE, 1.0);
            lines.extend(head.map(|output| line(&examples[output], common, LEAN)));
        }
        Calibration { lines }
    }

    /// Changes the log-odds of every output.
    pub fn apply(&self, heard: &mut Heard) {
        self.apply_to_turns(heard);
        self.change(&mut heard.customer);
    }

    /// Changes the log-odds of every output in turns, not those of all that the customer says.
    pub fn apply_to_turns(&self, heard: &mut Heard) {
        let turns = heard.turns.iter_mut().flat_map(|turn| turn.segments.iter_mut().chain(&mut turn.whole));
        turns.for_each(|logits| self.change(logits));
    }

    fn change(&self, logits: &mut [f32]) {
        logits.iter_mut().zip(&self.lines).for_each(|(logit, line)| *logit = line.of(*logit));
    }

    /// Makes the lines a part of a network.
    pub fn bake(&self, dense: &mut Dense) {
        let hidden = dense.first_bias.len();
        for (output, line) in self.lines.iter().enumerate() {
            dense.second[output * hidden..(output + 1) * hidden].iter_mut().for_each(|weight| *weight *= line.slope);
            dense.second_bias[output] = line.of(dense.second_bias[output]);
        }
    }

    /// The line of each output.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

fn is_faulty(source: &LabelledConversation, pack: &Pack) -> bool {
    source.gold.flags.iter().any(|flag| {
        pack.guidelines.iter().any(|guideline| guideline.code == flag.code && guideline.kind == Demand::Prohibited)
    })
}

/// Output, log-odds and truth of everything that is labelled: acts and causes of segments, aggression and its kinds of turns.
fn examples_of(source: &LabelledConversation, heard: &Heard) -> Vec<(usize, f32, bool)> {
    let mut found = Vec::new();
    for (segment, logits) in source.beside(heard) {
        let speaker = source.conversation.turns[segment.turn].speaker;
        for act in Act::of(speaker) {
            let output = ACTS + act.place();
            found.push((output, logits[output], segment.label.acts.contains(&act)));
        }
        if speaker == Speaker::Customer {
            let causes = Cause::ALL.iter().map(|cause| (CAUSES + *cause as usize, *cause));
            found.extend(causes.map(|(output, cause)| (output, logits[output], segment.label.causes.contains(&cause))));
        }
    }
    for (at, turn) in heard.turns.iter().enumerate() {
        let Some(logits) = turn.turn() else { continue };
        let own: Vec<_> = source.segments.iter().filter(|segment| segment.turn == at).collect();
        let level = own.iter().map(|segment| segment.label.aggression).max().unwrap_or(0);
        found.extend(
            (0..3u8).map(|step| (AGGRESSION + usize::from(step), logits[AGGRESSION + usize::from(step)], level > step)),
        );
        for kind in Kind::ALL {
            let output = KINDS + *kind as usize;
            found.push((output, logits[output], own.iter().any(|segment| segment.label.kinds.contains(kind))));
        }
    }
    found
}

/// The line of best likelihood, drawn towards `prior` with the weight of so many examples.
fn line(examples: &[Example], prior: Line, lean: f64) -> Line {
    // The prior weighs like that many examples at their most telling, where probability is one half.
    let pull = 0.25 * lean;
    let prior = [f64::from(prior.slope), f64::from(prior.shift)];
    let loss = |at: [f64; 2]| {
        let own = examples.iter().map(|(logit, truth, weight)| {
            let z = at[0] * f64::from(*logit) + at[1];
            let z = if *truth { -z } else { z };
            f64::from(*weight) * (z.max(0.0) + (-z.abs()).exp().ln_1p())
        });
        own.sum::<f64>() + 0.5 * pull * ((at[0] - prior[0]).powi(2) + (at[1] - prior[1]).powi(2))
    };
    let mut at = prior;
    let mut lost = loss(at);
    for _ in 0..STEPS {
        let (mut g, mut h) = ([pull * (at[0] - prior[0]), pull * (at[1] - prior[1])], [pull, 0.0, pull]);
        for (logit, truth, weight) in examples {
            let (x, weight) = (f64::from(*logit), f64::from(*weight));
            let probability = 1.0 / (1.0 + (-(at[0] * x + at[1])).exp());
            let off = weight * (probability - f64::from(u8::from(*truth)));
            let bend = weight * probability * (1.0 - probability);
            g[0] += off * x;
            g[1] += off;
            h[0] += bend * x * x;
            h[1] += bend * x;
            h[2] += bend;
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        let step = [(g[0] * h[2] - g[1] * h[1]) / determinant, (g[1] * h[0] - g[0] * h[1]) / determinant];
        // Newton's step, halved until it is one downhill.
        let mut length = 1.0;
        let next = loop {
            let next = [(at[0] - length * step[0]).max(LEAST_SLOPE), at[1] - length * step[1]];
            let new = loss(next);
            if new < lost {
                lost = new;
                break Some(next);
            }
            length /= 2.0;
            if length < 1e-6 || !new.is_finite() && length < 1e-3 {
                break None;
            }
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    Line { slope: at[0] as f32, shift: at[1] as f32 }
}

/// Expected calibration error of probabilities with their truth: ten bins of equal width, weighed by their size (Naeini et al. 2015).
#[must_use]
pub fn expected_error(scored: &[(f32, bool)]) -> f64 {
    const BINS: usize = 10;
    let mut bins = [(0usize, 0.0f64, 0usize); BINS];
    for (probability, truth) in scored {
        let bin = &mut bins[((probability * BINS as f32) as usize).min(BINS - 1)];
        bin.0 += 1;
        bin.1 += f64::from(*probability);
        bin.2 += usize::from(*truth);
    }
    let off: f64 = bins.iter().map(|(_, sum, right)| (sum - *right as f64).abs()).sum();
    off / scored.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::network::sigmoid;

    /// Log-odds from −4 to 4 of events whose true log-odds are `slope × logit + shift`.
    fn examples(slope: f32, shift: f32) -> Vec<Example> {
        let mut random = fastrand::Rng::with_seed(5);
        let mut draw = || {
            let logit = random.f32() * 8.0 - 4.0;
            (logit, random.f32() < sigmoid(slope * logit + shift), 1.0)
        };
        (0..20_000).map(|_| draw()).collect()
    }

    #[test]
    fn a_line_is_found_again() {
        let found = line(&examples(0.5, -1.0), Line::NONE, 1.0);
        assert!((found.slope - 0.5).abs() < 0.03 && (found.shift + 1.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn few_examples_stay_near_their_head() {
        let prior = Line { slope: 0.8, shift: -0.5 };
        assert_eq!(line(&[], prior, LEAN), prior);
        let found = line(&[(2.0, false, 1.0)], prior, LEAN);
        assert!((found.slope - 0.8).abs() < 0.3 && (found.shift + 0.5).abs() < 0.3, "{found:?}");
    }

    #[test]
    fn the_error_is_small_where_probabilities_hold() {
        let of = |slope, shift| {
            let all = examples(slope, shift);
            expected_error(&all.iter().map(|(logit, truth, _)| (sigmoid(*logit), *truth)).collect::<Vec<_>>())
        };
        assert!(of(1.0, 0.0) < 0.02);
        assert!(of(0.3, 0.0) > 0.1);
    }
}
