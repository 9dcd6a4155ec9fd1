//! Turns the corpus into training samples: hashed features with the outputs that are right.
//!
//! A segment teaches acts and causes; a whole turn teaches aggression and its kinds, which are properties of the turn. A single utterance teaches all.

use std::collections::HashMap;

use crate::learn::LearnError;
use crate::learn::corpus::{Corpus, Label, LabelledConversation, LabelledSegment};
use crate::learn::perturb::Perturbation;
use crate::signals::features::{self, Context};
use crate::signals::labels::{AGENT_ACTS, Act, Cause};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, OUTPUTS};
use crate::signals::tokens::{Word, Words};
use crate::transcript::Speaker;

/// How much a sample from a conversation counts against a single utterance.
const CONVERSATION_WEIGHT: f32 = 2.0;

/// One training sample.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Hashed features.
    pub features: Vec<u32>,
    /// Outputs that are right, each with the probability that it is: 1 by people's labels.
    pub right: Vec<(u8, f32)>,
    /// First and last (exclusive) output of each range that is taught; the others are passed over.
    pub taught: Vec<(u8, u8)>,
    /// Weight in the loss.
    pub weight: f32,
    /// Index of the conversation in the corpus that it was taken from, if from one.
    pub conversation: Option<usize>,
}

/// The range of outputs that hold a role's acts.
fn acts_of(speaker: Speaker) -> (u8, u8) {
    match speaker {
        Speaker::Agent => (ACTS as u8, AGENT_ACTS.len() as u8),
        _ => (AGENT_ACTS.len() as u8, Act::COUNT as u8),
    }
}

/// What a label says of single segments: acts and causes.
fn teach_segment(label: &Label, speaker: Speaker, sample: &mut Sample) {
    sample.right.extend(label.acts.iter().map(|act| ((ACTS + act.place()) as u8, 1.0)));
    sample.taught.push(acts_of(speaker));
    if speaker == Speaker::Customer {
        sample.right.extend(label.causes.iter().map(|cause| ((CAUSES + *cause as usize) as u8, 1.0)));
        sample.taught.push((CAUSES as u8, OUTPUTS as u8));
    }
}

/// What a label says of whole turns: aggression and its kinds.
fn teach_turn(label: &Label, sample: &mut Sample) {
    sample.right.extend((0..label.aggression).map(|level| (AGGRESSION as u8 + level, 1.0)));
    sample.right.extend(label.kinds.iter().map(|kind| ((KINDS + *kind as usize) as u8, 1.0)));
    sample.taught.push((AGGRESSION as u8, CAUSES as u8));
}

fn featured(words: &[Word], speaker: Speaker, context: Context<'_>, weight: f32) -> Sample {
    let mut found = Vec::with_capacity(words.len() * 16);
    features::of_text(words, speaker, context, &mut |feature| found.push(feature));
    Sample { features: found, weight, ..Sample::default() }
}

/// A labelled conversation with the words of its turns and segments.
pub struct Tokenised<'a> {
    /// The labels.
    pub source: &'a LabelledConversation,
    turns: Vec<Vec<Word>>,
    segments: Vec<Vec<Word>>,
}

impl<'a> Tokenised<'a> {
    /// Splits a conversation into words.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn new(source: &'a LabelledConversation, words: &Words) -> Result<Self, LearnError> {
        let turns = source.conversation.turns.iter().map(|turn| words.of(&turn.text)).collect::<Result<_, _>>()?;
        let segments = source.segments.iter().map(|segment| words.of(&segment.text)).collect::<Result<_, _>>()?;
        Ok(Tokenised { source, turns, segments })
    }

    fn context(&self, turn: usize) -> Context<'_> {
        let speakers: Vec<Speaker> = self.source.conversation.turns.iter().map(|turn| turn.speaker).collect();
        let previous = features::previous(&speakers, turn).map_or(&[] as &[Word], |at| &self.turns[at]);
        let last = self.source.conversation.turns.len().saturating_sub(turn + 1);
        Context {
            previous,
            before: &[],
            position: Some((turn as u32, last as u32)),
            channel: Some(self.source.conversation.channel),
            edge: None,
            whole: false,
        }
    }

    /// The words and the surroundings of each segment, in order.
    fn placed(&self) -> impl Iterator<Item = (&'a LabelledSegment, &[Word], Speaker, Context<'_>)> {
        let segments = &self.source.segments;
        segments.iter().enumerate().map(move |(at, segment)| {
            let speaker = self.source.conversation.turns[segment.turn].speaker;
            let first = at == 0 || segments[at - 1].turn != segment.turn;
            let last = segments.get(at + 1).is_none_or(|next| next.turn != segment.turn);
            let before = if first { &[] as &[Word] } else { &self.segments[at - 1] };
            let context = Context { before, edge: Some((first, last)), ..self.context(segment.turn) };
            (segment, self.segments[at].as_slice(), speaker, context)
        })
    }

    /// A sample a segment, in order, with its label.
    pub fn segment_samples(&self) -> impl Iterator<Item = (&'a LabelledSegment, Sample)> {
        self.placed().map(|(segment, words, speaker, context)| {
            let mut sample = featured(words, speaker, context, 1.0);
            teach_segment(&segment.label, speaker, &mut sample);
            if context.edge == Some((true, true)) {
                teach_turn(&segment.label, &mut sample);
            }
            (segment, sample)
        })
    }

    /// A sample a turn of several segments, with the label that the whole turn has.
    pub fn turn_samples(&self) -> impl Iterator<Item = (usize, Label, Sample)> {
        (0..self.source.conversation.turns.len()).filter_map(move |turn| {
            let speaker = self.source.conversation.turns[turn].speaker;
            let parts: Vec<&LabelledSegment> =
                self.source.segments.iter().filter(|segment| segment.turn == turn).collect();
            if parts.is_empty() {
                return None;
            }
            let label = whole(&parts);
            let mut sample = featured(&self.turns[turn], speaker, self.context(turn), 1.0);
            teach_turn(&label, &mut sample);
            teach_segment(&label, speaker, &mut sample);
            Some((turn, label, sample))
        })
    }
}

