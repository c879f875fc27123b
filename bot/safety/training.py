"""Trains the classifier from `data/risk/` and keeps it in `models/safety.npz` (plain arrays, no pickle)."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence
from zipfile import BadZipFile

import numpy as np
from threadpoolctl import threadpool_limits

from bot.config import get_settings
from bot.errors import ModelError
from bot.safety.classifier import (
    LEVELS,
    SPEAKERS,
    Evidence,
    Layers,
    RiskClassifier,
    among_targets,
    parts_of,
    risk_targets,
    speaker_features,
    stack_features,
)
from bot.safety.composition import COMPOSED, compose_long
from bot.safety.cues import gather_evidence, get_cues
from bot.safety.examples import DIALOGUE_FILES, EXAMPLES_DIR, FAQ_DIR, RiskExample, fingerprint, load_examples
from bot.safety.kernel import KernelMachine
from bot.safety.patterns import tokenize
from bot.safety.signals import RISK_DIR, get_signals
from bot.text.cleanup import clean
from bot.text.embedding_cache import encode_kept
from bot.text.vocabulary import TEXT_DIR

#: Word lists that training reads; the others choose between texts.
TRAINED_WORDS = ("cues", "groups", "languages")
#: Raised when the meaning of the stored arrays changes.
FORMAT = 8
FOLDS = 4
#: Examples that the kernel machine keeps: one of each of the 22,500 situations, and a few seconds.
SUPPORT = 22900
_SEED = 20240613
#: Weak: a few dozen weights are fitted on thousands of examples.
_LAYER_STRENGTH = 0.3
_SPEAKER_STRENGTH = 3.0


@dataclass(frozen=True)
class Prepared:
    """Examples ready for training; all lists and rows are in the same order.

    Attributes:
        kept: True for examples the kernel machine keeps (see `_support`); all others only teach the layers.
    """

    examples: Sequence[RiskExample]
    texts: List[str]
    embeddings: np.ndarray
    parts: List[List[str]]
    part_embeddings: List[np.ndarray]
    evidence: List[Evidence]
    folds: np.ndarray
    kept: np.ndarray

    @property
    def risky(self) -> np.ndarray:
        """True for examples with a risk."""
        return np.asarray([bool(example.categories) for example in self.examples])


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


def is_current(path: Path | None = None) -> bool:
    """Whether the classifier on disk was made from today's data; if not, whoever needs it next trains for a minute."""
    return _load(path or get_settings().models_dir / "safety.npz", data_stamp()) is not None


def data_stamp() -> str:
    """Changes whenever the examples, signals, word lists or the code of the classifier change."""
    here = Path(__file__).parent
    names = ("classifier", "kernel", "composition", "training", "examples", "cues", "patterns", "signals")
    code = [*(here / f"{name}.py" for name in names), *here.parent.joinpath("text").glob("*.py")]
    questions = [*FAQ_DIR.glob("*.yml"), *DIALOGUE_FILES]
    words = [RISK_DIR / "words" / f"{name}.yml" for name in TRAINED_WORDS]
    data = [*EXAMPLES_DIR.glob("*.jsonl"), *questions, *TEXT_DIR.glob("*"), *words]
    return fingerprint([*code, *data, *(path for path in RISK_DIR.glob("*.yml"))])


def prepare(examples: Sequence[RiskExample], hidden: Sequence[RiskExample] = ()) -> Prepared:
    """Cleans, encodes and searches every example once, and composes long ones.

    Args:
        examples: What is learned from.
        hidden: Further composed messages (`compose_long`), each in the fold of the sentence it tells.
    """
    folds = _folds([example.cluster for example in examples])
    composed, composed_folds = compose_long(examples, folds)
    fold_of = dict(zip((example.cluster for example in examples), folds, strict=True))
    hidden_folds = [fold_of[example.cluster.removeprefix(COMPOSED)] for example in hidden]
    everything = [*examples, *composed, *hidden]
    cues, signals = get_cues(), get_signals()
    cleaned = [clean(example.text) for example in everything]
    parts = [parts_of(text.text) for text in cleaned]
    flat = [part for group in parts for part in group]
    rows = encode_kept(flat, "safety-embeddings.npz")
    part_embeddings = np.split(rows, np.cumsum([len(group) for group in parts])[:-1])
    return Prepared(
        examples=everything,
        texts=[text.text for text in cleaned],
        embeddings=np.stack([group[0] for group in part_embeddings]),
        parts=parts,
        part_embeddings=part_embeddings,
        evidence=[gather_evidence(tokenize(text), signals, cues) for text in cleaned],
        folds=np.concatenate([folds, composed_folds, np.asarray(hidden_folds, dtype=int)]),
        kept=_support([example.cluster for example in examples], len(everything)),
    )


