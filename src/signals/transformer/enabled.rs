//! Runs a transformer: windows of like length in batches, each distinct input once, on as many threads as call.
//!
//! A call takes a worker from a pool and gives it back. Workers share the weights; libtorch computes on one thread a worker, for rayon is outside.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tch::Tensor;

use crate::signals::SignalError;
use crate::signals::labels::Act;
use crate::signals::network::{ACTS, AGGRESSION, CAUSES, OUTPUTS};
use crate::signals::transformer::files::{Activation, Facts, Files, Meaning};
use crate::signals::transformer::model::Model;
use crate::signals::transformer::windows::{Window, Windows};
use crate::signals::transformer::{Device, Input, Precision, first_line};
use crate::transcript::Speaker;

/// Tokens of a batch, padding included.
const BATCH_TOKENS: usize = 2048;

/// A model of the BERT family. May be called from several threads at once.
pub struct Transformer {
    files: Files,
    windows: Windows,
    workers: Mutex<Vec<Model>>,
    /// The weights that all workers share.
    pattern: Mutex<Model>,
}

fn failed(message: impl ToString) -> SignalError {
    SignalError::Model { what: "transformer", message: first_line(message) }
}

impl Transformer {
    /// Opens the model of a folder.
    ///
    /// # Errors
    /// When a file is missing or broken, or the device is not there.
    pub fn open(folder: &Path, device: Device, precision: Precision) -> Result<Transformer, SignalError> {
        let files = Files::read(folder)?;
        let windows = Windows::new(&files.tokenizer, files.facts.context, files.facts.longest)?;
        let bf16 = precision.is_bf16(device);
        let device = match device {
            Device::Cpu => tch::Device::Cpu,
            Device::Cuda(number) => {
                let count = tch::Cuda::device_count();
                if number as i64 >= count {
                    return Err(failed(format!(
                        "device `{device}` is not there: this libtorch sees {count} CUDA devices; use `--device cpu`, or build against a CUDA libtorch"
                    )));
                }
                tch::Device::Cuda(number)
            }
        };
        let pattern = caught(|| Model::load(folder, &files, device, bf16))?;
        Ok(Transformer { files, windows, workers: Mutex::default(), pattern: Mutex::new(pattern) })
    }

