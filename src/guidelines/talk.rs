//! A conversation as guidelines count it: moves instead of raw turns.
//!
//! A backchannel ("mhm", "yes" while digits are dictated) is no move, and a sentence continued after one belongs to the move before.

use std::sync::LazyLock;

use crate::signals::labels::Act;
use crate::signals::thresholds::Thresholds;
use crate::signals::{Signals, TurnSignals};
use crate::transcript::{Conversation, Speaker};

/// One side's contribution: usually one turn, more where a backchannel came between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Who speaks.
    pub speaker: Speaker,
    /// Indices of its turns, at least one.
    pub turns: Vec<usize>,
}

/// A conversation with its signals, ready to be checked.
pub struct Talk<'a> {
    /// The transcript.
    pub conversation: &'a Conversation,
    /// What was heard in it.
    pub signals: &'a Signals,
    /// From when on something counts as heard.
    pub thresholds: &'a Thresholds,
    /// Contributions of agent and customer in order.
    pub moves: Vec<Move>,
}

/// Words that only say "I am listening", in all three languages.
static LISTENING: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../data/languages/listening.txt").lines().collect());
/// Words that say yes: a backchannel only where nothing was asked.
static YES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../data/languages/yes.txt").lines().collect());

/// Acts after which a "yes" is an answer.
const ASKS: &[&str] = &[
    "identity_question",
    "clarifying_question",
    "leading_question",
    "anything_else",
    "asks_wait",
    "offer",
    "verifies_contact",
    "offers_escalation",
    "announces_pause",
    "enquiry",
    "asks_why",
    "asks_when",
    "accusing_question",
    "wants_complaint",
    "wants_supervisor",
];

impl<'a> Talk<'a> {
    /// Groups the turns of a conversation into moves.
    #[must_use]
    pub fn new(conversation: &'a Conversation, signals: &'a Signals, thresholds: &'a Thresholds) -> Talk<'a> {
        let mut talk = Talk { conversation, signals, thresholds, moves: Vec::new() };
        let mut spoken: Vec<usize> = (0..conversation.turns.len())
            .filter(|at| matches!(conversation.turns[*at].speaker, Speaker::Agent | Speaker::Customer))
            .collect();
        // Merged channels can put an answer before its question; the clock puts it right where every turn has one.
        if spoken.iter().all(|at| conversation.turns[*at].start.is_some()) {
            spoken.sort_by(|a, b| {
                let begins = |at: &usize| conversation.turns[*at].start.unwrap_or(f64::INFINITY);
                begins(a).total_cmp(&begins(b))
            });
        }
        let mut bridged = false;
        for (place, &at) in spoken.iter().enumerate() {
            let speaker = conversation.turns[at].speaker;
            let between = place > 0
                && spoken.get(place + 1).is_some_and(|next| {
                    let before = spoken[place - 1];
                    let (before, next) = (&conversation.turns[before], &conversation.turns[*next]);
                    before.speaker != speaker && next.speaker == before.speaker
                });
            if between && talk.is_backchannel(at, spoken[place - 1]) {
                bridged = true;
                continue;
            }
            let continued = std::mem::take(&mut bridged)
                && talk.moves.last().is_some_and(|last| {
                    last.speaker == speaker
                        && last.turns.last().is_some_and(|turn| is_open(&conversation.turns[*turn].text))
                });
            match talk.moves.last_mut() {
                Some(last) if continued => last.turns.push(at),
                _ => talk.moves.push(Move { speaker, turns: vec![at] }),
            }
        }
        talk
    }

    fn is_backchannel(&self, at: usize, before: usize) -> bool {
        let text = self.conversation.turns[at].text.to_lowercase();
        let mut words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none() || words.clone().count() > 3 {
            return false;
        }
        let asked = || {
            let turn = &self.signals.turns[before];
            self.conversation.turns[before].text.trim_end().ends_with('?')
                || Act::of(self.conversation.turns[before].speaker)
                    .filter(|act| ASKS.contains(&act.name()))
                    .any(|act| turn.score(act) >= self.thresholds.acts[act.place()])
        };
        words.all(|word| LISTENING.contains(&word) || (YES.contains(&word) && !asked()))
    }

    /// The signals of a turn.
    #[must_use]
    pub fn turn(&self, at: usize) -> &TurnSignals {
        &self.signals.turns[at]
    }

    /// The turns of one side with the place of their move.
    pub fn turns_of(&self, speaker: Speaker) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.moves
            .iter()
            .enumerate()
            .filter(move |(_, step)| step.speaker == speaker)
            .flat_map(|(place, step)| step.turns.iter().map(move |turn| (place, *turn)))
    }

    /// The last `count` moves of one side before a move, nearest first.
    pub fn before(&self, place: usize, speaker: Speaker, count: usize) -> impl Iterator<Item = &Move> {
        self.moves[..place].iter().rev().filter(move |step| step.speaker == speaker).take(count)
    }

    /// Places of the moves of one side after a move, in order.
    pub fn after(&self, place: usize, speaker: Speaker) -> impl Iterator<Item = usize> + '_ {
        (place + 1..self.moves.len()).filter(move |at| self.moves[*at].speaker == speaker)
    }

    /// Highest aggression heard in a move.
    #[must_use]
    pub fn aggression(&self, step: &Move) -> u8 {
        step.turns.iter().map(|turn| self.turn(*turn).aggression).max().unwrap_or(0)
    }
}

/// Whether a text breaks off without a mark that ends a sentence.
fn is_open(text: &str) -> bool {
    !text.trim_end().ends_with(['.', '!', '?', ')', '…'])
}
