//! The model in the binary: tokenizer, network and thresholds, with a cache of what each word's features add up to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::signals::features::{self, Context};
use crate::signals::network::Network;
use crate::signals::thresholds::Thresholds;
use crate::signals::tokens::{Word, Words};
use crate::signals::{Hears, SignalError};
use crate::transcript::Speaker;

/// The committed weights.
const NETWORK: &[u8] = include_bytes!("../../models/embedded/network.safetensors");
const TOKENIZER: &[u8] = include_bytes!("../../models/tokenizer.json");
const THRESHOLDS: &str = include_str!("../../models/embedded/thresholds.toml");

/// The cache is emptied when it holds this many words.
const CACHED_WORDS: usize = 100_000;

/// A model of the product's own shape: compiled in, or read from a folder that `spokoj train` wrote.
pub struct Embedded {
    words: Words,
    network: Network,
    thresholds: Thresholds,
    sha256: String,
}

impl Embedded {
    /// The model that is compiled in.
    ///
    /// # Errors
    /// When the committed weights do not fit this program's features.
    pub fn built_in() -> Result<Embedded, SignalError> {
        Embedded::new(TOKENIZER, NETWORK, THRESHOLDS)
    }

    /// A model from its parts: `tokenizer.json`, `network.safetensors`, `thresholds.toml`.
    ///
    /// # Errors
    /// When a part is broken or they do not fit each other.
    pub fn new(tokenizer: &[u8], network: &[u8], thresholds: &str) -> Result<Embedded, SignalError> {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        hash.update(tokenizer);
        hash.update(network);
        hash.update(thresholds);
        Ok(Embedded {
            words: Words::load(tokenizer)?,
            network: Network::load(network)?,
            thresholds: Thresholds::from_toml(thresholds)?,
            sha256: hex::encode(hash.finalize()),
        })
    }

    /// A model just trained, with thresholds that are not chosen yet.
    #[must_use]
    pub fn trained(words: Words, network: Network, thresholds: Thresholds) -> Embedded {
        Embedded { words, network, thresholds, sha256: String::new() }
    }

    /// Replaces the thresholds.
    pub fn set_thresholds(&mut self, thresholds: Thresholds) {
        self.thresholds = thresholds;
    }
}

/// Room that one thread works in.
#[derive(Default)]
pub struct Room {
    cache: HashMap<String, (Arc<[f32]>, u32)>,
}

impl Hears for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn words(&self) -> &Words {
        &self.words
    }

    fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    fn logits(&self, words: &[Word], speaker: Speaker, context: Context<'_>, room: &mut Room) -> Vec<f32> {
        let mut sum = vec![0.0; self.network.width()];
        let mut count = 0;
        if room.cache.len() > CACHED_WORDS {
            room.cache.clear();
        }
        for word in words {
            if !room.cache.contains_key(word.text.as_str()) {
                let mut own = vec![0.0; self.network.width()];
                let mut features = 0;
                features::of_word(&word.text, &mut |feature| {
                    self.network.add(feature, &mut own);
                    features += 1;
                });
                room.cache.insert(word.text.clone(), (own.into(), features));
            }
            if let Some((own, features)) = room.cache.get(word.text.as_str()) {
                for (sum, value) in sum.iter_mut().zip(own.iter()) {
                    *sum += value;
                }
                count += features;
            }
        }
        features::of_segment(words, speaker, context, &mut |feature| {
            self.network.add(feature, &mut sum);
            count += 1;
        });
        self.network.logits(sum, count)
    }
}
