//! Masks personal data, keeping the spans of the original.
