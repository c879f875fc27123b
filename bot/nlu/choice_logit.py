"""A conditional logit: which of several choices is meant, each weighed by numbers of its own. No Rasa."""

from __future__ import annotations

from typing import Tuple

import numpy as np


def fit_weights(features: np.ndarray, right: np.ndarray, hold: float) -> np.ndarray:
    """The weights under which the right choices together are likeliest: `float32`, shape `(features,)`.

    Args:
        features: Shape `(rows, choices, features)`.
        right: bool, shape `(rows, choices)`.
        hold: Holds the weights back.
    """
    from scipy.optimize import minimize

    def loss(weights: np.ndarray) -> Tuple[float, np.ndarray]:
        shares = softmax(features @ weights)
        of_right = shares * right
        total = np.maximum(of_right.sum(axis=1, keepdims=True), 1e-12)
        slope = np.einsum("qc,qcf->f", shares - of_right / total, features)
        return float(hold * weights @ weights / 2 - np.log(total).sum()), slope + hold * weights

    start = np.zeros(features.shape[-1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x, dtype=np.float32)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares that sum to 1 over the last axis."""
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))
