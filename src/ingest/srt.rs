//! SubRip subtitles, with `[SPEAKER_00]:` or `Name:` before the text where a recogniser wrote them.

use std::ops::ControlFlow;

use super::cues::subtitles;
use super::times::clock;
use super::{Document, Found, IngestError, Options, Reader};

/// A number, a line of times, text.
pub(super) struct Srt;

impl Reader for Srt {
    fn name(&self) -> &'static str {
        "srt"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["srt"]
    }

    fn sniff(&self, document: &Document, _options: &Options) -> bool {
        document.head_text.lines().filter(|line| !line.trim().is_empty()).take(2).any(|line| {
            line.split_once("-->")
                .is_some_and(|(start, end)| clock(start).is_some() && end.split_whitespace().next().is_some())
        })
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let lines = document.all_lines(options.max_line)?;
        let _ = found(Found::Draft(Box::new(subtitles(&lines))));
        Ok(())
    }
}
