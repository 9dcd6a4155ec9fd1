//! The transformer against PyTorch on the same weights: `tests/reference/make.py` writes models and logits, the library must give the same.
//!
//! Needs the feature `bert`, and in `SPOKOJ_TORCH_PYTHON` a Python with what `models/encoder/requirements.txt` names.

#![cfg(feature = "bert")]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may stop, and says what it skips or measures")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use spokoj::signals::labels::{Act, Cause, Kind};
use spokoj::signals::network::{ACTS, AGGRESSION, CAUSES, KINDS, OUTPUTS};
use spokoj::signals::transformer::{Device, Input, Precision, Transformer};
use spokoj::transcript::Speaker;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder with models and logits, made once; `None` without a Python to make them with.
static REFERENCE: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let Some(python) = std::env::var_os("SPOKOJ_TORCH_PYTHON") else {
        assert!(std::env::var_os("CI").is_none(), "SPOKOJ_TORCH_PYTHON names no Python; `./dev test` sets it");
        eprintln!("SKIPPED: SPOKOJ_TORCH_PYTHON names no Python with PyTorch and transformers");
        return None;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference");
    let made = Command::new(python).arg(root().join("tests/reference/make.py")).arg(&folder).status().unwrap();
    assert!(made.success(), "make.py failed");
    Some(folder)
});

fn open(folder: &Path) -> Transformer {
    Transformer::open(folder, Device::Cpu, Precision::Fp32).unwrap()
}

fn cases(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn whole(text: &str, speaker: Speaker) -> Input<'_> {
    let whole = 0..text.len();
    Input { text, previous: None, speaker, spans: Vec::from([whole]) }
}

/// Compares a classifier, all texts in one call, with the logits of one text at a time.
fn classifier(name: &str, tolerance: f64) {
    let Some(folder) = REFERENCE.as_ref() else { return };
    let model = open(&folder.join(name));
    let cases = cases(&folder.join(format!("{name}.json")));
    let texts: Vec<&str> = cases.as_array().unwrap().iter().map(|case| case["text"].as_str().unwrap()).collect();
    let inputs: Vec<Input<'_>> = texts.iter().map(|text| whole(text, Speaker::Customer)).collect();
    let complaint = ACTS + Act::named("complaint", Speaker::Customer).unwrap().place();
    let (mut worst, mut long) = (0.0f64, 0);
    for (case, said) in cases.as_array().unwrap().iter().zip(model.logits(&inputs).unwrap()) {
        let said = &said[0];
        for (label, output) in [("rude", AGGRESSION), ("rude", AGGRESSION + 1), ("moan", complaint)] {
            worst = worst.max((f64::from(said[output]) - case[label].as_f64().unwrap()).abs());
        }
        assert!(said[AGGRESSION + 2].is_nan() && said[CAUSES].is_nan(), "nothing was mapped there");
        long += usize::from(case["tokens"].as_u64().unwrap() > 252);
    }
    eprintln!("{name}: largest difference {worst:.2e}, {long} texts in several windows");
    assert!(long >= 3, "too few long texts");
    assert!(worst <= tolerance, "{worst:.2e}");
    let agents = model.logits(&[whole(texts[0], Speaker::Agent)]).unwrap();
    assert!(agents[0][0][complaint].is_nan(), "an agent has no customer's act");
}

#[test]
fn a_bert_classifier_gives_the_logits_of_python() {
    classifier("bert", 1e-5);
}

#[test]
fn an_xlm_r_classifier_gives_the_logits_of_python() {
    classifier("xlm-roberta", 2e-4);
}

