//! Labelled plain text: `Оператор: …`, `Klient: …`, `[00:01:02] Zákazník: …`. Other lines belong to the turn above them.
//!
//! A line that begins like a label is a turn of its own even where the label is not known: words put into the wrong
//! mouth would be worse than a turn that is not judged.

use std::ops::ControlFlow;

use super::labels::{cut, cut_bracketed, is_known};
use super::times::{AMBIGUOUS, clock, origin};
use super::{Document, Draft, DraftTurn, Found, IngestError, Options, Reader};

/// One file a conversation, one line or more a turn.
pub(super) struct Plain;

impl Reader for Plain {
    fn name(&self) -> &'static str {
        "text"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn sniff(&self, document: &Document, options: &Options) -> bool {
        let (mut lines, mut labelled, mut known) = (0, 0, 0);
        for line in document.head_text.lines().filter(|line| !line.trim().is_empty()).take(200) {
            lines += 1;
            if let (_, Some((label, _))) = timed(line) {
                labelled += 1;
                known += usize::from(is_known(label, &options.roles) || label.starts_with("SPEAKER_"));
            }
        }
        let begin = document.head_text.trim_start();
        let json = begin.starts_with('{') || begin.starts_with("[{");
        !json && labelled * 10 >= lines && (known > 0 || labelled * 2 > lines)
    }

    fn read(
        &self,
        document: &Document,
        options: &Options,
        found: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<(), IngestError> {
        let mut turns: Vec<DraftTurn> = Vec::new();
        let mut first: Option<String> = None;
        for (number, line) in document.all_lines(options.max_line)? {
            if line.trim().is_empty() {
                continue;
            }
            let (time, labelled) = timed(&line);
            let start = time.and_then(clock);
            first = first.or_else(|| time.map(str::to_owned));
            match (labelled, turns.last_mut()) {
                (Some((label, text)), _) => turns.push(DraftTurn {
                    line: Some(number),
                    label: Some(label.to_owned()),
                    start,
                    text: text.to_owned(),
                    ..DraftTurn::default()
                }),
                (None, Some(above)) => {
                    if !above.text.is_empty() {
                        above.text.push('\n');
                    }
                    above.text.push_str(line.trim());
                }
                (None, None) => turns.push(DraftTurn {
                    line: Some(number),
                    start,
                    text: line.trim().to_owned(),
                    ..DraftTurn::default()
                }),
            }
        }
        let mut draft = Draft { line: turns.first().and_then(|turn| turn.line), turns, ..Draft::default() };
        if let Some(first) = first {
            match origin(&first) {
                Some(origin) => {
                    draft.turns.iter_mut().filter_map(|turn| turn.start.as_mut()).for_each(|s| *s -= origin)
                }
                None => draft.bad_times = Some(AMBIGUOUS.to_owned()),
            }
        }
        let _ = found(Found::Draft(Box::new(draft)));
        Ok(())
    }
}

/// The time and the label that a line begins with, and its text.
fn timed(line: &str) -> (Option<&str>, Option<(&str, &str)>) {
    let line = line.trim();
    let bracketed = [('[', ']'), ('(', ')')]
        .into_iter()
        .find_map(|(open, close)| line.strip_prefix(open)?.split_once(close))
        .or_else(|| line.split_once(char::is_whitespace))
        .filter(|(time, _)| clock(time).is_some());
    let (start, rest) = bracketed.map_or((None, line), |(start, rest)| (Some(start), rest.trim_start()));
    (start, cut_bracketed(rest).or_else(|| cut(rest)))
}

#[cfg(test)]
mod tests {
    use super::timed;

    #[test]
    fn time_and_label_are_optional() {
        assert_eq!(timed("[00:01:02] Klient: tak"), (Some("00:01:02"), Some(("Klient", "tak"))));
        assert_eq!(timed("01:02 Агент: да: да"), (Some("01:02"), Some(("Агент", "да: да"))));
        assert_eq!(timed("[SPEAKER_1]: no"), (None, Some(("SPEAKER_1", "no"))));
        assert_eq!(timed("od 10:30 rano"), (None, None));
    }
}
