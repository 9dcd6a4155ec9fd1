//! Soft labels: what a better model hears in talk that nobody labelled, for the embedded model to learn from (Hinton et al. 2015).
//!
//! `spokoj label` writes them, a conversation a line; `spokoj train --soft` reads them. An output is named by its sort and its name: `agent.apology`,
//! `customer.insult`, `aggression.2`, `kind.threat`, `cause.billing`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::learn::LearnError;
use crate::learn::corpus::{Label, LabelledConversation, LabelledSegment};
use crate::learn::gold::Gold;
use crate::learn::samples::{Sample, Tokenised};
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, OUTPUTS, sigmoid};
use crate::signals::tokens::Words;
use crate::signals::{Cut, Heard};
use crate::transcript::{Conversation, Span, Speaker};

/// Probabilities below this are not written.
const LEAST: f32 = 0.01;
/// How much a sample counts against a single utterance that people labelled.
const WEIGHT: f32 = 0.5;

/// Probabilities by the name of the output.
type Scores = BTreeMap<String, f32>;

/// A segment with what was heard in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoftSegment {
    /// Bytes of the turn's text.
    pub span: Span,
    /// What was heard.
    pub scores: Scores,
}

/// A turn with what was heard in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SoftTurn {
    /// Its segments.
    pub segments: Vec<SoftSegment>,
    /// The turn as a whole, where it has several segments.
    pub whole: Option<Scores>,
}

/// A conversation with soft labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoftConversation {
    /// The transcript.
    pub conversation: Conversation,
    /// What was heard, one a turn.
    pub turns: Vec<SoftTurn>,
}

impl SoftConversation {
    /// What a model heard in a conversation, as it was cut for it.
    #[must_use]
    pub fn of(cut: &Cut<'_>, heard: &Heard) -> SoftConversation {
        let turns = cut.segments.iter().zip(&heard.turns).map(|(spans, heard)| SoftTurn {
            segments: spans
                .iter()
                .zip(&heard.segments)
                .map(|(span, logits)| SoftSegment { span: span.clone(), scores: scores(logits) })
                .collect(),
            whole: heard.whole.as_deref().map(scores),
        });
        SoftConversation { conversation: cut.conversation.clone(), turns: turns.collect() }
    }

    /// Training samples: what was heard in segments and in turns of several.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn samples(&self, words: &Words) -> Result<Vec<Sample>, LearnError> {
        let turns = self.conversation.turns.iter().zip(&self.turns).enumerate();
        let segments = turns.flat_map(|(turn, (spoken, soft))| {
            soft.segments.iter().map(move |segment| LabelledSegment {
                turn,
                text: spoken.text.get(segment.span.clone()).unwrap_or_default().to_owned(),
                label: Label::default(),
            })
        });
        let source = LabelledConversation {
            conversation: self.conversation.clone(),
            segments: segments.collect(),
            gold: Gold::default(),
        };
        let tokenised = Tokenised::new(&source, words)?;
        let soft = self.turns.iter().flat_map(|turn| &turn.segments);
        let of_segments = tokenised.segment_samples().zip(soft).map(|((_, sample), soft)| taught(sample, &soft.scores));
        let of_turns = tokenised.turn_samples().filter_map(|(turn, _, sample)| {
            let whole = self.turns.get(turn)?.whole.as_ref()?;
            Some(taught(sample, whole))
        });
        Ok(of_segments.chain(of_turns).collect())
    }
}

/// A sample with soft labels in the ranges that it teaches.
fn taught(sample: Sample, scores: &Scores) -> Sample {
    let right = scores.iter().filter_map(|(name, score)| {
        let output = output(name)? as u8;
        let is_taught = sample.taught.iter().any(|(first, last)| (*first..*last).contains(&output));
        is_taught.then_some((output, *score))
    });
    Sample { right: right.collect(), weight: WEIGHT, ..sample }
}

