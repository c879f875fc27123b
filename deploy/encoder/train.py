"""Trains our adapter of the English encoder: `python deploy/encoder/train.py` (see bot/text/adapter/README.md).

Needs torch beside the project's packages; the assistant itself never does. The published weights stay as they are and
learn a low-rank change in every layer, with new biases and norms (Hu et al., "LoRA", 2021). One network learns two
tasks at once, so that a message is read once:

- *risk*: level, categories and speaker, from the lines that the classifier learns from, except the situations that
  `bot.text.adapter.is_kept` keeps apart, on which the joining layer is fitted and the thresholds are chosen;
- *answers*: which question or intent of `data/nlu/` a phrasing belongs to, by cosine with one vector each. Those
  vectors are thrown away: a question added later needs no new adapter.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Sequence, Set, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

from bot.config import DATA_DIR
from bot.safety.classifier import SPEAKERS, risk_targets
from bot.safety.composition import cut_in_two, hide_in_long
from bot.safety.examples import EXAMPLES_DIR, load_examples, read_examples, read_phrasings
from bot.text.adapter import ADAPTER, ADAPTER_DIR, MATRICES, NORMS, VECTOR, is_kept
from bot.text.cleanup import clean
from bot.text.english import FIRST_TOKENS, LAST_TOKENS
from bot.text.published import HEADS, LAYERS, WIDTH, Published, relative_buckets

RANK, SCALE = 16, 2.0
#: What is read of a line (its first and last tokens, as when it is used) and of a phrasing, which is nearly always all.
TOKENS = {"risk": (FIRST_TOKENS, LAST_TOKENS), "answers": (48, 0)}
#: Long messages put together from the lines, so that one sentence among others is noticed.
HIDDEN = 1600
#: Halves of messages, as children send them.
CUT = 1500
BATCH = {"risk": 32, "answers": 64}
#: The rate at the peak when it starts from nothing, and when it goes on from the adapter that is there.
RATE, RATE_AGAIN = 4e-4, 2.5e-4
WARM_UP, DROPOUT = 0.06, 0.1
#: Levels and categories, then speakers.
LEVELS_AND_CATEGORIES = 10
RISK_OUTPUTS = LEVELS_AND_CATEGORIES + len(SPEAKERS)
#: Half precision is several times as fast where the processor has instructions for it, and slower elsewhere.
_HALF_IS_FASTER = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
PRECISION = torch.bfloat16 if _HALF_IS_FASTER else torch.float32
#: How sharp the softmax over cosines is.
SHARPNESS = 20


class Linear(nn.Module):
    """A frozen matrix with a low-rank change."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight.to(PRECISION))
        self.bias = nn.Parameter(bias.clone())
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return F.linear(rows, self.weight, self.bias) + SCALE * F.linear(F.linear(rows, self.down), self.up)


