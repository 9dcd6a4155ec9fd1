//! `spokoj explain`: why something was found in a conversation, and why everything else was not. Words are masked as in the tables.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use anstyle::{AnsiColor, Style};
use anyhow::bail;

use crate::audit::{Audit, ledger};
use crate::cli::args;
use crate::cli::commands::{options, source};
use crate::cli::messages;
use crate::guidelines::checks::Check;
use crate::guidelines::checks::promise::Promise;
use crate::guidelines::consider::{Considered, Step, consider};
use crate::guidelines::evaluate::Skip;
use crate::guidelines::pack::Pack;
use crate::guidelines::{Guideline, Level};
use crate::ingest::{self, Item};
use crate::report::guideline_pages as pages;
use crate::report::lookup::{self, Known};
use crate::signals::embedded::Room;
use crate::signals::labels::Act;
use crate::signals::thresholds::{Thresholds, Use};
use crate::tables::flags::{self, FlagRow};
use crate::tables::{Audited, Run, conversations, masked_turn};
use crate::text::mask;
use crate::transcript::{Conversation, Span, Speaker};

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const FOUND: Style = AnsiColor::Yellow.on_default().bold();

/// What was asked about, found again.
enum Target {
    Conversation(Box<Audited>),
    Finding(Box<Audited>, Box<FlagRow>),
}

/// Runs the command.
///
/// # Errors
/// When the conversation or the finding is not there.
pub fn run(args: &args::Explain) -> anyhow::Result<u8> {
    let packs = Pack::load_all(&args.checking.pack)?;
    let source = source(&args.checking)?;
    let options = options(&args.reading);
    let audit = Audit { packs: &packs, source: &source, options: &options, mask: !args.checking.no_mask };
    let known = match &args.out {
        Some(folder) if is_flag_id(&args.target) => lookup::finding(folder, &args.target)?,
        _ => None,
    };
    if let (None, Some(folder)) = (&known, args.out.as_ref().filter(|_| is_flag_id(&args.target))) {
        messages::say(&format!(
            "`{}` holds no finding `{}`; looking for it in the transcripts",
            folder.display(),
            args.target
        ));
    }
    let teller = Teller { packs: &packs, thresholds: source.thresholds(), codes: &args.codes, masking: audit.mask };
    let text = match target(args, &audit, known.as_ref())? {
        Target::Conversation(audited) => teller.conversation(&audited),
        Target::Finding(audited, flag) => {
            differences(known.as_ref(), &flag);
            teller.finding(&audited, &flag)?
        }
    };
    messages::data(&text)?;
    Ok(0)
}

fn is_flag_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Says where the audit that found it heard or checked otherwise.
fn differences(known: Option<&Known>, flag: &FlagRow) {
    let Some(known) = known else { return };
    for (what, then, now) in [("heard", &known.model, &flag.model), ("checked", &known.pack, &flag.pack)] {
        if then != now {
            messages::say(&format!("that audit {what} with `{then}`, this run with `{now}`; scores may differ"));
        }
    }
}

