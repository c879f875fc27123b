"""Fits the second reading and says what it is worth: `python -m bot refit joining`.

Run it after the adapter was trained (`bot/text/adapter/README.md`). Everything here happens on situations that the
adapter never saw, with kernel machines that did not see them either. The tables are five-fold cross-validated over
situations; the thresholds in `config.yml` are chosen on them and on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, List, Sequence, Tuple

import numpy as np

from bot.safety.classifier import LEVELS, LONG_WORDS, SPEAKERS, Reading, RiskClassifier, risk_targets, telling_parts
from bot.safety.composition import COMPOSED, hide_in_long
from bot.safety.examples import load_examples
from bot.safety.levels import CATEGORIES
from bot.safety.second_reading import PATH, SecondReading, encoder_logits, features, speaker_features
from bot.safety.training import Prepared, fit_layers, held_out_scores, prepare
from bot.text.adapter import is_kept

_STRENGTH = 0.3
#: Long messages put together for the fit, so that it learns what one sentence among others weighs.
_HIDDEN = 1200
#: What a composed message weighs in the fit: with the weight of a whole line they made the layer find more in long
#: messages, and less in all others.
_COMPOSED_WEIGHT = 0.5
_FOLDS = 5
#: How the situations begin that were written after the adapter was last trained: it saw none of them, whatever
#: `is_kept` says.
_WRITTEN_LATER: Tuple[str, ...] = ("llm_",)
_STEPS = (0.3, 0.4, 0.45, 0.5, 0.54, 0.58, 0.62, 0.66, 0.7, 0.75, 0.8)


@dataclass(frozen=True)
class Cases:
    """Examples of situations that the adapter never saw; everything is in the same order.

    Attributes:
        first: The classifier's readings, from machines and layers that saw none of them.
        logits: The encoder's, for the whole text and for its telling parts.
        targets: bool, shape `(n, levels + categories)`.
        speakers: int, shape `(n,)`.
        words: How many words each has.
        composed: True for long messages put together from others.
        easy: True for questions of the FAQ.
    """

    clusters: Sequence[str]
    first: Sequence[Reading]
    logits: Sequence[np.ndarray]
    targets: np.ndarray
    speakers: np.ndarray
    words: Sequence[int]
    composed: np.ndarray
    easy: np.ndarray


def gather(data: Prepared) -> Cases:
    """Reads every example of the kept situations twice."""
    clusters = [example.cluster.removeprefix(COMPOSED) for example in data.examples]
    kept = np.asarray([is_kept(cluster) or cluster.startswith(_WRITTEN_LATER) for cluster in clusters])
    scores = held_out_scores(data)
    layers = fit_layers(data, scores, ~kept)
    chosen = np.flatnonzero(kept)
    examples = [data.examples[i] for i in chosen]
    return Cases(
        clusters=[clusters[i] for i in chosen],
        first=[RiskClassifier.reading(layers, scores[i], data.evidence[i]) for i in chosen],
        logits=[encoder_logits(data.texts[i], telling_parts(data.parts[i], scores[i])) for i in chosen],
        targets=np.asarray([risk_targets(example.level, example.categories) for example in examples]) > 0,
        speakers=np.asarray([SPEAKERS.index(example.speaker) for example in examples]),
        words=[len(data.texts[i].split()) for i in chosen],
        composed=np.asarray([example.cluster.startswith(COMPOSED) for example in examples]),
        easy=np.asarray([example.cluster.startswith("faq/") for example in examples]),
    )


def fit(cases: Cases, chosen: np.ndarray) -> SecondReading:
    """Fits the joining layer on the chosen cases (bool); categories and speakers among those with a risk."""
    from sklearn.linear_model import LogisticRegression

    rows = np.stack([features(first, logits) for first, logits in zip(cases.first, cases.logits, strict=True)])
    speaking = np.stack([speaker_features(first, logits) for first, logits in zip(cases.first, cases.logits)])
    risky = chosen & cases.targets[:, 0]
    told = np.where(cases.composed, _COMPOSED_WEIGHT, 1.0)
    columns = []
    for output, target in enumerate(cases.targets.T):
        used = chosen if output < len(LEVELS) else risky
        model = LogisticRegression(C=_STRENGTH, max_iter=3000).fit(rows[used], target[used], sample_weight=told[used])
        columns.append(np.append(model.coef_[0], model.intercept_[0]))
    # Most examples speak of the writer; half-way to equal weights, as in the first reading.
    counts = np.bincount(cases.speakers[risky], minlength=len(SPEAKERS))
    weights = {i: float(np.sqrt(counts.max() / count)) for i, count in enumerate(counts) if count}
    softmax = LogisticRegression(C=_STRENGTH, max_iter=3000, class_weight=weights)
    softmax.fit(speaking[risky], cases.speakers[risky], sample_weight=told[risky])
    speakers = np.zeros((speaking.shape[1] + 1, len(SPEAKERS)))
    # A speaker that no example has can never be chosen.
    speakers[-1] = -30
    speakers[:-1, softmax.classes_], speakers[-1, softmax.classes_] = softmax.coef_.T, softmax.intercept_
    return SecondReading(np.stack(columns, axis=1).astype(np.float32), speakers.astype(np.float32))


def cross_validated(cases: Cases) -> List[Reading]:
    """The reading that each case would get, from a layer that saw nothing of its situation."""
    names = sorted(set(cases.clusters))
    fold_of = dict(zip(names, np.random.default_rng(1).integers(0, _FOLDS, len(names)), strict=True))
    folds = np.asarray([fold_of[name] for name in cases.clusters])
    found = list(cases.first)
    for fold in range(_FOLDS):
        layer = fit(cases, folds != fold)
        for i in np.flatnonzero(folds == fold):
            found[i] = layer.joined(found[i], cases.logits[i])
    return found


def table(cases: Cases, readings: Sequence[Reading]) -> Iterator[str]:
    """One line a threshold: reactions on near-misses and recall, for each level; then categories and speakers."""
    levels = np.asarray([[reading.levels[level] for level in LEVELS] for reading in readings])
    told = ~cases.composed
    quiet = told & ~cases.targets[:, 0] & ~cases.easy
    risky, urgent, now = (told & cases.targets[:, i] for i in range(len(LEVELS)))
    yield "threshold   any: quiet  recall   escalate: quiet  recall   emergency: precision  recall"
    for step in _STEPS:
        above = levels >= step
        yield (
            f"{step:9.2f}   {above[quiet, 0].mean():10.3f}  {above[risky, 0].mean():6.3f}"
            f"   {above[quiet, 1].mean():15.3f}  {above[urgent, 1].mean():6.3f}"
            f"   {now[above[:, 2] & told].mean():20.3f}  {above[now, 2].mean():6.3f}"
        )
    categories = np.asarray([[reading.categories[name] for name in CATEGORIES] for reading in readings])
    chosen = np.flatnonzero(risky)
    right = cases.targets[chosen, len(LEVELS) + categories[chosen].argmax(axis=1)].mean()
    speakers = np.asarray([[reading.speakers[known] for known in SPEAKERS] for reading in readings])
    spoken = (speakers[chosen].argmax(axis=1) == cases.speakers[chosen]).mean()
    long = np.asarray([length > LONG_WORDS * 2 for length in cases.words])
    rows = [risky & long, quiet & long, cases.composed & cases.targets[:, 0], cases.composed & ~cases.targets[:, 0]]
    reached = ", ".join(f"{(levels[row, 0] >= 0.55).mean():.3f} of {row.sum()}" for row in rows)
    yield f"reactions at 0.55 on long ones: risky, quiet, composed risky, composed quiet: {reached}"
    yield f"leading category right {right:.3f}, speaker right {spoken:.3f}"
    for step in (0.25, 0.3, 0.35, 0.4, 0.45):
        named = categories[chosen] >= step
        true = cases.targets[chosen][:, len(LEVELS) :]
        both = (named & true).sum()
        yield f"category at {step:.2f}: precision {both / named.sum():.3f}, recall {both / true.sum():.3f}"


def main() -> None:
    """Fits on all kept situations, writes the layer, prints the tables before and after."""
    examples = load_examples()
    hidden = hide_in_long([example for example in examples if is_kept(example.cluster)], _HIDDEN)
    cases = gather(prepare(examples, hidden))
    print(f"{len(cases.first)} examples in {len(set(cases.clusters))} situations that the adapter never saw")
    for title, readings in (("First reading", cases.first), ("Both", cross_validated(cases))):
        print(title)
        for line in table(cases, readings):
            print("  " + line)
    layer = fit(cases, np.ones(len(cases.first), dtype=bool))
    np.savez(PATH, risk=layer.risk, speakers=layer.speakers)
