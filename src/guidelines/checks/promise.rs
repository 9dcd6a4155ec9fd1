//! A promised contact that did not take place.
//!
//! Within one conversation it shows in the customer's own words. Whether a promise was kept shows only in the customer's later
//! conversations: a [`Book`] holds them all and is closed once the whole input is known. One finding for a broken promise: at the
//! promise where it is in the data, else at the customer's own report.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::guidelines::checks::pattern::{closest, has_word, heard};
use crate::guidelines::checks::{Check, Scene};
use crate::guidelines::consider::{Role, Step};
use crate::guidelines::pack::Pack;
use crate::guidelines::talk::Talk;
use crate::guidelines::{Finding, Guideline};
use crate::signals::thresholds::Use;
use crate::signals::{labels, promises};
use crate::transcript::{Channel, Conversation, Direction, Span, Speaker, Turn};

/// Settings of the check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Acts of the customer that report a broken promise.
    pub reported: Vec<labels::Act>,
    /// Words of which one stands in such a report, so that a visit or a parcel is not taken for contact; as in a pattern's `words`.
    #[serde(default)]
    pub reported_words: Vec<String>,
    /// Acts of the agent that make the promise.
    pub promised: Vec<labels::Act>,
    /// Acts of the agent that name its time.
    pub timed: Vec<labels::Act>,
}

/// A contact promised by a stated time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Index of the turn.
    pub turn: usize,
    /// Wall-clock time until which it was promised.
    pub due: DateTime,
}

/// The promises that the guidelines of a pack find in a conversation, each with its guideline and the finding that it becomes where it is broken.
#[must_use]
pub fn made<'a>(pack: &'a Pack, talk: &Talk<'_>) -> Vec<(&'a Guideline, Made, Finding)> {
    let mut all = Vec::new();
    for (guideline, rule) in pack.guidelines.iter().enumerate() {
        let Check::Promise(check) = &rule.check else { continue };
        let scene = Scene { talk, code: &rule.code, guideline, limits: &pack.limits };
        all.extend(check.made(&scene).into_iter().map(|(made, finding)| (rule, made, finding)));
    }
    all
}

/// A moment at which one side reached the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Wall-clock time.
    pub began: DateTime,
    /// Whether an agent began it.
    pub by_agent: bool,
}

/// The contacts of a conversation, its beginning first; none where nobody says when it began.
#[must_use]
pub fn contacts(conversation: &Conversation) -> Vec<Contact> {
    let Some(began) = conversation.started_at.as_deref().and_then(promises::wall_clock) else { return Vec::new() };
    // Where nobody says who began a contact, it may be the promised one.
    let mut contacts = vec![Contact { began, by_agent: conversation.direction != Some(Direction::Inbound) }];
    if conversation.channel == Channel::Email {
        // Every later letter of the agent in the thread reaches the customer.
        let later = |turn: &&Turn| turn.speaker == Speaker::Agent && turn.start.is_some_and(|start| start > 0.0);
        let letters = conversation.turns.iter().filter(later);
        contacts.extend(letters.map(|turn| Contact { began: moment(began, turn.start), by_agent: true }));
    }
    contacts
}

fn moment(began: DateTime, seconds: Option<f64>) -> DateTime {
    let whole = seconds.filter(|seconds| seconds.is_finite() && seconds.abs() < 1e9).unwrap_or(0.0);
    began.saturating_add(SignedDuration::from_millis((whole * 1000.0) as i64))
}

impl Promise {
    /// What the customer reports in this conversation; the first report counts.
    #[must_use]
    pub fn find(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene
            .talk
            .turns_of(Speaker::Customer)
            .filter(|(_, turn)| self.is_about_contact(scene, *turn))
            .find_map(|(_, turn)| {
                let fit = heard(scene, turn, &self.reported, Use::Accuse)?;
                Some(Finding { span: fit.span, act: fit.act, ..scene.finding(turn, fit.why, fit.score, fit.threshold) })
            })
            .into_iter()
            .collect()
    }

    /// What the conversation came to: the customer's report, or what came nearest to one.
    #[must_use]
    pub fn consider(&self, scene: &Scene<'_>) -> Vec<Step> {
        scene
            .talk
            .turns_of(Speaker::Customer)
            .filter(|(_, turn)| self.is_about_contact(scene, *turn))
            .filter_map(|(_, turn)| Some((turn, closest(scene, turn, &self.reported, Use::Accuse)?)))
            .max_by(|a, b| a.1.reach().total_cmp(&b.1.reach()).then(b.0.cmp(&a.0)))
            .map(|(turn, fit)| Step::heard(Role::Act, fit.holds(), turn, &fit, None))
            .into_iter()
            .collect()
    }

    fn is_about_contact(&self, scene: &Scene<'_>, turn: usize) -> bool {
        self.reported_words.is_empty() || has_word(&scene.talk.conversation.turns[turn].text, &self.reported_words)
    }

