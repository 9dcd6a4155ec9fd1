//! Finds the model that the user named, and its weights.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use crate::cli::args::Hearing;
use crate::signals::Hears;
use crate::signals::embedded::Embedded;
use crate::signals::joint::{Joint, Reach};
use crate::signals::rules::Rules;
use crate::signals::transformer::Transformer;

/// Names the folder that holds `encoder`, before the usual places.
const VARIABLE: &str = "SPOKOJ_MODELS";

/// The model that the arguments name.
///
/// # Errors
/// When this build cannot run it, or its files are missing or broken.
pub(crate) fn model(hearing: &Hearing) -> anyhow::Result<Arc<dyn Hears>> {
    if hearing.rules_only {
        return Ok(Arc::new(Rules::built_in()?));
    }
    match hearing.model.as_deref() {
        None if !cfg!(feature = "bert") => Ok(Arc::new(Embedded::built_in()?)),
        None => match encoder() {
            Some(folder) => joint("cascade", &folder, Reach::Unsure, hearing),
            None => Ok(Arc::new(Embedded::built_in()?)),
        },
        Some("embedded") => Ok(Arc::new(Embedded::built_in()?)),
        Some("encoder") => joint("encoder", &wanted()?, Reach::Everything, hearing),
        Some("cascade") => joint("cascade", &wanted()?, Reach::Unsure, hearing),
        Some(folder) => of_folder(Path::new(folder), hearing),
    }
}

/// A folder that `spokoj train` wrote, or one with a transformer in the Hugging Face layout.
fn of_folder(folder: &Path, hearing: &Hearing) -> anyhow::Result<Arc<dyn Hears>> {
    if folder.join("config.json").is_file() {
        let name =
            folder.file_name().map_or_else(|| "transformer".to_owned(), |name| name.to_string_lossy().into_owned());
        return joint(&name, folder, Reach::Everything, hearing);
    }
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).with_context(|| {
            format!(
                "`{}` cannot be read; `--model` takes embedded, encoder, cascade, a folder that `spokoj train` wrote, or one with config.json, tokenizer.json and model.safetensors",
                path.display()
            )
        })
    };
    let thresholds = String::from_utf8(read("embedded/thresholds.toml")?).context("`thresholds.toml` is not UTF-8")?;
    let (tokenizer, network) = (read("tokenizer.json")?, read("embedded/network.safetensors")?);
    Ok(Arc::new(Embedded::new(&tokenizer, &network, &thresholds)?))
}

fn joint(name: &str, folder: &Path, reach: Reach, hearing: &Hearing) -> anyhow::Result<Arc<dyn Hears>> {
    let transformer = Transformer::open(folder, hearing.device, hearing.precision)?;
    Ok(Arc::new(Joint::open(name, folder, Embedded::built_in()?, transformer, reach)?))
}

/// Where the encoder's weights may lie: the variable's folder, beside the program, in the share folder of its installation, in the
/// repository that it was built in, in the working folder.
fn places() -> Vec<PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let program = std::env::current_exe().ok();
    let home = program.as_deref().and_then(Path::parent);
    let beside = ["models", "../share/spokoj/models", "../../models"];
    let usual = beside.iter().filter_map(|place| Some(home?.join(place)));
    let folders = named.into_iter().chain(usual).chain([PathBuf::from("models")]);
    folders.map(|folder| folder.join("encoder")).collect()
}

fn encoder() -> Option<PathBuf> {
    places().into_iter().find(|folder| folder.join("model.safetensors").is_file())
}

/// The encoder's folder. A build without a transformer needs none to say so.
fn wanted() -> anyhow::Result<PathBuf> {
    if !cfg!(feature = "bert") {
        return Ok(PathBuf::new());
    }
    let Some(folder) = encoder() else {
        let looked: Vec<String> = places().iter().map(|place| format!("`{}`", place.display())).collect();
        bail!(
            "the encoder's weights are not found in {}; set {VARIABLE} to the folder that holds `encoder`, or name a model's folder with `--model`",
            looked.join(", ")
        )
    };
    Ok(folder)
}
