//! WhisperX's JSON: segments with words. A segment whose words have two speakers is cut where the speaker changes.
//!
//! The words' `score` says how well sound and letters were aligned, not whether the words are right, and is not read.

use std::ops::ControlFlow;

use serde::Deserialize;

use super::cues::{Cue, turns};
use super::error::json_fault;
use super::{Document, Draft, Found, IngestError, Options, Reader};

/// <https://github.com/m-bain/whisperX>
pub(super) struct WhisperX;

#[derive(Deserialize)]
struct Transcript {
    segments: Vec<Segment>,
    language: Option<String>,
}

#[derive(Deserialize)]
struct Segment {
    start: Option<f64>,
    end: Option<f64>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    words: Option<Vec<Word>>,
    speaker: Option<String>,
}

#[derive(Deserialize)]
struct Word {
    word: String,
    start: Option<f64>,
    end: Option<f64>,
    speaker: Option<String>,
}

impl Reader for WhisperX {
    fn name(&self) -> &'static str {
        "whisperx"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn sniff(&self, document: &Document, _options: &Options) -> bool {
        let begins = document.head_text.trim_start().starts_with('{');
        begins && document.json_keys().iter().any(|(key, value)| key == "segments" && *value == '[')
    }

    fn read(
        &self,
        document: &Document,
        _options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let text = document.text()?;
        let transcript: Transcript = serde_json::from_str(&text).map_err(|error| IngestError::Json {
            path: document.display.clone(),
            line: error.line() as u64,
            what: json_fault(&error),
        })?;
        let cues = transcript.segments.into_iter().flat_map(cues).collect();
        let draft = Draft { language: transcript.language, turns: turns(cues), ..Draft::default() };
        let _ = found(Found::Draft(Box::new(draft)));
        Ok(())
    }
}

/// The pieces of a segment, one a speaker.
fn cues(segment: Segment) -> Vec<Cue> {
    let words = segment.words.unwrap_or_default();
    let whole = |label: Option<String>| Cue {
        line: None,
        start: segment.start,
        end: segment.end,
        label,
        text: segment.text.clone(),
    };
    let mut speakers: Vec<&String> = words.iter().filter_map(|word| word.speaker.as_ref()).collect();
    speakers.dedup();
    match speakers[..] {
        [] => return vec![whole(segment.speaker)],
        [only] => return vec![whole(Some(only.clone()))],
        _ => {}
    }
    // a word without a speaker goes with the word before it, the first ones with the word after them
    let mut cues: Vec<Cue> = Vec::new();
    let mut label = speakers[0];
    let mut at = 0;
    for word in &words {
        label = word.speaker.as_ref().unwrap_or(label);
        let spaced = match segment.text[at..].find(word.word.trim()) {
            Some(found) => {
                let gap = &segment.text[at..at + found];
                let spaced = !gap.is_empty() || at == 0;
                at += found + word.word.trim().len();
                spaced
            }
            None => true,
        };
        match cues.last_mut().filter(|cue| cue.label.as_ref() == Some(label)) {
            Some(cue) => {
                if spaced {
                    cue.text.push(' ');
                }
                cue.text.push_str(word.word.trim());
                cue.start = cue.start.or(word.start);
                cue.end = word.end.or(cue.end);
            }
            None => cues.push(Cue {
                line: None,
                start: word.start,
                end: word.end,
                label: Some(label.clone()),
                text: word.word.trim().to_owned(),
            }),
        }
    }
    // pieces whose words have no times take them from their neighbours, the outer ones from the segment
    let mut before = segment.start;
    for cue in &mut cues {
        cue.start = cue.start.or(before);
        before = cue.end.or(cue.start).or(before);
    }
    let mut after = segment.end;
    for cue in cues.iter_mut().rev() {
        cue.end = cue.end.or(after);
        after = cue.start.or(after);
    }
    cues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_cut_where_the_speaker_changes() {
        let segment: Segment = serde_json::from_str(
            r#"{"start":1.0,"end":5.0,"text":" Halo? Tak, słucham.","speaker":"A","words":[
            {"word":"Halo?","start":1.0,"end":1.5,"speaker":"A"},{"word":"Tak,","start":2.0,"end":2.5,"speaker":"B"},
            {"word":"słucham."}]}"#,
        )
        .unwrap();
        let got: Vec<_> =
            cues(segment).into_iter().map(|cue| (cue.label.unwrap(), cue.text, cue.start, cue.end)).collect();
        let expected = [
            ("A".to_owned(), "Halo?".to_owned(), Some(1.0), Some(1.5)),
            ("B".into(), "Tak, słucham.".into(), Some(2.0), Some(2.5)),
        ];
        assert_eq!(got, expected);
    }
}
