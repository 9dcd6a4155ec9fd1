//! The command line: arguments, messages, progress, one file a command. Data go to stdout, talk to stderr.

pub mod args;
pub mod commands;
mod hearing;
pub mod messages;
pub mod progress;