fn scores(logits: &[f32]) -> Scores {
    let all = logits.iter().enumerate().map(|(output, logit)| (output, sigmoid(*logit)));
    let kept = all.filter(|(_, score)| *score >= LEAST);
    kept.map(|(output, score)| (name(output), (score * 1000.0).round() / 1000.0)).collect()
}

/// The name of an output, with its sort.
fn name(output: usize) -> String {
    match output {
        AGGRESSION..KINDS => format!("aggression.{}", output - AGGRESSION + 1),
        KINDS..CAUSES => format!("kind.{}", Kind::ALL[output - KINDS].name()),
        CAUSES..OUTPUTS => format!("cause.{}", Cause::ALL[output - CAUSES].name()),
        _ => Act::at(output - ACTS).map_or_else(String::new, |act| format!("{}.{}", act.speaker().name(), act.name())),
    }
}

/// The output of a name.
fn output(name: &str) -> Option<usize> {
    let (sort, own) = name.split_once('.')?;
    match sort {
        "aggression" => {
            own.parse().ok().filter(|level| (1..=3usize).contains(level)).map(|level| AGGRESSION + level - 1)
        }
        "kind" => Some(KINDS + own.parse::<Kind>().ok()? as usize),
        "cause" => Some(CAUSES + own.parse::<Cause>().ok()? as usize),
        _ => Some(ACTS + Act::named(own, sort.parse::<Speaker>().ok()?)?.place()),
    }
}

/// Reads a file of `spokoj label`.
///
/// # Errors
/// When the file cannot be read or a line is none of its lines.
pub fn read(path: &Path) -> Result<Vec<SoftConversation>, LearnError> {
    let failed = |source| LearnError::Read { path: path.to_owned(), source };
    let lines = BufReader::new(File::open(path).map_err(failed)?).lines().zip(1u64..);
    lines
        .map(|(line, number)| {
            let malformed = |message: String| LearnError::Label { path: path.to_owned(), line: number, message };
            let found: SoftConversation =
                serde_json::from_str(&line.map_err(failed)?).map_err(|error| malformed(error.to_string()))?;
            let names = found.turns.iter().flat_map(|turn| {
                turn.segments.iter().map(|segment| &segment.scores).chain(&turn.whole).flat_map(BTreeMap::keys)
            });
            match names.clone().find(|name| output(name).is_none()) {
                Some(name) => Err(malformed(format!("`{name}` is no output; write the file anew with `spokoj label`"))),
                None => Ok(found),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::hear;
    use crate::transcript::{Channel, Lang, Turn};

    #[test]
    fn every_output_is_found_again_by_its_name() {
        for at in 0..OUTPUTS {
            assert_eq!(output(&name(at)), Some(at));
        }
        assert_eq!(output("agent.insult"), None);
        assert_eq!(output("aggression.4"), None);
    }

    #[test]
    fn what_was_heard_is_what_is_taught() {
        let mut conversation = Conversation::new("t", Channel::Chat);
        conversation.language = Lang::Pl;
        conversation.turns.push(Turn::new(0, Speaker::Agent, "Przepraszam. Sprawdzę to."));
        let cut = hear::cut(&conversation);
        let mut logits = vec![-9.0; OUTPUTS];
        let apology = ACTS + Act::named("apology", Speaker::Agent).unwrap().place();
        logits[apology] = 0.0;
        logits[CAUSES] = 2.0;
        let turn = crate::signals::HeardTurn { segments: vec![logits.clone(); 2], whole: Some(logits.clone()) };
        let soft = SoftConversation::of(&cut, &Heard { turns: vec![turn], customer: logits });
        let line = serde_json::to_string(&soft).unwrap();
        assert_eq!(serde_json::from_str::<SoftConversation>(&line).unwrap(), soft);
        let samples = soft.samples(&Words::with_vocabulary(&[]).unwrap()).unwrap();
        assert_eq!(samples.len(), 3);
        assert!(
            samples.iter().all(|sample| sample.right == [(apology as u8, 0.5)]),
            "an agent's segment teaches no causes"
        );
    }
}