/// Looks for the conversation, or for the finding in every conversation, until it is there.
fn target(args: &args::Explain, audit: &Audit<'_>, known: Option<&Known>) -> anyhow::Result<Target> {
    let (inputs, mut rejects) = ingest::inputs(&args.inputs);
    let (model, mut room) = (audit.model(), Room::default());
    let mut found: Option<anyhow::Result<Target>> = None;
    let mut seen = 0u64;
    ingest::read(&inputs, audit.options, &mut |item| {
        let conversation = match item {
            Item::Reject(reject) => {
                rejects.push(reject);
                return ControlFlow::Continue(());
            }
            Item::Conversation(conversation) => *conversation,
        };
        seen += 1;
        let named = conversation.conversation_id == args.target;
        let may_hold = known.is_none_or(|known| known.conversation_id == conversation.conversation_id);
        let wanted = named || (is_flag_id(&args.target) && may_hold);
        if !wanted {
            return ControlFlow::Continue(());
        }
        let audited = match audit.conversation(conversation, &mut room) {
            Ok(audited) => Box::new(audited),
            Err(error) => {
                found = Some(Err(error.into()));
                return ControlFlow::Break(());
            }
        };
        if named {
            found = Some(Ok(Target::Conversation(audited)));
            return ControlFlow::Break(());
        }
        let flag = flag(audit, &audited, &model, &args.target);
        if let Some(flag) = flag {
            found = Some(Ok(Target::Finding(audited, Box::new(flag))));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    if let Some(found) = found {
        return found;
    }
    for reject in &rejects {
        messages::say(&format!("{}: {}", reject.source_file, reject.message));
    }
    match known {
        Some(Known { conversation_id, code, turn, .. }) => bail!(
            "the audit found {code} at turn {turn} of `{conversation_id}`; this run does not: give the same files, packs and model"
        ),
        None => bail!("{seen} conversations hold no conversation and no finding `{}`", args.target),
    }
}

/// The finding of that id in a conversation, a promise that may turn out broken included.
fn flag(audit: &Audit<'_>, audited: &Audited, model: &str, flag_id: &str) -> Option<FlagRow> {
    let run = Run { packs: audit.packs, thresholds: audit.source.thresholds(), model, mask: audit.mask };
    let rows = flags::rows(audited, &run);
    let row = conversations::row(audited, &rows, &run);
    let entry = ledger::entry(audited, row, rows, &run);
    let promised = entry.promised.into_iter().map(|promised| promised.flag);
    entry.flags.into_iter().chain(promised).find(|flag| flag.flag_id == flag_id)
}

/// Tells what was considered.
struct Teller<'a> {
    packs: &'a [Pack],
    thresholds: &'a Thresholds,
    codes: &'a [String],
    masking: bool,
}

impl Teller<'_> {
    fn conversation(&self, audited: &Audited) -> String {
        let Audited { conversation, signals, .. } = audited;
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{BOLD}{}{BOLD:#}  {}, {}, {} turns",
            conversation.conversation_id,
            conversation.channel,
            conversation.language,
            conversation.turns.len()
        );
        for pack in self.packs {
            if self.packs.len() > 1 {
                let _ = writeln!(out, "\npack {}", pack.name);
            }
            for considered in consider(pack, conversation, signals, self.thresholds) {
                let guideline = &pack.guidelines[considered.guideline];
                if self.codes.is_empty() || self.codes.contains(&guideline.code) {
                    self.considered(conversation, guideline, &considered, &mut out);
                }
            }
        }
        out
    }

    fn considered(
        &self,
        conversation: &Conversation,
        guideline: &Guideline,
        considered: &Considered,
        out: &mut String,
    ) {
        let number = |at: usize| conversation.turns[at].turn;
        let verdict = match considered.skipped {
            Some(Skip::Channel(channel)) => format!("not checked: not meant for {channel}"),
            Some(Skip::Language(language)) => format!("not checked: language {language}"),
            None if considered.findings.is_empty() => "not flagged".to_owned(),
            None => {
                let turns: Vec<String> =
                    considered.findings.iter().map(|finding| number(finding.turn).to_string()).collect();
                format!("FLAGGED at turn {}", turns.join(", "))
            }
        };
        let style = if considered.findings.is_empty() { DIM } else { FOUND };
        let _ = writeln!(out, "\n{BOLD}{} {}{BOLD:#}  {style}{verdict}{style:#}", guideline.code, guideline.name);
        for step in &considered.steps {
            self.step(conversation, step, out);
        }
    }

    fn step(&self, conversation: &Conversation, step: &Step, out: &mut String) {
        let number = |at: usize| conversation.turns[at].turn;
        let mark = if step.holds { '+' } else { '-' };
        let turn = step.turn.map(|at| format!("turn {}: ", number(at))).unwrap_or_default();
        let of = step.of.filter(|of| Some(*of) != step.turn);
        let of = of.map(|of| format!(" (for turn {})", number(of))).unwrap_or_default();
        let score = match step.score {
            // Acts say their scores in words already.
            Some((score, threshold)) if !step.words.contains("threshold") && !step.words.contains("limit") => {
                format!(", {score:.2}, threshold {threshold:.2}")
            }
            _ => String::new(),
        };
        let words = self.shown(&step.words);
        let _ = writeln!(out, "  {mark} {:10} {turn}{words}{score}{of}", step.role);
        if let Some(at) = step.turn.filter(|_| step.score.is_some() || step.span.is_some()) {
            let _ = writeln!(out, "               {DIM}{}{DIM:#}", self.quote(conversation, at, step.span.as_ref()));
        }
    }

    fn finding(&self, audited: &Audited, flag: &FlagRow) -> anyhow::Result<String> {
        let Audited { conversation, signals, .. } = audited;
        let packs = self.packs.iter().filter(|pack| flag.pack.split('+').any(|name| name == pack.name));
        let of = |pack: &&Pack| pack.guidelines.iter().position(|guideline| guideline.code == flag.code);
        let Some((pack, place)) = packs.filter_map(|pack| Some((pack, of(&pack)?))).next() else {
            bail!("no pack holds `{}`; give the packs of that audit with `--pack`", flag.code)
        };
        let guideline = &pack.guidelines[place];
        let mut out = String::new();
        let FlagRow { code, name, severity, quote, why, score, threshold, .. } = flag;
        let title = guideline.title.in_language(conversation.language);
        let _ = writeln!(out, "{BOLD}{code} {name}{BOLD:#}  {severity}, pack {} {}", flag.pack, flag.pack_version);
        let _ = writeln!(out, "{title}\n");
        let _ = writeln!(out, "conversation  {}, turn {}", flag.conversation_id, flag.turn);
        let _ = writeln!(out, "quote         {}", quote.replace('\n', " ⏎ "));
        let _ = writeln!(
            out,
            "why           {why}\nscore         {score:.4}, threshold {threshold:.4}, heard by {}",
            flag.model
        );
        for clause in pages::clauses(&flag.sources) {
            let _ = writeln!(out, "clause        {clause}");
        }
        let _ = writeln!(out, "rule          {}\nreason        {}", guideline.what, guideline.why);
        if !flag.doubt.is_empty() {
            let _ = writeln!(out, "in doubt      {}", flag.doubt.join(", "));
        }
        let _ = writeln!(out, "\n{}", guideline.check.to_toml()?);
        let considered = consider(pack, conversation, signals, self.thresholds).into_iter().nth(place);
        if let Some(considered) = considered {
            let mut steps = String::new();
            considered.steps.iter().for_each(|step| self.step(conversation, step, &mut steps));
            let _ = writeln!(out, "steps\n{steps}");
        }
        self.turns(audited, guideline, flag, &mut out);
        if guideline.level == Level::Customer {
            let _ = writeln!(
                out,
                "\nwhether the contact came is read from all conversations of the customer; see the table of that audit"
            );
        }
        Ok(out)
    }

    /// The turns that were searched, with every act that the check asks about.
    fn turns(&self, audited: &Audited, guideline: &Guideline, flag: &FlagRow, out: &mut String) {
        let Audited { conversation, signals, .. } = audited;
        let place = |number: u32| conversation.turns.iter().position(|turn| turn.turn == number);
        let flagged = place(flag.turn).unwrap_or(0);
        let ends = [flag.trigger_turn, flag.searched_from, flag.searched_to];
        let ends: Vec<usize> = ends.into_iter().flatten().filter_map(place).chain([flagged]).collect();
        let first = ends.iter().min().copied().unwrap_or(0);
        // What came right before tells how a turn is meant.
        let first = if flag.trigger_turn.is_none() { first.saturating_sub(4) } else { first };
        let last = ends.iter().max().copied().unwrap_or(0);
        let acts = acts(&guideline.check);
        let _ = writeln!(out, "turns {} to {}", conversation.turns[first].turn, conversation.turns[last].turn);
        for at in first..=last {
            let (turn, heard) = (&conversation.turns[at], signals.turns.get(at));
            let mark = if at == flagged { '▶' } else { ' ' };
            let words = self.quote(conversation, at, None);
            let _ = writeln!(out, "{mark} {:>3} {:8} {words}", turn.turn, turn.speaker);
            let Some(heard) = heard.filter(|_| matches!(turn.speaker, Speaker::Agent | Speaker::Customer)) else {
                continue;
            };
            let mut scores = Vec::new();
            for (act, purpose) in acts.iter().filter(|(act, _)| act.speaker() == turn.speaker) {
                let threshold = self.thresholds.act(*act, &guideline.code, *purpose);
                let score = heard.score(*act);
                scores
                    .push(format!("{act} {score:.2}{}{threshold:.2}", if score >= threshold { " ≥ " } else { " < " }));
            }
            if heard.aggression > 0 || heard.levels[0] >= 0.2 {
                let [one, two, three] = heard.levels;
                scores.push(format!("aggression {} ({one:.2} {two:.2} {three:.2})", heard.aggression));
            }
            for line in scores.chunks(4) {
                let _ = writeln!(out, "                 {DIM}{}{DIM:#}", line.join(", "));
            }
        }
    }

    fn shown(&self, words: &str) -> String {
        if self.masking { mask::masked(words).into_owned() } else { words.to_owned() }
    }

    /// The words of a span, or of the whole turn.
    fn quote(&self, conversation: &Conversation, at: usize, span: Option<&Span>) -> String {
        let text = &conversation.turns[at].text;
        let span = span.cloned().filter(|span| text.get(span.clone()).is_some()).unwrap_or(0..text.len());
        let words =
            if self.masking { masked_turn(conversation, at).slice(span).to_owned() } else { text[span].to_owned() };
        words.replace('\n', " ⏎ ")
    }
}

/// The acts that a check asks about, and which way each speaks, in the order of its settings.
fn acts(check: &Check) -> Vec<(Act, Use)> {
    let mut all: Vec<(Act, Use)> = Vec::new();
    let mut add = |acts: &[Act], purpose: Use| {
        for act in acts {
            if !all.iter().any(|(known, _)| known == act) {
                all.push((*act, purpose));
            }
        }
    };
    match check {
        Check::Act(check) => {
            for pattern in &check.flag {
                add(&pattern.acts, Use::Accuse);
                add(&pattern.without, Use::Clear);
            }
            check.before.iter().for_each(|before| add(&before.acts, Use::Accuse));
            add(&check.unless, Use::Clear);
            add(&check.unless_before, Use::Clear);
        }
        Check::Duty(check) => {
            check.when.iter().for_each(|pattern| add(&pattern.acts, Use::Accuse));
            check.needs.iter().for_each(|pattern| add(&pattern.acts, Use::Accuse));
            check.owed.iter().for_each(|group| add(group, Use::Clear));
            check.unless.iter().for_each(|pattern| add(&pattern.acts, Use::Clear));
            add(&check.due_at_last, Use::Accuse);
        }
        Check::Interruption(check) => {
            add(&check.acts, Use::Accuse);
            add(&check.helps, Use::Clear);
        }
        Check::Reaction(check) => add(&check.pause, Use::Clear),
        Check::Forwarding(check) => add(&check.acts, Use::Accuse),
        Check::Promise(Promise { reported, promised, timed, .. }) => {
            [reported, promised, timed].into_iter().for_each(|acts| add(acts, Use::Accuse));
        }
        Check::Writing(check) => add(&check.warm, Use::Clear),
        Check::Speed(_) => {}
    }
    all
}
