//! The program: reads the command line, runs the command, ends with its exit code.

use std::process::ExitCode;

use spokoj::cli::args::Cli;
use spokoj::cli::{commands, messages};

fn main() -> ExitCode {
    let cli = Cli::read();
    messages::logging(&cli);
    match commands::run(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            messages::failed(&error);
            ExitCode::from(2)
        }
    }
}
