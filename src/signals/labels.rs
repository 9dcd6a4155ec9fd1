//! The labels that the signals speak in: dialogue acts by role, kinds of aggression, root causes. Names only, no judging.
//!
//! An act is a property of a segment, aggression one of a turn, a cause one of a complaint. Names and their order are the
//! order of the model's outputs: adding one needs a new model.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::transcript::{Speaker, UnknownName, names};

/// What the agent's sentences do. `neutral` stands last: anything else.
pub const AGENT_ACTS: &[&str] = &[
    "greeting",
    "farewell",
    "anything_else",
    "identity_question",
    "clarifying_question",
    "leading_question",
    "empathy",
    "apology",
    "thanks_report",
    "thanks_other",
    "admits_fault",
    "cause",
    "excuse",
    "action",
    "resolved",
    "offer",
    "time_commitment",
    "time_unknown",
    "asks_wait",
    "promises_contact",
    "verifies_contact",
    "announces_pause",
    "announces_outage",
    "workaround",
    "being_repaired",
    "handover",
    "offers_escalation",
    "offers_break",
    "calls_security",
    "boundary",
    "warns_ending",
    "ends_conversation",
    "registers_complaint",
    "review_time",
    "names_channel",
    "refuses_complaint",
    "offers_comfort",
    "offers_room",
    "silencing",
    "claims_floor",
    "judges_customer",
    "judges_company",
    "blames_customer",
    "takes_personally",
    "sarcasm",
    "hostile",
    "be_patient",
    "had_to",
    "unrealistic_promise",
    "brush_off",
    "takes_bait",
    "neutral",
];

/// What the customer's sentences do. `neutral` stands last: anything else.
pub const CUSTOMER_ACTS: &[&str] = &[
    "complaint",
    "distress",
    "enquiry",
    "gives_data",
    "asks_why",
    "asks_when",
    "accusing_question",
    "wants_complaint",
    "wants_supervisor",
    "broken_contact",
    "repeated_contact",
    "provokes",
    "threat_violence",
    "threat_legal",
    "insult",
    "swears_at_situation",
    "quotes_insult",
    "irony",
    "accepts",
    "thanks",
    "refuses",
    "can_wait",
    "neutral",
];

/// One dialogue act of one role: a place in [`AGENT_ACTS`] followed by [`CUSTOMER_ACTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Act(u8);

impl Act {
    /// How many acts there are, both roles together.
    pub const COUNT: usize = AGENT_ACTS.len() + CUSTOMER_ACTS.len();

    /// The act at a place of the model's output.
    ///
    /// `None` beyond [`Act::COUNT`].
    #[must_use]
    pub fn at(place: usize) -> Option<Act> {
        (place < Act::COUNT).then_some(Act(place as u8))
    }

    /// Its place in the model's output.
    #[must_use]
    pub const fn place(self) -> usize {
        self.0 as usize
    }

    /// The act of that name for that role.
    #[must_use]
    pub fn named(name: &str, speaker: Speaker) -> Option<Act> {
        let (list, base) = match speaker {
            Speaker::Agent => (AGENT_ACTS, 0),
            Speaker::Customer => (CUSTOMER_ACTS, AGENT_ACTS.len()),
            Speaker::System | Speaker::Unknown => return None,
        };
        list.iter().position(|known| *known == name).map(|place| Act((base + place) as u8))
    }

    /// Its name, as in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        AGENT_ACTS.get(self.place()).copied().unwrap_or_else(|| CUSTOMER_ACTS[self.place() - AGENT_ACTS.len()])
    }

    /// Whose act it is.
    #[must_use]
    pub const fn speaker(self) -> Speaker {
        if self.place() < AGENT_ACTS.len() { Speaker::Agent } else { Speaker::Customer }
    }

    /// The acts of one role, in order.
    pub fn of(speaker: Speaker) -> impl Iterator<Item = Act> {
        (0..Act::COUNT).map(|place| Act(place as u8)).filter(move |act| act.speaker() == speaker)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Act {
    type Err = UnknownName;

    /// Reads a name; `neutral`, which both roles have, is not accepted here.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Speaker::Agent, Speaker::Customer]
            .into_iter()
            .find_map(|speaker| Act::named(text, speaker))
            .filter(|act| act.name() != "neutral")
            .ok_or_else(|| UnknownName {
                what: "act",
                value: text.to_owned(),
                known: AGENT_ACTS
                    .iter()
                    .chain(CUSTOMER_ACTS)
                    .filter(|name| **name != "neutral")
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }
}

impl Serialize for Act {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

names! {
    /// How aggression shows.
    Kind, "kind of aggression", {
        /// Swear words.
        Profanity = "profanity",
        /// A person is insulted.
        Insult = "insult",
        /// Harm is announced.
        Threat = "threat",
        /// A raised voice, capitals.
        Shouting = "shouting",
        /// Scorn.
        Contempt = "contempt",
        /// Reproach.
        Blame = "blame",
    }
}

names! {
    /// What made the customer unhappy. A conversation without a complaint has none.
    Cause, "root cause", {
        /// Goods, visit, document, transport or appointment late or lost.
        DeliveryDelay = "delivery_delay",
        /// A charge, a missing refund, a wrong invoice.
        Billing = "billing",
        /// The service, network, site or terminal does not work.
        Outage = "outage",
        /// The goods or the result of the work are faulty.
        ProductDefect = "product_defect",
        /// Rudeness, ignorance or indifference of an employee.
        StaffConduct = "staff_conduct",
        /// Could not get through, nobody called back.
        Unreachable = "unreachable",
        /// Came several times about the same.
        UnresolvedRepeat = "unresolved_repeat",
        /// Queue, needless visits, being sent about.
        WastedTime = "wasted_time",
        /// Documents demanded or lost.
        Paperwork = "paperwork",
        /// Was told or sold something untrue.
        Misinformation = "misinformation",
        /// Cannot log in, blocked card or account.
        Access = "access",
        /// Price rise, commitment, claim refused.
        ContractTerms = "contract_terms",
        /// A complaint that none of these covers.
        Other = "other",
        /// The customer's own trouble, not the company's.
        External = "external",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_one_place_and_reads_back() {
        for place in 0..Act::COUNT {
            let act = Act::at(place).unwrap();
            assert_eq!(act.place(), place);
            assert_eq!(Act::named(act.name(), act.speaker()), Some(act));
        }
        assert_eq!(Act::at(Act::COUNT), None);
    }

    #[test]
    fn an_unknown_act_names_the_known_ones() {
        let error = "apolgy".parse::<Act>().unwrap_err().to_string();
        assert!(error.contains("`apolgy`") && error.contains("apology"), "{error}");
    }
}
