//! The files of a transformer: `config.json`, `tokenizer.json`, `model.safetensors`, and what its outputs mean — `heads.json` of the
//! product's own models, `model.toml` of the user's classifiers. Reads and checks; runs nothing.
//!
//! `model.toml` names the labels that are to be used; the others are passed over:
//!
//! ```toml
//! activation = "sigmoid"      # or "softmax": how the model's logits become probabilities
//!
//! [labels.toxic]              # a name of `id2label` in config.json
//! aggression = 2              # the label means aggression of at least 2; or:
//! # kind = "insult"           # a kind of aggression
//! # act = "complaint"         # a dialogue act, with
//! # speaker = "customer"      #   the role that it is an act of
//! # cause = "billing"         # a root cause
//! threshold = 0.7             # from this probability on it counts as heard; 0.5 by default
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::signals::SignalError;
use crate::signals::labels::{Act, Cause, Kind};
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS};
use crate::transcript::Speaker;

/// How logits become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// Each label by itself.
    Sigmoid,
    /// One label against the others.
    Softmax,
}

/// Families that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// BERT.
    Bert,
    /// XLM-R and RoBERTa: positions count from behind the padding index.
    Roberta,
}

/// What the outputs of a model mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// Heads over pooled tokens of a span: name and the network's output of each label; `None` for a label that is not heard.
    Heads(Vec<(String, Vec<Option<usize>>)>),
    /// Labels of a classifier, and for each the network's outputs that it speaks for.
    Labels(Activation, Vec<Vec<usize>>),
}

/// What is known of a model beside its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The family of its encoder.
    pub family: Family,
    /// What its outputs mean.
    pub meaning: Meaning,
    /// Whether it replaces what the embedded model says of its outputs, instead of being averaged with it.
    pub replaces: bool,
    /// Thresholds of its own, as probabilities by output.
    pub thresholds: Vec<(usize, f32)>,
    /// Tokens of the other side's previous turn that it is given.
    pub context: usize,
    /// Most tokens that it takes at once, special ones included.
    pub longest: usize,
    /// Padding.
    pub pad: u32,
    /// Ids of the conversations of the corpus that it was not trained on.
    pub held_out: Vec<String>,
}

/// A model's files in memory.
pub struct Files {
    /// `config.json`.
    pub config: String,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// What it is.
    pub facts: Facts,
    /// SHA-256 over all files, lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Deserialize)]
struct Config {
    model_type: String,
    max_position_embeddings: usize,
    #[serde(default)]
    pad_token_id: u32,
    #[serde(default)]
    id2label: BTreeMap<usize, String>,
}

#[derive(Deserialize)]
struct Heads {
    heads: serde_json::Map<String, serde_json::Value>,
    pooling: String,
    context: usize,
    longest: usize,
    #[serde(default)]
    held_out: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    activation: Activation,
    labels: BTreeMap<String, Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    aggression: Option<u8>,
    kind: Option<Kind>,
    act: Option<String>,
    speaker: Option<Speaker>,
    cause: Option<Cause>,
    threshold: Option<f32>,
}

fn failed(what: &'static str) -> impl Fn(String) -> SignalError {
    move |message| SignalError::Model { what, message }
}

impl Files {
    /// Reads the files of a folder; the weights are only hashed.
    ///
    /// # Errors
    /// When a file is missing, malformed, or names what does not exist.
    pub fn read(folder: &Path) -> Result<Files, SignalError> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|source| SignalError::Read { path, source })
        };
        let mut hash = Sha256::new();
        let mut hashed = |bytes: Vec<u8>| {
            hash.update(&bytes);
            bytes
        };
        let config_bytes = hashed(read("config.json")?);
        let tokenizer = hashed(read("tokenizer.json")?);
        hashed(read("model.safetensors")?);
        let heads = folder.join("heads.json").is_file();
        let meaning = hashed(read(if heads { "heads.json" } else { "model.toml" })?);
        let text = |what: &'static str, bytes: Vec<u8>| {
            String::from_utf8(bytes).map_err(|error| failed(what)(error.to_string()))
        };
        let config = text("config.json", config_bytes)?;
        let parsed: Config = serde_json::from_str(&config).map_err(|error| failed("config.json")(error.to_string()))?;
        let facts = if heads {
            of_heads(&parsed, &text("heads.json", meaning)?)?
        } else {
            of_labels(&parsed, &text("model.toml", meaning)?)?
        };
        Ok(Files { config, tokenizer, facts, sha256: hex::encode(hash.finalize()) })
    }
}