class Layer(nn.Module):
    """One layer of MPNet."""

    def __init__(self, published: Dict[str, torch.Tensor], number: int) -> None:
        super().__init__()
        start = f"encoder.layer.{number}."
        for name, part in MATRICES.items():
            setattr(self, name, Linear(published[f"{start}{part}.weight"], published[f"{start}{part}.bias"]))
        for name, part in NORMS.items():
            norm = nn.LayerNorm(WIDTH, eps=1e-5)
            norm.load_state_dict({kind: published[f"{start}{part}.{kind}"] for kind in ("weight", "bias")})
            setattr(self, name, norm)

    def forward(self, hidden: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        size = (*hidden.shape[:2], HEADS, -1)
        query, key, value = (part(hidden).view(size).transpose(1, 2) for part in (self.query, self.key, self.value))
        shares = query @ key.transpose(2, 3) / (WIDTH // HEADS) ** 0.5 + bias
        shares = F.dropout(shares.float().softmax(-1).to(value.dtype), DROPOUT, self.training)
        attended = self.attended((shares @ value).transpose(1, 2).reshape(hidden.shape))
        hidden = self.first(hidden + F.dropout(attended, DROPOUT, self.training))
        inner = self.output(F.gelu(self.inner(hidden)))
        return self.second(hidden + F.dropout(inner, DROPOUT, self.training))


class Network(nn.Module):
    """Embeddings, layers and both heads."""

    def __init__(self, published: Dict[str, torch.Tensor], labels: int, fixed: int = 0) -> None:
        super().__init__()
        #: So many of the lowest layers stay as they are.
        self.fixed = fixed
        for name in ("word_embeddings", "position_embeddings"):
            self.register_buffer(name, published[f"embeddings.{name}.weight"])
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5).requires_grad_(False)
        self.norm.load_state_dict({kind: published[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias")})
        table = published["encoder.relative_attention_bias.weight"]
        buckets = torch.from_numpy(relative_buckets(max(map(sum, TOKENS.values()))))
        self.register_buffer("places", table[buckets].permute(2, 0, 1)[None])
        self.layers = nn.ModuleList(Layer(published, number) for number in range(LAYERS))
        self.risk = nn.Linear(WIDTH, RISK_OUTPUTS)
        self.vector = nn.Linear(WIDTH, VECTOR, bias=False)
        self.labels = nn.Parameter(torch.randn(labels, VECTOR) / VECTOR**0.5)

    def below(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What the layers that stay as they are make of tokens, `(texts, tokens, 768)`."""
        # Places 0 and 1 of the published table stand for padding.
        hidden = self.norm(self.word_embeddings[ids] + self.position_embeddings[2 : 2 + ids.shape[1]])
        return self._through(self.layers[: self.fixed], hidden, mask)

    def forward(self, below: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Means over the tokens, `(texts, 768)`, from what `below` made."""
        hidden = self._through(self.layers[self.fixed :], below, mask)
        weights = mask[:, :, None].float()
        return F.dropout((hidden.float() * weights).sum(1) / weights.sum(1), DROPOUT, self.training)

    def _through(self, layers: Iterable[nn.Module], hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        tokens = mask.shape[1]
        bias = self.places[:, :, :tokens, :tokens].masked_fill(~mask[:, None, None, :], -1e4)
        for layer in layers:
            hidden = layer(hidden, bias)
        return hidden

    def cosines(self, means: torch.Tensor) -> torch.Tensor:
        """With the vector of each label, `(texts, labels)`."""
        return F.normalize(self.vector(means), dim=1) @ F.normalize(self.labels, dim=1).T


class Task(ABC):
    """Texts of one kind, what is wanted of them, and which are kept apart."""

    def __init__(self, name: str, texts: Sequence[str], kept: Sequence[bool], tokenizer: Tokenizer) -> None:
        self.name = name
        first, last = TOKENS[name]
        everything = [found.ids for found in tokenizer.encode_batch([clean(text).text for text in texts])]
        self.ids = [ids if len(ids) <= first + last else ids[:first] + ids[len(ids) - last :] for ids in everything]
        self.learned = [i for i, apart in enumerate(kept) if not apart]
        self.kept = [i for i, apart in enumerate(kept) if apart]
        #: Those that an epoch must not leave out, when it goes over a share of the others only.
        self.new: Set[int] = set()
        #: What the fixed layers make of texts, `float16` of shape `(tokens, 768)`, where it was computed before.
        self._below: Dict[int, torch.Tensor] = {}

    @abstractmethod
    def loss(self, network: Network, means: torch.Tensor, chosen: List[int]) -> torch.Tensor:
        """What is to be made small, for a batch and its means."""

    @torch.inference_mode()
    def read_below(self, network: Network, chosen: Iterable[int]) -> None:
        """Computes once what the fixed layers make of texts: an epoch costs less, for a gigabyte of memory or two."""
        network.eval()
        order = sorted(set(chosen), key=lambda i: len(self.ids[i]))
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            for i, rows in zip(batch, network.below(*self._tokens(batch)), strict=True):
                self._below[i] = rows[: len(self.ids[i])].half().clone()
        network.train()

    def an_epoch(self, share: float, rng: random.Random) -> List[int]:
        """What one epoch learns from: the new lines and a share of the others."""
        return [i for i in self.learned if i in self.new or rng.random() < share]

    def batches(self, chosen: Sequence[int], rng: random.Random) -> Iterator[List[int]]:
        """Batches of about equal length, in random order."""
        size = BATCH[self.name]
        order = rng.sample(list(chosen), len(chosen))
        found = []
        for start in range(0, len(order), 20 * size):
            block = sorted(order[start : start + 20 * size], key=lambda i: len(self.ids[i]))
            found += [block[at : at + size] for at in range(0, len(block), size)]
        rng.shuffle(found)
        yield from found

    def padded(self, network: Network, chosen: Sequence[int]) -> Tuple[torch.Tensor, torch.Tensor]:
        """What the network starts from, `(texts, tokens, 768)`, and the mask."""
        ids, mask = self._tokens(chosen)
        if not all(i in self._below for i in chosen):
            return network.below(ids, mask), mask
        below = torch.zeros(*mask.shape, WIDTH)
        for row, i in enumerate(chosen):
            below[row, : len(self.ids[i])] = self._below[i]
        return below, mask

    def _tokens(self, chosen: Sequence[int]) -> Tuple[torch.Tensor, torch.Tensor]:
        """Token ids and mask."""
        longest = max(len(self.ids[i]) for i in chosen)
        ids = torch.ones(len(chosen), longest, dtype=torch.long)
        mask = torch.zeros(len(chosen), longest, dtype=torch.bool)
        for row, i in enumerate(chosen):
            ids[row, : len(self.ids[i])] = torch.tensor(self.ids[i])
            mask[row, : len(self.ids[i])] = True
        return ids, mask


#: For each epoch what it learns from, by task.
Plan = List[List[Tuple[Task, List[int]]]]


class RiskTask(Task):
    """Level, categories, speaker."""

    def __init__(self, tokenizer: Tokenizer, new_files: Sequence[str] = ()) -> None:
        lines = load_examples()
        to_learn = [line for line in lines if not is_kept(line.cluster)]
        composed = [*hide_in_long(to_learn, HIDDEN), *cut_in_two(to_learn, CUT)]
        examples = [*lines, *composed]
        kept = [is_kept(line.cluster) for line in lines] + [False] * len(composed)
        super().__init__("risk", [one.text for one in examples], kept, tokenizer)
        new = {line.text for name in new_files for line in read_examples(EXAMPLES_DIR / f"{name}.jsonl")}
        self.new = {i for i, one in enumerate(examples) if one.text in new}
        self.targets = torch.tensor([risk_targets(one.level, one.categories) for one in examples]) > 0
        self.speakers = torch.tensor([SPEAKERS.index(one.speaker) for one in examples])

    def loss(self, network: Network, means: torch.Tensor, chosen: List[int]) -> torch.Tensor:
        """Levels and categories each by themselves; the speaker among messages with a risk."""
        out = network.risk(means)
        smooth = self.targets[chosen].float() * 0.96 + 0.02
        each = F.binary_cross_entropy_with_logits(out[:, :LEVELS_AND_CATEGORIES], smooth, reduction="none")
        total = 3 * each[:, :3].mean() + 4 * each[:, 3:].mean()
        told = self.targets[chosen, 0]
        if told.any():
            speaking = out[told, LEVELS_AND_CATEGORIES:]
            total = total + 0.5 * F.cross_entropy(speaking, self.speakers[chosen][told], label_smoothing=0.05)
        return total

    def report(self, network: Network) -> str:
        """Recall at one reaction in twenty and in ten quiet lines of the situations kept apart."""
        out = network.risk(_read(network, self, self.kept)).numpy()
        risky = self.targets[self.kept, 0].numpy()
        quiet = np.sort(out[~risky, 0])[::-1]
        shares = [float((out[risky, 0] > quiet[int(share * len(quiet))]).mean()) for share in (0.05, 0.1)]
        leading = out[:, 3:LEVELS_AND_CATEGORIES].argmax(1)
        right = self.targets[self.kept, 3:].numpy()[np.arange(len(risky)), leading][risky].mean()
        spoken = (out[:, LEVELS_AND_CATEGORIES:].argmax(1) == self.speakers[self.kept].numpy())[risky].mean()
        return f"recall {shares[0]:.3f} at 5 %, {shares[1]:.3f} at 10 %; category {right:.3f}, speaker {spoken:.3f}"


class AnswersTask(Task):
    """Which question or intent."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        files = [*sorted((DATA_DIR / "nlu" / "faq").glob("*.yml")), *sorted((DATA_DIR / "nlu").glob("*.yml"))]
        pairs = [pair for path in files for pair in read_phrasings(path)]
        self.names = sorted({label for label, _ in pairs})
        self.labels = torch.tensor([self.names.index(label) for label, _ in pairs])
        super().__init__("answers", [text for _, text in pairs], [is_kept(text) for _, text in pairs], tokenizer)

    def loss(self, network: Network, means: torch.Tensor, chosen: List[int]) -> torch.Tensor:
        """A softmax over cosines."""
        return F.cross_entropy(SHARPNESS * network.cosines(means), self.labels[chosen], label_smoothing=0.1)

    def report(self, network: Network) -> str:
        """How often the right label is first and among three, for phrasings kept apart."""
        found = network.cosines(_read(network, self, self.kept))
        places = (found > found.gather(1, self.labels[self.kept, None])).sum(1)
        return f"right first {(places < 1).float().mean():.3f}, among three {(places < 3).float().mean():.3f}"


@torch.inference_mode()
def _read(network: Network, task: Task, chosen: Sequence[int]) -> torch.Tensor:
    """Means of texts in the order asked for, `(texts, 768)`; texts of about one length go through together."""
    network.eval()
    order = sorted(range(len(chosen)), key=lambda place: len(task.ids[chosen[place]]))
    means = torch.empty(len(chosen), WIDTH)
    with torch.autocast("cpu", torch.bfloat16, enabled=PRECISION is torch.bfloat16):
        for start in range(0, len(order), 64):
            places = order[start : start + 64]
            means[places] = network(*task.padded(network, [chosen[place] for place in places])).float()
    network.train()
    return means


def go_on_from(network: Network, adapter: Path) -> None:
    """Puts a trained adapter into the network; the vectors of the labels are not in it (`place_labels`).

    Args:
        network: Whose changes and heads are replaced.
        adapter: As `_write` writes it.
    """
    stored = {key: value.float() for key, value in load_file(str(adapter)).items()}
    with torch.no_grad():
        network.vector.weight.copy_(stored["vector.weight"])
        network.risk.weight.copy_(stored["risk.weight"])
        network.risk.bias.copy_(stored["risk.bias"])
        for number, layer in enumerate(network.layers):
            start = f"encoder.layer.{number}."
            for attribute, part in MATRICES.items():
                linear = getattr(layer, attribute)
                linear.down.copy_(stored[f"{start}{part}.down"])
                linear.up.copy_(stored[f"{start}{part}.up"] / SCALE)
                linear.bias.copy_(stored[f"{start}{part}.bias"])
            for attribute, part in NORMS.items():
                for kind in ("weight", "bias"):
                    getattr(getattr(layer, attribute), kind).copy_(stored[f"{start}{part}.{kind}"])


@torch.no_grad()
def place_labels(network: Network, answers: AnswersTask) -> None:
    """Puts each label's vector where its phrasings lie on average."""
    # A third of them shows well enough where a label lies.
    chosen = answers.learned[::3]
    vectors = network.vector(_read(network, answers, chosen))
    sums = torch.zeros_like(network.labels)
    sums.index_add_(0, answers.labels[chosen], F.normalize(vectors, dim=1))
    network.labels.copy_(F.normalize(sums, dim=1))


def train(
    seed: int,
    threads: int,
    epochs: int,
    folder: Path,
    again: bool = False,
    new_files: Sequence[str] = (),
    share: float = 1.0,
    fixed: int = 0,
    stays: float = 0.0,
) -> Path:
    """Trains the adapter and writes it into the folder.

    Args:
        seed: Of everything random.
        threads: Of torch.
        epochs: Times each line is learned from.
        folder: Where the adapter is written.
        again: Goes on from the adapter of the repository instead of from the published weights alone.
        new_files: Files of `data/risk/examples/` that every epoch learns from whole.
        share: How much of all else an epoch goes over, in (0, 1]: enough that nothing is forgotten.
        fixed: So many of the lowest layers stay as they are; an epoch over the others costs that much less.
        stays: Of the adapter it went on from, in what is written: the mean of both forgets less (Wortsman et al.,
            "Model soups", 2022).
    """
    # Before anything long: an epoch that cannot be written is an hour lost.
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    rng = random.Random(seed)
    source = Published()
    tokenizer = Tokenizer.from_str(source.tokenizer().decode("utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    risk, answers = RiskTask(tokenizer, new_files), AnswersTask(tokenizer)
    weights = {name: torch.from_numpy(value) for name, value in source.weights().items()}
    network = Network(weights, len(answers.names), fixed)
    if again:
        go_on_from(network, ADAPTER_DIR / ADAPTER)
        place_labels(network, answers)
    network.layers[:fixed].requires_grad_(False)
    plan: Plan = [[(task, task.an_epoch(share, rng)) for task in (risk, answers)] for _ in range(epochs)]
    if fixed:
        for task in (risk, answers):
            task.read_below(network, [i for epoch in plan for one, chosen in epoch if one is task for i in chosen])
    print(f"{len(risk.learned)} lines at risk or quiet, {len(answers.learned)} phrasings to choose from", flush=True)
    before = load_file(str(ADAPTER_DIR / ADAPTER)) if stays else {}
    for epoch in _learn(network, plan, RATE_AGAIN if again else RATE, rng):
        # Written first: what follows takes minutes, and a run that is stopped in it should leave something.
        path = _write(network, folder, before, stays)
        with torch.inference_mode():
            print(f"epoch {epoch}: risk: {risk.report(network)}; answers: {answers.report(network)}", flush=True)
    return path


def _learn(network: Network, plan: Plan, rate: float, rng: random.Random) -> Iterator[int]:
    """Goes through the plan; gives the number of each epoch when it is done."""
    optimiser = _optimiser(network, rate)
    steps = sum(math.ceil(len(chosen) / BATCH[task.name]) for epoch in plan for task, chosen in epoch)
    step, started = 0, time.monotonic()
    network.train()
    for number, epoch in enumerate(plan, start=1):
        turns = [(task, batch) for task, chosen in epoch for batch in task.batches(chosen, rng)]
        rng.shuffle(turns)
        losses: Dict[str, List[float]] = {task.name: [] for task, _ in epoch}
        for task, batch in turns:
            pace = min(1.0, step / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
            for group in optimiser.param_groups:
                group["lr"] = group["rate"] * pace
            losses[task.name].append(_take_step(network, optimiser, task, batch))
            step += 1
            if step % 100 == 0:
                means = ", ".join(f"{name} {np.mean(found[-80:]):.3f}" for name, found in losses.items() if found)
                print(f"  step {step} of {steps}: {means}; {time.monotonic() - started:.0f} s", flush=True)
        yield number


def _take_step(network: Network, optimiser: torch.optim.Optimizer, task: Task, batch: List[int]) -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=PRECISION is torch.bfloat16):
        means = network(*task.padded(network, batch))
    loss = task.loss(network, means, batch)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([one for group in optimiser.param_groups for one in group["params"]], 1.0)
    optimiser.step()
    return float(loss.item())


def _optimiser(network: Network, rate: float) -> torch.optim.Optimizer:
    heads = [network.labels, *network.vector.parameters(), *network.risk.parameters()]
    layers = [parameter for parameter in network.layers.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [one for one in layers if one.ndim > 1], "rate": rate, "weight_decay": 0.02},
            {"params": [one for one in layers if one.ndim == 1], "rate": rate / 2, "weight_decay": 0.0},
            {"params": heads, "rate": 2 * rate, "weight_decay": 0.01},
        ],
        lr=rate,
    )


def _write(network: Network, folder: Path, before: Dict[str, torch.Tensor], stays: float) -> Path:
    """Writes the adapter; the share `stays` of each weight is what it was `before`."""
    stored = {"vector.weight": network.vector.weight}
    stored |= {"risk.weight": network.risk.weight, "risk.bias": network.risk.bias}
    for number, layer in enumerate(network.layers):
        start = f"encoder.layer.{number}."
        for attribute, part in MATRICES.items():
            linear = getattr(layer, attribute)
            stored[f"{start}{part}.down"], stored[f"{start}{part}.up"] = linear.down, SCALE * linear.up
            stored[f"{start}{part}.bias"] = linear.bias
        for attribute, part in NORMS.items():
            norm = getattr(layer, attribute)
            stored[f"{start}{part}.weight"], stored[f"{start}{part}.bias"] = norm.weight, norm.bias
    if before:
        stored = {key: stays * before[key].float() + (1 - stays) * value for key, value in stored.items()}
    path = folder / ADAPTER
    save_file({key: value.detach().half().contiguous() for key, value in stored.items()}, str(path))
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Trains the adapter of the English encoder.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=ADAPTER_DIR, help="where the adapter is written")
    parser.add_argument("--again", action="store_true", help="go on from the adapter of the repository")
    parser.add_argument(
        "--new", dest="new_files", nargs="*", default=[], metavar="NAME", help="example files learned from whole"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of all else in an epoch (default 1)")
    parser.add_argument("--fixed", type=int, default=0, help="so many of the lowest layers stay as they are")
    parser.add_argument("--stays", type=float, default=0.0, help="of the adapter it goes on from, in the mean of both")
    written = train(**vars(parser.parse_args()))
    print(written.name, "written")
