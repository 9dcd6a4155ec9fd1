//! Every built-in guideline: texts in four languages, examples in three, and the examples come out as they say.
//!
//! On labelled acts an example proves the rule, so all must hold; on what the embedded model hears, most must.

use std::collections::BTreeMap;

use spokoj::guidelines::examples::{Example, Expect, Labelled};
use spokoj::guidelines::pack::Pack;
use spokoj::guidelines::{Guideline, load};
use spokoj::learn::gold::Verdict;
use spokoj::learn::verdicts::verdicts;
use spokoj::signals::embedded::{Embedded, Room};
use spokoj::signals::hear::{self, Source};
use spokoj::signals::thresholds::Thresholds;
use spokoj::signals::{Hears, Signals};
use spokoj::transcript::{Conversation, Lang};

const LANGUAGES: [Lang; 3] = [Lang::Ru, Lang::Pl, Lang::Sk];

/// Examples of a kind that each guideline has in each language.
const EXAMPLES: usize = 3;

/// Shares of examples that come out right with the embedded model: as measured, less three points, so that a worse model is noticed.
/// They flatter: the model has learned from the same examples.
const HEARD_FLAGS: f64 = 0.93;
const HEARD_PASSES: f64 = 0.96;

/// Examples that cannot hold on labelled acts: code, language, first words, reason.
const CANNOT_HOLD: &[(&str, &str, &str, &str)] = &[
    ("EMP002", "ru", "банк поддержка", NO_DENIAL),
    ("EMP002", "pl", "hurtownia opon", NO_DENIAL),
    ("EMP002", "sk", "škola jazykov recepcia", NO_DENIAL),
    ("SOL007", "ru", "не приходит код", GONE),
    ("SOL007", "pl", "policzyliscie mi 2 razy", GONE),
    ("SOL007", "sk", "za parkovanie ste mi strhli", GONE),
];
const NO_DENIAL: &str = "the agent shows that the company did nothing wrong, and no act says so";
const GONE: &str =
    "the customer never appears again, so the rule does not judge the promise although the input runs on";

/// Code, language, whether it is to be flagged, and the first words: enough to find it.
fn named(guideline: &Guideline, example: &Example) -> String {
    format!("{} {} {} {}", guideline.code, example.language, example.expect, first_words(example))
}

/// The first spoken words of an example.
fn first_words(example: &Example) -> String {
    let spoken = example.talk.lines().find_map(|line| line.splitn(3, '|').nth(2)).unwrap_or_default();
    spoken.trim().chars().take(48).collect()
}

/// Every guideline with each of its examples, parsed.
fn examples(guidelines: &[Guideline]) -> impl Iterator<Item = (&Guideline, &Example, Vec<Labelled>)> {
    guidelines.iter().flat_map(|guideline| {
        let parsed = |example: &Example| example.parse(&guideline.code).unwrap();
        guideline.example.iter().map(move |example| (guideline, example, parsed(example)))
    })
}

/// Why an example does not come out as it says, if it does not.
fn fault(code: &str, example: &Example, conversations: &[&Conversation], found: &[Verdict]) -> Option<String> {
    let own: Vec<(&str, u32)> = conversations
        .iter()
        .zip(found)
        .flat_map(|(conversation, verdict)| {
            let of = verdict.flags.iter().filter(|(found, _)| found == code);
            of.map(|(_, turn)| (conversation.conversation_id.as_str(), *turn))
        })
        .collect();
    let right = match example.expect {
        Expect::Pass => own.is_empty(),
        Expect::Flag => {
            let within = example.within.as_deref().unwrap_or(&conversations[0].conversation_id);
            own.iter().any(|(id, turn)| *id == within && Some(*turn) == example.at)
        }
    };
    let due = example.at.map(|turn| format!(", expected at turn {turn}")).unwrap_or_default();
    (!right).then(|| format!("found {own:?}{due}"))
}

fn given(conversations: &[Labelled], thresholds: &Thresholds) -> Vec<Signals> {
    conversations
        .iter()
        .map(|(conversation, labels)| {
            let mut signals = hear::given(conversation, labels);
            hear::decide(conversation, thresholds, &mut signals);
            signals
        })
        .collect()
}

fn judged(pack: &Pack, conversations: &[Labelled], signals: &[Signals], thresholds: &Thresholds) -> Vec<Verdict> {
    verdicts(pack, conversations.iter().map(|(conversation, _)| conversation).zip(signals), thresholds)
}

fn of(conversations: &[Labelled]) -> Vec<&Conversation> {
    conversations.iter().map(|(conversation, _)| conversation).collect()
}

