//! Checks a conversation against a pack.

use std::collections::HashSet;

use crate::guidelines::checks::{Check, Scene};
use crate::guidelines::pack::Pack;
use crate::guidelines::talk::Talk;
use crate::guidelines::{Demand, Finding, Guideline, quoting};
use crate::signals::Signals;
use crate::signals::thresholds::Thresholds;
use crate::transcript::{Channel, Conversation, Lang};

/// Below this role confidence a finding is in doubt.
const SURE_ROLE: f32 = 0.8;
/// Below this recognition confidence a finding is in doubt.
const SURE_WORDS: f32 = 0.6;

/// Why a guideline is not checked in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It is not meant for the channel.
    Channel(Channel),
    /// It relies on words, and these are not in a language that is heard.
    Language(Lang),
}

/// Why a guideline is not checked in a conversation, if it is not.
#[must_use]
pub fn skipped(guideline: &Guideline, conversation: &Conversation) -> Option<Skip> {
    let Conversation { channel, language, .. } = conversation;
    if guideline.not_in.contains(channel) {
        return Some(Skip::Channel(*channel));
    }
    (!language.is_audited() && guideline.check.needs_language()).then_some(Skip::Language(*language))
}

/// The findings of a pack in one conversation, by turn and code.
#[must_use]
pub fn findings(pack: &Pack, conversation: &Conversation, signals: &Signals, thresholds: &Thresholds) -> Vec<Finding> {
    let talk = Talk::new(conversation, signals, thresholds);
    let mut found = Vec::new();
    for (place, guideline) in pack.guidelines.iter().enumerate() {
        if skipped(guideline, conversation).is_some() {
            continue;
        }
        let scene = Scene { talk: &talk, code: &guideline.code, guideline: place, limits: &pack.limits };
        found.extend(guideline.check.find(&scene));
    }
    yield_to_others(pack, &mut found);
    for finding in &mut found {
        finding.doubt = doubts(pack, conversation, finding);
    }
    sort(&mut found);
    found
}

/// Puts findings in the order of the tables: by turn, then code.
pub fn sort(found: &mut [Finding]) {
    found.sort_by_key(|finding| (finding.turn, finding.guideline));
}

/// Drops findings where a guideline that goes before has one at the same turn.
fn yield_to_others(pack: &Pack, found: &mut Vec<Finding>) {
    let at: HashSet<(usize, &str)> =
        found.iter().map(|finding| (finding.turn, pack.guidelines[finding.guideline].code.as_str())).collect();
    found.retain(|finding| match &pack.guidelines[finding.guideline].check {
        Check::Act(check) => !check.yields_to.iter().any(|code| at.contains(&(finding.turn, code.as_str()))),
        _ => true,
    });
}

fn doubts(pack: &Pack, conversation: &Conversation, finding: &Finding) -> Vec<String> {
    let turns = [Some(finding.turn), finding.trigger];
    let any = |doubtful: &dyn Fn(usize) -> bool| turns.into_iter().flatten().any(doubtful);
    let mut doubts = Vec::new();
    if any(&|at| conversation.turns[at].role_confidence < SURE_ROLE) {
        doubts.push("speaker".to_owned());
    }
    if any(&|at| conversation.turns[at].confidence.is_some_and(|confidence| confidence < SURE_WORDS)) {
        doubts.push("recognition".to_owned());
    }
    let whole = 0..conversation.turns[finding.turn].text.len();
    if pack.guidelines[finding.guideline].kind == Demand::Prohibited
        && quoting::is_quoted(conversation, finding.turn, finding.span.as_ref().unwrap_or(&whole))
    {
        doubts.push("quote".to_owned());
    }
    doubts
}
