//! The progress bar, on a terminal only. The only user of indicatif.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::audit::Progress;

/// A bar over the input files; invisible where stderr is no terminal or nothing is to be said.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// Begins a bar over so many files.
    #[must_use]
    pub fn begin(files: usize, quiet: bool) -> Bar {
        if quiet || !std::io::stderr().is_terminal() {
            return Bar { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new(files as u64);
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} files  {msg}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar }
    }

    /// Shows how far the run is.
    pub fn show(&self, progress: Progress) {
        self.bar.set_position(progress.files);
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!(
            "{} conversations, {} findings, {:.0} turns/s",
            progress.conversations,
            progress.findings,
            progress.turns as f64 / seconds
        ));
    }

    /// Shows what a training run is doing.
    pub fn say(&self, message: &str) {
        self.bar.set_message(message.to_owned());
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
