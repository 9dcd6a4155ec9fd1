//! Transformers of the BERT family: the product's own with several heads, and classifiers of the user's. Run by rust-bert in builds with
//! the feature `bert`; without it `open` says so.
//!
//! Only this layer knows of libtorch. What the scores mean for a conversation is decided in `joint`.

use std::fmt;
use std::str::FromStr;

use crate::transcript::{Span, Speaker, UnknownName, names};

pub mod files;
pub mod windows;

#[cfg(feature = "bert")]
mod enabled;
#[cfg(feature = "bert")]
mod model;
#[cfg(feature = "bert")]
pub use enabled::Transformer;

#[cfg(not(feature = "bert"))]
mod disabled;
#[cfg(not(feature = "bert"))]
pub use disabled::Transformer;

/// The first line of a message: libtorch adds a trace of its own code.
#[cfg(feature = "bert")]
fn first_line(message: impl ToString) -> String {
    message.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Where a transformer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// On the processor.
    Cpu,
    /// On the CUDA device of that number.
    Cuda(usize),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

impl FromStr for Device {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix("cuda").map(|rest| rest.strip_prefix(':').unwrap_or("0").parse());
        match (text, number) {
            ("cpu", _) => Ok(Device::Cpu),
            ("cuda", _) => Ok(Device::Cuda(0)),
            (_, Some(Ok(number))) if text.contains(':') => Ok(Device::Cuda(number)),
            _ => Err(UnknownName { what: "device", value: text.to_owned(), known: "cpu, cuda, cuda:1".to_owned() }),
        }
    }
}

names! {
    /// In which arithmetic a transformer is computed.
    Precision, "precision", {
        /// bf16 where processor or device have it, else fp32.
        Auto = "auto",
        /// 32 bits.
        Fp32 = "fp32",
        /// 16 bits with the range of 32: faster where the hardware has it.
        Bf16 = "bf16",
    }
}

impl Precision {
    /// Whether it means bf16 on that device.
    #[must_use]
    pub fn is_bf16(self, device: Device) -> bool {
        match self {
            Precision::Fp32 => false,
            Precision::Bf16 => true,
            Precision::Auto => device != Device::Cpu || has_bf16(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn has_bf16() -> bool {
    std::is_x86_feature_detected!("avx512bf16")
}

#[cfg(not(target_arch = "x86_64"))]
const fn has_bf16() -> bool {
    false
}

/// A turn to be heard.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Input<'a> {
    /// Its text.
    pub text: &'a str,
    /// The other side's turn before it.
    pub previous: Option<&'a str>,
    /// Who says it.
    pub speaker: Speaker,
    /// Bytes of the text: its segments, and the whole where that is wanted too.
    pub spans: Vec<Span>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_read_back_and_unknown_ones_are_named() {
        for (text, device) in [("cpu", Device::Cpu), ("cuda", Device::Cuda(0)), ("cuda:2", Device::Cuda(2))] {
            assert_eq!(text.parse(), Ok(device));
        }
        assert_eq!("cuda:2".parse::<Device>().unwrap().to_string(), "cuda:2");
        for wrong in ["gpu", "cuda1", "cuda:x", ""] {
            let error = wrong.parse::<Device>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{wrong}`")) && error.contains("cuda:1"), "{error}");
        }
    }
}
