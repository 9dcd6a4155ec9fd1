//! WebVTT, as Teams (`<v Name>text</v>`) and Zoom (`Name: text`) export it. Styles, notes and positions are passed over.

use std::ops::ControlFlow;

use super::cues::subtitles;
use super::{Document, Found, IngestError, Options, Reader};

/// <https://www.w3.org/TR/webvtt1/>
pub(super) struct WebVtt;

impl Reader for WebVtt {
    fn name(&self) -> &'static str {
        "webvtt"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["vtt"]
    }

    fn sniff(&self, document: &Document, _options: &Options) -> bool {
        document
            .head_text
            .strip_prefix("WEBVTT")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let lines = document.all_lines(options.max_line)?;
        let headed = lines.first().is_some_and(|(_, line)| line.starts_with("WEBVTT"));
        let body =
            lines.iter().position(|(_, line)| line.trim().is_empty() || line.contains("-->")).unwrap_or(lines.len());
        let (header, body) = lines.split_at(if headed { body } else { 0 });
        let mut draft = subtitles(body);
        draft.language =
            header.iter().find_map(|(_, line)| line.strip_prefix("Language:")).map(|code| code.trim().to_owned());
        let _ = found(Found::Draft(Box::new(draft)));
        Ok(())
    }
}
