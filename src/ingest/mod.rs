//! Reads transcripts of every format.
