"""The encoder with its heads: one linear layer over the mean and the maximum of a span's tokens."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import BertConfig, BertModel

ROOT = Path(__file__).resolve().parents[2]
AGGRESSION = ["1", "2", "3"]


def label_names() -> dict[str, list[str]]:
    """Heads and the names of their outputs, in the order of the program's own labels."""
    import re
    text = (ROOT / "src/signals/labels.rs").read_text("utf-8")

    def listed(name: str) -> list[str]:
        return re.findall(r'"(\w+)"', re.search(rf"pub const {name}: &\[&str\] = &\[(.*?)\];", text, re.S)[1])

    def valued(name: str) -> list[str]:
        return re.findall(r'= "(\w+)"', re.search(rf"\n    {name}, .*?\n    }}", text, re.S)[0])

    return {"agent": listed("AGENT_ACTS"), "customer": listed("CUSTOMER_ACTS"), "aggression": AGGRESSION,
            "kinds": valued("Kind"), "causes": valued("Cause"), "toxic": ["toxic"]}


class Heads(nn.Module):
    """All heads as one matrix; `names` says which rows are whose."""

    def __init__(self, names: dict[str, list[str]], width: int):
        super().__init__()
        self.names = names
        self.rows = {}
        first = 0
        for head, labels in names.items():
            self.rows[head] = slice(first, first + len(labels))
            first += len(labels)
        self.linear = nn.Linear(2 * width, first)
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.constant_(self.linear.bias, -3.0)

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        return self.linear(pooled)


class Encoder(nn.Module):
    """A BERT encoder, of which the first `layers` layers are used and the first `frozen` never learn."""

    def __init__(self, base: Path, layers: int, frozen: int):
        super().__init__()
        config = BertConfig.from_json_file(base / "config.json")
        config.num_hidden_layers = layers
        self.config = config
        self.bert = BertModel(config, add_pooling_layer=False)
        state = {name: tensor.float() for name, tensor in load_file(base / "model.safetensors").items()}
        extra = self.bert.load_state_dict(state, strict=False)
        assert not extra.missing_keys, extra.missing_keys
        self.frozen = frozen
        self.bert.embeddings.requires_grad_(False)
        for layer in self.bert.encoder.layer[:frozen]:
            layer.requires_grad_(False)
        self.heads = Heads(label_names(), config.hidden_size)
        self.dropout = nn.Dropout(0.2)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, spans: list[list[tuple[int, int]]]) -> torch.Tensor:
        """Logits of spans of tokens, `spans × outputs`; `spans` holds those of each row."""
        hidden = self.bert(ids, attention_mask=mask).last_hidden_state
        pooled = [pool(hidden[row], span) for row, own in enumerate(spans) for span in own]
        return self.heads(self.dropout(torch.stack(pooled)))

    def save(self, folder: Path, facts: dict, half: bool):
        """Writes model.safetensors, config.json and heads.json."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: tensor for name, tensor in self.bert.state_dict().items() if "position_ids" not in name}
        for head, rows in self.heads.rows.items():
            tensors[f"heads.{head}.weight"] = self.heads.linear.weight[rows]
            tensors[f"heads.{head}.bias"] = self.heads.linear.bias[rows]
        tensors = {name: (tensor.half() if half else tensor).detach().contiguous() for name, tensor in tensors.items()}
        save_file(tensors, folder / "model.safetensors")
        config = self.config.to_dict()
        keep = ("model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
                "vocab_size", "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_act",
                "hidden_dropout_prob", "attention_probs_dropout_prob", "initializer_range", "pad_token_id")
        text = json.dumps({name: config[name] for name in keep}, indent=1)
        (folder / "config.json").write_text(text + "\n", "utf-8")
        text = json.dumps({"heads": self.heads.names, **facts}, indent=1, ensure_ascii=False)
        (folder / "heads.json").write_text(text + "\n", "utf-8")


def pool(hidden: torch.Tensor, span: tuple[int, int]) -> torch.Tensor:
    """Mean and maximum over the tokens of a span; zeros where it has none."""
    own = hidden[span[0]:span[1]]
    if not len(own):
        return hidden.new_zeros(2 * hidden.shape[-1])
    return torch.cat((own.mean(0), own.max(0).values))


def load(folder: Path) -> Encoder:
    """A trained model from the files that [`Encoder.save`] wrote, in fp32, ready to run."""
    model = Encoder.__new__(Encoder)
    nn.Module.__init__(model)
    model.config = BertConfig.from_json_file(folder / "config.json")
    model.bert = BertModel(model.config, add_pooling_layer=False)
    names = json.loads((folder / "heads.json").read_text("utf-8"))["heads"]
    model.heads = Heads(names, model.config.hidden_size)
    model.dropout = nn.Identity()
    state = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
    for part, own in (("weight", model.heads.linear.weight), ("bias", model.heads.linear.bias)):
        own.data = torch.cat([state.pop(f"heads.{head}.{part}") for head in names])
    model.bert.load_state_dict(state, strict=True)
    return model.eval()
