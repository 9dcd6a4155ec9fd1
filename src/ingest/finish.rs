//! Makes a conversation of a draft: metadata, roles, fixed names, times and numbers are checked here, for every format alike.

use std::collections::{BTreeMap, BTreeSet};

use super::{Document, Draft, DraftTurn, Options, labels, times};
use crate::text::mask;
use crate::transcript::{Channel, Complaint, Conversation, Direction, Lang, Reject, Source, Speaker, Turn};

/// How far a turn may begin before the one above it, in seconds: people talk over one another.
const OVERLAP: f64 = 30.0;

/// Two-letter codes of ISO 639-1: a language that is one of these and not ours is [`Lang::Other`].
const ISO_639_1: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee \
el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk \
kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os \
pa pi ps pt qu rm rn ro rw sa sc sd se sg si sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve \
vi vo wa wo xh yi yo za zh zu";

/// Three-letter codes of the three languages.
const ISO_639_2: &[(&str, &str)] = &[("rus", "ru"), ("pol", "pl"), ("slk", "sk"), ("slo", "sk")];

/// What is kept while one file is read.
pub(super) struct Finishing<'a> {
    pub(super) document: &'a Document,
    pub(super) options: &'a Options,
    /// Labels without a role that were told already.
    pub(super) told: BTreeSet<String>,
}

/// The conversation's parts that need telling, in order.
struct Notes<'a> {
    file: &'a str,
    line: Option<u64>,
    id: String,
    list: Vec<Reject>,
}

impl Notes<'_> {
    fn add(&mut self, reason: &str, message: impl std::fmt::Display) {
        self.add_at(self.line, reason, message);
    }

    fn add_at(&mut self, line: Option<u64>, reason: &str, message: impl std::fmt::Display) {
        self.list.push(Reject {
            source_file: self.file.to_owned(),
            line,
            reason: reason.to_owned(),
            message: format!("conversation `{}`: {message}", self.id),
        });
    }
}

impl Finishing<'_> {
    /// The id of a draft: the source's, else the file's name.
    pub(super) fn id(&self, draft: &Draft) -> String {
        draft
            .conversation_id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .unwrap_or(self.document.stem())
            .to_owned()
    }

    /// The conversation, unless it has to be left out, and what has to be said of it. `roles` are the metadata's.
    pub(super) fn finish(
        &mut self,
        mut draft: Draft,
        roles: Option<&BTreeMap<String, Speaker>>,
    ) -> (Option<Conversation>, Vec<Reject>) {
        let id = self.id(&draft);
        let mut notes = Notes { file: &self.document.display, line: draft.line, id: id.clone(), list: Vec::new() };
        let channel = match channel(draft.channel.as_deref(), self.options, &mut notes) {
            Some(channel) => channel,
            None => return (None, notes.list),
        };
        let mut conversation = Conversation::new(id, channel);
        conversation.source =
            Source { file: self.document.display.clone(), line: draft.line, sha256: self.document.sha256.clone() };
        conversation.language =
            language(draft.language.as_deref(), &mut notes).or(self.options.language).unwrap_or(Lang::Unknown);
        conversation.direction = direction(draft.direction.as_deref(), &mut notes);
        conversation.agent_id = present(draft.agent_id.take());
        conversation.team = present(draft.team.take());
        conversation.customer_id = present(draft.customer_id.take());
        conversation.started_at = moment("started_at", draft.started_at.take(), &mut notes);
        let recorded_at = moment("complaint_recorded_at", draft.complaint_recorded_at.take(), &mut notes);
        let forwarded_at = moment("complaint_forwarded_at", draft.complaint_forwarded_at.take(), &mut notes);
        if recorded_at.is_some() || forwarded_at.is_some() {
            conversation.complaint = Some(Complaint { recorded_at, forwarded_at });
        }
        number(&mut draft.turns, &mut notes);
        check_times(&mut draft, &mut notes);
        for turn in draft.turns {
            if turn.text.trim().is_empty() {
                continue;
            }
            let turn = self.turn(turn, conversation.language, roles, &mut notes);
            conversation.turns.push(turn);
        }
        if conversation.turns.is_empty() {
            notes.add("no-turns", "there is no turn with words in it; the conversation is left out");
            return (None, notes.list);
        }
        (Some(conversation), notes.list)
    }

    fn turn(
        &mut self,
        draft: DraftTurn,
        conversation: Lang,
        roles: Option<&BTreeMap<String, Speaker>>,
        notes: &mut Notes<'_>,
    ) -> Turn {
        let number = draft.turn.unwrap_or_default();
        let label = present(draft.label);
        let speaker = label.as_deref().and_then(|label| labels::role(label, &self.options.roles, roles));
        if speaker.is_none() && self.told.insert(label.clone().unwrap_or_default()) {
            let message = match &label {
                Some(label) => {
                    let shown = labels::shown(label);
                    let option = if shown.contains(' ') { "'LABEL=agent'".to_owned() } else { format!("{shown}=agent") };
                    format!(
                        "the role of speaker `{shown}` is not known; its turns are kept and judged by no guideline; say \
                         `--roles {option}` (or customer, system)"
                    )
                }
                None => "turns without a speaker are kept and judged by no guideline; write the speakers into the transcript"
                    .to_owned(),
            };
            notes.add_at(draft.line.or(notes.line), "unknown-role", format!("turn {number}: {message}"));
        }
        let speaker = speaker.unwrap_or(Speaker::Unknown);
        let mut turn = Turn::new(number, speaker, draft.text);
        turn.role_confidence = if speaker == Speaker::Unknown { 0.0 } else { 1.0 };
        turn.agent_id = present(draft.agent_id);
        turn.start = draft.start;
        turn.end = draft.end;
        turn.language = language(draft.language.as_deref(), notes).filter(|own| *own != conversation);
        if let Some(confidence) = draft.confidence {
            if (0.0..=1.0).contains(&confidence) {
                turn.confidence = Some(confidence as f32);
            } else {
                let message = format!("turn {number}: confidence {confidence} is not between 0 and 1; it is not used");
                notes.add_at(draft.line.or(notes.line), "bad-confidence", message);
            }
        }
        turn
    }
}

