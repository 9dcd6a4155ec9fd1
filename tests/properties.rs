//! What holds for every conversation, tried on made-up ones with acts that are given: adding, masking and reordering change no judgement.

#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use spokoj::guidelines::pack::Pack;
use spokoj::guidelines::{Demand, Finding, evaluate};
use spokoj::learn::verdicts::verdicts;
use spokoj::signals::Signals;
use spokoj::signals::embedded::Room;
use spokoj::signals::given::{Given, GivenConversation, GivenSegment};
use spokoj::signals::hear::Source;
use spokoj::signals::labels::{Act, Cause};
use spokoj::signals::thresholds::Thresholds;
use spokoj::text::mask;
use spokoj::transcript::{Channel, Conversation, Direction, Lang, Speaker, Turn};

/// Cases a property: few, for this runs with every change.
const CASES: u32 = 64;

static PACK: LazyLock<Pack> = LazyLock::new(|| Pack::load("every").unwrap());

/// Sentences, backchannels and shouts among them; personal data in some.
const TEXTS: &[&str] = &[
    "Добрый день, чем могу помочь?",
    "мхм",
    "да",
    "НЕМЕДЛЕННО верните деньги!!",
    "Пишите на jan.nowak@firma.example, отвечу.",
    "Proszę pisać na adres anna.k@poczta.example",
    "Nazywam się Marek Testowy, dzień dobry",
    "Zavolám vám zajtra do obeda",
    "Volám sa Eva Skúšobná a čakám na",
    "To není moja vec —",
    "Naberte się cierpliwości, proszę pana",
    "Хорошо! Отлично! Замечательно!",
];

#[derive(Debug, Clone)]
struct Said {
    agent: bool,
    text: &'static str,
    acts: Vec<usize>,
    aggression: u8,
    pause: u8,
    length: u8,
}

fn said() -> impl Strategy<Value = Said> {
    (any::<bool>(), select(TEXTS), vec(any::<usize>(), 0..3), 0u8..4, 0u8..30, 1u8..20).prop_map(
        |(agent, text, acts, aggression, pause, length)| Said { agent, text, acts, aggression, pause, length },
    )
}

fn channel() -> impl Strategy<Value = Channel> {
    select(Channel::ALL)
}

/// A conversation with the acts that it is given.
fn build(id: &str, channel: Channel, timed: bool, turns: &[Said]) -> (Conversation, GivenConversation) {
    let mut conversation = Conversation::new(id, channel);
    conversation.language = Lang::Pl;
    let mut labels = GivenConversation::default();
    let mut clock = 0.0;
    for (number, said) in (0..).zip(turns) {
        let speaker = if said.agent { Speaker::Agent } else { Speaker::Customer };
        let mut turn = Turn::new(number, speaker, said.text);
        if timed {
            // Begins up to 2 s before the other ends.
            let start = f64::max(0.0, clock + f64::from(said.pause) - 2.0);
            clock = start + f64::from(said.length);
            (turn.start, turn.end) = (Some(start), Some(clock));
        }
        conversation.turns.push(turn);
        let own: Vec<Act> = Act::of(speaker).collect();
        let acts = said.acts.iter().map(|place| own[place % own.len()]).collect();
        let causes = vec![Cause::ALL[said.length as usize % Cause::ALL.len()]];
        labels.segments.push(GivenSegment { turn: number, acts, causes, text: said.text.to_owned() });
        labels.aggression.insert(number, (said.aggression, Vec::new()));
    }
    (conversation, labels)
}

fn hear(conversation: &Conversation, labels: &GivenConversation) -> Signals {
    let given = Given { conversations: [(conversation.conversation_id.clone(), labels.clone())].into() };
    Source::Given(given.into(), Thresholds::default()).hear(conversation, &mut Room::default()).unwrap()
}

fn findings(conversation: &Conversation, labels: &GivenConversation) -> Vec<Finding> {
    evaluate::findings(&PACK, conversation, &hear(conversation, labels), &Thresholds::default())
}

