//! Working with the words of a turn: normal form, segments, language, personal data. Every span refers to the original text.

pub mod language;
pub mod latin;
pub mod mask;
pub mod phrase;
pub mod segment;
pub mod stem;