fn present(value: Option<String>) -> Option<String> {
    let value = value?;
    let trimmed = value.trim();
    if trimmed.len() == value.len() { Some(value) } else { Some(trimmed.to_owned()) }.filter(|value| !value.is_empty())
}

/// A value of the source as a message may show it.
fn quoted(value: &str) -> String {
    let value = &*mask::masked(value);
    let short: String = value.chars().take(24).collect();
    if short.len() < value.len() { format!("`{short}…`") } else { format!("`{value}`") }
}

fn given(value: Option<&str>) -> Option<String> {
    value.map(|value| value.trim().to_lowercase()).filter(|value| !value.is_empty())
}

fn channel(value: Option<&str>, options: &Options, notes: &mut Notes<'_>) -> Option<Channel> {
    match given(value) {
        Some(value) => match value.parse() {
            Ok(channel) => Some(channel),
            Err(_) => {
                let known = Channel::ALL.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", ");
                let message = format!(
                    "unknown channel {}, one of {known}; correct it in the source; the conversation is left out",
                    quoted(&value)
                );
                notes.add("unknown-channel", message);
                None
            }
        },
        None if options.channel.is_some() => options.channel,
        None => {
            let message = "the source does not say the channel; say `--channel phone` (or chat, email, in_person, review), or \
                           give it in a `calls.csv` with `--metadata`; the conversation is left out";
            notes.add("no-channel", message);
            None
        }
    }
}

fn direction(value: Option<&str>, notes: &mut Notes<'_>) -> Option<Direction> {
    let value = given(value)?;
    let direction = value.parse().ok();
    if direction.is_none() {
        notes.add(
            "unknown-direction",
            format!("direction {} is not inbound or outbound; it is not used", quoted(&value)),
        );
    }
    direction
}

fn language(value: Option<&str>, notes: &mut Notes<'_>) -> Option<Lang> {
    let value = given(value)?;
    if let Ok(language) = value.parse() {
        return Some(language);
    }
    let code = value.split(['-', '_']).next().unwrap_or_default();
    let code = ISO_639_2.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short);
    let known = code.parse().ok().filter(|_| code.len() == 2);
    let found = known.or_else(|| ISO_639_1.split(' ').any(|iso| iso == code).then_some(Lang::Other));
    if found.is_none() {
        let message = format!("language {} is not a code such as ru, pl or sk; it is not used", quoted(&value));
        notes.add("unknown-language", message);
    }
    found
}

fn moment(field: &str, value: Option<String>, notes: &mut Notes<'_>) -> Option<String> {
    let value = present(value)?;
    if times::instant(&value).is_some() {
        return Some(value);
    }
    let message = format!(
        "{field} {} is not a time such as `2026-03-02T10:15:00+03:00` or `2026-03-02 10:15`; it is not used",
        quoted(&value)
    );
    notes.add("bad-time", message);
    None
}

/// Keeps the source's numbers where each turn has its own; otherwise counts from 0.
fn number(turns: &mut [DraftTurn], notes: &mut Notes<'_>) {
    let numbers: BTreeSet<u32> = turns.iter().filter_map(|turn| turn.turn).collect();
    if !turns.is_empty() && numbers.len() == turns.len() {
        turns.sort_by_key(|turn| turn.turn);
        return;
    }
    if !numbers.is_empty() {
        let mut seen = BTreeSet::new();
        let at = turns.iter().find(|turn| turn.turn.is_none_or(|number| !seen.insert(number)));
        let what = match at.and_then(|turn| turn.turn) {
            Some(number) => format!("turn {number} occurs more than once"),
            None => "some turns have no number".to_owned(),
        };
        let line = at.and_then(|turn| turn.line);
        notes.add_at(line.or(notes.line), "duplicate-turn", format!("{what}; the turns are counted anew from 0"));
    }
    for (number, turn) in (0..).zip(turns) {
        turn.turn = Some(number);
    }
}

/// Takes all times away where one of them cannot be right: wrong times would accuse someone of silence or interrupting.
fn check_times(draft: &mut Draft, notes: &mut Notes<'_>) {
    let mut previous: Option<(u32, f64)> = None;
    let mut fault = draft.bad_times.take().map(|what| (None, what));
    for turn in &draft.turns {
        if fault.is_some() {
            break;
        }
        let number = turn.turn.unwrap_or_default();
        let (start, end) = (turn.start, turn.end);
        let what = if let Some(bad) = [start, end].into_iter().flatten().find(|time| !time.is_finite() || *time < 0.0) {
            Some(format!("turn {number}: {bad} is not a time from the beginning"))
        } else if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            Some(format!("turn {number}: end {end} is before start {start}"))
        } else if let (Some(start), Some((above, before))) = (start, previous)
            && start < before - OVERLAP
        {
            Some(format!("turn {number}: start {start} is more than {OVERLAP} s before start {before} of turn {above}"))
        } else {
            None
        };
        fault = what.map(|what| (turn.line, what));
        previous = start.map(|start| (number, start)).or(previous);
    }
    if let Some((line, what)) = fault {
        let message = format!("{what}; the conversation is read without its times");
        notes.add_at(line.or(notes.line), "bad-times", message);
        for turn in &mut draft.turns {
            turn.start = None;
            turn.end = None;
        }
    }
}
