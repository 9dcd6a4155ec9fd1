//! Audits an input with two packs at once, in memory: which findings appear, which vanish, which stay. Writes nothing.
//!
//! Every conversation is heard once. A finding is the same where code and turn are the same.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::audit::ledger::{self, Entry};
use crate::audit::{Audit, BATCH};
use crate::guidelines::checks::promise::Book;
use crate::guidelines::pack::Pack;
use crate::ingest::{self, Input, Item, Options};
use crate::signals::hear::Source;
use crate::tables::Run;
use crate::tables::flags::FlagRow;
use crate::transcript::Reject;

/// The packs and what hears.
pub struct Compare<'a> {
    /// The pack as it was.
    pub old: &'a Pack,
    /// The pack as it is to be.
    pub new: &'a Pack,
    /// What hears.
    pub source: &'a Source,
    /// What the user says about the input.
    pub options: &'a Options,
    /// Whether personal data are masked.
    pub mask: bool,
}

/// How two packs differ on an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Conversations audited.
    pub conversations: u64,
    /// Findings of the new pack alone, in the order of the input.
    pub appear: Vec<FlagRow>,
    /// Findings of the old pack alone, in the order of the input.
    pub vanish: Vec<FlagRow>,
    /// How many appear, vanish and stay, by code.
    pub by_code: BTreeMap<String, (u64, u64, u64)>,
    /// Inputs or parts of them that were left out.
    pub rejects: Vec<Reject>,
}

/// Names under which the packs go: what both find alike bears both.
const OLD: &str = "old";
const NEW: &str = "new";

/// Audits an input with both packs.
#[must_use]
pub fn compare(packs: &Compare<'_>, inputs: &[Input], refused: Vec<Reject>) -> Difference {
    let named = |pack: &Pack, name: &str| Pack { name: name.to_owned(), ..pack.clone() };
    let both = [named(packs.old, OLD), named(packs.new, NEW)];
    let audit = Audit { packs: &both, source: packs.source, options: packs.options, mask: packs.mask };
    let model = audit.model();
    let run = Run { packs: &both, thresholds: packs.source.thresholds(), model: &model, mask: packs.mask };
    let mut difference = Difference { rejects: refused, ..Difference::default() };
    let mut entries: Vec<Entry> = Vec::new();
    let mut batch = Vec::new();
    let mut hear = |batch: &mut Vec<Item>| {
        for outcome in audit.batch(std::mem::take(batch), &run) {
            match outcome {
                Ok((_, entry)) => entries.push(entry),
                Err(reject) => difference.rejects.push(reject),
            }
        }
    };
    ingest::read(inputs, packs.options, &mut |item| {
        batch.push(item);
        if batch.len() == BATCH {
            hear(&mut batch);
        }
        ControlFlow::Continue(())
    });
    hear(&mut batch);
    difference.settle(entries);
    difference
}

impl Difference {
    fn settle(&mut self, entries: Vec<Entry>) {
        let mut book = Book::default();
        for (number, entry) in (0..).zip(&entries) {
            let made = entry.promised.iter().map(|promised| promised.made.clone());
            book.enter(number, entry.conversation.customer_id.as_deref(), &entry.contacts, made);
        }
        let broken = book.close();
        for (number, mut entry) in (0..).zip(entries) {
            ledger::decide(&mut entry, number, &broken);
            self.conversations += 1;
            entry.flags.into_iter().for_each(|flag| self.add(flag));
        }
    }

    fn add(&mut self, flag: FlagRow) {
        let count = self.by_code.entry(flag.code.clone()).or_default();
        match flag.pack.as_str() {
            NEW => {
                count.0 += 1;
                self.appear.push(flag);
            }
            OLD => {
                count.1 += 1;
                self.vanish.push(flag);
            }
            _ => count.2 += 1,
        }
    }
}
