"""What designs cost: bytes held, tokens embedded, money; each unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pytest

import ragtune
from ragtune.datasets import load_dataset


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """One document of 3 chunks, for words and for vectors; the contexts are read by a model with a known price."""
    folder = tmp_path_factory.mktemp("costs")
    (folder / "a.txt").write_text("one two three four five six")
    (folder / "queries.jsonl").write_text('{"id": "1", "text": "five", "evidence": [{"doc": "a.txt"}]}\n')
    config = {
        "space": {"chunker": "token-window(size_tokens=2)", "embedder": "wordllama", "retriever": ["bm25", "dense"]},
        "baseline": {"chunker": "token-window(size_tokens=2)", "embedder": "wordllama", "retriever": "dense"},
        "metrics": ["recall@5"],
        "reader": "gpt-4o-mini",
    }
    return ragtune.sweep(load_dataset(folder), config, workspace=folder / "w")


def test_bytes_and_tokens_of_an_index(study):
    dense, bm25 = (next(i for i, c in enumerate(study.record["configurations"]) if c["slots"]["retriever"] == r)
                   for r in ("dense", "bm25"))  # fmt: skip
    held = study.costs["index_bytes"]
    assert held[dense] > 3 * 256 * 4  # three vectors of 256 float32, and where their chunks lie
    assert 0 < held[bm25] < held[dense]
    assert study.costs["embedding_tokens"][dense] == 6
    assert study.costs["embedding_tokens"][bm25] == 0


def test_latency_is_measured_and_rises_with_the_percentile(study):
    p50, p95, p99 = (study.costs[f"latency_p{p}_ms"] for p in (50, 95, 99))
    assert (p50 > 0).all() and (p50 <= p95).all() and (p95 <= p99).all()


def test_money_is_tokens_times_price(study):
    tokens = study.costs["context_tokens"]
    assert tokens[0] == 6  # the whole document fits
    assert study.costs["usd_per_1k"] == pytest.approx(1000 * tokens * 0.15e-6)


def test_a_model_without_a_known_price_is_unknown_and_not_free(study, tmp_path):
    config = {**study.record["config"], "reader": "nobody/model-of-tomorrow", "name": "unknown"}
    again = ragtune.sweep(load_dataset(study.folder.parents[2]), {**config, "dataset": None}, workspace=tmp_path)
    assert np.isnan(again.costs["usd_per_1k"]).all()
