//! The command line: arguments, messages, progress, one file a command. Data go to stdout, talk to stderr.

pub mod args;
pub mod commands;
pub mod messages;
pub mod progress;
