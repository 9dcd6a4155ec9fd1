//! spokoj: an offline auditor of customer conversations in Russian, Polish and Slovak.

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