impl Tokenised<'_> {
    /// A sample of all that the customer says, with the causes of the conversation; `None` where these are not labelled.
    pub fn whole_sample(&self) -> Option<Sample> {
        let stated = &self.source.gold.root_cause.stated;
        if stated.is_empty() {
            return None;
        }
        let turns = self.source.conversation.turns.iter().zip(&self.turns);
        let words: Vec<Word> =
            turns.filter(|(turn, _)| turn.speaker == Speaker::Customer).flat_map(|(_, words)| words.clone()).collect();
        let context = Context { channel: Some(self.source.conversation.channel), whole: true, ..Context::default() };
        let mut sample = featured(&words, Speaker::Customer, context, 1.0);
        let causes = stated.iter().filter_map(|name| name.parse::<Cause>().ok());
        sample.right.extend(causes.map(|cause| ((CAUSES + cause as usize) as u8, 1.0)));
        sample.taught.push((CAUSES as u8, OUTPUTS as u8));
        Some(sample)
    }
}

/// The label of a stretch of text from those of its segments.
pub(super) fn whole(parts: &[&LabelledSegment]) -> Label {
    let mut label = Label::default();
    for part in parts {
        label.aggression = label.aggression.max(part.label.aggression);
        label.acts.extend(&part.label.acts);
        label.kinds.extend(&part.label.kinds);
        label.causes.extend(&part.label.causes);
    }
    label.acts.sort_unstable();
    label.acts.dedup();
    label.kinds.sort_unstable();
    label.kinds.dedup();
    label.causes.sort_unstable();
    label.causes.dedup();
    label
}

/// How much an utterance counts that a company labelled for itself.
const OWN_WEIGHT: f32 = 4.0;
/// How second copies of conversations are written differently, in turn; the first have no punctuation and are cut as the product cuts them.
const COPIES: [Perturbation; 2] = [Perturbation::Noise5, Perturbation::Numbers];
/// How much a sample from a copy counts.
const COPY_WEIGHT: f32 = 1.0;

/// All samples of a corpus, in its order. Conversations count twice, they are what is to be heard; two copies of each, as others would
/// have written it, count once.
///
/// # Errors
/// When the tokenizer fails.
pub fn of(corpus: &Corpus, words: &Words) -> Result<Vec<Sample>, LearnError> {
    let mut samples = Vec::new();
    let weighed = |own, weight| std::iter::repeat(weight).zip(own);
    for (weight, utterance) in weighed(&corpus.utterances, 1.0).chain(weighed(&corpus.own, OWN_WEIGHT)) {
        let mut sample = featured(&words.of(&utterance.text)?, utterance.speaker, Context::default(), weight);
        teach_segment(&utterance.label, utterance.speaker, &mut sample);
        teach_turn(&utterance.label, &mut sample);
        samples.push(sample);
    }
    for (at, conversation) in corpus.conversations.iter().enumerate() {
        for sample in of_conversation(conversation, words)? {
            samples.push(Sample { weight: CONVERSATION_WEIGHT, conversation: Some(at), ..sample });
        }
        let random = &mut fastrand::Rng::with_seed(at as u64);
        for how in [Perturbation::Plain, COPIES[at % COPIES.len()]] {
            let mut copy = how.conversation(conversation, random).labelled;
            if how == Perturbation::Plain {
                copy.recut();
            }
            for sample in of_conversation(&copy, words)? {
                samples.push(Sample { weight: COPY_WEIGHT, conversation: Some(at), ..sample });
            }
        }
    }
    for example in &corpus.examples {
        samples.extend(of_conversation(example, words)?);
    }
    let places: HashMap<&str, usize> =
        corpus.conversations.iter().zip(0..).map(|(one, at)| (one.conversation.conversation_id.as_str(), at)).collect();
    for soft in &corpus.soft {
        // Soft labels of a conversation of the corpus come from a model that knows its labels: they stay in its fold.
        let conversation = places.get(soft.conversation.conversation_id.as_str()).copied();
        samples.extend(soft.samples(words)?.into_iter().map(|sample| Sample { conversation, ..sample }));
    }
    Ok(samples)
}

fn of_conversation(conversation: &LabelledConversation, words: &Words) -> Result<Vec<Sample>, LearnError> {
    let tokenised = Tokenised::new(conversation, words)?;
    let several = |turn: usize| conversation.segments.iter().filter(|segment| segment.turn == turn).count() > 1;
    let segments = tokenised.segment_samples().map(|(_, sample)| sample);
    let turns = tokenised.turn_samples().filter(|(turn, ..)| several(*turn)).map(|(.., sample)| sample);
    Ok(segments.chain(turns).chain(tokenised.whole_sample()).collect())
}
