"""What a verb rests on is said by its parameters: knobs that hold components, sources, other verbs."""

from __future__ import annotations

from typing import Annotated

import pytest

from ragtune.chunkers.whole_document import WholeDocument
from ragtune.component import Affects, work
from ragtune.contexts.compressed import Compressed
from ragtune.embedders.minilm import Minilm
from ragtune.embedders.wordllama import Wordllama
from ragtune.engine.step import Step, closure
from ragtune.errors import InputError
from ragtune.pipelines.data import CorpusData, QueryData
from ragtune.pipelines.wiring import wire
from ragtune.retrievers import Retriever
from ragtune.retrievers.bm25 import Bm25
from ragtune.retrievers.dense import Dense
from ragtune.types import Queries, Ranking

CORPUS, QUERIES = Step(CorpusData(digest="c"), "read"), Step(QueryData(digest="q"), "read")


class Louder(Retriever):
    """Shouts the queries."""

    name = "louder"
    retriever: Annotated[Retriever, Affects()] = "bm25"

    @work(keep="no")
    def retriever_queries(self, queries: Queries) -> Queries:
        return Queries(tuple(text.upper() for text in queries.texts))

    @work(keep="no")
    def rank(self, retriever: Ranking, queries: Queries) -> Ranking:
        return retriever


def sources(embedder=None):
    found = {
        "corpus": lambda _: CORPUS,
        "queries": lambda _: QUERIES,
        "chunks": lambda seen: wire(WholeDocument(), "chunk", seen),
    }
    if embedder:
        found["embedder"] = found["vectors"] = lambda seen: wire(embedder, "embed", seen)
        found["query_vectors"] = lambda seen: wire(embedder, "embed_queries", seen)
    return found


def test_a_verb_named_after_a_parameter_and_a_source_changes_what_that_parameter_sees():
    step = wire(Louder(), "rank", sources())
    inner, plain = step.inputs
    assert plain == QUERIES, "the component itself sees the pipeline's own"
    assert inner.verb == "rank" and isinstance(inner.component, Bm25)
    assert inner.inputs[-1] == wire(Louder(), "retriever_queries", sources())
    assert inner.inputs[-1].inputs == (QUERIES,)


def test_vectors_of_the_changed_queries_are_made_by_the_slots_embedder():
    below = list(closure([wire(Louder(retriever="dense"), "rank", sources(Wordllama()))]))
    assert wire(Wordllama(), "embed", sources()) in below
    (queries,) = [step for step in below if step.verb == "embed_queries"]
    assert [step.verb for step in queries.inputs] == ["retriever_queries"]


def test_sentences_are_ranked_for_compression_and_chunks_before_it():
    offered = {**sources(), "ranking": lambda seen: wire(Bm25(), "rank", seen)}
    step = wire(Compressed(), "pack", offered)
    ranking = next(s for s in step.inputs[0].inputs if s.verb == "context_ranking")
    chunks, sentences = ranking.inputs[1], ranking.inputs[2]
    assert str(chunks.component) == "whole-document" and str(sentences.component) == "sentence(size_tokens=32)"
    assert ranking.inputs[3].inputs[0].inputs[0].verb == "retriever_chunks"


def test_what_is_missing_is_told():
    with pytest.raises(InputError, match="retriever dense needs an embedder, and the slot is empty"):
        wire(Dense(), "rank", sources())
    assert wire(Dense(), "rank", sources(Minilm())).inputs[1].verb == "embed_queries"
