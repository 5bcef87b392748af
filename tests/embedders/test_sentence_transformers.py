"""The knobs of sentence-transformers; its models are made here, tiny and random."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from ragtune.embedders import _hub
from ragtune.embedders import sentence_transformers as module
from ragtune.embedders.sentence_transformers import SentenceTransformers
from ragtune.errors import MissingModelError, StepError
from tests.contracts.run import Unkept

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "query", "passage", ":", "birds", "sing", "cats", "dogs")
TEXTS = ["birds sing", "cats", "dogs sing"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tiny BERT whose configuration has prompts."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=32, **shape)).save_pretrained(folder / "bert")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=32).save_pretrained(folder / "bert")
    prompts = {"query": "query: ", "passage": "passage: "}
    made = SentenceTransformer(modules=[Transformer(str(folder / "bert")), Pooling(16)], prompts=prompts, device="cpu")
    made.save_pretrained(str(folder / "model"))
    return str(folder / "model")


def vectors(model, *, queries=False, **knobs):
    return SentenceTransformers(model=model, device="cpu", **knobs).encoder(queries=queries).encode(TEXTS)


def test_the_models_own_prompts_are_used_unless_others_are_given(model):
    for queries, own in ((True, "query: "), (False, "passage: ")):
        knob = "query_prompt" if queries else "document_prompt"
        told = vectors(model, queries=queries)
        assert np.abs(told - vectors(model, queries=queries, **{knob: own})).max() == 0
        assert np.abs(told - vectors(model, queries=queries, **{knob: ""})).max() > 1e-3
    plain = {"query_prompt": "", "document_prompt": ""}
    assert (
        np.abs(vectors(model, queries=True, **plain) - vectors(model, **plain)).max() < 1e-6
    )  # one by one, in a batch


def test_truncated_vectors_are_the_first_dimensions_at_unit_length(model):
    whole, cut = vectors(model), vectors(model, truncate_dim=4)
    first = whole[:, :4] / np.linalg.norm(whole[:, :4], axis=1, keepdims=True)
    assert cut.shape == (3, 4) and np.abs(cut - first).max() < 1e-6
    embedder = SentenceTransformers(model=model, truncate_dim=4)
    assert embedder.vectors(TEXTS, Unkept(), queries=False).matrix.shape == (3, 4)


def test_lengths_are_kept_where_wanted(model):
    raw, unit = vectors(model, normalize=False), vectors(model)
    assert np.linalg.norm(unit, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.abs(raw / np.linalg.norm(raw, axis=1, keepdims=True) - unit).max() < 1e-6
    assert np.ptp(np.linalg.norm(raw, axis=1)) > 1e-4


@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_lower_precision_is_near_and_is_another_model(model, dtype):
    rough, exact = vectors(model, dtype=dtype), vectors(model)
    assert rough.dtype == np.float32 and 0 < np.abs(rough - exact).max() < 0.05
    knobs = [
        SentenceTransformers(model=model, **k)
        for k in ({}, {"dtype": dtype}, {"truncate_dim": 4}, {"normalize": False})
    ]
    assert len({embedder.key("embed") for embedder in knobs}) == 4
    assert SentenceTransformers(model=model, device="cpu").key("embed") == knobs[0].key("embed")


def test_a_prompt_enters_the_keys_of_its_own_texts_only(model):
    plain, asked = SentenceTransformers(model=model), SentenceTransformers(model=model, query_prompt="q: ")
    assert plain.key("embed") == asked.key("embed") and plain.key("embed_queries") != asked.key("embed_queries")


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_backend_that_is_not_installed_names_the_line_to_run(model, backend, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MissingModelError, match=rf"pip install 'sentence-transformers\[{backend}\]'"):
        SentenceTransformers(model=model, backend=backend).encoder(queries=False)
    with pytest.raises(ValidationError, match="dtype bf16 is for the backend torch"):
        SentenceTransformers(model=model, backend=backend, dtype="bf16")


def test_a_vector_of_zeros_fails_naming_the_text(model, monkeypatch):
    monkeypatch.setattr(module._Encoder, "encode", lambda self, texts: np.zeros((len(texts), 16), np.float32))
    with pytest.raises(StepError, match="the zero vector for the text 'birds sing'"):
        SentenceTransformers(model=model).vectors(["birds sing"], Unkept(), queries=False)


def test_a_hub_that_cannot_be_reached_ends_soon_and_says_what_to_do(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    embedder = SentenceTransformers(model="nobody/no-model-of-this-name")
    began = time.monotonic()
    for work in (lambda: embedder.key("embed"), lambda: embedder.encoder(queries=True)):
        with pytest.raises(MissingModelError, match="hf download nobody/no-model-of-this-name --local-dir"):
            work()
    assert time.monotonic() - began < 10


def test_a_model_in_the_hubs_cache_is_known_by_its_commit_and_loaded_from_there(tmp_path, monkeypatch):
    from huggingface_hub import constants

    snapshot = tmp_path / "models--me--mine" / "snapshots" / ("c" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").write_bytes(b"")
    refs = tmp_path / "models--me--mine" / "refs"
    refs.mkdir()
    (refs / "main").write_text("c" * 40)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    snapshot_download = sys.modules["huggingface_hub._snapshot_download"]
    for holder in (constants, getattr(snapshot_download, "constants", constants)):
        monkeypatch.setattr(holder, "HF_HUB_CACHE", str(tmp_path))
    assert SentenceTransformers(model="me/mine").key("embed").endswith(f"me/mine@{'c' * 40}")
    assert Path(_hub.place("embedder", "me/mine", None)) == snapshot


def test_what_the_key_is_made_of(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"1")
    (tmp_path / "README.md").write_text("told")
    _hub.fingerprint.cache_clear()
    before = SentenceTransformers(model=str(tmp_path)).key("embed")
    assert json.loads(before[before.index("{") : before.rindex("}") + 1])["dtype"] == "fp32"
    (tmp_path / "README.md").write_text("retold")
    _hub.fingerprint.cache_clear()
    assert SentenceTransformers(model=str(tmp_path)).key("embed") == before
    (tmp_path / "model.onnx").write_bytes(b"2")
    _hub.fingerprint.cache_clear()
    assert SentenceTransformers(model=str(tmp_path)).key("embed") != before