fn code(finding: &Finding) -> &'static str {
    &PACK.guidelines[finding.guideline].code
}

fn is_prohibited(finding: &Finding) -> bool {
    PACK.guidelines[finding.guideline].kind == Demand::Prohibited
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_neutral_turn_of_the_agent_at_the_end_takes_no_prohibited_finding_away(
        channel in channel(), timed in any::<bool>(), turns in vec(said(), 1..12)
    ) {
        let (conversation, labels) = build("one", channel, timed, &turns);
        let neutral =
            Said { agent: true, text: "Dobrze, rozumiem to tak samo.", acts: Vec::new(), aggression: 0, pause: 3, length: 4 };
        let (longer, more) = build("one", channel, timed, &[turns, vec![neutral]].concat());
        let kept: BTreeSet<(usize, &str)> =
            findings(&longer, &more).iter().map(|finding| (finding.turn, code(finding))).collect();
        for finding in findings(&conversation, &labels).iter().filter(|finding| is_prohibited(finding)) {
            prop_assert!(kept.contains(&(finding.turn, code(finding))), "{} at {} vanished", code(finding), finding.turn);
        }
    }

    #[test]
    fn masking_changes_no_finding_on_given_acts(
        channel in channel(), timed in any::<bool>(), turns in vec(said(), 1..12)
    ) {
        let (mut conversation, mut labels) = build("one", channel, timed, &turns);
        let codes = |found: Vec<Finding>| -> Vec<(usize, String)> {
            found.iter().map(|finding| (finding.turn, code(finding).to_owned())).collect()
        };
        let before = codes(findings(&conversation, &labels));
        for (turn, segment) in conversation.turns.iter_mut().zip(&mut labels.segments) {
            turn.text = mask::masked(&turn.text).into_owned();
            segment.text.clone_from(&turn.text);
        }
        prop_assert_eq!(before, codes(findings(&conversation, &labels)));
    }

    #[test]
    fn a_prohibited_guideline_has_one_finding_a_turn_at_most(
        channel in channel(), timed in any::<bool>(), turns in vec(said(), 1..12)
    ) {
        let (conversation, labels) = build("one", channel, timed, &turns);
        let mut counts: BTreeMap<(usize, &str), u32> = BTreeMap::new();
        let found = findings(&conversation, &labels);
        for finding in found.iter().filter(|finding| is_prohibited(finding)) {
            *counts.entry((finding.turn, code(finding))).or_default() += 1;
        }
        prop_assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    }

    #[test]
    fn the_order_of_conversations_changes_nothing(
        all in vec((channel(), vec(said(), 1..8), 0u8..3, 1u8..28), 2..6).prop_flat_map(|all| {
            let order: Vec<usize> = (0..all.len()).collect();
            (Just(all), Just(order).prop_shuffle())
        })
    ) {
        let (all, order) = all;
        let heard: Vec<(Conversation, Signals)> = all
            .iter()
            .enumerate()
            .map(|(number, (channel, turns, customer, day))| {
                let (mut conversation, labels) = build(&format!("c-{number}"), *channel, false, turns);
                conversation.customer_id = Some(format!("customer-{customer}"));
                conversation.direction = Some(if day % 2 == 0 { Direction::Inbound } else { Direction::Outbound });
                conversation.started_at = Some(format!("2026-03-{day:02}T10:{number:02}:00+01:00"));
                let signals = hear(&conversation, &labels);
                (conversation, signals)
            })
            .collect();
        let judged = |order: &[usize]| -> BTreeMap<String, BTreeSet<(String, u32)>> {
            let picked = || order.iter().map(|at| (&heard[*at].0, &heard[*at].1));
            let verdicts = verdicts(&PACK, picked(), &Thresholds::default());
            picked()
                .zip(verdicts)
                .map(|((conversation, _), verdict)| (conversation.conversation_id.clone(), verdict.flags.into_iter().collect()))
                .collect()
        };
        prop_assert_eq!(judged(&(0..heard.len()).collect::<Vec<_>>()), judged(&order));
    }
}
