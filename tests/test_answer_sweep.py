"""Answers of a model in a sweep: a wrong context gives a wrong answer, and what fails is listed, never scored."""

from __future__ import annotations

import re

import numpy as np
import pytest

import ragtune
from ragtune.datasets import Dataset
from ragtune.errors import ConfigError, StepError
from ragtune.types import Document, Evidence, Query
from tests.endpoint_server import EndpointServer, mixed

FACTS = {"bird": "sings at dawn", "fish": "breathes through gills", "bear": "sleeps in winter", "cat": "hunts by night"}
REFUSAL = "The passages do not answer this question."


def dataset() -> Dataset:
    texts = {name: f"The {name} {does}." for name, does in FACTS.items()}
    queries = [
        Query(name, f"What is said of the {name}?", (Evidence(name, 0, len(text)),), (text,))
        for name, text in texts.items()
    ]
    unanswerable = Query("fox", "What is said of the fox?", answerable=False)
    documents = tuple(Document(name, text) for name, text in texts.items())
    return Dataset("animals", documents, (*queries, unanswerable), {})


def reply(messages) -> str:
    """The passage that names the animal asked for, if it is there; a guess otherwise, or what it was told to say."""
    asked = messages[-1]["content"]
    name = re.search(r"of the (\w+)\?$", asked)[1]
    told = re.search(rf"id=\[(\d+)\]>\n(The {name} [^.]*\.)", asked)
    if told:
        return f"{told[2]} [{told[1]}]"
    return REFUSAL if "reply exactly" in messages[0]["content"] else f"The {name} is blue."


def config(url: str, **chat: object):
    at = {"base_url": url, "model": "m", "backoff_s": 0.002, "max_retries": 12, "timeout_s": 2, **chat}
    return {
        "space": {
            "chunker": "whole-document",
            "embedder": "none",
            "retriever": ["bm25", {"bm25": {"k1": 0.0, "b": 0.0, "depth": 1}}],
            "context": {"token-budget": {"budget_tokens": [1, 200]}},
            "prompt": {"template": {"citations": "brackets", "may_refuse": [True, False]}},
            "generator": {"chat": at},
        },
        "baseline": {"retriever": "bm25", "context": {"token-budget": {"budget_tokens": 200}}, "prompt": "template"},
        "metrics": ["exact_match", "k_precision", "abstention", "citation_recall", "answer_coverage"],
        "maximize": "exact_match",
    }


@pytest.fixture
def server():
    with EndpointServer(reply=reply) as server:
        yield server


def means(study) -> dict[str, dict[str, float]]:
    """Configuration -> metric -> mean."""
    labels = study.record["metrics"]
    return {
        f"{entry['slots']['context']} {entry['slots']['prompt']}": dict(
            zip(labels, study.scores.values[i].mean(axis=1).tolist(), strict=True)
        )
        for i, entry in enumerate(study.record["configurations"])
    }


def test_a_wrong_context_gives_a_wrong_answer(server, tmp_path):
    study = ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    found = means(study)
    whole = [scores for name, scores in found.items() if "'budget_tokens': 200" in name and "may_refuse" not in name]
    cut = [scores for name, scores in found.items() if "'budget_tokens': 1}" in name and "may_refuse" in name]
    assert whole and cut
    for scores in whole:  # four answers right, and the fifth rightly refused
        assert (scores["exact_match"], scores["abstention"], scores["answer_coverage"]) == (1.0, 1.0, 1.0)
    for scores in cut:  # a context of one token holds no answer, and a model that may not refuse guesses
        assert scores["exact_match"] == 0.0 and scores["k_precision"] < 0.8 and scores["answer_coverage"] < 0.5
    asked = len(server.requests)
    ragtune.sweep(dataset(), config(server.url), workspace=tmp_path)
    assert len(server.requests) == asked


def test_what_fails_is_listed_and_asked_for_again(server, tmp_path):
    server.faults = mixed(1.0, ("500",))
    with pytest.raises(StepError, match="500"):
        ragtune.sweep(dataset(), config(server.url, max_retries=0), workspace=tmp_path)
    server.faults = {}
    bear = "of the bear?"
    server.reply = lambda messages: "" if messages[-1]["content"].endswith(bear) else reply(messages)
    partly = ragtune.sweep(dataset(), config(server.url, max_retries=0), workspace=tmp_path)
    at = partly.record["queries"].index("bear")
    answers = slice(partly.record["metrics"].index("exact_match"), None)
    assert np.isnan(partly.scores.values[:, :, at]).any(axis=1).all()
    others = np.delete(partly.scores.values[:, answers], at, axis=2)
    assert not np.isnan(others).any()
    server.reply = reply
    asked = len(server.requests)
    study = ragtune.sweep(dataset(), config(server.url, max_retries=0), workspace=tmp_path)
    assert not np.isnan(study.scores.values).any()
    assert 0 < len(server.requests) - asked <= len(study.record["configurations"])  # the bear's alone


def test_measures_of_answers_need_somebody_who_answers():
    with pytest.raises(ConfigError, match="judges answers, and there are designs with generator: none"):
        ragtune.load_config({"space": {"generator": ["none", "extractive"]}, "metrics": ["k_precision"]})
    assert ragtune.load_config({"metrics": ["k_precision"]}).resolved()["space"]["generator"] == ["extractive"]
    assert ragtune.load_config({}).resolved()["space"]["generator"] == ["none"]


def test_tokens_money_and_time_are_those_of_the_endpoint(server, tmp_path):
    made = config(server.url, model="gpt-4o-mini", stream=True)
    study = ragtune.sweep(dataset(), made, workspace=tmp_path)
    costs = {name: study.costs[name] for name in study.record["costs"]}
    assert (costs["input_tokens"] == 10).all() and (costs["output_tokens"] == 5).all()
    assert (costs["first_token_p50_ms"] > 0).all()
    assert (costs["latency_p50_ms"] >= costs["first_token_p50_ms"]).all()
