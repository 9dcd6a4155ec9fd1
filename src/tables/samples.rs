//! Made-up conversations with findings, for tests of tables and reports.

use crate::guidelines::pack::{Limits, Pack};
use crate::guidelines::{Finding, Guideline, load};
use crate::signals::labels::{Act, Cause};
use crate::signals::thresholds::Thresholds;
use crate::signals::{CauseQuote, SegmentSignals, Signals, TurnSignals, timing};
use crate::tables::{Audited, Run};
use crate::transcript::{Channel, Conversation, Lang, Speaker, Turn};

/// Thresholds of one half.
pub(crate) fn thresholds() -> Thresholds {
    Thresholds::default()
}

/// A guideline made for these tests; `TON…` are critical, codes that end in 7 speak of customers.
fn guideline(code: &str) -> Guideline {
    let severity = if code.starts_with("TON") { "critical" } else { "major" };
    let level = if code.ends_with('7') { "customer" } else { "turn" };
    let text = format!(
        r#"
code = "{code}"
name = "made-for-tests"
kind = "required"
level = "{level}"
severity = "{severity}"
sources = ["A/1", "B/2"]
what = "x"
why = "x"
title = {{ ru = "заголовок", pl = "tytuł", sk = "názov", en = "title" }}
advice = {{ ru = "совет", pl = "rada", sk = "odporúčanie", en = "advice" }}
[check.act]
flag = [{{ speaker = "agent", acts = ["hostile"] }}]
"#
    );
    load::guideline("made-for-tests.toml", &text).unwrap()
}

/// A pack with guidelines of these codes.
pub(crate) fn pack(name: &str, codes: &[&str]) -> Pack {
    Pack {
        name: name.to_owned(),
        version: "1".to_owned(),
        description: None,
        sha256: String::new(),
        guidelines: codes.iter().map(|code| guideline(code)).collect(),
        limits: Limits::default(),
    }
}

/// A run over packs that masks.
pub(crate) fn run<'a>(packs: &'a [Pack], thresholds: &'a Thresholds) -> Run<'a> {
    Run { packs, thresholds, model: "given@000000000000", mask: true }
}

/// A finding at a turn.
pub(crate) fn finding(guideline: usize, turn: usize, why: &str) -> Finding {
    Finding {
        guideline,
        turn,
        span: None,
        act: None,
        why: why.to_owned(),
        score: 0.912_345,
        threshold: 0.5,
        trigger: None,
        searched: None,
        nearest: None,
        doubt: Vec::new(),
    }
}

/// A conversation of turns numbered from 1, with the customer's aggression and the act of each turn.
pub(crate) fn audited(id: &str, turns: &[(Speaker, &str, u8, &str)]) -> Audited {
    let mut conversation = Conversation::new(id, Channel::Phone);
    conversation.language = Lang::Pl;
    conversation.agent_id = Some("a-1".to_owned());
    conversation.team = Some("t-1".to_owned());
    conversation.source.file = "=sample.jsonl".to_owned();
    let mut signals = Signals::default();
    for (at, (speaker, text, aggression, act)) in turns.iter().enumerate() {
        let mut turn = Turn::new(at as u32 + 1, *speaker, *text);
        turn.start = Some(at as f64 * 5.25);
        turn.end = Some(at as f64 * 5.25 + 4.0);
        conversation.turns.push(turn);
        let mut acts = vec![0.0; Act::COUNT];
        if let Some(act) = Act::named(act, *speaker) {
            acts[act.place()] = 0.876_543;
        }
        let level = |least: u8| if *aggression >= least { 0.9 } else { 0.1 };
        signals.turns.push(TurnSignals {
            segments: vec![SegmentSignals { span: 0..text.len(), acts, causes: vec![0.0; Cause::ALL.len()] }],
            aggression: *aggression,
            levels: [level(1), level(2), level(3)],
            ..TurnSignals::default()
        });
    }
    let clocks = timing::measure(&conversation);
    signals.turns.iter_mut().zip(clocks).for_each(|(turn, clock)| turn.timing = clock);
    Audited { conversation, signals, findings: Vec::new() }
}

/// A complaint with a telephone number in it, a duty not met and a rude answer.
pub(crate) fn complaint(id: &str) -> Audited {
    let mut audited = audited(
        id,
        &[
            (Speaker::Agent, "Dzień dobry, w czym mogę pomóc?", 0, "greeting"),
            (Speaker::Customer, "Paczka nie doszła, mój numer 601 234 567, ile mam czekać, idioci?", 2, "complaint"),
            (Speaker::Agent, "To nie nasza wina, proszę się uspokoić.", 0, "blames_customer"),
            (Speaker::Customer, "No dobrze.", 0, "accepts"),
            (Speaker::Customer, "Dziękuję.", 0, "thanks"),
        ],
    );
    audited.signals.turns[1].segments[0].causes[Cause::DeliveryDelay as usize] = 0.75;
    audited.signals.causes_stated = vec![Cause::DeliveryDelay];
    audited.signals.cause_quotes = vec![CauseQuote { cause: Cause::DeliveryDelay, turn: 1, span: 0..18 }];
    let mut duty = finding(0, 1, "none of apology heard");
    duty.trigger = Some(1);
    duty.searched = Some((2, 2));
    duty.nearest = Some((2, 0.25));
    let mut act = finding(1, 2, "blames_customer 0.88, threshold 0.50");
    act.span = Some(0.."To nie nasza wina".len());
    act.doubt = vec!["speaker".to_owned()];
    audited.findings = vec![vec![duty, act]];
    audited
}
