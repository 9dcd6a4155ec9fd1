//! Runs the examples of guidelines through the engine: on the acts that people labelled, and on what a model hears.
//!
//! On their labels they prove the rule; on a model's signals they show what it mishears. The built-in model has learned from the
//! examples of the built-in guidelines, so that its figures on those flatter it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::guidelines::examples::{Example, Expect};
use crate::guidelines::pack::Pack;
use crate::learn::LearnError;
use crate::learn::measure::{Counts, Figures};
use crate::learn::verdicts::verdicts;
use crate::signals::Signals;
use crate::signals::embedded::Room;
use crate::signals::given::{Given, GivenConversation};
use crate::signals::hear::Source;
use crate::signals::thresholds::Thresholds;
use crate::transcript::{Conversation, Lang};

/// An example that does not show what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The guideline.
    pub code: String,
    /// The example's language.
    pub language: Lang,
    /// Its place among the guideline's examples, from 1.
    pub number: usize,
    /// Conversation and turn that should be flagged; `None` where nothing should.
    pub expected: Option<Place>,
    /// What was found.
    pub found: Vec<Place>,
}

/// A turn of an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The conversation.
    pub conversation: String,
    /// Number of the turn.
    pub turn: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "turn {} of {}", self.turn, self.conversation)
    }
}

/// What the examples of a pack came to with one source of signals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `labels`, or the name of the model.
    pub source: String,
    /// Examples run.
    pub examples: usize,
    /// Those that do not show what they say, by code.
    pub failures: Vec<Failure>,
    /// How many are found that should be, by language; a finding at a wrong turn is a false and a missed one.
    pub figures: BTreeMap<Lang, Figures>,
}

/// Runs the examples of a pack's guidelines, or of one code, on the acts that people labelled.
///
/// # Errors
/// When an example is malformed.
pub fn on_labels(pack: &Pack, code: Option<&str>) -> Result<Report, LearnError> {
    run(pack, code, "labels", &Thresholds::default(), &mut |conversation, labels| {
        let given = Given { conversations: [(conversation.conversation_id.clone(), labels.clone())].into() };
        Ok(Source::Given(given.into(), Thresholds::default()).hear(conversation, &mut Room::default())?)
    })
}

/// Runs the examples of a pack's guidelines, or of one code, on what a source hears.
///
/// # Errors
/// When an example is malformed, or the model fails on a text.
pub fn on_source(pack: &Pack, code: Option<&str>, source: &Source) -> Result<Report, LearnError> {
    let mut room = Room::default();
    run(
        pack,
        code,
        source.name(),
        source.thresholds(),
        &mut |conversation, _| Ok(source.hear(conversation, &mut room)?),
    )
}

type Hear<'a> = dyn FnMut(&Conversation, &GivenConversation) -> Result<Signals, LearnError> + 'a;

fn run(
    pack: &Pack,
    code: Option<&str>,
    source: &str,
    thresholds: &Thresholds,
    hear: &mut Hear<'_>,
) -> Result<Report, LearnError> {
    let mut report = Report { source: source.to_owned(), examples: 0, failures: Vec::new(), figures: BTreeMap::new() };
    let mut counts: BTreeMap<Lang, Counts> = BTreeMap::new();
    for guideline in pack.guidelines.iter().filter(|guideline| code.is_none_or(|code| code == guideline.code)) {
        for (number, example) in (1..).zip(&guideline.example) {
            let (expected, found) = one(pack, &guideline.code, example, thresholds, hear)?;
            report.examples += 1;
            let counts = counts.entry(example.language).or_default();
            let right = expected.as_ref().is_some_and(|place| found.contains(place));
            counts.right += u32::from(right);
            counts.false_ += (found.len() - usize::from(right)) as u32;
            counts.missed += u32::from(expected.is_some() && !right);
            if found != Vec::from_iter(expected.clone()) {
                let (code, language) = (guideline.code.clone(), example.language);
                report.failures.push(Failure { code, language, number, expected, found });
            }
        }
    }
    report.figures = counts.into_iter().map(|(language, counts)| (language, counts.figures())).collect();
    Ok(report)
}

/// What an example says should be found, and what is.
fn one(
    pack: &Pack,
    code: &str,
    example: &Example,
    thresholds: &Thresholds,
    hear: &mut Hear<'_>,
) -> Result<(Option<Place>, Vec<Place>), LearnError> {
    let talks = example
        .parse(code)
        .map_err(|error| LearnError::Example { code: code.to_owned(), message: error.to_string() })?;
    let heard = talks
        .iter()
        .map(|(conversation, labels)| hear(conversation, labels))
        .collect::<Result<Vec<Signals>, LearnError>>()?;
    let conversations = || talks.iter().map(|(conversation, _)| conversation);
    let mut found = Vec::new();
    for (conversation, verdict) in conversations().zip(verdicts(pack, conversations().zip(&heard), thresholds)) {
        let own = verdict.flags.iter().filter(|(found, _)| found == code);
        found.extend(own.map(|(_, turn)| Place { conversation: conversation.conversation_id.clone(), turn: *turn }));
    }
    found.sort();
    let expected = (example.expect == Expect::Flag).then(|| {
        let first = conversations().next().map(|conversation| conversation.conversation_id.clone());
        Place { conversation: example.within.clone().or(first).unwrap_or_default(), turn: example.at.unwrap_or(0) }
    });
    Ok((expected, found))
}
