//! Gold labels of whole conversations, and the score of an audit against them.
//!
//! A `prohibited` guideline, or one of level `turn`, matches at its own turn; the others within their conversation. Labels marked unsure
//! are passed over. Hostile means aggression of 2 or more. Causes other than `none` are compared as sets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::guidelines::{Demand, Guideline, Level, Severity};
use crate::learn::measure::{Counts, Figures, kappa_linear};
use crate::transcript::Speaker;

/// A labelled turn.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GoldTurn {
    /// Number of the turn.
    pub turn: u32,
    /// 1–3.
    pub aggression: u8,
}

/// A labelled or unsure finding.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct GoldFlag {
    /// The guideline.
    pub code: String,
    /// Number of the turn.
    pub turn: u32,
}

/// Labelled causes, `none` among them.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
pub struct GoldCauses {
    /// What the customer says.
    pub stated: Vec<String>,
    /// What lies behind it.
    pub underlying: Vec<String>,
}

/// The labels of a conversation.
#[derive(Debug, Clone, PartialEq, Deserialize, Default)]
pub struct Gold {
    /// Its id.
    pub conversation_id: String,
    /// Turns with aggression of 1 or more.
    #[serde(default)]
    pub turns: Vec<GoldTurn>,
    /// Its causes.
    #[serde(default)]
    pub root_cause: GoldCauses,
    /// What an audit should find.
    #[serde(default)]
    pub flags: Vec<GoldFlag>,
    /// Findings in doubt.
    #[serde(default)]
    pub unsure: Vec<GoldFlag>,
    /// Turns whose aggression is in doubt.
    #[serde(default)]
    pub unsure_turns: Vec<u32>,
    /// Causes in doubt.
    #[serde(default)]
    pub unsure_causes: Vec<String>,
}

/// What an audit said of a conversation, as far as it is scored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Code and turn number of each finding, in order.
    pub flags: Vec<(String, u32)>,
    /// Turn number, speaker and aggression of each turn.
    pub turns: Vec<(u32, Speaker, u8)>,
    /// Causes stated and underlying.
    pub causes: (Vec<String>, Vec<String>),
}

/// A wrong finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Miss {
    /// `false` or `missed`.
    pub what: &'static str,
    /// The conversation.
    pub conversation_id: String,
    /// The guideline.
    pub code: String,
    /// The turn found, or the turn due.
    pub turn: u32,
}

/// The score of an audit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Conversations with labels.
    pub conversations: usize,
    /// All findings together.
    pub flags: Figures,
    /// Mean F1 over the guidelines.
    pub macro_f1: f64,
    /// Critical findings together.
    pub critical: Figures,
    /// Share of the right conversation-level findings at the right turn.
    pub due_turn_right: Option<f64>,
    /// False findings in conversations without any, a conversation.
    pub false_flags_per_clean_conversation: f64,
    /// Agents' turns with aggression of 2 or more.
    pub hostile_agent: Figures,
    /// Agreement on agents' aggression.
    pub kappa_agent: f64,
    /// Customers' turns with aggression of 2 or more.
    pub hostile_customer: Figures,
    /// Agreement on customers' aggression.
    pub kappa_customer: f64,
    /// Causes stated.
    pub causes_stated: Figures,
    /// Causes underlying.
    pub causes_underlying: Figures,
    /// By guideline.
    pub per_code: BTreeMap<String, Figures>,
    /// Wrong findings.
    #[serde(skip)]
    pub misses: Vec<Miss>,
}

/// Whether findings of a guideline are compared turn by turn.
#[must_use]
pub fn by_turn(guideline: &Guideline) -> bool {
    guideline.kind == Demand::Prohibited || guideline.level == Level::Turn
}

