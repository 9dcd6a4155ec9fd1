//! From a conversation to its signals: cuts turns into segments, asks a model, decides on aggression and causes.

use std::sync::Arc;

use crate::signals::embedded::Room;
use crate::signals::features::{self, Context};
use crate::signals::given::GivenConversation;
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, sigmoid};
use crate::signals::thresholds::Thresholds;
use crate::signals::tokens::Word;
use crate::signals::{CauseQuote, Hears, SegmentSignals, SignalError, Signals, TurnSignals, timing};
use crate::text::segment;
use crate::transcript::{Conversation, Span, Speaker};

/// Hears a conversation with a model; [`decide`] is still to come.
///
/// # Errors
/// When the tokenizer fails on a text.
pub fn hear(model: &dyn Hears, conversation: &Conversation, room: &mut Room) -> Result<Signals, SignalError> {
    let turns = conversation
        .turns
        .iter()
        .map(|turn| segment::segments(&turn.text, turn.language.unwrap_or(conversation.language)))
        .collect();
    with_segments(model, conversation, turns, room)
}

/// Hears a conversation whose turns are cut already; one list of spans a turn.
///
/// # Errors
/// When the tokenizer fails on a text.
pub fn with_segments(
    model: &dyn Hears,
    conversation: &Conversation,
    segments: Vec<Vec<Span>>,
    room: &mut Room,
) -> Result<Signals, SignalError> {
    let words: Vec<Vec<Word>> =
        conversation.turns.iter().map(|turn| model.words().of(&turn.text)).collect::<Result<_, _>>()?;
    let speakers: Vec<Speaker> = conversation.turns.iter().map(|turn| turn.speaker).collect();
    let mut signals = Signals::default();
    let timings = timing::measure(conversation);
    for (at, (spans, timing)) in segments.into_iter().zip(timings).enumerate() {
        let speaker = speakers[at];
        let mut turn = TurnSignals { timing, ..TurnSignals::default() };
        if matches!(speaker, Speaker::Agent | Speaker::Customer) {
            let context = Context {
                previous: features::previous(&speakers, at).map_or(&[] as &[Word], |before| &words[before]),
                before: &[],
                position: Some((at as u32, (speakers.len() - at - 1) as u32)),
                channel: Some(conversation.channel),
                edge: None,
                whole: false,
            };
            let mut before: &[Word] = &[];
            let count = spans.len();
            for (place, span) in spans.into_iter().enumerate() {
                let own = within(&words[at], &span);
                let context = Context { before, edge: Some((place == 0, place + 1 == count)), ..context };
                let logits = model.logits(own, speaker, context, room);
                before = own;
                if count == 1 {
                    aggression(&logits, &mut turn);
                }
                turn.segments.push(segment_signals(&logits, speaker, span));
            }
            if count > 1 {
                let logits = model.logits(&words[at], speaker, context, room);
                aggression(&logits, &mut turn);
                second_opinion(&logits, speaker, &mut turn);
            }
        }
        if speaker == Speaker::Agent && !turn.segments.is_empty() {
            hostility(&mut turn);
        }
        signals.turns.push(turn);
    }
    let whole: Vec<Word> = speakers
        .iter()
        .zip(words)
        .filter(|(speaker, _)| **speaker == Speaker::Customer)
        .flat_map(|(_, words)| words)
        .collect();
    let context = Context { channel: Some(conversation.channel), whole: true, ..Context::default() };
    let logits = model.logits(&whole, Speaker::Customer, context, room);
    signals.cause_scores = logits[CAUSES..].iter().map(|logit| sigmoid(*logit)).collect();
    Ok(signals)
}

/// The signals that people's labels give; segments are found again in the text in order.
#[must_use]
pub fn given(conversation: &Conversation, labels: &GivenConversation) -> Signals {
    let mut signals = Signals::default();
    for (at, timing) in timing::measure(conversation).into_iter().enumerate() {
        let number = conversation.turns[at].turn;
        let text = &conversation.turns[at].text;
        let mut turn = TurnSignals { timing, ..TurnSignals::default() };
        let mut from = 0;
        for segment in labels.segments.iter().filter(|segment| segment.turn == number) {
            let begin = text[from..].find(&segment.text).map_or(from, |found| from + found);
            let end = if text[begin..].starts_with(&segment.text) { begin + segment.text.len() } else { text.len() };
            from = end;
            let mut acts = vec![0.0; Act::COUNT];
            let mut causes = vec![0.0; Cause::ALL.len()];
            segment.acts.iter().for_each(|act| acts[act.place()] = 1.0);
            segment.causes.iter().for_each(|cause| causes[*cause as usize] = 1.0);
            turn.segments.push(SegmentSignals { span: begin..end, acts, causes });
        }
        if let Some((level, kinds)) = labels.aggression.get(&number) {
            turn.aggression = *level;
            turn.kinds.clone_from(kinds);
            turn.levels = [1, 2, 3].map(|step| if *level >= step { 1.0 } else { 0.0 });
            turn.kind_scores = Kind::ALL.iter().map(|kind| if kinds.contains(kind) { 1.0 } else { 0.0 }).collect();
        }
        signals.turns.push(turn);
    }
    signals
}

/// The words that lie in a span.
fn within<'a>(words: &'a [Word], span: &Span) -> &'a [Word] {
    let begin = words.partition_point(|word| word.span.end <= span.start);
    let end = words.partition_point(|word| word.span.start < span.end);
    &words[begin..end.max(begin)]
}

