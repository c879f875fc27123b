"""Matrices in whole numbers multiply as the originals do, within the error they promise."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.text.compact import CompactMatrix, FineMatrix


def test_rounding_stays_within_half_a_step():
    matrix = np.random.default_rng(1).normal(size=(7, 300)).astype(np.float32)
    compact = CompactMatrix.of(matrix)
    back = compact.codes * compact.scales[:, None]
    assert (np.abs(back - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 126 * 1.001).all()


def test_fine_rounding_stays_within_half_a_step():
    matrix = np.random.default_rng(1).normal(size=(7, 300)).astype(np.float32)
    fine = FineMatrix.of(matrix)
    back = (127 * fine.codes[0].astype(int) + fine.codes[1]) * fine.scales[:, None]
    assert (np.abs(back - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 16_128 * 1.001).all()


@pytest.mark.parametrize("columns", [1, 512, 60_000])
def test_fine_products_of_shares_are_those_of_the_matrix(columns):
    random = np.random.default_rng(2)
    matrix = random.normal(size=(9, columns)).astype(np.float32)
    shares = random.uniform(size=(3, columns)).astype(np.float32)
    shares[0, 0], shares[1, 0] = 0, 1
    # Each entry is off by at most half a step of its row, and each share by half of 1 / 65,025.
    allowed = np.abs(matrix).max() / 16_128 * np.sqrt(columns) + np.abs(matrix).sum(axis=1).max() / 130_050
    assert np.abs(FineMatrix.of(matrix).products(shares) - shares @ matrix.T).max() <= allowed + 1e-5


@pytest.mark.parametrize("columns", [1, 512, 100_000])
def test_eight_bits_multiply_within_the_rounding_of_the_row(columns):
    random = np.random.default_rng(2)
    compact = CompactMatrix.of(_unit(random.normal(size=(9, columns))))
    rows = _unit(random.normal(size=(3, columns)))
    expected = rows @ (compact.codes * compact.scales[:, None]).T
    half_step = (max(rows.max(), 0) - min(rows.min(), 0)) / 255 / 2
    worst = half_step * np.abs(compact.codes * compact.scales[:, None]).sum(axis=1).max()
    assert np.abs(compact.similarities(rows) - expected).max() <= worst * 1.01 + 1e-6


def test_two_largest_products_fit_where_a_processor_adds_them_in_sixteen_bits():
    matrix = np.eye(4, dtype=np.float32)
    for codes in (CompactMatrix.of(matrix).codes, FineMatrix.of(matrix).codes):
        assert 2 * 255 * np.abs(codes.astype(int)).max() <= np.iinfo(np.int16).max


def test_several_threads_may_multiply_at_once():
    random = np.random.default_rng(3)
    compact = CompactMatrix.of(_unit(random.normal(size=(500, 64))))
    rows = [_unit(random.normal(size=(1, 64))) for _ in range(40)]
    expected = [compact.similarities(row) for row in rows]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(compact.similarities, rows))
    np.testing.assert_array_equal(found, expected)


def test_a_row_of_zeros_stays_zero():
    zeros, ones = np.zeros((2, 4), dtype=np.float32), np.ones((1, 4), dtype=np.float32)
    assert not CompactMatrix.of(zeros).similarities(ones).any()
    assert not FineMatrix.of(zeros).products(ones).any()


def test_a_matrix_for_use_multiplies_alike_and_keeps_no_codes():
    matrix = _unit(np.random.default_rng(4).normal(size=(30, 16)))
    for made, multiply in ((CompactMatrix.of(matrix), "similarities"), (FineMatrix.of(np.abs(matrix)), "products")):
        kept = type(made).for_use(made.codes, made.scales)
        rows = np.abs(matrix[:3])
        np.testing.assert_array_equal(getattr(kept, multiply)(rows), getattr(made, multiply)(rows))
        assert kept.codes.size == 0


def _unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("rows", [6, 22, 30, 54])
@pytest.mark.parametrize("texts", [1, 32, 100])
def test_a_matrix_that_fills_no_tiles_gives_right_products_for_many_rows(rows, texts):
    """ONNX Runtime on a processor with AMX gave what lay in memory for every 32nd text and the last rows of such a matrix."""
    chance = np.random.default_rng(5)
    matrix = chance.normal(size=(rows, 512)).astype(np.float32) / 22
    given = chance.normal(size=(texts, 512)).astype(np.float32) / 22
    assert np.abs(CompactMatrix.of(matrix).similarities(given) - given @ matrix.T).max() < 0.1
    shares = chance.random((texts, 512), dtype=np.float32)
    assert np.abs(FineMatrix.of(matrix).products(shares) - shares @ matrix.T).max() < 0.01
