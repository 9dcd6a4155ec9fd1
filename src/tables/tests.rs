//! The tables keep their promises: names, types, turn numbers, fingerprints, sums.

use polars::prelude::{DataType, Field, SchemaExt};

use super::samples::{audited, complaint, finding, pack, run, thresholds};
use super::{Audited, Run, Table, agents, conversations, flags, rejects, turns};
use crate::guidelines::Severity;
use crate::guidelines::pack::{Limits, Pack};
use crate::tables::agents::Agents;
use crate::tables::flags::FlagRow;
use crate::transcript::{Channel, Lang, Reject, Speaker};

/// The columns as the documentation of the tables promises them: renaming or moving one breaks users.
const PROMISED: &[(Table, &str)] = &[
    (
        Table::Turns,
        "conversation_id str, turn u32, speaker str, agent_id str, team str, customer_id str, channel str, language str, \
         start_s f64, end_s f64, text str, words u32, words_per_minute f32, overlap_s f32, response_s f32, aggression u8, \
         aggression_score f32, kinds list[str], acts list[str], act_scores list[f32], causes list[str], role_confidence f32, \
         asr_confidence f32, model str",
    ),
    (
        Table::Flags,
        "flag_id str, conversation_id str, turn u32, code str, name str, severity str, kind str, pack str, pack_version str, \
         sources list[str], agent_id str, team str, customer_id str, channel str, language str, started_at str, start_s f64, \
         quote str, span_begin u32, span_end u32, why str, score f32, threshold f32, trigger_turn u32, searched_from u32, \
         searched_to u32, nearest_turn u32, nearest_score f32, advice str, doubt list[str], verdict str, model str",
    ),
    (
        Table::Conversations,
        "conversation_id str, channel str, language str, direction str, agent_id str, team str, customer_id str, started_at str, \
         duration_s f64, turns u32, customer_aggression_max u8, escalation_turn u32, peak_turn u32, calmed bool, \
         causes_stated list[str], causes_underlying list[str], cause_quotes list[str], flags_critical u32, flags_major u32, \
         flags_minor u32, flags_info u32, promises list[struct(turn u32, due_at str)], score f32, source_file str, source_sha256 str, model str",
    ),
    (
        Table::Agents,
        "agent_id str, team str, conversations u32, conversations_hostile u32, flags_critical u32, flags_major u32, \
         flags_minor u32, flags_info u32, flagged_share f32, share_low f32, share_high f32, \
         code_counts list[struct(code str, count u32)], calmed_share f32, calmed_low f32, calmed_high f32, model str",
    ),
    (Table::Rejects, "source_file str, line u64, reason str, message str"),
];

