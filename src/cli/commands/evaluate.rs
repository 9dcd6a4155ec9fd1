//! `spokoj evaluate`: an audit against gold labels, in text or JSON.

use std::fmt::Write as _;

use crate::cli::args;
use crate::cli::hearing;
use crate::cli::messages;
use crate::guidelines::pack::Pack;
use crate::learn::acts::RoleFigures;
use crate::learn::evaluate::{Report, evaluate, evaluate_perturbed, sets};
use crate::learn::gold::Score;
use crate::learn::measure::Figures;
use crate::signals::hear::Source;

/// Seed of the noise in perturbed texts.
const SEED: u64 = 7;

/// Runs the command.
///
/// # Errors
/// When the gold sets or the model cannot be read.
pub fn run(args: &args::Evaluate) -> anyhow::Result<u8> {
    let mut pack = Pack::load(&args.pack)?;
    if !args.codes.is_empty() {
        pack.guidelines.retain(|guideline| args.codes.contains(&guideline.code));
    }
    let source = Source::Model(hearing::model(&args.hearing)?);
    let sets = sets(&args.gold)?;
    let mut reports = evaluate(&sets, &source, &pack)?;
    for how in &args.perturb {
        let perturbed: Vec<_> = sets.iter().map(|set| set.perturbed(*how, SEED)).collect();
        reports.extend(evaluate_perturbed(&perturbed, &source, &pack)?);
    }
    if args.json {
        messages::data(&format!("{}\n", serde_json::to_string_pretty(&reports)?))?;
    } else {
        for report in &reports {
            messages::data(&text(report, args))?;
        }
    }
    Ok(0)
}

fn text(report: &Report, args: &args::Evaluate) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# {}", report.set);
    out.push_str(&score_text(&report.heard));
    let parts = &report.breakdown;
    for (name, interval) in [("precision", parts.precision), ("recall", parts.recall), ("F1", parts.f1)] {
        let _ =
            writeln!(out, "{:38} {:.4} to {:.4}", format!("flags, {name}, 95 % interval"), interval.low, interval.high);
    }
    for (name, own) in parts.by_channel.iter().chain(&parts.by_length) {
        let _ = writeln!(out, "{:38} {}", format!("flags, {name}"), figures(own));
    }
    if let Some(gold) = &report.on_gold_acts {
        let _ = writeln!(out, "{:38} {}", "flags on gold acts", figures(&gold.flags));
    }
    if let Some(acts) = &report.acts {
        for (role, figures) in [("agent", &acts.agent), ("customer", &acts.customer)] {
            let _ = writeln!(
                out,
                "{:38} mean average precision {:.4}, F1 {:.4}, calibration error {:.4}",
                format!("acts_{role}"),
                figures.mean_average_precision,
                figures.micro_f1,
                figures.calibration_error
            );
            if args.per_act {
                out.push_str(&acts_text(figures));
            }
        }
    }
    if args.per_code {
        let _ = writeln!(out, "  {:8} {:44} on gold acts", "code", "heard");
        for (code, heard) in &report.heard.per_code {
            let gold = report.on_gold_acts.as_ref().and_then(|gold| gold.per_code.get(code));
            let gold = gold.map_or_else(|| "-".to_owned(), short);
            let _ = writeln!(out, "  {code:8} {:44} {gold}", short(heard));
        }
    }
    for miss in report.heard.misses.iter().take(args.misses) {
        let _ = writeln!(out, "   {} {} {} {}", miss.what, miss.conversation_id, miss.code, miss.turn);
    }
    out
}

fn score_text(score: &Score) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:38} {value}");
    };
    line("conversations", score.conversations.to_string());
    line("flags", figures(&score.flags));
    line("macro_f1", format!("{:.4}", score.macro_f1));
    line("critical", figures(&score.critical));
    line("due_turn_right", score.due_turn_right.map_or_else(|| "-".to_owned(), |share| format!("{share:.4}")));
    line("false_flags_per_clean_conversation", format!("{:.3}", score.false_flags_per_clean_conversation));
    line("hostile_agent", figures(&score.hostile_agent));
    line("kappa_agent", format!("{:.4}", score.kappa_agent));
    line("hostile_customer", figures(&score.hostile_customer));
    line("kappa_customer", format!("{:.4}", score.kappa_customer));
    line("causes_stated", figures(&score.causes_stated));
    line("causes_underlying", figures(&score.causes_underlying));
    out
}

fn figures(figures: &Figures) -> String {
    format!(
        "precision {:.4}, recall {:.4}, F1 {:.4} ({} right, {} false, {} missed)",
        figures.precision, figures.recall, figures.f1, figures.tp, figures.fp, figures.missed
    )
}

fn short(figures: &Figures) -> String {
    format!(
        "P {:.2} R {:.2} F1 {:.2} ({}/{}/{})",
        figures.precision, figures.recall, figures.f1, figures.tp, figures.fp, figures.missed
    )
}

fn acts_text(role: &RoleFigures) -> String {
    let mut out = String::new();
    for (act, figures) in &role.acts {
        let precision = figures.average_precision.map_or_else(|| "  -  ".to_owned(), |value| format!("{value:.3}"));
        let _ = writeln!(out, "  {act:22} AP {precision} F1 {:.2} ({} segments)", figures.f1, figures.segments);
    }
    out
}
