//! One model on one device, with the weights that it shares with its like. Tensors in, tensors out.

use std::collections::HashMap;
use std::path::Path;

use rust_bert::bert::{BertConfig, BertEmbeddings, BertForSequenceClassification, BertModel};
use rust_bert::roberta::RobertaForSequenceClassification;
use tch::nn::{Init, VarStore};
use tch::{Kind, Tensor};

use crate::signals::SignalError;
use crate::signals::transformer::files::{Facts, Family, Files, Meaning};
use crate::signals::transformer::first_line;

enum Network {
    /// An encoder without its pooler.
    Encoder(BertModel<BertEmbeddings>),
    Bert(BertForSequenceClassification),
    Roberta(RobertaForSequenceClassification),
}

/// A model that one thread uses at a time.
pub(super) struct Model {
    network: Network,
    /// Weight and bias of all heads together; of an encoder only.
    heads: Option<(Tensor, Tensor)>,
    store: VarStore,
}

fn failed(message: impl ToString) -> SignalError {
    SignalError::Model { what: "model.safetensors", message: first_line(message) }
}

impl Model {
    /// The network without its weights.
    fn empty(files: &Files, device: tch::Device) -> Result<Model, SignalError> {
        let store = VarStore::new(device);
        let root = store.root();
        let config: BertConfig = serde_json::from_str(&files.config)
            .map_err(|error| SignalError::Model { what: "config.json", message: error.to_string() })?;
        let network = match (&files.facts.meaning, files.facts.family) {
            (Meaning::Heads(heads), _) => {
                let path = root.sub("heads");
                for (head, labels) in heads {
                    let (own, rows) = (path.sub(head), labels.len() as i64);
                    let _ = own.var("weight", &[rows, 2 * config.hidden_size], Init::Const(0.0));
                    let _ = own.var("bias", &[rows], Init::Const(0.0));
                }
                Network::Encoder(BertModel::new_with_optional_pooler(&root, &config, false))
            }
            (Meaning::Labels(..), Family::Bert) => {
                Network::Bert(BertForSequenceClassification::new(&root, &config).map_err(failed)?)
            }
            (Meaning::Labels(..), Family::Roberta) => {
                Network::Roberta(RobertaForSequenceClassification::new(&root, &config).map_err(failed)?)
            }
        };
        Ok(Model { network, heads: None, store })
    }

    /// Reads the weights of a folder.
    pub(super) fn load(folder: &Path, files: &Files, device: tch::Device, bf16: bool) -> Result<Model, SignalError> {
        let mut model = Model::empty(files, device)?;
        let path = folder.join("model.safetensors");
        let missing =
            model.store.load_partial(&path).map_err(|error| failed(format!("`{}`: {error}", path.display())))?;
        if let Some(first) = missing.iter().min() {
            return Err(failed(format!(
                "`{}` lacks {} tensors, `{first}` first; it must hold the model that config.json describes",
                path.display(),
                missing.len()
            )));
        }
        if bf16 {
            model.store.bfloat16()
        } else {
            model.store.float()
        }
        model.join_heads(&files.facts);
        model.store.freeze();
        Ok(model)
    }

    /// A model of its own for another thread, on the same weights.
    pub(super) fn beside(&self, files: &Files) -> Result<Model, SignalError> {
        let mut model = Model::empty(files, self.store.device())?;
        let known: HashMap<String, Tensor> = self.store.variables();
        model.store.variables().into_iter().try_for_each(|(name, mut own)| {
            let shared = known.get(&name).ok_or_else(|| failed(format!("tensor `{name}` is missing")))?;
            tch::no_grad(|| own.set_data(shared));
            Ok(())
        })?;
        model.heads = self.heads.as_ref().map(|(weight, bias)| (weight.shallow_clone(), bias.shallow_clone()));
        model.store.freeze();
        Ok(model)
    }

    fn join_heads(&mut self, facts: &Facts) {
        let Meaning::Heads(all) = &facts.meaning else { return };
        let variables = self.store.variables();
        let named = |part: &str| -> Vec<Tensor> {
            let names = all.iter().map(|(head, _)| format!("heads.{head}.{part}"));
            names.filter_map(|name| Some(variables.get(&name)?.to_kind(Kind::Float).detach())).collect()
        };
        self.heads = Some((Tensor::cat(&named("weight"), 0), Tensor::cat(&named("bias"), 0)));
    }

    /// The vectors of all tokens, `rows × tokens × width`, in 32 bits on the processor; `None` for a classifier.
    pub(super) fn vectors(&self, ids: &Tensor, mask: &Tensor) -> Result<Option<Tensor>, SignalError> {
        let Network::Encoder(encoder) = &self.network else { return Ok(None) };
        let (ids, mask) = (ids.to_device(self.store.device()), mask.to_device(self.store.device()));
        let output = encoder.forward_t(Some(&ids), Some(&mask), None, None, None, None, None, false).map_err(failed)?;
        Ok(Some(output.hidden_state.to_kind(Kind::Float).to_device(tch::Device::Cpu)))
    }

    /// The logits of all heads for pooled vectors, `spans × outputs`.
    pub(super) fn heads(&self, pooled: &Tensor) -> Option<Tensor> {
        let (weight, bias) = self.heads.as_ref()?;
        let pooled = pooled.to_device(weight.device());
        Some(pooled.linear(weight, Some(bias)).to_device(tch::Device::Cpu))
    }

    /// The logits of a classifier, `rows × labels`, in 32 bits on the processor; `None` for an encoder.
    pub(super) fn labels(&self, ids: &Tensor, mask: &Tensor) -> Option<Tensor> {
        let (ids, mask) = (ids.to_device(self.store.device()), mask.to_device(self.store.device()));
        let logits = match &self.network {
            Network::Encoder(_) => return None,
            Network::Bert(model) => model.forward_t(Some(&ids), Some(&mask), None, None, None, false).logits,
            Network::Roberta(model) => model.forward_t(Some(&ids), Some(&mask), None, None, None, false).logits,
        };
        Some(logits.to_kind(Kind::Float).to_device(tch::Device::Cpu))
    }
}
