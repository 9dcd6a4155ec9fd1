//! Trains the embedded network: Adam over a summed feature table and two dense layers, the same result for the same corpus and seed.
//!
//! Batches are cut into a fixed number of parts, whatever the number of threads, and their gradients added in order.

use rayon::prelude::*;

use crate::learn::samples::Sample;
use crate::signals::network::{Dense, OUTPUTS, Shape, affine, gelu, normalise, sigmoid};

/// What can be chosen of a training run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Sizes of the network.
    pub shape: Shape,
    /// Passes over the samples.
    pub epochs: usize,
    /// Samples a step.
    pub batch: usize,
    /// Adam's step size at the start; it falls linearly to nothing.
    pub rate: f32,
    /// Weight of the labels that hold against those that do not.
    pub positive: f32,
    /// Share of the features left out of a sample.
    pub feature_dropout: f32,
    /// Share of the units left out before the first layer.
    pub dropout: f32,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            shape: Shape { buckets: 1 << 17, width: 128, hidden: 384 },
            epochs: 8,
            batch: 64,
            rate: 2e-3,
            positive: 2.0,
            feature_dropout: 0.5,
            dropout: 0.4,
            seed: 7,
        }
    }
}

/// Parts a batch is cut into.
const PARTS: usize = 4;
/// Adam (Kingma and Ba 2015).
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Weights and their running moments.
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Moments {
    fn of(length: usize) -> Moments {
        Moments { first: vec![0.0; length], second: vec![0.0; length] }
    }
}

/// One step of Adam on one weight; `rate` holds the bias corrections.
fn adam(weight: &mut f32, first: &mut f32, second: &mut f32, gradient: f32, rate: f32) {
    *first = BETA1 * *first + (1.0 - BETA1) * gradient;
    *second = BETA2 * *second + (1.0 - BETA2) * gradient * gradient;
    *weight -= rate * *first / (second.sqrt() + EPSILON);
}

/// What a part of a batch adds: gradients of the dense layers, and of each sample's feature sum.
struct Part {
    dense: Dense,
    sums: Vec<(Vec<u32>, Vec<f32>)>,
    loss: f64,
}

fn zeros(shape: Shape) -> Dense {
    let Shape { width, hidden, .. } = shape;
    Dense {
        gain: vec![0.0; width],
        shift: vec![0.0; width],
        first: vec![0.0; hidden * width],
        first_bias: vec![0.0; hidden],
        second: vec![0.0; OUTPUTS * hidden],
        second_bias: vec![0.0; OUTPUTS],
    }
}

/// A derivative of [`gelu`].
fn gelu_slope(x: f32) -> f32 {
    let inner = 0.797_884_6 * (x + 0.044_715 * x * x * x);
    let tanh = inner.tanh();
    0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * 0.797_884_6 * (1.0 + 3.0 * 0.044_715 * x * x)
}

/// Adds `scale × row` to a sum.
fn add_scaled(sum: &mut [f32], row: &[f32], scale: f32) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += scale * value;
    }
}

/// Trained weights: the feature table and the dense layers.
pub struct Trained {
    /// `buckets` × `width`.
    pub table: Vec<f32>,
    /// The layers after it.
    pub dense: Dense,
}

/// Trains on all samples; `report` hears the epoch and its mean loss.
pub fn train(samples: &[Sample], settings: Settings, mut report: impl FnMut(usize, f64)) -> Trained {
    let Settings { shape, .. } = settings;
    let mut random = fastrand::Rng::with_seed(settings.seed);
    let mut uniform =
        |limit: f32, length: usize| -> Vec<f32> { (0..length).map(|_| (random.f32() * 2.0 - 1.0) * limit).collect() };
    let mut table = uniform(0.1, shape.buckets * shape.width);
    let mut dense = zeros(shape);
    dense.gain.fill(1.0);
    dense.first = uniform((3.0 / shape.width as f32).sqrt(), shape.hidden * shape.width);
    dense.second = uniform((1.0 / shape.hidden as f32).sqrt(), OUTPUTS * shape.hidden);
    dense.second_bias.fill(-3.0);
    let mut table_moments = Moments::of(table.len());
    let mut dense_moments: Vec<Moments> = dense.tensors().iter().map(|(_, tensor)| Moments::of(tensor.len())).collect();

    let mut order: Vec<usize> = (0..samples.len()).collect();
    let steps = settings.epochs * samples.len().div_ceil(settings.batch);
    let mut step = 0usize;
    for epoch in 0..settings.epochs {
        random.shuffle(&mut order);
        let mut loss = 0.0;
        for batch in order.chunks(settings.batch) {
            let seed = random.u64(..);
            let parts: Vec<Part> = batch
                .par_chunks(settings.batch.div_ceil(PARTS))
                .enumerate()
                .map(|(part, indices)| {
                    let random = fastrand::Rng::with_seed(seed.wrapping_add(part as u64));
                    gradients(indices.iter().map(|at| &samples[*at]), &table, &dense, settings, random)
                })
                .collect();
            loss += parts.iter().map(|part| part.loss).sum::<f64>();
            step += 1;
            let corrected = (1.0 - BETA2.powi(step as i32)).sqrt() / (1.0 - BETA1.powi(step as i32));
            let rate = settings.rate * (1.0 - (step - 1) as f32 / steps as f32) * corrected;
            let scale = 1.0 / batch.len() as f32;
            update_dense(&mut dense, &mut dense_moments, &parts, scale, rate);
            update_table(&mut table, &mut table_moments, shape, &parts, scale, rate);
        }
        report(epoch, loss / samples.len() as f64);
    }
    Trained { table, dense }
}

