"""Static vectors against the wordllama package, and what the engine relies on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.embedders._static import BATCH_TEXTS, load
from tests.texts import AWKWARD

TEXTS = [
    *(text for text in AWKWARD.values() if text),
    " ",
    "  a  b ",
    "a\x00b\x07c\u200bd",
    "<s> hi </s> x<unk>y",
    "a▁b ▁ c",
    "\U0001f408 \U0001d49c \U00020000",
]


@pytest.mark.filterwarnings("ignore")  # what wordllama warns of is not ours
@pytest.mark.parametrize("dim", [64, 128, 256])
def test_vectors_equal_wordllamas(dim):
    import wordllama

    model = wordllama.WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True, trunc_dim=None if dim == 256 else dim
    )
    theirs = np.concatenate([model.embed([text], norm=True) for text in TEXTS])
    np.testing.assert_allclose(load(dim).encode(TEXTS), theirs, rtol=0, atol=1e-6)


def test_an_empty_text_is_the_zero_vector():
    rows = load(64).encode(["", "cat"])
    assert rows.dtype == np.float32 and rows.shape == (2, 64) and rows.flags.c_contiguous
    assert not rows[0].any() and np.linalg.norm(rows[1]) == pytest.approx(1)
    assert load(64).encode([]).shape == (0, 64)


def test_a_row_does_not_depend_on_its_neighbours():
    encoder = load(256)
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert together.tobytes() == alone.tobytes()
    assert encoder.encode(TEXTS[::-1])[::-1].tobytes() == together.tobytes()


@given(n=st.integers(0, 3 * BATCH_TEXTS))
def test_batches_partition(n):
    batches = load(64).batches(["a"] * n)
    assert [i for batch in batches for i in batch] == list(range(n))
    assert all(0 < len(batch) <= BATCH_TEXTS for batch in batches)