def train(data: Prepared) -> RiskClassifier:
    """Fits the layers on held-out scores, then the kernel machine on everything."""
    # Answering uses one thread a message; training has the machine to itself.
    with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
        layers = fit_layers(data, held_out_scores(data), np.ones(len(data.examples), dtype=bool))
        return RiskClassifier(fit_machine(data, np.flatnonzero(data.kept)), layers)


def fit_machine(data: Prepared, chosen: np.ndarray) -> KernelMachine:
    """Fits a kernel machine on the chosen examples (indices)."""
    examples = [data.examples[i] for i in chosen]
    among = np.flatnonzero(data.risky[chosen])
    return KernelMachine.fit(
        data.embeddings[chosen],
        np.asarray([risk_targets(example.level, example.categories) for example in examples]),
        among,
        np.asarray([among_targets(examples[i].categories, examples[i].speaker) for i in among]),
    )


def held_out_scores(data: Prepared) -> List[np.ndarray]:
    """Kernel scores of every example's parts, each from a machine that never saw its cluster."""
    scores: List[np.ndarray] = [np.empty(0)] * len(data.texts)
    for fold in range(FOLDS):
        machine = fit_machine(data, np.flatnonzero((data.folds != fold) & data.kept))
        outside = np.flatnonzero(data.folds == fold)
        found = machine.scores(np.vstack([data.part_embeddings[i] for i in outside]))
        ends = np.cumsum([len(data.parts[i]) for i in outside])
        for i, rows in zip(outside, np.split(found, ends[:-1]), strict=True):
            scores[i] = rows
    return scores


def fit_layers(data: Prepared, scores: Sequence[np.ndarray], chosen: np.ndarray) -> Layers:
    """Fits the logistic layers on held-out scores.

    Args:
        chosen: True for the examples to learn from.
    """
    pairs = list(zip(scores, data.evidence, strict=True))
    features = np.stack([stack_features(rows, evidence) for rows, evidence in pairs])
    speaking = np.stack([speaker_features(rows, evidence) for rows, evidence in pairs])
    targets = np.asarray([risk_targets(example.level, example.categories) for example in data.examples]) > 0
    risky = chosen & data.risky
    speakers = np.asarray([SPEAKERS.index(example.speaker) for example in data.examples])
    return Layers(
        levels=_fit_layer(features[chosen], targets[chosen, : len(LEVELS)]),
        categories=_fit_layer(features[risky], targets[risky, len(LEVELS) :]),
        speakers=_fit_softmax(speaking[risky], speakers[risky]),
    )


def _fit_layer(features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    columns = []
    for target in targets.T:
        model = LogisticRegression(C=_LAYER_STRENGTH, max_iter=3000).fit(features, target)
        columns.append(np.append(model.coef_[0], model.intercept_[0]))
    return np.stack(columns, axis=1).astype(np.float32)


def _fit_softmax(features: np.ndarray, classes: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    # Half-way between the counts and equal weights: most examples speak of the writer, most tellers are asked for.
    counts = np.bincount(classes, minlength=len(SPEAKERS))
    weights = {i: float(np.sqrt(counts.max() / count)) for i, count in enumerate(counts) if count}
    model = LogisticRegression(C=_SPEAKER_STRENGTH, max_iter=3000, class_weight=weights).fit(features, classes)
    layer = np.zeros((features.shape[1] + 1, len(SPEAKERS)), dtype=np.float32)
    # A speaker that no example has can never be chosen.
    layer[-1] = -30
    layer[:-1, model.classes_] = model.coef_.T
    layer[-1, model.classes_] = model.intercept_
    return layer


def _support(clusters: Sequence[str], total: int) -> np.ndarray:
    """Which examples the machine keeps: the first of every situation, then the second, up to SUPPORT.

    A machine costs the square of its examples in memory and their cube in time; a situation's third and fourth telling
    teach little beside another situation. Where not all of one turn fit they are drawn, so that no file loses more.
    """
    met: Counter[str] = Counter()
    turn = []
    for cluster in clusters:
        turn.append(met[cluster])
        met[cluster] += 1
    kept = np.zeros(total, dtype=bool)
    drawn = np.random.default_rng(_SEED).permutation(len(turn))
    kept[np.lexsort((drawn, np.asarray(turn)))[:SUPPORT]] = True
    return kept


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
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
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