fn type_name(dtype: &DataType) -> String {
    match dtype {
        DataType::String => "str".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::List(inner) => format!("list[{}]", type_name(inner)),
        DataType::Struct(fields) => format!("struct({})", fields.iter().map(column).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn column(field: &Field) -> String {
    format!("{} {}", field.name(), type_name(field.dtype()))
}

#[test]
fn the_columns_are_those_that_were_promised() {
    for (table, promised) in PROMISED {
        let columns: Vec<String> = table.schema().iter_fields().map(|field| column(&field)).collect();
        assert_eq!(columns.join(", "), *promised, "{table}");
    }
}

#[test]
fn a_frame_without_rows_has_all_columns() {
    let reject = Reject { source_file: "x".into(), line: None, reason: "bad-json".into(), message: "y".into() };
    let frames = [
        (Table::Turns, turns::frame(&[]).unwrap()),
        (Table::Flags, flags::frame(&[]).unwrap()),
        (Table::Conversations, conversations::frame(&[]).unwrap()),
        (Table::Agents, agents::frame(&[]).unwrap()),
        (Table::Rejects, rejects::frame(&[]).unwrap()),
        (Table::Rejects, rejects::frame(&[reject]).unwrap()),
    ];
    for (table, frame) in &frames {
        assert_eq!(frame.schema().as_ref(), &table.schema(), "{table}");
    }
}

#[test]
fn frames_with_rows_have_the_same_columns() {
    let (packs, thresholds) = (sample_packs(), thresholds());
    let run = run(&packs, &thresholds);
    let audited = complaint("c-1");
    let flags = flags::rows(&audited, &run);
    let mut conversation = conversations::row(&audited, &flags, &run);
    let mut agents = Agents::default();
    agents.add(&conversation, &flags);
    let without = conversations::frame(std::slice::from_ref(&conversation)).unwrap();
    conversation.promises = vec![(3, "2026-03-02T12:00:00".to_owned()), (5, "2026-03-03T12:00:00".to_owned())];
    let frames = [
        (Table::Turns, turns::frame(&turns::rows(&audited, &run)).unwrap()),
        (Table::Flags, flags::frame(&flags).unwrap()),
        (Table::Conversations, without),
        (Table::Conversations, conversations::frame(&[conversation]).unwrap()),
        (Table::Agents, agents::frame(&agents.rows(&Limits::default())).unwrap()),
    ];
    for (table, frame) in &frames {
        assert_eq!(frame.schema().as_ref(), &table.schema(), "{table}");
    }
}

fn sample_packs() -> Vec<Pack> {
    vec![pack("first", &["EMP002", "RES003"])]
}

fn flags_of(audited: &Audited, run: &Run<'_>) -> Vec<FlagRow> {
    flags::rows(audited, run)
}

#[test]
fn a_flag_shows_its_evidence_and_names_turns_by_their_numbers() {
    let (packs, thresholds) = (sample_packs(), thresholds());
    let mut audited = complaint("c-1");
    audited.conversation.turns[2].agent_id = Some("a-2".to_owned());
    let rows = flags_of(&audited, &run(&packs, &thresholds));
    assert_eq!(rows.len(), 2);
    let (duty, act) = (&rows[0], &rows[1]);
    assert_eq!((duty.turn, duty.trigger_turn), (2, Some(2)));
    assert_eq!(
        (duty.searched_from, duty.searched_to, duty.nearest_turn, duty.nearest_score),
        (Some(3), Some(3), Some(3), Some(0.25))
    );
    assert_eq!(duty.quote, "Paczka nie doszła, mój numer [PHONE], ile mam czekać, idioci?");
    assert_eq!((duty.span_begin, duty.agent_id.as_deref()), (None, Some("a-2")));
    assert_eq!(
        (act.turn, act.quote.as_str(), act.span_begin, act.span_end),
        (3, "To nie nasza wina", Some(0), Some(17))
    );
    assert_eq!((act.agent_id.as_deref(), act.start_s, act.score), (Some("a-2"), Some(10.5), 0.9123));
    assert_eq!((act.verdict.as_str(), act.doubt.as_slice()), ("open", ["speaker".to_owned()].as_slice()));
    assert_eq!((act.advice.as_str(), act.severity, act.sources.len()), ("rada", Severity::Major, 2));
    audited.conversation.language = Lang::Other;
    assert_eq!(flags_of(&audited, &run(&packs, &thresholds))[0].advice, "advice");
}

#[test]
fn spans_count_characters_of_the_original_text() {
    let (packs, thresholds) = (sample_packs(), thresholds());
    let mut audited = complaint("c-1");
    let begin = audited.conversation.turns[1].text.find("ile mam").unwrap();
    let end = audited.conversation.turns[1].text.find(", idioci").unwrap();
    audited.findings[0][0].span = Some(begin..end);
    let rows = flags_of(&audited, &run(&packs, &thresholds));
    assert_eq!((rows[0].quote.as_str(), rows[0].span_begin, rows[0].span_end), ("ile mam czekać", Some(42), Some(56)));
}

#[test]
fn what_the_customer_reports_of_others_is_nobodys() {
    let (packs, thresholds) = (vec![pack("first", &["SOL007"])], thresholds());
    let mut audited = complaint("c-1");
    audited.findings = vec![vec![finding(0, 1, "broken_contact 0.90, threshold 0.50"), finding(0, 2, "promise")]];
    let rows = flags_of(&audited, &run(&packs, &thresholds));
    assert_eq!((rows[0].agent_id.as_deref(), rows[1].agent_id.as_deref()), (None, Some("a-1")));
}

#[test]
fn packs_that_agree_share_a_row() {
    let packs = vec![pack("first", &["EMP002", "RES003"]), pack("second", &["RES003"])];
    let thresholds = thresholds();
    let mut audited = complaint("c-1");
    let mut second = finding(0, 2, "blames_customer 0.88, threshold 0.50");
    second.doubt = vec!["speaker".to_owned(), "recognition".to_owned()];
    audited.findings.push(vec![second]);
    let rows = flags_of(&audited, &run(&packs, &thresholds));
    assert_eq!(rows.iter().map(|row| row.pack.as_str()).collect::<Vec<_>>(), ["first", "first+second"]);
    assert_eq!(rows[1].pack_version, "1+1");
    assert_eq!(rows[1].doubt, ["speaker", "recognition"]);
}

#[test]
fn a_fingerprint_survives_shifted_turns_and_other_masking_and_tells_equals_apart() {
    let (packs, thresholds) = (sample_packs(), thresholds());
    let run = run(&packs, &thresholds);
    let ids = |audited: &Audited, run: &Run<'_>| {
        flags_of(audited, run).into_iter().map(|row| row.flag_id).collect::<Vec<_>>()
    };
    let first = ids(&complaint("c-1"), &run);
    assert!(first.iter().all(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert_ne!(first[0], first[1]);

    let mut shifted = complaint("c-1");
    shifted.conversation.turns.iter_mut().for_each(|turn| turn.turn += 7);
    assert_eq!(ids(&shifted, &run), first);

    assert_eq!(ids(&complaint("c-1"), &Run { mask: false, ..run }), first);

    let mut masked = complaint("c-1");
    masked.conversation.turns[1].text = masked.conversation.turns[1].text.replace("601 234 567", "[PII]");
    assert_eq!(ids(&masked, &run), first);
    assert_ne!(ids(&complaint("c-2"), &run), first);

    let again = &(Speaker::Agent, "To nie nasza wina!", 0, "blames_customer");
    let mut twice = audited("c-1", &[*again, *again]);
    twice.findings = vec![vec![finding(1, 0, "x"), finding(1, 1, "x")]];
    let twice = ids(&twice, &run);
    assert_ne!(twice[0], twice[1]);
    assert_eq!(twice[0], first[1]);
}

#[test]
fn turns_show_what_was_heard_from_the_threshold_on() {
    let (packs, mut thresholds) = (sample_packs(), thresholds());
    let audited = complaint("c-1");
    let rows = turns::rows(&audited, &run(&packs, &thresholds));
    assert_eq!(rows[1].text, "Paczka nie doszła, mój numer [PHONE], ile mam czekać, idioci?");
    assert_eq!(
        (rows[1].acts.as_slice(), rows[1].act_scores.as_slice()),
        (["complaint".to_owned()].as_slice(), [0.8765].as_slice())
    );
    assert_eq!((rows[1].causes.len(), rows[1].aggression, rows[1].aggression_score), (1, 2, 0.9));
    assert_eq!((rows[1].turn, rows[1].agent_id.as_deref(), rows[1].response_s), (2, Some("a-1"), Some(1.25)));
    assert_eq!((rows[1].channel, rows[1].language), (Channel::Phone, Lang::Pl));

    thresholds.acts.fill(0.9);
    thresholds.causes.fill(0.9);
    let rows = turns::rows(&audited, &run(&packs, &thresholds));
    assert!(rows.iter().all(|row| row.acts.is_empty() && row.causes.is_empty()));
}

#[test]
fn a_conversation_shows_how_aggression_went_and_what_findings_cost() {
    let (packs, thresholds) = (sample_packs(), thresholds());
    let run = run(&packs, &thresholds);
    let audited = complaint("c-1");
    let row = conversations::row(&audited, &flags_of(&audited, &run), &run);
    assert_eq!(
        (row.customer_aggression_max, row.escalation_turn, row.peak_turn, row.calmed),
        (2, Some(2), Some(2), Some(true))
    );
    assert_eq!(row.cause_quotes, ["Paczka nie doszła"]);
    assert_eq!((row.flags_critical, row.flags_major, row.score), (0, 2, 80.0));
    assert_eq!((conversations::score(1, 1, 1), conversations::score(9, 0, 0)), (62.0, 0.0));

    let calm = super::samples::audited("c-2", &[(Speaker::Customer, "Dobrý deň", 0, "enquiry")]);
    let row = conversations::row(&calm, &[], &run);
    assert_eq!((row.escalation_turn, row.peak_turn, row.calmed, row.score), (None, None, None, 100.0));
}

#[test]
fn agents_answer_for_their_own_findings_and_few_conversations_have_no_share() {
    let (packs, thresholds) = (sample_packs(), thresholds());
    let run = run(&packs, &thresholds);
    let mut agents = Agents::default();
    for number in 0..20 {
        let mut audited = complaint(&format!("c-{number}"));
        if number < 5 {
            // Another agent steps in and makes the faults.
            audited.conversation.turns[2].agent_id = Some("a-2".to_owned());
        }
        let flags = flags_of(&audited, &run);
        agents.add(&conversations::row(&audited, &flags, &run), &flags);
    }
    let rows = agents.rows(&Limits::default());
    let keys: Vec<_> =
        rows.iter().map(|row| (row.team.as_deref(), row.agent_id.as_deref(), row.conversations)).collect();
    assert_eq!(keys, [(Some("t-1"), None, 20), (Some("t-1"), Some("a-1"), 20), (Some("t-1"), Some("a-2"), 0)]);
    let shares: Vec<_> = rows.iter().map(|row| row.flagged_share).collect();
    assert_eq!(shares, [Some(1.0), Some(0.75), None]);
    assert_eq!((rows[1].share_low, rows[1].share_high), (Some(0.5313), Some(0.8881)));
    assert_eq!((rows[1].calmed_share, rows[1].conversations_hostile), (Some(1.0), 20));
    assert_eq!(rows[1].code_counts, [("EMP002".to_owned(), 15), ("RES003".to_owned(), 15)]);
    assert_eq!(rows[2].code_counts, [("EMP002".to_owned(), 5), ("RES003".to_owned(), 5)]);
    assert!(
        agents
            .rows(&Limits { agent_conversations: 21, ..Limits::default() })
            .iter()
            .all(|row| row.flagged_share.is_none())
    );
}
