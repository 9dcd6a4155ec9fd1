//! spokoj: an offline auditor of customer conversations in Russian, Polish and Slovak.
//!
//! transcript → utterances → signals (acts, aggression, causes, timing) → guidelines → tables → report. Learned parts only ever produce
//! signals; every judgement of an agent is a guideline that a person can read, with the evidence beside it.
//!
//! ```
//! use std::sync::Arc;
//!
//! use spokoj::guidelines::{evaluate, pack::Pack};
//! use spokoj::signals::embedded::{Embedded, Room};
//! use spokoj::signals::hear::Source;
//! use spokoj::transcript::{Channel, Conversation, Lang, Speaker, Turn};
//!
//! let mut call = Conversation::new("c-1", Channel::Phone);
//! call.language = Lang::Pl;
//! call.turns = vec![
//!     Turn::new(0, Speaker::Customer, "Od wczoraj nie mam internetu."),
//!     Turn::new(1, Speaker::Agent, "Proszę się uspokoić i nie krzyczeć."),
//! ];
//! let pack = Pack::load("all")?;
//! let source = Source::Model(Arc::new(Embedded::built_in()?));
//! let signals = source.hear(&call, &mut Room::default())?;
//! let findings = evaluate::findings(&pack, &call, &signals, source.thresholds());
//! let codes: Vec<&str> = findings.iter().map(|finding| pack.guidelines[finding.guideline].code.as_str()).collect();
//! assert!(codes.contains(&"LIS002"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audit;
pub mod cli;
pub mod guidelines;
pub mod ingest;
pub mod learn;
pub mod report;
pub mod signals;
pub mod tables;
pub mod text;
pub mod transcript;
