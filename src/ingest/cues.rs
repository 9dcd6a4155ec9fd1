//! Timed pieces of speech: reading them from subtitles and joining them into turns.

use super::labels::{cut, cut_bracketed};
use super::times::clock;
use super::{Draft, DraftTurn};

/// Pieces of one speaker nearer than this are one turn, in seconds.
const PAUSE: f64 = 1.5;

/// One timed piece of speech.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cue {
    pub(super) line: Option<u64>,
    pub(super) start: Option<f64>,
    pub(super) end: Option<f64>,
    pub(super) label: Option<String>,
    pub(super) text: String,
}

/// The turns of the cues, in order of their beginnings.
pub(super) fn turns(mut cues: Vec<Cue>) -> Vec<DraftTurn> {
    cues.retain(|cue| !cue.text.trim().is_empty());
    if cues.iter().all(|cue| cue.start.is_some_and(f64::is_finite)) {
        cues.sort_by(|a, b| a.start.unwrap_or(0.0).total_cmp(&b.start.unwrap_or(0.0)));
    }
    let mut turns: Vec<DraftTurn> = Vec::new();
    for cue in cues {
        if let Some(above) = turns.last_mut()
            && above.label == cue.label
            && let (Some(end), Some(start)) = (above.end, cue.start)
            && start - end < PAUSE
            && cue.end.is_none_or(|own| own >= start)
        {
            above.text.push(' ');
            above.text.push_str(cue.text.trim());
            above.end = cue.end.map(|own| own.max(end)).or(above.end);
            continue;
        }
        turns.push(DraftTurn {
            line: cue.line,
            label: cue.label,
            start: cue.start,
            end: cue.end,
            text: cue.text.trim().to_owned(),
            ..DraftTurn::default()
        });
    }
    turns
}

/// A subtitle as it stands in the file.
struct Block {
    line: u64,
    times: Option<(f64, f64)>,
    text: Vec<String>,
}

/// How a file of subtitles names the speakers; only one way counts in one file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Voices,
    Brackets,
    Names,
}

/// Reads subtitles, in the form that WebVTT and SRT share: times, text lines, a blank line.
pub(super) fn subtitles(lines: &[(u64, String)]) -> Draft {
    let blocks = blocks(lines);
    let mut draft = Draft { line: blocks.first().map(|block| block.line), ..Draft::default() };
    if let Some(bad) = blocks.iter().find(|block| block.times.is_none()) {
        draft.bad_times = Some(format!("line {} has `-->` and is not two times", bad.line));
    }
    let any = |test: &dyn Fn(&str) -> bool| blocks.iter().flat_map(|block| &block.text).any(|line| test(line));
    let naming = if any(&|line| line.contains("<v ") || line.contains("<v.")) {
        Naming::Voices
    } else if any(&|line| cut_bracketed(&without_tags(line)).is_some()) {
        Naming::Brackets
    } else {
        Naming::Names
    };
    let mut cues = Vec::new();
    for block in blocks {
        let parts = match naming {
            Naming::Voices => voices(&block.text.join("\n")),
            Naming::Brackets => named(&block.text, cut_bracketed),
            Naming::Names => named(&block.text, cut),
        };
        let (start, end) = block.times.unzip();
        cues.extend(parts.into_iter().map(|(label, text)| Cue { line: Some(block.line), start, end, label, text }));
    }
    draft.turns = turns(cues);
    draft
}

/// The two times of a line, or `None` where the line has an arrow and no times.
fn range(line: &str) -> Option<Option<(f64, f64)>> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next().unwrap_or("");
    Some(clock(start).zip(clock(end)))
}

fn blocks(lines: &[(u64, String)]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // the line above, where it may be the name of the next subtitle
    let mut held: Option<&str> = None;
    let mut blank = true;
    let mut skipping = false;
    for (number, line) in lines {
        let line = line.trim();
        if line.is_empty() {
            if let (Some(text), Some(block)) = (held.take(), blocks.last_mut()) {
                block.text.push(text.to_owned());
            }
            (blank, skipping) = (true, false);
            continue;
        }
        if let Some(times) = range(line) {
            let above = blocks.last_mut().filter(|_| held.is_none());
            if let Some(above) = above
                && above.text.last().is_some_and(|text| !blank && text.bytes().all(|b| b.is_ascii_digit()))
            {
                above.text.pop();
            }
            held = None;
            skipping = false;
            blocks.push(Block { line: *number, times, text: Vec::new() });
        } else if skipping || (blank && ["NOTE", "STYLE", "REGION"].iter().any(|word| is_comment(line, word))) {
            skipping = true;
        } else if blank {
            held = Some(line);
        } else if let Some(block) = blocks.last_mut() {
            block.text.extend(held.take().map(str::to_owned));
            block.text.push(line.to_owned());
        }
        blank = false;
    }
    if let (Some(text), Some(block)) = (held, blocks.last_mut()) {
        block.text.push(text.to_owned());
    }
    blocks
}