fn gradients<'a>(
    samples: impl Iterator<Item = &'a Sample>,
    table: &[f32],
    dense: &Dense,
    settings: Settings,
    mut random: fastrand::Rng,
) -> Part {
    let Settings { shape, .. } = settings;
    let mut part = Part { dense: zeros(shape), sums: Vec::new(), loss: 0.0 };
    for sample in samples {
        let kept: Vec<u32> = sample
            .features
            .iter()
            .map(|feature| feature & (shape.buckets as u32 - 1))
            .filter(|_| random.f32() >= settings.feature_dropout)
            .collect();
        let scale = 1.0 / (kept.len().max(1) as f32).sqrt();
        let mut normal = vec![0.0; shape.width];
        for row in &kept {
            let at = *row as usize * shape.width;
            add_scaled(&mut normal, &table[at..at + shape.width], scale);
        }
        let inverse = normalise(&mut normal);
        let mask: Vec<f32> = (0..shape.width)
            .map(|_| if random.f32() < settings.dropout { 0.0 } else { 1.0 / (1.0 - settings.dropout) })
            .collect();
        let x: Vec<f32> =
            (0..shape.width).map(|at| (normal[at] * dense.gain[at] + dense.shift[at]) * mask[at]).collect();
        let before = affine(&dense.first, &dense.first_bias, &x);
        let hidden: Vec<f32> = before.iter().map(|value| gelu(*value)).collect();
        let logits = affine(&dense.second, &dense.second_bias, &hidden);

        let mut d_hidden = vec![0.0; shape.hidden];
        for (first, last) in &sample.taught {
            for output in *first..*last {
                let at = usize::from(output);
                let probability = sigmoid(logits[at]);
                let known = sample.right.iter().find(|(right, _)| *right == output);
                let target = known.map_or(0.0, |(_, target)| *target);
                let (yes, no) = (settings.positive * target, 1.0 - target);
                let slope = (yes + no) * probability - yes;
                part.loss -= f64::from(yes * probability.max(1e-7).ln() + no * (1.0 - probability).max(1e-7).ln());
                let slope = slope * sample.weight;
                let row = at * shape.hidden..(at + 1) * shape.hidden;
                add_scaled(&mut d_hidden, &dense.second[row.clone()], slope);
                add_scaled(&mut part.dense.second[row], &hidden, slope);
                part.dense.second_bias[at] += slope;
            }
        }
        let mut d_x = vec![0.0; shape.width];
        for (at, d_hidden) in d_hidden.iter().enumerate() {
            let slope = d_hidden * gelu_slope(before[at]);
            let row = at * shape.width..(at + 1) * shape.width;
            add_scaled(&mut d_x, &dense.first[row.clone()], slope);
            add_scaled(&mut part.dense.first[row], &x, slope);
            part.dense.first_bias[at] += slope;
        }
        for at in 0..shape.width {
            let slope = d_x[at] * mask[at];
            part.dense.gain[at] += slope * normal[at];
            part.dense.shift[at] += slope;
            d_x[at] = slope * dense.gain[at];
        }
        let count = shape.width as f32;
        let mean = d_x.iter().sum::<f32>() / count;
        let along = d_x.iter().zip(&normal).map(|(slope, value)| slope * value).sum::<f32>() / count;
        for (slope, value) in d_x.iter_mut().zip(&normal) {
            *slope = (*slope - mean - value * along) * inverse * scale;
        }
        part.sums.push((kept, d_x));
    }
    part
}

fn update_dense(dense: &mut Dense, moments: &mut [Moments], parts: &[Part], scale: f32, rate: f32) {
    let gradients: Vec<[(&str, &Vec<f32>); 6]> = parts.iter().map(|part| part.dense.tensors()).collect();
    for (which, (weights, moments)) in dense.tensors_mut().into_iter().zip(moments).enumerate() {
        for (at, weight) in weights.iter_mut().enumerate() {
            let gradient: f32 = gradients.iter().map(|part| part[which].1[at]).sum::<f32>() * scale;
            adam(weight, &mut moments.first[at], &mut moments.second[at], gradient, rate);
        }
    }
}

/// Adam on the rows that the batch touched, the table's halves at once.
fn update_table(table: &mut [f32], moments: &mut Moments, shape: Shape, parts: &[Part], scale: f32, rate: f32) {
    let sums: Vec<&(Vec<u32>, Vec<f32>)> = parts.iter().flat_map(|part| &part.sums).collect();
    let mut touched: Vec<(u32, u32)> =
        sums.iter().zip(0u32..).flat_map(|((rows, _), sample)| rows.iter().map(move |row| (*row, sample))).collect();
    touched.par_sort_unstable();
    let half = shape.buckets / 2;
    let middle = touched.partition_point(|(row, _)| (*row as usize) < half);
    let cut = half * shape.width;
    let (table_low, table_high) = table.split_at_mut(cut);
    let (first_low, first_high) = moments.first.split_at_mut(cut);
    let (second_low, second_high) = moments.second.split_at_mut(cut);
    let update = |touched: &[(u32, u32)], base: usize, table: &mut [f32], first: &mut [f32], second: &mut [f32]| {
        let mut gradient = vec![0.0f32; shape.width];
        for group in touched.chunk_by(|a, b| a.0 == b.0) {
            gradient.fill(0.0);
            for (_, sample) in group {
                add_scaled(&mut gradient, &sums[*sample as usize].1, scale);
            }
            let begin = (group[0].0 as usize - base) * shape.width;
            for (at, gradient) in (begin..).zip(&gradient) {
                adam(&mut table[at], &mut first[at], &mut second[at], *gradient, rate);
            }
        }
    };
    rayon::join(
        || update(&touched[..middle], 0, table_low, first_low, second_low),
        || update(&touched[middle..], half, table_high, first_high, second_high),
    );
}