#[test]
fn the_committed_encoder_gives_the_logits_of_python() {
    let Some(folder) = REFERENCE.as_ref() else { return };
    let model = open(&root().join("models/encoder"));
    let reference = cases(&folder.join("encoder.json"));
    let texts: Vec<(String, Vec<std::ops::Range<usize>>)> = reference["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let mut text = String::new();
            let spans = case["parts"].as_array().unwrap().iter().map(|part| {
                if !text.is_empty() {
                    text.push(' ');
                }
                let begin = text.len();
                text.push_str(part.as_str().unwrap());
                begin..text.len()
            });
            let spans = spans.collect();
            (text, spans)
        })
        .collect();
    let inputs: Vec<Input<'_>> = texts
        .iter()
        .zip(reference["cases"].as_array().unwrap())
        .map(|((text, spans), case)| Input {
            text,
            previous: case["previous"].as_str().filter(|previous| !previous.is_empty()),
            speaker: case["speaker"].as_str().unwrap().parse().unwrap(),
            spans: spans.clone(),
        })
        .collect();
    assert!(inputs.len() >= 15);
    let mut worst = 0.0f64;
    for ((input, said), case) in
        inputs.iter().zip(model.logits(&inputs).unwrap()).zip(reference["cases"].as_array().unwrap())
    {
        for (span, said) in said.iter().enumerate() {
            for (output, wanted) in expected(&reference["heads"], &case["logits"][span], input.speaker) {
                worst = worst.max((f64::from(said[output]) - wanted).abs());
            }
        }
    }
    eprintln!("encoder: largest difference {worst:.2e} over {} turns", inputs.len());
    assert!(worst <= 1e-4, "{worst:.2e}");
}

/// The outputs that a speaker has, with the logits of the heads.
fn expected(heads: &Value, logits: &Value, speaker: Speaker) -> Vec<(usize, f64)> {
    let mut all = Vec::new();
    for (head, labels) in heads.as_object().unwrap() {
        for (place, label) in labels.as_array().unwrap().iter().enumerate() {
            let label = label.as_str().unwrap();
            let output = match head.as_str() {
                "agent" | "customer" if head == speaker.name() => ACTS + Act::named(label, speaker).unwrap().place(),
                "aggression" => AGGRESSION + place,
                "kinds" => KINDS + label.parse::<Kind>().unwrap() as usize,
                "causes" if speaker == Speaker::Customer => CAUSES + label.parse::<Cause>().unwrap() as usize,
                _ => continue,
            };
            all.push((output, logits[head][place].as_f64().unwrap()));
        }
    }
    all
}

#[test]
fn what_else_is_in_a_batch_changes_nothing_to_speak_of() {
    let Some(folder) = REFERENCE.as_ref() else { return };
    let model = open(&folder.join("bert"));
    let cases = cases(&folder.join("bert.json"));
    let texts: Vec<&str> = cases.as_array().unwrap().iter().map(|case| case["text"].as_str().unwrap()).collect();
    let inputs: Vec<Input<'_>> = texts.iter().map(|text| whole(text, Speaker::Customer)).collect();
    let together = model.logits(&inputs).unwrap();
    let twice: Vec<Input<'_>> = inputs.iter().rev().chain(&inputs).cloned().collect();
    let again = model.logits(&twice).unwrap();
    for (number, input) in inputs.iter().enumerate() {
        let alone = model.logits(std::slice::from_ref(input)).unwrap();
        for output in 0..OUTPUTS {
            let (one, all) = (alone[0][0][output], together[number][0][output]);
            assert!(one.is_nan() && all.is_nan() || (one - all).abs() < 1e-5, "{one} {all}");
            let (first, second) =
                (again[inputs.len() - 1 - number][0][output], again[inputs.len() + number][0][output]);
            assert!(first.to_bits() == second.to_bits(), "the same input was scored twice");
        }
    }
    assert!(model.logits(&[]).unwrap().is_empty());
}

