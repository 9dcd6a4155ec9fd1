//! From a conversation to its signals: cuts turns into segments, asks a model, decides on aggression and causes.

use std::sync::Arc;

use crate::signals::embedded::Room;
use crate::signals::given::{GivenConversation, GivenSegment};
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, sigmoid};
use crate::signals::thresholds::Thresholds;
use crate::signals::{CauseQuote, Cut, Heard, Hears, SegmentSignals, SignalError, Signals, TurnSignals, timing};
use crate::text::segment;
use crate::transcript::{Conversation, Span, Speaker};

/// Cuts the turns of a conversation into segments.
#[must_use]
pub fn cut(conversation: &Conversation) -> Cut<'_> {
    let turns = conversation.turns.iter();
    let segments =
        turns.map(|turn| segment::segments(&turn.text, turn.language.unwrap_or(conversation.language))).collect();
    Cut { conversation, segments }
}

/// Hears a conversation with a model; [`decide`] is still to come.
///
/// # Errors
/// When the model fails on a text.
pub fn hear(model: &dyn Hears, conversation: &Conversation, room: &mut Room) -> Result<Signals, SignalError> {
    let cut = cut(conversation);
    let heard = model.hear(std::slice::from_ref(&cut), room)?;
    Ok(heard.into_iter().next().map(|heard| signals(cut, &heard)).unwrap_or_default())
}

/// Makes probabilities of what a model heard.
#[must_use]
pub fn signals(cut: Cut<'_>, heard: &Heard) -> Signals {
    let mut signals = Signals::default();
    let timings = timing::measure(cut.conversation);
    let turns = cut.conversation.turns.iter().zip(&heard.turns);
    for ((spans, timing), (spoken, heard)) in cut.segments.into_iter().zip(timings).zip(turns) {
        let mut turn = TurnSignals { timing, ..TurnSignals::default() };
        for (span, logits) in spans.into_iter().zip(&heard.segments) {
            turn.segments.push(segment_signals(logits, spoken.speaker, span));
        }
        if let Some(logits) = heard.turn() {
            aggression(logits, &mut turn);
        }
        if let Some(logits) = &heard.whole {
            second_opinion(logits, spoken.speaker, &mut turn);
        }
        if spoken.speaker == Speaker::Agent && !turn.segments.is_empty() {
            hostility(&mut turn);
        }
        signals.turns.push(turn);
    }
    signals.cause_scores = heard.customer[CAUSES..].iter().map(|logit| sigmoid(*logit)).collect();
    signals
}

/// The signals that people's labels give; segments are found again in the text in order.
#[must_use]
pub fn given(conversation: &Conversation, labels: &GivenConversation) -> Signals {
    let mut signals = Signals::default();
    for (at, timing) in timing::measure(conversation).into_iter().enumerate() {
        let number = conversation.turns[at].turn;
        let mut turn = TurnSignals { timing, ..TurnSignals::default() };
        let own: Vec<&GivenSegment> = labels.segments.iter().filter(|segment| segment.turn == number).collect();
        let spans = found_in_order(&conversation.turns[at].text, own.iter().map(|segment| segment.text.as_str()));
        for (segment, span) in own.iter().zip(spans) {
            let mut acts = vec![0.0; Act::COUNT];
            let mut causes = vec![0.0; Cause::ALL.len()];
            segment.acts.iter().for_each(|act| acts[act.place()] = 1.0);
            segment.causes.iter().for_each(|cause| causes[*cause as usize] = 1.0);
            turn.segments.push(SegmentSignals { span, acts, causes });
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

/// Where the parts of a text stand in it, one after the other; a part that is not found takes the rest.
pub fn found_in_order<'a>(text: &'a str, parts: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Span> {
    parts.scan(0, move |from, part| {
        let begin = text[*from..].find(part).map_or(*from, |found| *from + found);
        let end = if text[begin..].starts_with(part) { begin + part.len() } else { text.len() };
        *from = end;
        Some(begin..end)
    })
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

    /// How many conversations are best heard at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        match self {
            Source::Model(model) => model.at_once(),
            Source::Given(..) => 1,
        }
    }

    /// Hears a conversation. A conversation without given labels has no acts.
    ///
    /// # Errors
    /// When a model fails on a text.
    pub fn hear(&self, conversation: &Conversation, room: &mut Room) -> Result<Signals, SignalError> {
        Ok(self.hear_all(&[conversation], room)?.pop().unwrap_or_default())
    }

    /// Hears conversations, each by itself.
    ///
    /// # Errors
    /// When a model fails on a text of any of them.
    pub fn hear_all(&self, conversations: &[&Conversation], room: &mut Room) -> Result<Vec<Signals>, SignalError> {
        let mut all: Vec<Signals> = match self {
            Source::Model(model) => {
                let cuts: Vec<Cut<'_>> = conversations.iter().map(|conversation| cut(conversation)).collect();
                let heard = model.hear(&cuts, room)?;
                cuts.into_iter().zip(&heard).map(|(cut, heard)| signals(cut, heard)).collect()
            }
            Source::Given(labels, _) => {
                let none = GivenConversation::default();
                let own = |id: &String| labels.conversations.get(id).unwrap_or(&none);
                conversations.iter().map(|talk| given(talk, own(&talk.conversation_id))).collect()
            }
        };
        for (signals, conversation) in all.iter_mut().zip(conversations) {
            decide(conversation, self.thresholds(), signals);
        }
        Ok(all)
    }
}