fn family(config: &Config) -> Result<Family, SignalError> {
    match config.model_type.as_str() {
        "bert" => Ok(Family::Bert),
        "xlm-roberta" | "roberta" => Ok(Family::Roberta),
        other => {
            Err(failed("config.json")(format!("model_type `{other}` cannot be run; bert, roberta and xlm-roberta can")))
        }
    }
}

/// Positions that a family can use.
fn positions(family: Family, config: &Config) -> usize {
    match family {
        Family::Bert => config.max_position_embeddings,
        Family::Roberta => config.max_position_embeddings.saturating_sub(2),
    }
}

fn of_heads(config: &Config, text: &str) -> Result<Facts, SignalError> {
    let failed = failed("heads.json");
    let heads: Heads = serde_json::from_str(text).map_err(|error| failed(error.to_string()))?;
    let family = family(config)?;
    if heads.pooling != "mean_max" || family != Family::Bert {
        return Err(failed(format!(
            "pooling `{}` over {family:?} is unknown; mean_max over BERT is known",
            heads.pooling
        )));
    }
    let mut meaning = Vec::new();
    for (head, labels) in heads.heads {
        let labels: Vec<String> = serde_json::from_value(labels).map_err(|error| failed(format!("{head}: {error}")))?;
        let outputs = labels.iter().map(|label| output(&head, label)).collect::<Result<_, _>>().map_err(&failed)?;
        meaning.push((head, outputs));
    }
    Ok(Facts {
        family,
        meaning: Meaning::Heads(meaning),
        replaces: false,
        thresholds: Vec::new(),
        context: heads.context,
        longest: heads.longest.min(positions(family, config)),
        pad: config.pad_token_id,
        held_out: heads.held_out,
    })
}

/// The network's output of a label of a head. The head `toxic` serves training alone.
fn output(head: &str, label: &str) -> Result<Option<usize>, String> {
    let act = |speaker: Speaker| Act::named(label, speaker).map(|act| ACTS + act.place());
    let found = match head {
        "toxic" => return Ok(None),
        "agent" => act(Speaker::Agent),
        "customer" => act(Speaker::Customer),
        "aggression" => {
            label.parse::<usize>().ok().filter(|level| (1..=3).contains(level)).map(|level| AGGRESSION + level - 1)
        }
        "kinds" => label.parse::<Kind>().ok().map(|kind| KINDS + kind as usize),
        "causes" => label.parse::<Cause>().ok().map(|cause| CAUSES + cause as usize),
        _ => {
            return Err(format!(
                "head `{head}` is unknown; agent, customer, aggression, kinds, causes and toxic are known"
            ));
        }
    };
    found
        .map(Some)
        .ok_or_else(|| format!("`{label}` is no label of the head `{head}`; the model was trained for other labels"))
}

fn of_labels(config: &Config, text: &str) -> Result<Facts, SignalError> {
    let failed = failed("model.toml");
    let map: Labels = toml::from_str(text).map_err(|error| failed(error.to_string()))?;
    let family = family(config)?;
    let count = config.id2label.keys().next_back().map_or(0, |last| last + 1);
    let mut outputs = vec![Vec::new(); count];
    let mut thresholds = Vec::new();
    for (name, label) in &map.labels {
        let Some(place) = config.id2label.iter().find(|(_, known)| *known == name).map(|(place, _)| *place) else {
            let known: Vec<&str> = config.id2label.values().map(String::as_str).collect();
            return Err(failed(format!("label `{name}` is none of the model's: {}", known.join(", "))));
        };
        let own = meant(label).map_err(|message| failed(format!("label `{name}` {message}")))?;
        let threshold = label.threshold.unwrap_or(0.5);
        if !(0.0..=1.0).contains(&threshold) {
            return Err(failed(format!("threshold `{threshold}` of label `{name}` is not between 0 and 1")));
        }
        thresholds.extend(own.iter().map(|output| (*output, threshold)));
        outputs[place] = own;
    }
    if thresholds.is_empty() {
        return Err(failed("no label is used; name at least one in `[labels.NAME]`".to_owned()));
    }
    Ok(Facts {
        family,
        meaning: Meaning::Labels(map.activation, outputs),
        replaces: true,
        thresholds,
        context: 0,
        longest: positions(family, config),
        pad: config.pad_token_id,
        held_out: Vec::new(),
    })
}

