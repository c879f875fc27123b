"""The English encoder reads texts alike alone and together, in eight bits nearly as in full, and bounds what it reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest

from bot.errors import ModelError
from bot.text import encoder_graph, english
from bot.text.english import DIMENSIONS, FIRST_TOKENS, LAST_TOKENS, EnglishEncoder, get_english, prepare
from bot.text.published import LAYERS

TEXTS = ["how do i block someone", "he asked me for pictures", "hello", "who can see my story on there"]


def fresh() -> EnglishEncoder:
    return EnglishEncoder(prepare())


def test_vectors_are_unit_rows_and_alike_alone_or_together() -> None:
    together = fresh().read(TEXTS)
    alone = fresh()
    assert together.vectors.shape == (len(TEXTS), DIMENSIONS) and together.vectors.dtype == np.float32
    assert np.linalg.norm(together.vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-4)
    for row, text in enumerate(TEXTS):
        assert np.allclose(alone.read([text]).vectors[0], together.vectors[row], atol=1e-5)


def test_texts_of_one_length_that_go_through_together_do_not_change_each_other() -> None:
    plain, loud = "how do i block someone", "HELP!!! $$$ \u00df\u00df @@@"
    width = len(fresh()._ids(plain))
    strange = next(text for text in (loud[:end] for end in range(1, len(loud) + 1)) if len(fresh()._ids(text)) == width)
    assert np.allclose(fresh().vectors([plain])[0], fresh().vectors([strange, plain])[1], atol=1e-5)


def test_a_message_at_risk_is_read_as_such() -> None:
    risk = get_english().read(["he says he will post my pictures if i do not pay", "how do i cook rice"]).risk
    assert risk[0, 0] > 0 > risk[1, 0]


def test_eight_bits_read_nearly_as_full_precision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_graph, "EightBitNetwork", lambda weights, largest: encoder_graph.Network(weights))
    path = tmp_path / "english.onnx"
    encoder_graph.build(path)
    path.with_suffix(".tokenizer.json").write_bytes(prepare().with_suffix(".tokenizer.json").read_bytes())
    exact, small = EnglishEncoder(path).read(TEXTS), fresh().read(TEXTS)
    assert np.all(np.sum(exact.vectors * small.vectors, axis=1) > 0.99)
    assert np.abs(exact.risk[:, 0] - small.risk[:, 0]).max() < 0.3


def test_each_product_in_eight_bits_has_a_zero_point_of_its_own() -> None:
    """On processors without VNNI ONNX Runtime turns matrix and zero point around: without one, or with one for all, it fails."""
    network = onnx.load(str(prepare())).graph
    products = [node for node in network.node if node.op_type == "MatMulIntegerToFloat"]
    noughts = {node.input[5] for node in products}
    assert len(products) == 4 * LAYERS == len(noughts) <= len({one.name for one in network.initializer} & noughts)


def test_of_a_long_text_beginning_and_end_are_read() -> None:
    encoder = fresh()
    middle = "and then it rained " * 200
    assert len(encoder._ids(middle)) == FIRST_TOKENS + LAST_TOKENS
    one, other = (encoder.read([f"hello. {middle} {end}"]).risk[0, 0] for end in ("see you", "i want to die"))
    assert one != other


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800".encode("utf-8", "replace").decode(), "\u202e\u200f", "😀" * 9000, "a" * 90_000])
def test_any_text_is_read(text: str) -> None:
    assert np.isfinite(fresh().read([text]).risk).all()


def test_no_texts_give_no_rows() -> None:
    assert get_english().vectors([]).shape == (0, DIMENSIONS)


def test_several_threads_read_the_same() -> None:
    encoder = fresh()
    wanted = fresh().vectors(TEXTS)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: encoder.vectors([TEXTS[i % 4]])[0], range(40)))
    assert all(np.allclose(row, wanted[i % 4], atol=1e-5) for i, row in enumerate(found))


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "english-1.onnx"
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="english-1.onnx"):
        EnglishEncoder(path)


def test_a_file_of_another_adapter_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(english, "get_settings", lambda: SimpleNamespace(models_dir=tmp_path))
    monkeypatch.setattr(encoder_graph, "build", lambda path: path.write_bytes(b"built"))
    (tmp_path / "english-000000000000.onnx").write_bytes(b"old")
    path = prepare()
    assert {file.name for file in tmp_path.iterdir()} == {path.name, path.with_suffix(".tokenizer.json").name}
    path.write_bytes(b"kept")
    assert prepare().read_bytes() == b"kept"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    monkeypatch.setattr(english, "get_settings", lambda: SimpleNamespace(models_dir=tmp_path / "models"))
    with pytest.raises(ModelError, match="permissions"):
        prepare()
