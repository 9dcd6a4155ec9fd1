//! How well the model in the binary hears today, against `models/figures.json`: a figure may not fall by more than two points.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop, and says what it skips")]

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use spokoj::guidelines::pack::Pack;
use spokoj::learn::evaluate::{Report, evaluate, sets};
use spokoj::signals::Hears;
use spokoj::signals::embedded::Embedded;
use spokoj::signals::hear::Source;
use spokoj::signals::rules::Rules;

/// Two points.
const TOLERANCE: f64 = 0.02;

fn figure(report: &Report, name: &str) -> f64 {
    let acts = report.acts.as_ref().unwrap();
    match name {
        "flags_f1" => report.heard.flags.f1,
        "critical_precision" => report.heard.critical.precision,
        "hostile_customer_f1" => report.heard.hostile_customer.f1,
        "causes_stated_f1" => report.heard.causes_stated.f1,
        "acts_agent" => acts.agent.mean_average_precision,
        "acts_customer" => acts.customer.mean_average_precision,
        _ => panic!("`{name}` is no figure of this test"),
    }
}

/// Compares a model with the committed figures; every figure of every set.
fn check(name: &str, model: Arc<dyn Hears>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let gold = root.join("../shared/gold");
    if !gold.is_dir() {
        eprintln!("SKIPPED: the labelled conversations are not beside this folder");
        return;
    }
    let committed: Value = serde_json::from_slice(&std::fs::read(root.join("models/figures.json")).unwrap()).unwrap();
    let committed = committed[name].as_object().unwrap();
    let reports = evaluate(&sets(&gold).unwrap(), &Source::Model(model), &Pack::load("all").unwrap()).unwrap();
    assert_eq!(committed.len(), reports.len(), "other sets; run `./dev report`");
    let mut fallen = Vec::new();
    for report in &reports {
        for (figure_name, was) in committed[&report.set].as_object().unwrap() {
            let (was, is) = (was.as_f64().unwrap(), figure(report, figure_name));
            if is < was - TOLERANCE {
                fallen.push(format!("{} {figure_name}: {was:.3}, now {is:.3}", report.set));
            }
        }
    }
    assert!(fallen.is_empty(), "{}; better, or run `./dev report` and say why", fallen.join("; "));
}

#[test]
fn the_embedded_model_hears_as_well_as_it_did() {
    check("embedded", Arc::new(Embedded::built_in().unwrap()));
}

#[test]
fn the_rules_hear_as_well_as_they_did() {
    check("rules only", Arc::new(Rules::built_in().unwrap()));
}