/// Scores an audit; `pairs` holds labels and what the audit said, `None` where it lost the conversation.
#[must_use]
pub fn score(pairs: &[(&Gold, Option<&Verdict>)], guidelines: &[&Guideline]) -> Score {
    let known: BTreeMap<&str, &Guideline> =
        guidelines.iter().map(|guideline| (guideline.code.as_str(), *guideline)).collect();
    let mut per: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut misses = Vec::new();
    let (mut right_turn, mut turn_known) = (0u32, 0u32);
    let mut clean = 0usize;
    let mut false_on_clean = 0usize;
    let mut aggression: BTreeMap<Speaker, Vec<(u8, u8)>> = BTreeMap::new();
    let (mut stated, mut underlying) = (Counts::default(), Counts::default());
    let none = Verdict::default();
    for (gold, verdict) in pairs {
        let verdict = verdict.unwrap_or(&none);
        let key = |code: &str, turn: u32| -> Option<(&str, Option<u32>)> {
            known.get_key_value(code).map(|(code, guideline)| (*code, by_turn(guideline).then_some(turn)))
        };
        let mut want = BTreeMap::new();
        for flag in &gold.flags {
            key(&flag.code, flag.turn).map(|key| want.insert(key, flag.turn));
        }
        let mut got = BTreeMap::new();
        for (code, turn) in &verdict.flags {
            key(code, *turn).map(|key| *got.entry(key).or_insert(*turn));
        }
        let unsure: BTreeSet<&str> = gold.unsure.iter().map(|flag| flag.code.as_str()).collect();
        let is_clean = want.is_empty();
        clean += usize::from(is_clean);
        for key in want.keys().chain(got.keys()).collect::<BTreeSet<_>>() {
            let (code, turn) = *key;
            let counts = per.entry(code).or_default();
            match (want.get(key), got.get(key)) {
                (Some(due), Some(found)) => {
                    counts.right += 1;
                    if turn.is_none() {
                        turn_known += 1;
                        right_turn += u32::from(due == found);
                    }
                }
                (None, Some(found)) => {
                    if unsure.contains(code) {
                        continue;
                    }
                    counts.false_ += 1;
                    false_on_clean += usize::from(is_clean);
                    misses.push(miss("false", gold, code, *found));
                }
                (Some(due), None) => {
                    counts.missed += 1;
                    misses.push(miss("missed", gold, code, *due));
                }
                (None, None) => {}
            }
        }
        let level: BTreeMap<u32, u8> = gold.turns.iter().map(|turn| (turn.turn, turn.aggression)).collect();
        for (turn, speaker, found) in &verdict.turns {
            if matches!(speaker, Speaker::Agent | Speaker::Customer) && !gold.unsure_turns.contains(turn) {
                aggression.entry(*speaker).or_default().push((level.get(turn).copied().unwrap_or(0), *found));
            }
        }
        for (counts, want, got) in [
            (&mut stated, &gold.root_cause.stated, &verdict.causes.0),
            (&mut underlying, &gold.root_cause.underlying, &verdict.causes.1),
        ] {
            let want: BTreeSet<&String> = want.iter().filter(|cause| *cause != "none").collect();
            let got: BTreeSet<&String> =
                got.iter().filter(|cause| *cause != "none" && !gold.unsure_causes.contains(cause)).collect();
            counts.right += want.intersection(&got).count() as u32;
            counts.false_ += got.difference(&want).count() as u32;
            counts.missed += want.difference(&got).count() as u32;
        }
    }
    misses.sort();
    let sum = |only: &dyn Fn(&str) -> bool| {
        let mut total = Counts::default();
        per.iter().filter(|(code, _)| only(code)).for_each(|(_, counts)| total.extend(*counts));
        total.figures()
    };
    let per_code: BTreeMap<String, Figures> = per
        .iter()
        .filter(|(_, counts)| counts.any())
        .map(|(code, counts)| ((*code).to_owned(), counts.figures()))
        .collect();
    let hostile = |speaker: Speaker| {
        let mut counts = Counts::default();
        aggression.get(&speaker).into_iter().flatten().for_each(|(want, got)| counts.add(*want > 1, *got > 1));
        counts.figures()
    };
    let kappa = |speaker: Speaker| kappa_linear(aggression.get(&speaker).map_or(&[], Vec::as_slice));
    Score {
        conversations: pairs.len(),
        flags: sum(&|_| true),
        macro_f1: per_code.values().map(|figures| figures.f1).sum::<f64>() / per_code.len().max(1) as f64,
        critical: sum(&|code| known.get(code).is_some_and(|guideline| guideline.severity == Severity::Critical)),
        due_turn_right: (turn_known > 0).then(|| f64::from(right_turn) / f64::from(turn_known)),
        false_flags_per_clean_conversation: false_on_clean as f64 / clean.max(1) as f64,
        hostile_agent: hostile(Speaker::Agent),
        kappa_agent: kappa(Speaker::Agent),
        hostile_customer: hostile(Speaker::Customer),
        kappa_customer: kappa(Speaker::Customer),
        causes_stated: stated.figures(),
        causes_underlying: underlying.figures(),
        per_code,
        misses,
    }
}

fn miss(what: &'static str, gold: &Gold, code: &str, turn: u32) -> Miss {
    Miss { what, conversation_id: gold.conversation_id.clone(), code: code.to_owned(), turn }
}
