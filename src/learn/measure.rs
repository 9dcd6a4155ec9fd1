//! The measures of the field: precision, recall, F1, average precision, linearly weighted kappa.

use serde::Serialize;

/// Counts of right, false and missed findings with what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Found and right.
    pub right: u32,
    /// Found and false.
    pub false_: u32,
    /// Right and not found.
    pub missed: u32,
}

/// Precision, recall and F1 as shares, with the counts they come from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Share of the found that is right.
    pub precision: f64,
    /// Share of the right that is found.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// True positives.
    pub tp: u32,
    /// False positives.
    pub fp: u32,
    /// False negatives.
    #[serde(rename = "fn")]
    pub missed: u32,
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

impl Counts {
    /// Counts one comparison.
    pub fn add(&mut self, expected: bool, found: bool) {
        match (expected, found) {
            (true, true) => self.right += 1,
            (false, true) => self.false_ += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    /// Adds another count.
    pub fn extend(&mut self, other: Counts) {
        self.right += other.right;
        self.false_ += other.false_;
        self.missed += other.missed;
    }

    /// Whether anything was counted.
    #[must_use]
    pub fn any(self) -> bool {
        self != Counts::default()
    }

    /// The figures; 0 where nothing can be divided.
    #[must_use]
    pub fn figures(self) -> Figures {
        let precision = share(self.right, self.right + self.false_);
        let recall = share(self.right, self.right + self.missed);
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        Figures { precision, recall, f1, tp: self.right, fp: self.false_, missed: self.missed }
    }
}

/// Average precision (the area under the precision–recall steps) of scores with their truth; `None` without a positive.
///
/// Equal scores count as one step, as in scikit-learn's `average_precision_score`.
#[must_use]
pub fn average_precision(scored: &[(f32, bool)]) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = sorted.iter().filter(|(_, right)| *right).count();
    if positives == 0 {
        return None;
    }
    let (mut seen, mut right, mut sum) = (0usize, 0usize, 0.0);
    for step in sorted.chunk_by(|a, b| a.0 == b.0) {
        let hits = step.iter().filter(|(_, right)| *right).count();
        seen += step.len();
        right += hits;
        sum += hits as f64 / positives as f64 * (right as f64 / seen as f64);
    }
    Some(sum)
}

/// Cohen's kappa with linear weights over four levels; 0 without pairs, 1 where no disagreement was possible.
#[must_use]
pub fn kappa_linear(pairs: &[(u8, u8)]) -> f64 {
    const LEVELS: usize = 4;
    if pairs.is_empty() {
        return 0.0;
    }
    let count = pairs.len() as f64;
    let (mut first, mut second) = ([0.0; LEVELS], [0.0; LEVELS]);
    let mut observed = 0.0;
    for (a, b) in pairs {
        observed += f64::from(a.abs_diff(*b)) / count;
        first[usize::from(*a)] += 1.0;
        second[usize::from(*b)] += 1.0;
    }
    let mut chance = 0.0;
    for (a, in_first) in first.iter().enumerate() {
        for (b, in_second) in second.iter().enumerate() {
            chance += a.abs_diff(b) as f64 * in_first * in_second / (count * count);
        }
    }
    if chance > 0.0 { 1.0 - observed / chance } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_agrees_with_a_worked_example() {
        let scored = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
        assert!((average_precision(&scored).unwrap() - 0.833_333).abs() < 1e-5);
        assert_eq!(average_precision(&[(0.5, false)]), None);
    }

    #[test]
    fn kappa_is_one_for_agreement_and_near_nothing_for_chance() {
        assert!((kappa_linear(&[(0, 0), (1, 1), (3, 3)]) - 1.0).abs() < 1e-9);
        assert!(kappa_linear(&[(0, 3), (3, 0), (0, 0), (3, 3)]).abs() < 1e-9);
    }
}