/// The outputs that a label speaks for: of aggression its level and those below.
fn meant(label: &Label) -> Result<Vec<usize>, String> {
    match (label.aggression, label.kind, &label.act, label.cause) {
        (Some(level @ 1..=3), None, None, None) => {
            Ok((0..usize::from(level)).map(|below| AGGRESSION + below).collect())
        }
        (Some(level), None, None, None) => Err(format!("has aggression `{level}`; 1, 2 and 3 exist")),
        (None, Some(kind), None, None) => Ok(vec![KINDS + kind as usize]),
        (None, None, None, Some(cause)) => Ok(vec![CAUSES + cause as usize]),
        (None, None, Some(act), None) => {
            let speaker = label.speaker.ok_or("names an act without `speaker`; agent or customer is needed")?;
            let act =
                Act::named(act, speaker).ok_or_else(|| format!("names `{act}`, which is no act of the {speaker}"))?;
            Ok(vec![ACTS + act.place()])
        }
        _ => Err("must have exactly one of aggression, kind, act, cause".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let id2label = BTreeMap::from([(0, "fine".to_owned()), (1, "toxic".to_owned()), (2, "moan".to_owned())]);
        Config { model_type: "xlm-roberta".to_owned(), max_position_embeddings: 514, pad_token_id: 1, id2label }
    }

    #[track_caller]
    fn refused(text: &str, wanted: &str) {
        let error = of_labels(&config(), text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }

    #[test]
    fn a_label_map_names_outputs_and_thresholds() {
        let text = "activation = \"softmax\"\n[labels.toxic]\naggression = 2\nthreshold = 0.7\n[labels.moan]\nact = \"complaint\"\nspeaker = \"customer\"\n";
        let facts = of_labels(&config(), text).unwrap();
        let complaint = ACTS + Act::named("complaint", Speaker::Customer).unwrap().place();
        let outputs = vec![vec![], vec![AGGRESSION, AGGRESSION + 1], vec![complaint]];
        assert_eq!(facts.meaning, Meaning::Labels(Activation::Softmax, outputs));
        assert_eq!(facts.thresholds, [(complaint, 0.5), (AGGRESSION, 0.7), (AGGRESSION + 1, 0.7)]);
        assert!(facts.replaces && facts.longest == 512 && facts.family == Family::Roberta);
    }

    #[test]
    fn a_wrong_label_map_is_refused_by_name() {
        refused(
            "activation = \"sigmoid\"\n[labels.rude]\nkind = \"insult\"\n",
            "label `rude` is none of the model's: fine, toxic, moan",
        );
        refused(
            "activation = \"sigmoid\"\n[labels.toxic]\nact = \"apology\"\nspeaker = \"customer\"\n",
            "`apology`, which is no act of the customer",
        );
        refused("activation = \"sigmoid\"\n[labels.toxic]\nact = \"apology\"\n", "without `speaker`");
        refused("activation = \"sigmoid\"\n[labels.toxic]\naggression = 4\n", "aggression `4`");
        refused("activation = \"sigmoid\"\n[labels.toxic]\nthreshold = 0.4\n", "exactly one of");
        refused("activation = \"sigmoid\"\n[labels.toxic]\naggression = 1\nthreshold = 7\n", "threshold `7`");
        refused("activation = \"sigmoid\"\nlabels = {}\n", "no label is used");
        refused("activation = \"relu\"\nlabels = {}\n", "relu");
    }

    #[test]
    fn a_head_with_an_unknown_label_is_refused_by_name() {
        let mut own = config();
        own.model_type = "bert".to_owned();
        let text = |label: &str| {
            format!(
                "{{\"heads\": {{\"agent\": [\"{label}\"], \"toxic\": [\"toxic\"]}}, \"pooling\": \"mean_max\", \"context\": 24, \"longest\": 256}}"
            )
        };
        let facts = of_heads(&own, &text("apology")).unwrap();
        let apology = ACTS + Act::named("apology", Speaker::Agent).unwrap().place();
        assert_eq!(
            facts.meaning,
            Meaning::Heads(vec![("agent".to_owned(), vec![Some(apology)]), ("toxic".to_owned(), vec![None])])
        );
        let error = of_heads(&own, &text("shrug")).unwrap_err().to_string();
        assert!(error.contains("`shrug` is no label of the head `agent`"), "{error}");
    }
}