fn segment_signals(logits: &[f32], speaker: Speaker, span: Span) -> SegmentSignals {
    let acts = (0..Act::COUNT)
        .map(|place| match Act::at(place) {
            Some(act) if act.speaker() == speaker => sigmoid(logits[ACTS + place]),
            _ => 0.0,
        })
        .collect();
    let causes = (0..Cause::ALL.len())
        .map(|place| if speaker == Speaker::Customer { sigmoid(logits[CAUSES + place]) } else { 0.0 })
        .collect();
    SegmentSignals { span, acts, causes }
}

/// Lets the whole turn have a say in which acts its segments hold: the log-odds of the clearest segment and of the turn are averaged.
fn second_opinion(logits: &[f32], speaker: Speaker, turn: &mut TurnSignals) {
    for act in Act::of(speaker) {
        let clearest = turn.score(act);
        if clearest <= 0.0 {
            continue;
        }
        let factor = sigmoid((log_odds(clearest) + logits[ACTS + act.place()]) / 2.0) / clearest;
        for segment in &mut turn.segments {
            segment.acts[act.place()] = (segment.acts[act.place()] * factor).min(1.0);
        }
    }
}

/// An agent's hostility is heard twice, as aggression of 2 or more and as an act: the log-odds are averaged.
fn hostility(turn: &mut TurnSignals) {
    let Some(hostile) = Act::named("hostile", Speaker::Agent) else { return };
    let both = sigmoid((log_odds(turn.levels[1]) + log_odds(turn.score(hostile))) / 2.0);
    turn.levels = [turn.levels[0].max(both), both, turn.levels[2].min(both)];
}

fn log_odds(probability: f32) -> f32 {
    let inside = probability.clamp(1e-6, 1.0 - 1e-6);
    (inside / (1.0 - inside)).ln()
}

fn aggression(logits: &[f32], turn: &mut TurnSignals) {
    let mut above = f32::INFINITY;
    for level in 0..3 {
        // A higher level is never more probable than a lower one.
        above = sigmoid(logits[AGGRESSION + level]).min(above);
        turn.levels[level] = above;
    }
    turn.kind_scores = (0..Kind::ALL.len()).map(|kind| sigmoid(logits[KINDS + kind])).collect();
}

/// Decides from probabilities: aggression and kinds of every turn, causes of the conversation with the words that name each first.
pub fn decide(conversation: &Conversation, thresholds: &Thresholds, signals: &mut Signals) {
    for (turn, spoken) in signals.turns.iter_mut().zip(&conversation.turns) {
        let limits = if spoken.speaker == Speaker::Agent { thresholds.agent } else { thresholds.customer };
        let reached = turn.levels.iter().zip(limits).take_while(|(level, limit)| **level >= *limit).count();
        turn.aggression = reached as u8;
        turn.kinds = Kind::ALL
            .iter()
            .zip(&turn.kind_scores)
            .filter(|(kind, score)| reached > 0 && **score >= thresholds.kinds[**kind as usize])
            .map(|(kind, _)| *kind)
            .collect();
    }
    signals.causes_stated.clear();
    signals.cause_quotes.clear();
    let complains = Act::named("complaint", Speaker::Customer)
        .is_some_and(|act| signals.turns.iter().any(|turn| turn.score(act) >= thresholds.acts[act.place()]));
    if complains && conversation.language.is_audited() {
        for cause in Cause::ALL {
            let place = *cause as usize;
            let named = signals
                .turns
                .iter()
                .enumerate()
                .flat_map(|(at, turn)| turn.segments.iter().map(move |segment| (at, segment)));
            let best = named.max_by(|a, b| a.1.causes[place].total_cmp(&b.1.causes[place]).then(b.0.cmp(&a.0)));
            let Some((turn, segment)) = best else { continue };
            if signals.cause_score(*cause) >= thresholds.causes[place] {
                signals.causes_stated.push(*cause);
                signals.cause_quotes.push(CauseQuote { cause: *cause, turn, span: segment.span.clone() });
            }
        }
    }
    signals.causes_underlying = signals.causes_stated.clone();
}

/// Something that hears: a model, or labels that people gave.
#[derive(Clone)]
pub enum Source {
    /// A model.
    Model(Arc<dyn Hears>),
    /// Labels, with the thresholds that fit them.
    Given(Arc<crate::signals::given::Given>, Thresholds),
}

impl Source {
    /// Its name and SHA-256, as in tables.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Source::Model(model) => model.name(),
            Source::Given(..) => "given",
        }
    }

    /// From when on something counts as heard.
    #[must_use]
    pub fn thresholds(&self) -> &Thresholds {
        match self {
            Source::Model(model) => model.thresholds(),
            Source::Given(_, thresholds) => thresholds,
        }
    }

    /// Hears a conversation. A conversation without given labels has no acts.
    ///
    /// # Errors
    /// When a model fails on a text.
    pub fn hear(&self, conversation: &Conversation, room: &mut Room) -> Result<Signals, SignalError> {
        let mut signals = match self {
            Source::Model(model) => hear(model.as_ref(), conversation, room)?,
            Source::Given(labels, _) => {
                let none = GivenConversation::default();
                given(conversation, labels.conversations.get(&conversation.conversation_id).unwrap_or(&none))
            }
        };
        decide(conversation, self.thresholds(), &mut signals);
        Ok(signals)
    }
}
