//! Signals.

pub mod promises;
