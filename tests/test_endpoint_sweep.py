"""Every component that asks an endpoint, in one sweep: scored, and the second time without a request."""

from __future__ import annotations

import numpy as np
import pytest

import ragtune
from tests.endpoint_server import EndpointServer, mixed
from tests.test_sweep import dataset

CANARY = "sk-canary-in-a-sweep-0123456789"


def reply(messages):
    text = messages[-1]["content"]
    return "[2] > [1]" if "Rank the" in text else "birds have hollow bones"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("CANARY_KEY", CANARY)
    with EndpointServer(reply=reply, faults=mixed(0.1)) as server:
        yield server


def config(url):
    at = {
        "base_url": url,
        "model": "m",
        "api_key_env": "CANARY_KEY",
        "backoff_s": 0.002,
        "max_retries": 30,
        "timeout_s": 2,
    }
    return {
        "name": "asked",
        "space": {
            "chunker": "token-window(size_tokens=8)",
            "embedder": {"openai": {**at, "dimensions": 16}},
            "retriever": [
                "dense",
                {"hyde": {**at, "retriever": ["dense", "bm25"]}},
                {"multi-query": {**at, "retriever": "hybrid", "rrf_k": [10, 60]}},
            ],
            "reranker": ["none", {"llm-listwise": {**at, "depth": 6, "window": 4, "stride": 2}}],
            "context": "token-budget(budget_tokens=24)",
        },
        "baseline": {"chunker": "whole-document", "retriever": "bm25", "reranker": "none"},
        "metrics": ["nDCG@5", "span_recall"],
    }


def test_all_of_them_in_one_sweep(server, tmp_path):
    study = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert study.summary["failed"] == []
    assert study.scores.values.shape == (1 + 5 * 2, 3, 3) and not np.isnan(study.scores.values).any()
    asked = len(server.requests)
    assert {path for path, _ in server.requests} == {"/v1/embeddings", "/v1/chat/completions"}
    again = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert again.scores.values.tolist() == study.scores.values.tolist()
    assert len(server.requests) == asked
    assert server.authorizations == {f"Bearer {CANARY}"}
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def test_a_wrong_key_fails_what_needs_it_and_scores_the_rest(server, tmp_path):
    server.faults = {"401": 1.0}
    server.says = f"no such key: {CANARY}"
    study = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert "Check the key in the environment variable CANARY_KEY" in str(study.summary["failed"])
    assert not np.isnan(study.scores.values[0]).any() and np.isnan(study.scores.values[1:]).all()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