    /// The promises of a conversation, each with the finding that it becomes where it is broken.
    fn made(&self, scene: &Scene<'_>) -> Vec<(Made, Finding)> {
        let conversation = scene.talk.conversation;
        let Some(began) = conversation.started_at.as_deref().and_then(promises::wall_clock) else { return Vec::new() };
        scene
            .talk
            .turns_of(Speaker::Agent)
            .filter_map(|(_, turn)| {
                let fit = heard(scene, turn, &self.promised, Use::Accuse)?;
                let time = heard(scene, turn, &self.timed, Use::Accuse)?;
                let spoken = &conversation.turns[turn];
                // The sentence that promises names its time, or another one does.
                let said = moment(began, spoken.start);
                let own = |span: &Option<Span>| promises::due(&spoken.text[span.clone()?], conversation.language, said);
                let named = own(&fit.span).or_else(|| own(&time.span))?;
                // A time that is only roughly said is not broken before its day is over.
                let due = if named.exact { named.due } else { named.due.date().at(23, 59, 59, 0) };
                let why = format!("contact promised until {due}, none found by then");
                let made = Made { turn, due };
                Some((
                    made,
                    Finding { span: fit.span, act: fit.act, ..scene.finding(turn, why, fit.score, fit.threshold) },
                ))
            })
            .collect()
    }
}

impl Made {
    /// Whether no contact by an agent came between the promise and its time, although the data run beyond it.
    ///
    /// `said` is the beginning of the promise's own conversation. The data run beyond the promise where they hold a later contact with
    /// the same customer: of a customer who never appears again nobody knows whether the call came.
    #[must_use]
    pub fn is_broken(&self, said: DateTime, contacts: &[Contact]) -> bool {
        let kept = |contact: &Contact| contact.by_agent && contact.began > said && contact.began <= self.due;
        contacts.iter().any(|contact| contact.began > self.due) && !contacts.iter().any(kept)
    }
}

/// A promise is taken for the one that a customer reports broken for so many days.
const REMEMBERED: i64 = 60;

/// All promises and contacts of an input, conversation by conversation.
#[derive(Debug, Clone, Default)]
pub struct Book {
    open: Vec<(u64, String, DateTime, Made)>,
    contacts: HashMap<String, Vec<Contact>>,
}

impl Book {
    /// Enters the conversation with that number in the input.
    pub fn enter(
        &mut self,
        number: u64,
        customer: Option<&str>,
        contacts: &[Contact],
        made: impl Iterator<Item = Made>,
    ) {
        let Some(first) = contacts.first() else { return };
        if let Some(customer) = customer {
            self.contacts.entry(customer.to_owned()).or_default().extend(contacts);
            self.open.extend(made.map(|made| (number, customer.to_owned(), first.began, made)));
        }
    }

    /// Decides which promises were broken, once everything is entered.
    #[must_use]
    pub fn close(self) -> Broken {
        let mut broken = Broken::default();
        for (number, customer, said, made) in self.open {
            let contacts = self.contacts.get(&customer).map_or(&[] as &[Contact], Vec::as_slice);
            if made.is_broken(said, contacts) {
                broken.turns.insert((number, made.turn));
                broken.by_customer.entry(customer).or_default().push(said);
            }
        }
        broken
    }
}

/// The broken promises of an input.
#[derive(Debug, Clone, Default)]
pub struct Broken {
    turns: HashSet<(u64, usize)>,
    by_customer: HashMap<String, Vec<DateTime>>,
}

impl Broken {
    /// Whether the promise at a turn of a conversation was broken.
    #[must_use]
    pub fn at(&self, number: u64, turn: usize) -> bool {
        self.turns.contains(&(number, turn))
    }

    /// Whether a customer who reports a broken promise at that time may mean one that is flagged where it was made.
    #[must_use]
    pub fn is_known(&self, customer: Option<&str>, reported: Option<DateTime>) -> bool {
        let (Some(customer), Some(reported)) = (customer, reported) else { return false };
        let before = |said: &DateTime| *said < reported && said.saturating_add(REMEMBERED.days()) > reported;
        self.by_customer.get(customer).is_some_and(|said| said.iter().any(before))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_promise_is_broken_by_silence_or_by_a_late_call_and_judged_only_where_the_data_run_on() {
        let said = date(2026, 3, 2).at(10, 0, 0, 0);
        let made = Made { turn: 4, due: date(2026, 3, 3).at(12, 0, 0, 0) };
        let call = |hour| Contact { began: date(2026, 3, 3).at(hour, 0, 0, 0), by_agent: true };
        let later = Contact { began: date(2026, 3, 4).at(9, 0, 0, 0), by_agent: false };
        assert!(made.is_broken(said, &[later]));
        assert!(made.is_broken(said, &[call(15), later]));
        assert!(!made.is_broken(said, &[call(11), later]));
        assert!(!made.is_broken(said, &[]));
        assert!(made.is_broken(said, &[Contact { by_agent: false, ..call(11) }, later]));
    }
}
