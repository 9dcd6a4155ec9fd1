//! The model in the binary: tokenizer, network and thresholds, with a cache of what each word's features add up to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::signals::features::{self, Context};
use crate::signals::network::{ACTS, Network};
use crate::signals::thresholds::Thresholds;
use crate::signals::tokens::{Word, Words};
use crate::signals::{Asked, Cut, Heard, HeardTurn, Hears, SignalError};
use crate::transcript::{Span, Speaker};

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

    /// Only the tokenizer of the model that is compiled in.
    ///
    /// # Errors
    /// When the committed file is no tokenizer.
    pub fn tokenizer() -> Result<Words, SignalError> {
        Words::load(TOKENIZER)
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

impl Embedded {
    /// Log-odds of every output for a segment, a turn, or all that one side says.
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

    fn hear_one(&self, cut: &Cut<'_>, room: &mut Room) -> Result<Heard, SignalError> {
        let conversation = cut.conversation;
        let words: Vec<Vec<Word>> =
            conversation.turns.iter().map(|turn| self.words.of(&turn.text)).collect::<Result<_, _>>()?;
        let speakers: Vec<Speaker> = conversation.turns.iter().map(|turn| turn.speaker).collect();
        let mut heard = Heard::default();
        for (at, spans) in cut.segments.iter().enumerate() {
            let speaker = speakers[at];
            let mut turn = HeardTurn::default();
            if matches!(speaker, Speaker::Agent | Speaker::Customer) {
                let context = Context {
                    previous: features::previous(&speakers, at).map_or(&[] as &[Word], |before| &words[before]),
                    before: &[],
                    position: Some((at as u32, (speakers.len() - at - 1) as u32)),
                    channel: Some(conversation.channel),
                    edge: None,
                    whole: false,
                };
                let mut before: &[Word] = &[];
                for (place, span) in spans.iter().enumerate() {
                    let own = within(&words[at], span);
                    let edge = Some((place == 0, place + 1 == spans.len()));
                    turn.segments.push(self.logits(own, speaker, Context { before, edge, ..context }, room));
                    before = own;
                }
                if spans.len() > 1 {
                    turn.whole = Some(self.logits(&words[at], speaker, context, room));
                }
            }
            heard.turns.push(turn);
        }
        let own = speakers.iter().zip(words).filter(|(speaker, _)| **speaker == Speaker::Customer);
        let whole: Vec<Word> = own.flat_map(|(_, words)| words).collect();
        let context = Context { channel: Some(conversation.channel), whole: true, ..Context::default() };
        heard.customer = self.logits(&whole, Speaker::Customer, context, room);
        Ok(heard)
    }
}

/// The words that lie in a span.
fn within<'a>(words: &'a [Word], span: &Span) -> &'a [Word] {
    let begin = words.partition_point(|word| word.span.end <= span.start);
    let end = words.partition_point(|word| word.span.start < span.end);
    &words[begin..end.max(begin)]
}

impl Hears for Embedded {
    fn name(&self) -> &str {
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

    fn hear(&self, cuts: &[Cut<'_>], room: &mut Room) -> Result<Vec<Heard>, SignalError> {
        cuts.iter().map(|cut| self.hear_one(cut, room)).collect()
    }

    fn losses(&self, asked: &[Asked<'_>], room: &mut Room) -> Result<Vec<Vec<f32>>, SignalError> {
        let of = |asked: &Asked<'_>| {
            let speaker = asked.conversation.turns[asked.turn].speaker;
            let context = Context { channel: Some(asked.conversation.channel), ..Context::default() };
            let place = ACTS + asked.act.place();
            let whole = self.logits(&asked.words, speaker, context, room)[place];
            let without = |left_out: usize| {
                let mut rest = asked.words.clone();
                rest.remove(left_out);
                whole - self.logits(&rest, speaker, context, room)[place]
            };
            (0..asked.words.len()).map(without).collect()
        };
        Ok(asked.iter().map(of).collect())
    }
}
