//! Where findings are right and how sure that is: by channel and by length of the conversation, with bootstrap intervals.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::guidelines::Guideline;
use crate::learn::corpus::LabelledConversation;
use crate::learn::gold::{Verdict, score};
use crate::learn::measure::{Counts, Figures};

/// Resamples of the conversations.
const RESAMPLES: usize = 2_000;
/// Seed of the resampling.
const SEED: u64 = 7;
/// Words of a conversation up to which it counts as short, and as middling.
const SHORT: usize = 100;
const MIDDLING: usize = 200;

/// The middle 95 % of a figure over resampled conversations (percentile bootstrap, Efron 1979).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Findings by kind of conversation, and intervals of all together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breakdown {
    /// By channel.
    pub by_channel: BTreeMap<&'static str, Figures>,
    /// By length: `short` up to 100 words, `middling` up to 200, `long`.
    pub by_length: BTreeMap<&'static str, Figures>,
    /// Precision of the findings.
    pub precision: Interval,
    /// Recall of the findings.
    pub recall: Interval,
    /// F1 of the findings.
    pub f1: Interval,
}

/// Breaks down what an audit said of labelled conversations.
#[must_use]
pub fn breakdown(labelled: &[&LabelledConversation], verdicts: &[Verdict], guidelines: &[&Guideline]) -> Breakdown {
    let (mut channels, mut lengths) = (BTreeMap::<_, Counts>::new(), BTreeMap::<_, Counts>::new());
    let mut each = Vec::with_capacity(labelled.len());
    for (one, verdict) in labelled.iter().zip(verdicts) {
        let flags = score(&[(&one.gold, Some(verdict))], guidelines).flags;
        let counts = Counts { right: flags.tp, false_: flags.fp, missed: flags.missed };
        let words: usize = one.conversation.turns.iter().map(|turn| turn.text.split_whitespace().count()).sum();
        let length = match words {
            0..=SHORT => "short",
            _ if words <= MIDDLING => "middling",
            _ => "long",
        };
        channels.entry(one.conversation.channel.name()).or_default().extend(counts);
        lengths.entry(length).or_default().extend(counts);
        each.push(counts);
    }
    let mut random = fastrand::Rng::with_seed(SEED);
    let drawn: Vec<Figures> = (0..RESAMPLES)
        .map(|_| {
            let mut all = Counts::default();
            (0..each.len()).for_each(|_| all.extend(each[random.usize(0..each.len())]));
            all.figures()
        })
        .collect();
    let interval = |of: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = drawn.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        Interval { low: at(0.025), high: at(0.975) }
    };
    let figures = |counts: BTreeMap<&'static str, Counts>| {
        counts.into_iter().map(|(name, counts)| (name, counts.figures())).collect()
    };
    Breakdown {
        precision: interval(|figures| figures.precision),
        recall: interval(|figures| figures.recall),
        f1: interval(|figures| figures.f1),
        by_channel: figures(channels),
        by_length: figures(lengths),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guidelines::pack::Pack;
    use crate::learn::gold::{Gold, GoldFlag};
    use crate::transcript::{Channel, Conversation};

    #[test]
    fn an_interval_holds_the_figure_and_narrows_with_more_conversations() {
        let pack = Pack::load("all").unwrap();
        let guidelines: Vec<&Guideline> = pack.guidelines.iter().collect();
        let of = |count: usize| {
            let flag = GoldFlag { code: "TON001".to_owned(), turn: 0 };
            let labelled = LabelledConversation {
                conversation: Conversation::new("c", Channel::Chat),
                segments: Vec::new(),
                gold: Gold { flags: vec![flag], ..Gold::default() },
            };
            let verdict = |at: usize| {
                let flags = if !at.is_multiple_of(4) { vec![("TON001".to_owned(), 0)] } else { Vec::new() };
                Verdict { flags, ..Verdict::default() }
            };
            let verdicts: Vec<Verdict> = (0..count).map(verdict).collect();
            breakdown(&vec![&labelled; count], &verdicts, &guidelines)
        };
        let (few, many) = (of(20), of(400));
        let width = |interval: Interval| interval.high - interval.low;
        assert!(many.recall.low < 0.75 && many.recall.high > 0.75);
        assert!(width(many.recall) < width(few.recall));
        assert_eq!(many.by_channel["chat"].tp, 300);
        assert_eq!(many.precision, Interval { low: 1.0, high: 1.0 });
    }
}
