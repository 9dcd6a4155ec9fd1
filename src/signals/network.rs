//! The embedded model's arithmetic: hashed features are summed, normalised and passed through one hidden layer to all labels at once.
//!
//! `x = layer_norm(Σ E[f] / √n)`, `h = gelu(W₁x + b₁)`, `logits = W₂h + b₂`. The table is kept in eight bits with a scale a row.
//! Training lives in `learn`, the features in `features`.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::signals::SignalError;
use crate::signals::features;
use crate::signals::labels::{Act, Cause, Kind};

/// First output of the acts; one an [`Act`].
pub const ACTS: usize = 0;
/// First output of aggression: at least 1, at least 2, 3.
pub const AGGRESSION: usize = Act::COUNT;
/// First output of the kinds of aggression; one a [`Kind`].
pub const KINDS: usize = AGGRESSION + 3;
/// First output of the causes; one a [`Cause`].
pub const CAUSES: usize = KINDS + Kind::ALL.len();
/// How many outputs there are.
pub const OUTPUTS: usize = CAUSES + Cause::ALL.len();

/// Sizes of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows of the table; a power of two.
    pub buckets: usize,
    /// Numbers a row.
    pub width: usize,
    /// Units of the hidden layer.
    pub hidden: usize,
}

/// The layers after the table, in 32-bit floats; matrices row by row, one row an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// `width` numbers.
    pub gain: Vec<f32>,
    /// `width` numbers.
    pub shift: Vec<f32>,
    /// `hidden` × `width`.
    pub first: Vec<f32>,
    /// `hidden` numbers.
    pub first_bias: Vec<f32>,
    /// [`OUTPUTS`] × `hidden`.
    pub second: Vec<f32>,
    /// [`OUTPUTS`] numbers.
    pub second_bias: Vec<f32>,
}

impl Dense {
    /// Names and contents of the tensors, in a fixed order.
    #[must_use]
    pub fn tensors(&self) -> [(&'static str, &Vec<f32>); 6] {
        [
            ("gain", &self.gain),
            ("shift", &self.shift),
            ("first", &self.first),
            ("first_bias", &self.first_bias),
            ("second", &self.second),
            ("second_bias", &self.second_bias),
        ]
    }

    /// The same tensors in the same order, to change.
    pub fn tensors_mut(&mut self) -> [&mut Vec<f32>; 6] {
        [
            &mut self.gain,
            &mut self.shift,
            &mut self.first,
            &mut self.first_bias,
            &mut self.second,
            &mut self.second_bias,
        ]
    }

    /// Logits of one summed feature vector, which is normalised in place.
    pub fn logits(&self, x: &mut [f32]) -> Vec<f32> {
        normalise(x);
        for ((value, gain), shift) in x.iter_mut().zip(&self.gain).zip(&self.shift) {
            *value = *value * gain + shift;
        }
        let mut hidden = affine(&self.first, &self.first_bias, x);
        for value in &mut hidden {
            *value = gelu(*value);
        }
        affine(&self.second, &self.second_bias, &hidden)
    }
}

/// Zero mean and unit variance in place; the inverse standard deviation.
pub fn normalise(x: &mut [f32]) -> f32 {
    let count = x.len() as f32;
    let mean = x.iter().sum::<f32>() / count;
    let variance = x.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
    let inverse = 1.0 / (variance + 1e-5).sqrt();
    for value in x.iter_mut() {
        *value = (*value - mean) * inverse;
    }
    inverse
}

/// `matrix · x + bias`, the matrix row by row.
#[must_use]
pub fn affine(matrix: &[f32], bias: &[f32], x: &[f32]) -> Vec<f32> {
    matrix.chunks_exact(x.len()).zip(bias).map(|(row, bias)| bias + dot(row, x)).collect()
}

/// Scalar product in eight independent sums, which the compiler turns into vector instructions.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// Gaussian error linear unit, tanh form (Hendrycks and Gimpel 2016).
#[must_use]
pub fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + (0.797_884_6 * (x + 0.044_715 * x * x * x)).tanh())
}

/// Logistic function.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// A trained network, ready to run.
pub struct Network {
    shape: Shape,
    table: Vec<i8>,
    scales: Vec<f32>,
    dense: Dense,
}