#[test]
fn many_threads_hear_the_same() {
    let model = open(&root().join("models/encoder"));
    let texts: Vec<String> =
        (0..40).map(|number| format!("Перезвоню вам до {number} часов, номер {number}.")).collect();
    let said = |text: &String| model.logits(&[whole(text, Speaker::Agent)]).unwrap()[0][0][..52].to_vec();
    let one: Vec<Vec<f32>> = texts.iter().map(said).collect();
    let four: Vec<Vec<f32>> = std::thread::scope(|scope| {
        let handles: Vec<_> =
            texts.chunks(10).map(|own| scope.spawn(move || own.iter().map(said).collect::<Vec<_>>())).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    assert!(one == four);
}

#[test]
fn broken_files_are_named_with_what_to_do() {
    let Some(folder) = REFERENCE.as_ref() else { return };
    let place = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        let own = place.path().join(name);
        fs::create_dir_all(&own).unwrap();
        for file in ["config.json", "tokenizer.json", "model.safetensors", "model.toml"] {
            fs::copy(folder.join("bert").join(file), own.join(file)).unwrap();
        }
        own
    };
    let refused = |own: &Path, wanted: &str| {
        let error = Transformer::open(own, Device::Cpu, Precision::Fp32).err().unwrap().to_string();
        assert!(error.contains(wanted), "{error}");
    };
    let own = copy("missing");
    fs::remove_file(own.join("model.safetensors")).unwrap();
    refused(&own, "model.safetensors` cannot be read");
    let own = copy("cut");
    let bytes = fs::read(own.join("model.safetensors")).unwrap();
    fs::write(own.join("model.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    refused(&own, "model.safetensors");
    let own = copy("layers");
    let config = fs::read_to_string(own.join("config.json")).unwrap();
    fs::write(own.join("config.json"), config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")).unwrap();
    refused(&own, "encoder.layer.2");
    let own = copy("shape");
    fs::write(own.join("config.json"), config.replace("\"hidden_size\": 64", "\"hidden_size\": 32")).unwrap();
    refused(&own, "model.safetensors");
    let own = copy("family");
    fs::write(own.join("config.json"), config.replace("\"model_type\": \"bert\"", "\"model_type\": \"t5\"")).unwrap();
    refused(&own, "model_type `t5`");
    let error = Transformer::open(&folder.join("bert"), Device::Cuda(99), Precision::Fp32).err().unwrap().to_string();
    assert!(error.contains("`cuda:99` is not there"), "{error}");
}

#[test]
fn a_panic_of_libtorch_is_an_error_and_the_model_goes_on() {
    let Some(folder) = REFERENCE.as_ref() else { return };
    let place = tempfile::tempdir().unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors", "model.toml"] {
        fs::copy(folder.join("bert").join(file), place.path().join(file)).unwrap();
    }
    // A tokenizer that knows more pieces than the model has vectors for.
    let tokenizer = fs::read_to_string(place.path().join("tokenizer.json")).unwrap();
    let mut own: Value = serde_json::from_str(&tokenizer).unwrap();
    own["model"]["vocab"]["überzählig"] = 4000.into();
    own["added_tokens"].as_array_mut().unwrap().push(serde_json::json!({
        "id": 4000, "content": "überzählig", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false
    }));
    fs::write(place.path().join("tokenizer.json"), own.to_string()).unwrap();
    let model = open(place.path());
    let error = model.logits(&[whole("das ist überzählig", Speaker::Customer)]).unwrap_err().to_string();
    assert!(error.contains("libtorch failed"), "{error}");
    assert!(model.logits(&[whole("Dzień dobry", Speaker::Customer)]).is_ok());
}

/// The rows of `flags` and the model of `run.json`, as the program audits a sample with these arguments.
fn audited(arguments: &[&str]) -> (Vec<Value>, Value) {
    let place = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_spokoj"))
        .current_dir(root())
        .args(["audit", "data/samples/pl.jsonl", "--quiet", "--format", "ndjson", "--precision", "fp32", "--out"])
        .arg(place.path())
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let flags = fs::read_to_string(place.path().join("flags.ndjson")).unwrap();
    let rows = flags.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (rows, cases(&place.path().join("run.json"))["models"][0].clone())
}

#[test]
fn the_program_hears_with_the_encoder_and_by_default_with_the_cascade() {
    let (encoder, model) = audited(&["--model", "encoder"]);
    assert!(!encoder.is_empty());
    assert_eq!(model["name"], "encoder");
    let sha256 = model["sha256"].as_str().unwrap();
    assert_eq!(sha256.len(), 64);
    for row in &encoder {
        assert_eq!(row["model"], format!("encoder@{}", &sha256[..12]));
    }
    let (one, _) = audited(&["--model", "encoder", "--threads", "1"]);
    assert!(encoder == one, "the number of threads changes findings");
    let (cascade, model) = audited(&[]);
    assert_eq!(model["name"], "cascade");
    assert!(!cascade.is_empty());
    let (embedded, _) = audited(&["--model", "embedded"]);
    let scores = |rows: &[Value]| {
        rows.iter().map(|row| (row["flag_id"].to_string(), row["score"].to_string())).collect::<Vec<_>>()
    };
    assert_ne!(scores(&cascade), scores(&embedded), "the cascade asks nothing");
    assert_ne!(scores(&encoder), scores(&embedded), "the encoder has no say");
}

#[test]
fn the_program_takes_a_classifier_of_the_users() {
    let Some(folder) = REFERENCE.as_ref() else { return };
    let (_, model) = audited(&["--model", folder.join("xlm-roberta").to_str().unwrap()]);
    assert_eq!(model["name"], "xlm-roberta");
}
