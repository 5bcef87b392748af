"""Token vectors as whole numbers: what is kept, their cosines, and that nothing depends on what shares a product."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.errors import StepError
from ragtune.rerankers._token_codes import TokenCodes, greatest_cosines, pack, unpack

VECTORS = np.array([[0.6, -0.8, 0.0], [0.25, 0.125, -0.5]], dtype=np.float32)


def held(*texts, stored="int8", dim=8):
    return unpack([pack(np.reshape(text, (-1, dim)).astype(np.float32), stored) for text in texts], stored, "it")


def test_int8_scales_each_token_to_127():
    assert unpack([pack(VECTORS, "int8")], "int8", "it").code.tolist() == [[95, -127, 0], [64, 32, -127]]
    assert unpack([pack(0 * VECTORS, "int8")], "int8", "it").code.tolist() == [[0, 0, 0]] * 2


def test_binary_keeps_which_numbers_are_above_zero():
    assert unpack([pack(VECTORS, "binary")], "binary", "it").code.tolist() == [[0b10000000], [0b11000000]]


def test_texts_are_end_to_end():
    codes = held(np.eye(8)[:2], np.zeros((0, 8)), np.eye(8)[5])
    assert codes.begin.tolist() == [0, 2, 2, 3]
    assert codes.of(0).tolist() == (127 * np.eye(8)[:2]).tolist() and codes.of(1).shape == (0, 8)
    assert unpack(codes.rows(), "int8", "it").code.tolist() == codes.code.tolist()
    assert unpack([], "binary", "it").begin.tolist() == [0]


def test_cosines_with_bytes():
    # (3, 4) with (4, 3): 24 / 25; with (1, 0): 3 / 5. Lengths do not count; a text without tokens has -1.
    asked = np.array([[3, 4], [-1, 0]], dtype=np.int8)
    codes = TokenCodes(np.array([[4, 3], [100, 0], [0, 0]], dtype=np.int8), np.array([0, 2, 2, 3]))
    found = greatest_cosines(asked, codes, np.array([0, 1, 2]))
    assert found == pytest.approx(np.array([[0.96, -1.0, 0.0], [-0.8, -1.0, 0.0]]))
    assert greatest_cosines(asked, codes, np.array([], dtype=np.int64)).shape == (2, 0)


def test_cosines_with_bits():
    # 5 numbers: (1, 1, -1, -1, -1) with (2, 1, 0, 0, 2) is 2 + 1 - 2 = 1, lengths sqrt(5) and 3
    codes = held([[1, 1, -1, -1, -1], [-1, -1, -1, -1, -1]], stored="binary", dim=5)
    found = greatest_cosines(np.array([[2, 1, 0, 0, 2]], dtype=np.int8), codes, np.array([0]))
    assert found == pytest.approx(1 / (3 * np.sqrt(5)))


@pytest.mark.parametrize("stored", ["int8", "binary"])
@pytest.mark.parametrize("dim", [24, 1200])
def test_a_pair_is_the_same_whatever_it_is_computed_beside(stored, dim):
    """Also where the tokens fill more than one block, and where float32 does not hold the sums."""
    rng = np.random.default_rng(0)
    codes = held(*(rng.normal(size=(n, dim)) for n in (1, 700, 30, 0, 900, 5)), stored=stored, dim=dim)
    asked = rng.integers(-127, 128, size=(40, dim)).astype(np.int8)
    together = greatest_cosines(asked, codes, np.arange(6))
    for text in range(6):
        for token in (0, 17, 39):
            alone = greatest_cosines(asked[token : token + 1], codes, np.array([text]))
            assert alone.tobytes() == together[token, text].tobytes()
    numbers = codes.code.astype(float)
    if stored == "binary":
        numbers = 2.0 * np.unpackbits(codes.code, axis=1, count=dim) - 1
    exact = numbers @ asked.T / np.linalg.norm(numbers, axis=1)[:, None] / np.linalg.norm(asked.astype(float), axis=1)
    assert together[:, 1] == pytest.approx(exact[1:701].max(axis=0), abs=1e-6)


def test_a_model_that_changed_behind_its_name():
    with pytest.raises(StepError, match="it has token vectors of sizes 2 and 3"):
        unpack([pack(VECTORS, "int8"), pack(VECTORS[:, :2], "int8")], "int8", "it")
