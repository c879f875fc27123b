"""Trains the classifier from `data/risk/` and keeps it in `models/safety.npz` (plain arrays, no pickle)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np

from bot.config import get_settings
from bot.errors import ModelError
from bot.safety.classifier import (
    LEVELS,
    Evidence,
    RiskClassifier,
    parts_of,
    stack_features,
    targets_of,
)
from bot.safety.cues import gather_evidence, get_cues
from bot.safety.embedding_cache import encode_kept
from bot.safety.examples import EXAMPLES_DIR, FAQ_DIR, RiskExample, fingerprint, load_examples
from bot.safety.kernel import KernelMachine
from bot.safety.levels import CATEGORIES
from bot.safety.patterns import tokenize
from bot.safety.signals import RISK_DIR, get_signals
from bot.text.cleanup import clean
from bot.text.vocabulary import TEXT_DIR

#: Raised when the meaning of the stored arrays changes.
FORMAT = 3
FOLDS = 4
_SEED = 20240613
#: Weak: a few dozen weights are fitted on thousands of examples.
_LAYER_STRENGTH = 0.3


@dataclass(frozen=True)
class Prepared:
    """Examples ready for training; all lists and rows are in the same order."""

    examples: Sequence[RiskExample]
    texts: List[str]
    embeddings: np.ndarray
    parts: List[List[str]]
    part_embeddings: List[np.ndarray]
    evidence: List[Evidence]
    targets: np.ndarray
    folds: np.ndarray


def load_or_train(path: Path | None = None) -> RiskClassifier:
    """The classifier for today's data: from disk when it is fresh, else trained and kept."""
    path = path or get_settings().models_dir / "safety.npz"
    stamp = data_stamp()
    stored = _load(path, stamp)
    if stored is not None:
        return stored
    classifier = train(prepare(load_examples()))
    _store(path, classifier, stamp)
    return classifier


def data_stamp() -> str:
    """Changes whenever the examples, signals, word lists or the code of the classifier change."""
    here = Path(__file__).parent
    names = ("classifier", "kernel", "features", "training", "examples", "cues", "patterns", "signals")
    code = [*(here / f"{name}.py" for name in names), *here.parent.joinpath("text").glob("*.py")]
    data = [*EXAMPLES_DIR.glob("*.jsonl"), *FAQ_DIR.glob("*.yml"), *TEXT_DIR.glob("*"), *(RISK_DIR / "words").glob("*")]
    return fingerprint([*code, *data, *(path for path in RISK_DIR.glob("*.yml") if path.name != "thresholds.yml")])


def prepare(examples: Sequence[RiskExample]) -> Prepared:
    """Cleans, encodes and searches every example once."""
    cues, signals = get_cues(), get_signals()
    texts = [clean(example.text).text for example in examples]
    parts = [parts_of(text) for text in texts]
    flat = [part for group in parts for part in group]
    rows = encode_kept(flat)
    ends = np.cumsum([len(group) for group in parts])
    part_embeddings = np.split(rows, ends[:-1])
    targets = [targets_of(example.level, example.categories, example.speaker) for example in examples]
    return Prepared(
        examples=examples,
        texts=texts,
        embeddings=np.stack([group[0] for group in part_embeddings]),
        parts=parts,
        part_embeddings=part_embeddings,
        evidence=[gather_evidence(tokenize(clean(example.text)), signals, cues) for example in examples],
        targets=np.asarray(targets, dtype=np.float32),
        folds=_folds([example.cluster for example in examples]),
    )


def train(data: Prepared) -> RiskClassifier:
    """Fits the logistic layer on held-out scores, then the kernel machine on everything."""
    features, _ = held_out_features(data)
    layer = fit_layer(features, _layer_targets(data))
    return RiskClassifier(KernelMachine.fit(data.texts, data.embeddings, data.targets), layer)


def held_out_features(data: Prepared) -> Tuple[np.ndarray, np.ndarray]:
    """Layer features and raw scores of every example, each from a machine that never saw its cluster."""
    scores: List[np.ndarray] = [np.empty(0)] * len(data.texts)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(data.folds != fold), np.flatnonzero(data.folds == fold)
        machine = KernelMachine.fit([data.texts[i] for i in inside], data.embeddings[inside], data.targets[inside])
        flat = [part for i in outside for part in data.parts[i]]
        found = machine.scores(flat, np.vstack([data.part_embeddings[i] for i in outside]))
        ends = np.cumsum([len(data.parts[i]) for i in outside])
        for i, rows in zip(outside, np.split(found, ends[:-1]), strict=True):
            scores[i] = rows
    features = [stack_features(rows, evidence) for rows, evidence in zip(scores, data.evidence, strict=True)]
    return np.stack(features), np.stack([rows[0] for rows in scores])


def fit_layer(features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """One logistic regression an output; `float32`, shape `(features + 1, outputs)`."""
    from sklearn.linear_model import LogisticRegression

    columns = []
    for target in targets.T:
        model = LogisticRegression(C=_LAYER_STRENGTH, max_iter=2000).fit(features, target > 0)
        columns.append(np.append(model.coef_[0], model.intercept_[0]))
    return np.stack(columns, axis=1).astype(np.float32)


def _layer_targets(data: Prepared) -> np.ndarray:
    return data.targets[:, : len(LEVELS) + len(CATEGORIES)]


def _folds(clusters: Sequence[str]) -> np.ndarray:
    names = sorted(set(clusters))
    drawn = np.random.default_rng(_SEED).integers(0, FOLDS, len(names))
    fold_of = dict(zip(names, drawn, strict=True))
    return np.asarray([fold_of[name] for name in clusters])


def _load(path: Path, stamp: str) -> RiskClassifier | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["stamp"]) != f"{FORMAT}:{stamp}":
                return None
            return RiskClassifier.from_arrays({name: stored[name] for name in stored.files})
    except (OSError, ValueError, KeyError, EOFError):
        # A half-written or foreign file: train again rather than stop.
        return None


def _store(path: Path, classifier: RiskClassifier, stamp: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(draft, stamp=np.asarray(f"{FORMAT}:{stamp}"), **classifier.arrays())
        # Two processes may train at once; each writes its own file and the last one wins.
        draft.replace(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be written ({error.strerror}); check the folder's permissions.") from None