impl Network {
    /// Takes trained weights; `table` is `buckets` × `width` and is rounded to eight bits.
    #[must_use]
    pub fn new(shape: Shape, table: &[f32], dense: Dense) -> Network {
        let mut bytes = Vec::with_capacity(table.len());
        let mut scales = Vec::with_capacity(shape.buckets);
        for row in table.chunks_exact(shape.width) {
            let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 0.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|value| if scale > 0.0 { (value / scale).round() as i8 } else { 0 }));
        }
        Network { shape, table: bytes, scales, dense }
    }

    /// Reads a network in the safetensors format.
    ///
    /// # Errors
    /// When a tensor is missing, has the wrong size, or the features are of another version.
    pub fn load(bytes: &[u8]) -> Result<Network, SignalError> {
        let failed = |message: String| SignalError::Model { what: "network", message };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| failed(error.to_string()))?;
        let version = header.metadata().as_ref().and_then(|all| all.get("features").cloned()).unwrap_or_default();
        if version != features::VERSION.to_string() {
            return Err(failed(format!(
                "was trained on features version `{version}`, this program has `{}`; run `spokoj train`",
                features::VERSION
            )));
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| failed(error.to_string()))?;
        let tensor = |name: &str| tensors.tensor(name).map_err(|error| failed(error.to_string()));
        let floats = |name: &str| -> Result<Vec<f32>, SignalError> {
            let (blocks, _) = tensor(name)?.data().as_chunks::<4>().to_owned();
            Ok(blocks.iter().map(|block| f32::from_le_bytes(*block)).collect())
        };
        let table = tensor("table")?;
        let [buckets, width] = *table.shape() else {
            return Err(failed("`table` has not two dimensions".to_owned()));
        };
        let first_bias = floats("first_bias")?;
        let shape = Shape { buckets, width, hidden: first_bias.len() };
        let dense = Dense {
            gain: floats("gain")?,
            shift: floats("shift")?,
            first: floats("first")?,
            first_bias,
            second: floats("second")?,
            second_bias: floats("second_bias")?,
        };
        let scales = floats("scales")?;
        let sizes = [width, width, shape.hidden * width, shape.hidden, OUTPUTS * shape.hidden, OUTPUTS];
        if !buckets.is_power_of_two()
            || scales.len() != buckets
            || dense.tensors().iter().zip(sizes).any(|((_, tensor), size)| tensor.len() != size)
        {
            return Err(failed("tensors do not fit each other; run `spokoj train`".to_owned()));
        }
        Ok(Network { shape, table: table.data().iter().map(|byte| *byte as i8).collect(), scales, dense })
    }

    /// The network in the safetensors format, the same bytes for the same weights.
    ///
    /// # Errors
    /// When a tensor cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SignalError> {
        let failed =
            |error: safetensors::SafeTensorError| SignalError::Model { what: "network", message: error.to_string() };
        let bytes = |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|value| value.to_le_bytes()).collect() };
        let Shape { buckets, width, .. } = self.shape;
        let table: Vec<u8> = self.table.iter().map(|value| *value as u8).collect();
        let mut data = vec![
            ("table", Dtype::I8, vec![buckets, width], table),
            ("scales", Dtype::F32, vec![buckets], bytes(&self.scales)),
        ];
        for (name, values) in self.dense.tensors() {
            data.push((name, Dtype::F32, vec![values.len()], bytes(values)));
        }
        let views = data
            .iter()
            .map(|(name, dtype, shape, data)| Ok((*name, TensorView::new(*dtype, shape.clone(), data)?)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        let metadata = HashMap::from([("features".to_owned(), features::VERSION.to_string())]);
        safetensors::serialize(views, Some(metadata)).map_err(failed)
    }

    /// Numbers a row of the table.
    #[must_use]
    pub fn width(&self) -> usize {
        self.shape.width
    }

    /// Adds a feature's row to a sum.
    pub fn add(&self, feature: u32, sum: &mut [f32]) {
        let row = feature as usize & (self.shape.buckets - 1);
        let scale = self.scales[row];
        let width = self.shape.width;
        for (sum, value) in sum.iter_mut().zip(&self.table[row * width..(row + 1) * width]) {
            *sum += scale * f32::from(*value);
        }
    }

    /// Logits of a sum over `count` features.
    #[must_use]
    pub fn logits(&self, mut sum: Vec<f32>, count: u32) -> Vec<f32> {
        let scale = 1.0 / (count.max(1) as f32).sqrt();
        for value in &mut sum {
            *value *= scale;
        }
        self.dense.logits(&mut sum)
    }
}