#[test]
fn every_guideline_has_texts_and_examples_in_every_language() {
    let guidelines = load::guidelines().unwrap();
    assert_eq!(guidelines.len(), 41);
    let mut faults = Vec::new();
    for guideline in &guidelines {
        let code = &guideline.code;
        for (what, texts) in [("title", &guideline.title), ("advice", &guideline.advice)] {
            let all = [("ru", &texts.ru), ("pl", &texts.pl), ("sk", &texts.sk), ("en", &texts.en)];
            for (at, (language, own)) in all.iter().enumerate() {
                if own.trim().chars().count() < 4 {
                    faults.push(format!("{code}: {what} in {language} is missing"));
                }
                if all[..at].iter().any(|(_, other)| other == own) {
                    faults.push(format!("{code}: {what} in {language} is another language's"));
                }
                let cyrillic = own.chars().any(|letter| ('а'..='я').contains(&letter));
                if cyrillic != (*language == "ru") {
                    faults.push(format!("{code}: {what} in {language} is in the wrong script"));
                }
            }
        }
        let mut counts: BTreeMap<(Lang, &str), usize> = BTreeMap::new();
        for example in &guideline.example {
            *counts.entry((example.language, example.expect.name())).or_default() += 1;
        }
        for language in LANGUAGES {
            for expect in [Expect::Flag, Expect::Pass] {
                let count = counts.get(&(language, expect.name())).copied().unwrap_or(0);
                if count < EXAMPLES {
                    faults.push(format!("{code}: {count} examples to {expect} in {language}, {EXAMPLES} are needed"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_flagged_turn_of_an_example_exists() {
    let guidelines = load::guidelines().unwrap();
    let mut faults = Vec::new();
    for (guideline, example, conversations) in examples(&guidelines) {
        let within = example.within.as_deref().unwrap_or(&conversations[0].0.conversation_id);
        let Some((conversation, _)) = conversations.iter().find(|(own, _)| own.conversation_id == within) else {
            faults.push(format!("{}: there is no conversation `{within}`", named(guideline, example)));
            continue;
        };
        if example.at.is_some_and(|turn| turn as usize >= conversation.turns.len()) {
            faults.push(format!("{}: there is no turn {:?}", named(guideline, example), example.at));
        }
        if example.expect == Expect::Pass && (example.at.is_some() || example.within.is_some()) {
            faults.push(format!("{}: a pass flags no turn", named(guideline, example)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_example_holds_on_its_labels() {
    let guidelines = load::guidelines().unwrap();
    let pack = Pack::load("every").unwrap();
    let thresholds = Thresholds::default();
    let mut faults = Vec::new();
    let mut excused = 0;
    for (guideline, example, conversations) in examples(&guidelines) {
        let signals = given(&conversations, &thresholds);
        let found = judged(&pack, &conversations, &signals, &thresholds);
        let fault = fault(&guideline.code, example, &of(&conversations), &found);
        let first = first_words(example);
        let known = CANNOT_HOLD.iter().any(|(code, language, words, _)| {
            *code == guideline.code && *language == example.language.name() && first.starts_with(words)
        });
        match fault {
            Some(_) if known => excused += 1,
            Some(fault) => faults.push(format!("{}: {fault}", named(guideline, example))),
            None => {}
        }
    }
    assert!(faults.is_empty(), "{} examples:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(excused, CANNOT_HOLD.len(), "an example that could not hold does now; take it off the list");
    assert!(CANNOT_HOLD.len() <= 10);
}

#[test]
fn most_examples_hold_with_the_embedded_model() {
    let guidelines = load::guidelines().unwrap();
    let pack = Pack::load("every").unwrap();
    let model = Embedded::built_in().unwrap();
    let thresholds = model.thresholds().clone();
    let source = Source::Model(std::sync::Arc::new(model));
    let mut room = Room::default();
    let mut counts: BTreeMap<Expect, (usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for (guideline, example, conversations) in examples(&guidelines) {
        let signals: Vec<Signals> =
            conversations.iter().map(|(conversation, _)| source.hear(conversation, &mut room).unwrap()).collect();
        let found = judged(&pack, &conversations, &signals, &thresholds);
        let fault = fault(&guideline.code, example, &of(&conversations), &found);
        let (right, all) = counts.entry(example.expect).or_default();
        *right += usize::from(fault.is_none());
        *all += 1;
        faults.extend(fault.map(|fault| format!("{}: {fault}", named(guideline, example))));
    }
    let share = |expect: Expect| {
        let (right, all) = counts[&expect];
        right as f64 / all as f64
    };
    let (flags, passes) = (share(Expect::Flag), share(Expect::Pass));
    println!("flag {flags:.3}, pass {passes:.3} of {counts:?}\n{}", faults.join("\n"));
    assert!(flags >= HEARD_FLAGS, "{flags:.3} of the examples to flag, {HEARD_FLAGS} expected:\n{}", faults.join("\n"));
    assert!(passes >= HEARD_PASSES, "{passes:.3} of those to pass, {HEARD_PASSES} expected:\n{}", faults.join("\n"));
}

#[test]
fn a_wrong_example_would_be_seen() {
    let guidelines = load::guidelines().unwrap();
    let pack = Pack::load("every").unwrap();
    let thresholds = Thresholds::default();
    let (guideline, example, conversations) = examples(&guidelines)
        .find(|(guideline, example, _)| guideline.code == "SOL010" && example.expect == Expect::Flag)
        .unwrap();
    let signals = given(&conversations, &thresholds);
    let found = judged(&pack, &conversations, &signals, &thresholds);
    let pass = Example { expect: Expect::Pass, at: None, ..example.clone() };
    let elsewhere = Example { at: Some(0), ..example.clone() };
    for wrong in [&pass, &elsewhere] {
        assert!(fault(&guideline.code, wrong, &of(&conversations), &found).is_some());
    }
    assert_eq!(fault(&guideline.code, example, &of(&conversations), &found), None);
}
