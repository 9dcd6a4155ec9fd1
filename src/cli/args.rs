//! The arguments of every command. What they mean is told in the help texts, which a test keeps.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::guidelines::Severity;
use crate::learn::perturb::Perturbation;
use crate::signals::transformer::{Device, Precision};
use crate::transcript::{Channel, Lang, Speaker};

/// Audits customer conversations in Russian, Polish and Slovak, offline.
#[derive(Debug, Parser)]
#[command(name = "spokoj", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to log to stderr.
    #[arg(long, global = true, value_enum, default_value_t = Log::Text)]
    pub log: Log,
    /// Say nothing but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Cli {
    /// Reads the program's own command line; ends the program where it only asks for help or makes no sense.
    #[must_use]
    pub fn read() -> Cli {
        <Cli as Parser>::parse()
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// Sentences for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit transcripts and write the tables.
    Audit(Audit),
    /// Print a conversation with its aggression and findings.
    Show(Show),
    /// Compare an audit with gold labels.
    Evaluate(Evaluate),
    /// Train the embedded model from a corpus.
    Train(Train),
    /// Write what a model hears in transcripts, as soft labels to train with.
    Label(Label),
    /// List, show and test guidelines; write their pages.
    #[command(subcommand)]
    Guidelines(Guidelines),
    /// Say why something was found in a conversation, and why everything else was not.
    Explain(Explain),
    /// Begin a pack of your own; compare two packs on your transcripts.
    #[command(subcommand)]
    Pack(Pack),
}

/// How transcripts are read.
#[derive(Debug, Args)]
pub struct Reading {
    /// Format of every input, instead of telling it by content.
    #[arg(long, value_name = "NAME")]
    pub input_format: Option<String>,
    /// Channel of conversations that do not name theirs: phone, chat, email, in_person, review.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<Channel>,
    /// Language of conversations that do not name theirs: ru, pl, sk.
    #[arg(long, value_name = "CODE")]
    pub language: Option<Lang>,
    /// A table of what transcripts do not say: file or conversation_id, channel, started_at, agent_id, ….
    #[arg(long, value_name = "CSV")]
    pub metadata: Option<PathBuf>,
    /// Speaker labels and their roles, such as SPEAKER_00=agent,SPEAKER_01=customer.
    #[arg(long, value_name = "LABEL=ROLE", value_delimiter = ',', value_parser = role)]
    pub roles: Vec<(String, Speaker)>,
    /// Names of your table's columns, such as text=utterance,speaker=who.
    #[arg(long, value_name = "NAME=YOURS", value_delimiter = ',', value_parser = pair)]
    pub columns: Vec<(String, String)>,
}

/// Which model hears, and on what.
#[derive(Debug, Args)]
pub struct Hearing {
    /// embedded: the model that is compiled in; encoder: its average with the transformer; cascade: the transformer hears only where the embedded model is unsure; or a folder with a model. By default cascade where this build and the weights allow it, else embedded.
    #[arg(long, value_name = "MODEL|DIR")]
    pub model: Option<String>,
    /// Hear by lists of words and phrases alone, without any learned model.
    #[arg(long, conflicts_with = "model")]
    pub rules_only: bool,
    /// Where a transformer runs: cpu, cuda, cuda:1.
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub device: Device,
    /// Arithmetic of a transformer: fp32, bf16, or auto: bf16 where the processor or the device has it.
    #[arg(long, value_name = "PRECISION", default_value = "auto")]
    pub precision: Precision,
}

/// What hears and what is checked.
#[derive(Debug, Args)]
pub struct Checking {
    /// A pack by name or path; may be given several times.
    #[arg(long, value_name = "PACK", default_value = "all", value_delimiter = ',')]
    pub pack: Vec<String>,
    /// Labelled acts in place of a model's: NAME.acts.tsv with NAME.labels.jsonl beside it, or a .labels.jsonl with segments.
    #[arg(long, value_name = "FILE")]
    pub acts_from: Vec<PathBuf>,
    /// What hears.
    #[command(flatten)]
    pub hearing: Hearing,
    /// Leave personal data as they are. Without it they are masked before anything is written.
    #[arg(long)]
    pub no_mask: bool,
}

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Files, folders, globs, or - for standard input.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Folder for the tables.
    #[arg(long, short, value_name = "DIR")]
    pub out: PathBuf,
    /// Formats of the tables: parquet, csv, ndjson.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "parquet")]
    pub format: Vec<String>,
    /// How transcripts are read.
    #[command(flatten)]
    pub reading: Reading,
    /// What hears and what is checked.
    #[command(flatten)]
    pub checking: Checking,
    /// Exit with 1 where there are findings of this severity or above: info, minor, major, critical.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Threads; all cores by default.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// A file with transcripts.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// The conversation; the first of the file by default.
    #[arg(value_name = "CONVERSATION")]
    pub conversation: Option<String>,
    /// How transcripts are read.
    #[command(flatten)]
    pub reading: Reading,
    /// What hears and what is checked.
    #[command(flatten)]
    pub checking: Checking,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// A folder of gold files: NAME.jsonl, NAME.labels.jsonl and, where there are any, NAME.acts.tsv.
    #[arg(long, value_name = "DIR")]
    pub gold: PathBuf,
    /// The pack.
    #[arg(long, value_name = "PACK", default_value = "all")]
    pub pack: String,
    /// Score these codes only.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub codes: Vec<String>,
    /// What hears.
    #[command(flatten)]
    pub hearing: Hearing,
    /// Print the figures of every guideline, with real signals and with gold acts.
    #[arg(long)]
    pub per_code: bool,
    /// Print average precision and F1 of every act.
    #[arg(long)]
    pub per_act: bool,
    /// Evaluate also the same conversations as others would have written them: plain, no-diacritics, noise-5, noise-10, numbers, latin, split, joined.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub perturb: Vec<Perturbation>,
    /// Print this many wrong findings a set.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub misses: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct Train {
    /// Folder of the labelled corpus.
    #[arg(long, value_name = "DIR", default_value = "data/corpus")]
    pub corpus: PathBuf,
    /// Folder for the model's files.
    #[arg(long, value_name = "DIR", default_value = "models")]
    pub out: PathBuf,
    /// Soft labels that `spokoj label` wrote; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub soft: Vec<PathBuf>,
    /// Your own labelled utterances: agent*.tsv and customer*.tsv in the form of data/corpus. They count more than the corpus; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub labels: Vec<PathBuf>,
    /// Seed of everything random.
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// Passes over the corpus.
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Do not write an embedded model: choose how the transformer of this folder is heard beside it, and write thresholds.toml and joint.toml there.
    #[arg(long, value_name = "DIR")]
    pub transformer: Option<PathBuf>,
    /// With --transformer: its share in the average.
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    pub share: f32,
    /// With --transformer: the share of the text that a cascade may send to it.
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    pub budget: f64,
}

