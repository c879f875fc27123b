"""How well the classifier does on situations it never saw: `python -m bot.safety.cross_validation`.

Four folds over clusters of `data/risk/examples`; signals and layers included. The thresholds in `config.yml` are
chosen on this table and on nothing else.
"""

from __future__ import annotations

from typing import Iterator

import numpy as np

from bot.safety.classifier import RiskClassifier
from bot.safety.examples import load_examples
from bot.safety.levels import RiskLevel
from bot.safety.training import FOLDS, Prepared, fit_layers, held_out_scores, prepare

_STEPS = (0.3, 0.4, 0.45, 0.5, 0.53, 0.56, 0.6, 0.65, 0.7)


def held_out_probabilities(data: Prepared) -> np.ndarray:
    """Probabilities of every example that was not composed: `float64`, shape `(n, levels + categories)`."""
    scores, told = held_out_scores(data), _told(data)
    found = []
    order = []
    for fold in range(FOLDS):
        layers = fit_layers(data, scores, data.folds != fold)
        for i in np.flatnonzero((data.folds == fold) & told):
            levels, categories = RiskClassifier.probabilities(layers, scores[i], data.evidence[i])
            found.append(np.concatenate([levels, categories]))
            order.append(i)
    return np.stack(found)[np.argsort(order)]


def _told(data: Prepared) -> np.ndarray:
    return np.asarray([not example.cluster.startswith("composed ") for example in data.examples])


def table(data: Prepared) -> Iterator[str]:
    """One line a threshold: reactions on near-misses and recall, for each level."""
    probabilities = held_out_probabilities(data)
    examples = [example for example, real in zip(data.examples, _told(data), strict=True) if real]
    levels = np.asarray([int(example.level) for example in examples])
    # Questions from the FAQ are easy; the near-misses written for the classifier set the bar.
    quiet = (levels == 0) & ~np.asarray([example.cluster.startswith("faq/") for example in examples])
    yield "threshold   any: quiet  recall   escalate: quiet  recall   emergency: precision  recall"
    for step in _STEPS:
        above = probabilities[:, :3] >= step
        risky, urgent, now = (levels >= int(level) for level in list(RiskLevel)[1:])
        yield (
            f"{step:9.2f}   {above[quiet, 0].mean():10.3f}  {above[risky, 0].mean():6.3f}"
            f"   {above[quiet, 1].mean():15.3f}  {above[urgent, 1].mean():6.3f}"
            f"   {now[above[:, 2]].mean():20.3f}  {above[now, 2].mean():6.3f}"
        )


if __name__ == "__main__":
    for line in table(prepare(load_examples())):
        print(line)