    /// SHA-256 over its files, lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.files.sha256
    }

    /// What it is.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.files.facts
    }

    /// Log-odds of every output of the embedded network for each span of each input; NaN where the model has nothing to say.
    ///
    /// # Errors
    /// When libtorch fails; a panic of it is an error too.
    pub fn logits(&self, inputs: &[Input<'_>]) -> Result<Vec<Vec<Vec<f32>>>, SignalError> {
        let mut places: HashMap<&Input<'_>, usize> = HashMap::new();
        let mut distinct = Vec::new();
        let order: Vec<usize> = inputs
            .iter()
            .map(|input| {
                *places.entry(input).or_insert_with(|| {
                    distinct.push(input);
                    distinct.len() - 1
                })
            })
            .collect();
        if distinct.is_empty() {
            return Ok(Vec::new());
        }
        tch::set_num_threads(1);
        let worker = self.worker()?;
        let (worker, said) = caught(|| {
            let said = tch::no_grad(|| match &self.files.facts.meaning {
                Meaning::Heads(heads) => self.heads(&worker, heads, &distinct),
                Meaning::Labels(activation, outputs) => self.labels(&worker, *activation, outputs, &distinct),
            })?;
            Ok((worker, said))
        })?;
        locked(&self.workers).push(worker);
        Ok(order.into_iter().map(|place| said[place].clone()).collect())
    }

    /// A worker from the pool, or a new one. One that panicked never comes back.
    fn worker(&self) -> Result<Model, SignalError> {
        if let Some(worker) = locked(&self.workers).pop() {
            return Ok(worker);
        }
        let pattern = locked(&self.pattern);
        caught(|| pattern.beside(&self.files))
    }

    /// Own models: mean and maximum of a span's tokens, then all heads.
    fn heads(
        &self,
        worker: &Model,
        heads: &[(String, Vec<Option<usize>>)],
        inputs: &[&Input<'_>],
    ) -> Result<Vec<Vec<Vec<f32>>>, SignalError> {
        let mut windows = Vec::new();
        for (number, input) in inputs.iter().enumerate() {
            windows.extend(self.windows.of(number, input)?);
        }
        // Where the spans of each input begin among all spans.
        let mut first = Vec::with_capacity(inputs.len());
        let mut count = 0;
        for input in inputs {
            first.push(count);
            count += input.spans.len();
        }
        let mut pools: Vec<Pool> = (0..count).map(|_| Pool::default()).collect();
        for batch in batches(&windows, BATCH_TOKENS) {
            let (ids, mask) = self.tensors(&windows, &batch);
            let Some(vectors) = worker.vectors(&ids, &mask)? else { return Err(failed("a classifier has no heads")) };
            let (_, tokens, width) = vectors.size3().map_err(failed)?;
            let (tokens, width) = (tokens as usize, width as usize);
            let all: Vec<f32> = Vec::try_from(vectors.flatten(0, 2)).map_err(failed)?;
            for (row, at) in batch.iter().enumerate() {
                for (position, span) in &windows[*at].counts {
                    let begin = (row * tokens + *position as usize) * width;
                    pools[first[windows[*at].input] + *span as usize].add(&all[begin..begin + width]);
                }
            }
        }
        let width = pools.iter().map(|pool| pool.sum.len()).max().unwrap_or(0);
        if width == 0 {
            // Nothing but spans without a token.
            return Ok(inputs.iter().map(|input| vec![vec![f32::NAN; OUTPUTS]; input.spans.len()]).collect());
        }
        let mut pooled = Vec::with_capacity(count * 2 * width);
        pools.iter().for_each(|pool| pool.write(width, &mut pooled));
        let pooled = Tensor::from_slice(&pooled).view([count as i64, 2 * width as i64]);
        let logits = worker.heads(&pooled).ok_or_else(|| failed("the model has no heads"))?;
        let rows = Vec::<Vec<f32>>::try_from(&logits).map_err(failed)?;
        let outputs: Vec<Option<usize>> = heads.iter().flat_map(|(_, labels)| labels.iter().copied()).collect();
        Ok(inputs
            .iter()
            .zip(&first)
            .map(|(input, first)| {
                let own = &rows[*first..first + input.spans.len()];
                own.iter().map(|row| placed(outputs.iter().copied().zip(row.iter().copied()), input.speaker)).collect()
            })
            .collect())
    }

    /// Classifiers: each span by its own text; of several windows the highest score.
    fn labels(
        &self,
        worker: &Model,
        activation: Activation,
        outputs: &[Vec<usize>],
        inputs: &[&Input<'_>],
    ) -> Result<Vec<Vec<Vec<f32>>>, SignalError> {
        let mut texts: Vec<&str> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let order: Vec<Vec<usize>> = inputs
            .iter()
            .map(|input| {
                let spans = input.spans.iter().map(|span| input.text.get(span.clone()).unwrap_or(input.text));
                spans
                    .map(|text| {
                        *places.entry(text).or_insert_with(|| {
                            texts.push(text);
                            texts.len() - 1
                        })
                    })
                    .collect()
            })
            .collect();
        let mut windows = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            let input = Input { text, previous: None, speaker: Speaker::Unknown, spans: Vec::new() };
            windows.extend(self.windows.of(number, &input)?);
        }
        let mut best = vec![vec![f32::NEG_INFINITY; outputs.len()]; texts.len()];
        for batch in batches(&windows, BATCH_TOKENS) {
            let (ids, mask) = self.tensors(&windows, &batch);
            let logits = worker.labels(&ids, &mask).ok_or_else(|| failed("an encoder is no classifier"))?;
            let rows = Vec::<Vec<f32>>::try_from(&logits).map_err(failed)?;
            for (at, row) in batch.iter().zip(rows) {
                if row.len() != outputs.len() {
                    return Err(failed(format!(
                        "gives {} labels where config.json names {}",
                        row.len(),
                        outputs.len()
                    )));
                }
                let row = if activation == Activation::Softmax { against_the_others(&row) } else { row };
                let best = &mut best[windows[*at].input];
                best.iter_mut().zip(row).for_each(|(best, score)| *best = best.max(score));
            }
        }
        let spread = |text: usize, speaker: Speaker| {
            let pairs = outputs.iter().zip(&best[text]);
            placed(pairs.flat_map(|(outputs, score)| outputs.iter().map(|output| (Some(*output), *score))), speaker)
        };
        Ok(inputs
            .iter()
            .zip(order)
            .map(|(input, own)| own.into_iter().map(|text| spread(text, input.speaker)).collect())
            .collect())
    }

    /// Ids and attention mask of a batch, each `windows × tokens`.
    fn tensors(&self, windows: &[Window], batch: &[usize]) -> (Tensor, Tensor) {
        let longest = batch.iter().map(|at| windows[*at].ids.len()).max().unwrap_or(0);
        let mut ids = vec![i64::from(self.files.facts.pad); batch.len() * longest];
        let mut mask = vec![0i64; batch.len() * longest];
        for (row, at) in batch.iter().enumerate() {
            for (place, id) in windows[*at].ids.iter().enumerate() {
                ids[row * longest + place] = i64::from(*id);
                mask[row * longest + place] = 1;
            }
        }
        let shape = [batch.len() as i64, longest as i64];
        (Tensor::from_slice(&ids).view(shape), Tensor::from_slice(&mask).view(shape))
    }
}

/// The content of a lock; a thread that panicked with it has left nothing half done.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Mean and maximum of token vectors, token by token.
#[derive(Default)]
struct Pool {
    sum: Vec<f32>,
    highest: Vec<f32>,
    count: usize,
}

impl Pool {
    fn add(&mut self, vector: &[f32]) {
        if self.count == 0 {
            self.sum = vector.to_vec();
            self.highest = vector.to_vec();
        } else {
            for ((sum, highest), value) in self.sum.iter_mut().zip(&mut self.highest).zip(vector) {
                *sum += value;
                *highest = highest.max(*value);
            }
        }
        self.count += 1;
    }

    fn write(&self, width: usize, out: &mut Vec<f32>) {
        if self.count == 0 {
            out.extend(std::iter::repeat_n(0.0, 2 * width));
        } else {
            out.extend(self.sum.iter().map(|sum| sum / self.count as f32));
            out.extend(&self.highest);
        }
    }
}

/// Log-odds of each label under softmax: its logit less the logarithm of the others' sum of exponentials.
fn against_the_others(logits: &[f32]) -> Vec<f32> {
    let odds = |own: usize| {
        let others = || logits.iter().enumerate().filter(|(at, _)| *at != own).map(|(_, logit)| f64::from(*logit));
        let highest = others().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = others().map(|logit| (logit - highest).exp()).sum();
        (f64::from(logits[own]) - highest - sum.ln()) as f32
    };
    (0..logits.len()).map(odds).collect()
}

/// Scores at their outputs, the higher of two for one; NaN elsewhere, and where a role has no such output.
fn placed(scores: impl Iterator<Item = (Option<usize>, f32)>, speaker: Speaker) -> Vec<f32> {
    let mut all = vec![f32::NAN; OUTPUTS];
    for (output, score) in scores {
        let Some(output) = output else { continue };
        let own = match output {
            ..AGGRESSION => Act::at(output - ACTS).is_some_and(|act| act.speaker() == speaker),
            CAUSES.. => speaker == Speaker::Customer,
            _ => true,
        };
        if own {
            all[output] = all[output].max(score);
        }
    }
    all
}

/// Windows of like length in batches of at most so many tokens with padding.
fn batches(windows: &[Window], tokens: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..windows.len()).collect();
    order.sort_by_key(|at| windows[*at].ids.len());
    let mut all: Vec<Vec<usize>> = Vec::new();
    for at in order {
        let length = windows[at].ids.len();
        match all.last_mut() {
            Some(batch) if (batch.len() + 1) * length <= tokens => batch.push(at),
            _ => all.push(vec![at]),
        }
    }
    all
}

/// Turns a panic into an error.
fn caught<T>(work: impl FnOnce() -> Result<T, SignalError>) -> Result<T, SignalError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let reason =
            panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(failed(format!("libtorch failed: {}", reason.unwrap_or("no reason given"))))
    })
}
