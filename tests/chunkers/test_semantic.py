"""Cuts where the meaning turns, against LlamaIndex's parser fed with the same vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.chunkers.semantic import Semantic
from ragtune.component import parse
from ragtune.embedders.wordllama import Wordllama
from ragtune.errors import InputError
from ragtune.pipelines.wiring import wire
from ragtune.types import Vectors
from tests.chunkers.cutting import TOKENIZER, chunks_of, missed, sizes
from tests.contracts.run import Exact, Unkept
from tests.texts import AWKWARD, corpus

TEXT = "Cats sleep all day. Cats purr at night. Cats eat fish. Rates rose in May. Banks lend money. Bonds fell again."


def cut_with(matrix, text: str, **knobs) -> list[str]:
    """The chunks' texts when the sentence groups have the given vectors."""
    documents = corpus(text)
    semantic = Semantic(max_tokens=None, **knobs)
    groups = semantic.embedder_chunks(documents)
    vectors = Vectors(np.asarray(matrix, dtype=np.float32))
    return semantic.cut(documents, vectors, groups, TOKENIZER.tokenize(documents)).texts(documents)


def test_by_hand():
    """Five distances of which only the third is not zero; it alone is above their 80th percentile."""
    cats, money = [1.0, 0.0], [0.0, 1.0]
    assert cut_with([cats, cats, cats, money, money, money], TEXT, breakpoint_percentile=80) == [
        "Cats sleep all day. Cats purr at night. Cats eat fish.",
        "Rates rose in May. Banks lend money. Bonds fell again.",
    ]
    assert cut_with([cats] * 6, TEXT) == [TEXT]


def test_groups_are_sentences_with_their_neighbours():
    documents = corpus("One. Two. Three. Four.", "", "  ", "Alone")
    groups = Semantic().embedder_chunks(documents)
    assert groups.texts(documents) == ["One. Two. ", "One. Two. Three. ", "Two. Three. Four.", "Three. Four.", "Alone"]
    assert groups.document.tolist() == [0, 0, 0, 0, 3]


@pytest.mark.parametrize("buffer, percentile", [(1, 95), (1, 50), (2, 80), (3, 0)])
def test_cuts_what_llama_index_cuts(buffer, percentile):
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SemanticSplitterNodeParser
    from llama_index.core.schema import Document

    class Same(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return Exact().vectors([text], Unkept(), queries=False).matrix[0].tolist()

        _get_query_embedding = _get_text_embedding

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    parser = SemanticSplitterNodeParser(
        embed_model=Same(), buffer_size=buffer, breakpoint_percentile_threshold=percentile
    )
    for text in (TEXT, AWKWARD["astral"][:200], "Only one"):
        documents = corpus(text)
        semantic = Semantic(buffer_size=buffer, breakpoint_percentile=percentile, max_tokens=None)
        groups = semantic.embedder_chunks(documents)
        vectors = Exact().embed(groups, documents, memo=Unkept())
        ours = semantic.cut(documents, vectors, groups, TOKENIZER.tokenize(documents)).texts(documents)
        theirs = [node.text.strip() for node in parser.get_nodes_from_documents([Document(text=text)])]
        assert ours == theirs


def test_the_embedder_is_the_slots_or_its_own_and_reads_the_groups():
    from ragtune.datasets import Dataset
    from ragtune.pipelines.data import DataSteps

    data = DataSteps.of(Dataset("d", corpus(TEXT).documents, (), {}))
    sources = {name: lambda _, step=step: step for name, step in data.sources().items()}
    with_slot = {**sources, "embedder": lambda seen: wire(Exact(), "embed", seen)}
    for chunker, offered in ((Semantic(), with_slot), (Semantic(embedder=Wordllama()), sources)):
        cut = wire(chunker, "chunk", offered).inputs[0]
        embed = cut.inputs[1]
        assert embed.verb == "embed" and isinstance(embed.component, Wordllama)
        assert (embed.inputs[0].verb, embed.inputs[0].component) == ("embedder_chunks", chunker)
        assert cut.inputs[2] == embed.inputs[0]
    with pytest.raises(InputError, match="needs an embedder, and the slot is empty"):
        wire(Semantic(), "chunk", sources)


def test_an_embedder_of_its_own_is_spelled_and_enters_no_key():
    own = parse("chunker", "semantic(embedder=wordllama)")
    assert parse("chunker", own.spec()) == own
    assert own.key("cut") == Semantic().key("cut")


SENTENCES = st.lists(
    st.sampled_from(["Cats sleep. ", "Rates rose! ", "漢字。", "🐈 ", "\n\n", "word "]), max_size=40
).map("".join)


@settings(max_examples=30, deadline=None)
@given(SENTENCES, st.integers(6, 20))
def test_every_visible_character_once_and_no_chunk_too_large(text, size):
    documents = corpus(text)
    chunks = chunks_of(f"semantic(max_tokens={size}, breakpoint_percentile=50)", documents)
    assert not missed(text, chunks)
    assert (chunks.start[1:] >= chunks.end[:-1]).all()
    assert max(sizes(chunks, documents), default=0) <= size