/// Arguments of `label`.
#[derive(Debug, Args)]
pub struct Label {
    /// Files, folders, globs, or - for standard input.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// The file to write, a conversation a line.
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// How transcripts are read.
    #[command(flatten)]
    pub reading: Reading,
    /// What hears.
    #[command(flatten)]
    pub hearing: Hearing,
}

/// The language of titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// English.
    En,
    /// Russian.
    Ru,
    /// Polish.
    Pl,
    /// Slovak.
    Sk,
}

/// The commands of `guidelines`.
#[derive(Debug, Subcommand)]
pub enum Guidelines {
    /// List guidelines: code, name, kind, severity, title.
    List {
        /// The pack whose guidelines are listed, by name or path.
        #[arg(long, value_name = "PACK", default_value = "every")]
        pack: String,
        /// Language of the titles.
        #[arg(long, value_enum, default_value_t = Tongue::En)]
        lang: Tongue,
        /// Print JSON, one guideline a line.
        #[arg(long)]
        json: bool,
    },
    /// Show a guideline: texts, clauses, check, examples.
    Show {
        /// Its code, such as TON001.
        #[arg(value_name = "CODE")]
        code: String,
        /// The pack that holds it, by name or path.
        #[arg(long, value_name = "PACK", default_value = "every")]
        pack: String,
        /// Language of the two examples.
        #[arg(long, value_enum, default_value_t = Tongue::Ru)]
        lang: Tongue,
    },
    /// Run the examples of guidelines, on their labels and on what the model hears. Exits with 1 where one fails on its labels.
    Test {
        /// A pack by name or path, or the file of one guideline.
        #[arg(value_name = "PACK|PATH", default_value = "every")]
        pack: String,
        /// What hears.
        #[command(flatten)]
        hearing: Hearing,
        /// Run them on their labels alone.
        #[arg(long)]
        labels_only: bool,
        /// Exit with 1 also where one fails on what the model hears.
        #[arg(long, conflicts_with = "labels_only")]
        strict: bool,
    },
    /// Write a page about each guideline of the built-in packs, and an index, in Markdown.
    Docs {
        /// Folder for the pages.
        #[arg(long, short, value_name = "DIR", default_value = "docs/guidelines")]
        out: PathBuf,
    },
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A conversation, or a finding by its flag_id.
    #[arg(value_name = "CONVERSATION|FLAG_ID")]
    pub target: String,
    /// Files, folders, globs, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub inputs: Vec<String>,
    /// Folder of the audit that found it; says so where this run hears or finds something else.
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Explain these guidelines only.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub codes: Vec<String>,
    /// How transcripts are read.
    #[command(flatten)]
    pub reading: Reading,
    /// What hears and what is checked.
    #[command(flatten)]
    pub checking: Checking,
}

/// The commands of `pack`.
#[derive(Debug, Subcommand)]
pub enum Pack {
    /// Write a pack of your own to begin with: pack.toml and a guideline with examples.
    New {
        /// Folder for it; it may not hold a pack.toml yet.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Audit transcripts with two packs and say which findings appear and which vanish. Writes nothing.
    Diff(Box<PackDiff>),
}

/// Arguments of `pack diff`.
#[derive(Debug, Args)]
pub struct PackDiff {
    /// The pack as it was, by name or path.
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The pack as it is to be.
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Files, folders, globs, or - for standard input.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Labelled acts in place of a model's; see `audit`.
    #[arg(long, value_name = "FILE")]
    pub acts_from: Vec<PathBuf>,
    /// What hears.
    #[command(flatten)]
    pub hearing: Hearing,
    /// Leave personal data as they are.
    #[arg(long)]
    pub no_mask: bool,
    /// How transcripts are read.
    #[command(flatten)]
    pub reading: Reading,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

fn role(text: &str) -> Result<(String, Speaker), String> {
    let (label, role) = pair(text)?;
    Ok((label, role.parse().map_err(|error| format!("{error}"))?))
}
