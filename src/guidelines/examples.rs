//! Reads the examples of a guideline: little conversations in a short form, with the acts that their sentences hold.
//!
//! A line is `SPEAKER TIME | acts @causes !aggression :kinds | text`: `A`, `C` or `S`; `-` a new turn, `1.0-3.5` one with times in
//! seconds, `.` a further segment of the same turn. A line `== ID CHANNEL DIRECTION key=value…` begins a conversation.

use serde::Deserialize;

use crate::signals::given::{GivenConversation, GivenSegment};
use crate::signals::labels::{Act, Cause, Kind};
use crate::transcript::{Channel, Complaint, Conversation, Lang, Speaker, Turn, names};

names! {
    /// What an example shows.
    Expect, "expectation", {
        /// The guideline has a finding at the named turn.
        Flag = "flag",
        /// The guideline has no finding.
        Pass = "pass",
    }
}

/// An example as it stands in a guideline's file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub expect: Expect,
    /// Its language.
    pub language: Lang,
    /// The flagged turn, from 0.
    pub at: Option<u32>,
    /// The flagged conversation, where there are several; the first by default.
    #[serde(rename = "in")]
    pub within: Option<String>,
    /// The conversation or conversations.
    pub talk: String,
}

/// A line that does not fit the short form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{line}`: {message}")]
pub struct ExampleError {
    /// The line.
    pub line: String,
    /// What is wrong with it.
    pub message: String,
}

/// A conversation of an example with its labels.
pub type Labelled = (Conversation, GivenConversation);

impl Example {
    /// The conversations with the labels that people gave their sentences.
    ///
    /// # Errors
    /// The first line that does not fit.
    pub fn parse(&self, code: &str) -> Result<Vec<Labelled>, ExampleError> {
        let mut all: Vec<Labelled> = Vec::new();
        for line in self.talk.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let bad = |message: String| ExampleError { line: line.to_owned(), message };
            if let Some(header) = line.strip_prefix("==") {
                all.push((begin(header, self.language).map_err(bad)?, GivenConversation::default()));
                continue;
            }
            if all.is_empty() {
                let mut conversation = Conversation::new(format!("{code}-example"), Channel::Phone);
                conversation.language = self.language;
                all.push((conversation, GivenConversation::default()));
            }
            if let Some((conversation, labels)) = all.last_mut() {
                segment(line, conversation, labels).map_err(bad)?;
            }
        }
        if self.expect == Expect::Flag && self.at.is_none() {
            return Err(ExampleError { line: "expect = \"flag\"".to_owned(), message: "`at` is missing".to_owned() });
        }
        Ok(all)
    }
}

fn begin(header: &str, language: Lang) -> Result<Conversation, String> {
    let mut parts = header.split_whitespace();
    let (Some(id), Some(channel), Some(direction)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("`== ID CHANNEL DIRECTION` is needed".to_owned());
    };
    let mut conversation = Conversation::new(id, channel.parse().map_err(|error| format!("{error}"))?);
    conversation.language = language;
    conversation.direction = Some(direction.parse().map_err(|error| format!("{error}"))?);
    for part in parts {
        let (key, value) = part.split_once('=').ok_or_else(|| format!("`{part}` is no key=value"))?;
        let value = value.to_owned();
        match key {
            "agent" => conversation.agent_id = Some(value),
            "team" => conversation.team = Some(value),
            "customer" => conversation.customer_id = Some(value),
            "started" => conversation.started_at = Some(value),
            "complaint" => {
                let (recorded, forwarded) = value.split_once('>').ok_or("`complaint=RECORDED>FORWARDED` is needed")?;
                conversation.complaint = Some(Complaint {
                    recorded_at: Some(recorded.to_owned()),
                    forwarded_at: Some(forwarded.to_owned()),
                });
            }
            _ => return Err(format!("unknown key `{key}`; agent, team, customer, started, complaint")),
        }
    }
    Ok(conversation)
}

fn segment(line: &str, conversation: &mut Conversation, labels: &mut GivenConversation) -> Result<(), String> {
    let mut fields = line.splitn(3, '|').map(str::trim);
    let (Some(head), Some(label), Some(text)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("`SPEAKER TIME | labels | text` is needed".to_owned());
    };
    let (who, time) = head.split_once(' ').ok_or("`SPEAKER TIME` is needed")?;
    let speaker = match who {
        "A" => Speaker::Agent,
        "C" => Speaker::Customer,
        "S" => Speaker::System,
        other => return Err(format!("speaker `{other}` is not A, C or S")),
    };
    if time == "." {
        let turn = conversation.turns.last_mut().filter(|turn| turn.speaker == speaker);
        let turn = turn.ok_or("`.` continues no turn of this speaker")?;
        turn.text.push(' ');
        turn.text.push_str(text);
    } else {
        let mut turn = Turn::new(conversation.turns.len() as u32, speaker, text);
        if let Some((start, end)) = time.split_once('-').filter(|(start, _)| !start.is_empty()) {
            turn.start = Some(start.parse().map_err(|_| format!("`{start}` is no time"))?);
            turn.end = Some(end.parse().map_err(|_| format!("`{end}` is no time"))?);
        }
        conversation.turns.push(turn);
    }
    let number = conversation.turns.len().saturating_sub(1) as u32;
    let mut given = GivenSegment { turn: number, acts: Vec::new(), causes: Vec::new(), text: text.to_owned() };
    let (mut aggression, mut kinds) = (0u8, Vec::new());
    for word in label.split_whitespace().filter(|word| *word != "-") {
        if let Some(causes) = word.strip_prefix('@') {
            given.causes = named::<Cause>(causes)?;
        } else if let Some(level) = word.strip_prefix('!') {
            aggression =
                level.parse().ok().filter(|level| *level <= 3).ok_or_else(|| format!("`{word}` is not !0 to !3"))?;
        } else if let Some(list) = word.strip_prefix(':') {
            kinds = named::<Kind>(list)?;
        } else {
            for act in word.split(',').filter(|act| !act.is_empty()) {
                given.acts.push(Act::named(act, speaker).ok_or_else(|| format!("`{act}` is no act of the {speaker}"))?);
            }
        }
    }
    labels.segments.push(given);
    if aggression > 0 {
        let entry = labels.aggression.entry(number).or_default();
        entry.0 = entry.0.max(aggression);
        entry.1.extend(kinds);
    }
    Ok(())
}

fn named<T: std::str::FromStr<Err = crate::transcript::UnknownName>>(list: &str) -> Result<Vec<T>, String> {
    list.split(',')
        .map(|name| name.parse().map_err(|error: crate::transcript::UnknownName| error.to_string()))
        .collect()
}
