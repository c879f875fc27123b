"""The second encoder gives unit vectors, as published or adapted, and shares the work of its lower layers."""

from __future__ import annotations

import numpy as np
import pytest

from bot.errors import ModelError
from bot.text import minilm
from bot.text.adapters import ANSWERS, RISK
from bot.text.minilm import DIMENSIONS, get_minilm

TEXTS = ["how do i block someone", "he asked me for pictures", "hello"]


@pytest.mark.parametrize("adapter", ["", ANSWERS])
def test_rows_are_unit_vectors_and_alike_ones_alone_or_together(adapter: str) -> None:
    together = minilm.MiniLMEncoder().encode(TEXTS, adapter)
    alone = np.vstack([minilm.MiniLMEncoder().encode([text], adapter) for text in TEXTS])
    assert together.shape == (3, DIMENSIONS) and together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert together == pytest.approx(alone, abs=1e-5)


def test_an_adapted_row_differs_from_the_published_one() -> None:
    published, adapted = get_minilm().encode(TEXTS), get_minilm().encode(TEXTS, ANSWERS)
    assert np.all(np.sum(published * adapted, axis=1) < 0.99)


def test_a_second_form_of_a_message_reuses_the_shared_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = []
    real = minilm._layer

    def counting(hidden: np.ndarray, weights: object, name: str) -> np.ndarray:
        computed.append(name)
        return real(hidden, weights, name)

    monkeypatch.setattr(minilm, "_layer", counting)
    encoder = minilm.MiniLMEncoder()
    encoder.encode(["who can see my story"], ANSWERS)
    first = len(computed)
    encoder.read(["who can see my story"], RISK)
    assert first == 6 and computed[first:] == ["encoder.layer.4.", "encoder.layer.5."]


def test_a_message_at_risk_is_read_as_such() -> None:
    logits = get_minilm().read(["he says he will post my pictures if i do not pay", "how do i cook rice"], RISK)
    assert logits[0, 0] > 0 > logits[1, 0]


def test_an_unknown_adapter_or_one_without_a_head_is_named() -> None:
    with pytest.raises(ModelError, match="nosuch.safetensors"):
        get_minilm().read(["hello"], "nosuch")
    with pytest.raises(ModelError, match="has no head"):
        get_minilm().read(["hello"], ANSWERS)


def test_no_texts_give_no_rows() -> None:
    assert get_minilm().encode([], ANSWERS).shape == (0, DIMENSIONS)
