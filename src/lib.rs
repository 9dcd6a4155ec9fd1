//! spokoj: an offline auditor of customer conversations in Russian, Polish and Slovak.

pub mod ingest;
pub mod signals;
pub mod text;
pub mod transcript;