fn is_comment(line: &str, word: &str) -> bool {
    line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

type Parts = Vec<(Option<String>, String)>;

/// The parts of a subtitle whose lines may begin with a label.
fn named(lines: &[String], cut: fn(&str) -> Option<(&str, &str)>) -> Parts {
    let mut parts: Parts = Vec::new();
    for line in lines {
        let line = without_tags(line);
        match (cut(&line), parts.last_mut()) {
            (Some((label, text)), _) => parts.push((Some(label.to_owned()), text.to_owned())),
            (None, Some((_, above))) => {
                above.push(' ');
                above.push_str(line.trim());
            }
            (None, None) => parts.push((None, line.trim().to_owned())),
        }
    }
    parts
}

/// The parts of a subtitle by its `<v Name>` tags.
fn voices(text: &str) -> Parts {
    let mut parts: Parts = vec![(None, String::new())];
    let mut rest = text;
    while let Some((before, tag, after)) = next_tag(rest) {
        if let Some((_, part)) = parts.last_mut() {
            part.push_str(before);
        }
        if tag == "/v" {
            parts.push((None, String::new()));
        } else if tag.starts_with("v ") || tag.starts_with("v.") {
            let name = tag.split_once(char::is_whitespace).map_or("", |(_, name)| name);
            parts.push((Some(plain(name)), String::new()));
        }
        rest = after;
    }
    if let Some((_, part)) = parts.last_mut() {
        part.push_str(rest);
    }
    parts.retain(|(_, text)| !text.trim().is_empty());
    parts.into_iter().map(|(label, text)| (label, plain(&text))).collect()
}

fn without_tags(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, _, after)) = next_tag(rest) {
        text.push_str(before);
        rest = after;
    }
    text.push_str(rest);
    plain(&text)
}

/// The text before the next tag, the tag without its brackets, and the text after it.
fn next_tag(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('<').map(|at| at + from) {
        let inside = &text[open + 1..];
        if inside.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
            && let Some((tag, after)) = inside.split_once('>')
        {
            return Some((&text[..open], tag, after));
        }
        from = open + 1;
    }
    None
}

/// One line, with the named characters of WebVTT written out.
fn plain(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.contains('&') {
        for (name, character) in
            [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")]
        {
            line = line.replace(name, character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: f64, end: f64, label: &str, text: &str) -> Cue {
        Cue { start: Some(start), end: Some(end), label: Some(label.into()), text: text.into(), line: None }
    }

    #[test]
    fn near_cues_of_one_speaker_are_one_turn() {
        let cues =
            vec![cue(0.0, 1.0, "A", "a"), cue(2.0, 3.0, "A", "b"), cue(5.0, 6.0, "A", "c"), cue(5.5, 7.0, "B", "d")];
        let got: Vec<(String, Option<f64>)> = turns(cues).into_iter().map(|turn| (turn.text, turn.end)).collect();
        assert_eq!(got, [("a b".into(), Some(3.0)), ("c".into(), Some(6.0)), ("d".into(), Some(7.0))]);
    }

    #[track_caller]
    fn reads(text: &str, expected: &[(&str, &str)]) {
        let lines: Vec<(u64, String)> = (1..).zip(text.lines().map(str::to_owned)).collect();
        let draft = subtitles(&lines);
        let got: Vec<(&str, &str)> =
            draft.turns.iter().map(|turn| (turn.label.as_deref().unwrap_or("-"), turn.text.as_str())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn subtitles_are_read_with_labels_in_every_way() {
        reads(
            "00:01.000 --> 00:02.000\n<v Jan Nowak>Tak &amp; <i>nie\n</i>więc 1 < 2</v>\n\nid-2\n00:05.000 --> 00:06.000\n<v.x A>b</v> c",
            &[("Jan Nowak", "Tak & nie więc 1 < 2"), ("A", "b"), ("-", "c")],
        );
        reads(
            "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Cena:\nUwaga: tak",
            &[("SPEAKER_00", "Cena: Uwaga: tak")],
        );
        reads("1\n00:00:01,000 --> 00:00:02,000\nAnna: a\nPiotr: b\nc", &[("Anna", "a"), ("Piotr", "b c")]);
    }

    #[test]
    fn lines_after_a_blank_one_and_missing_blanks_lose_no_words() {
        reads(
            "1\n00:00:01,000 --> 00:00:02,000\nA: a\n\nb\n2\n00:00:09,000 --> 00:00:10,000\nB: c\n3\n00:00:19,000 --> 00:00:20,000\nA: d",
            &[("A", "a b"), ("B", "c"), ("A", "d")],
        );
    }
}
