"""What the tests of the chunkers share."""

from __future__ import annotations

from ragtune.component import parse
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.types import Chunks, Corpus, Document
from tests.contracts.run import value_of
from tests.texts import corpus

TOKENIZER = Cl100k()


def chunks_of(spelling: str, documents: Corpus) -> Chunks:
    """The chunks, wired as a pipeline wires them."""
    return value_of(parse("chunker", spelling), "chunk", documents)


def texts_of(spelling: str, text: str) -> list[str]:
    """The texts of one document's chunks."""
    documents = corpus(text)
    return chunks_of(spelling, documents).texts(documents)


def named(name: str, text: str) -> Corpus:
    """One document of a given id."""
    return Corpus((Document(name, text),))


def missed(text: str, chunks: Chunks) -> set[str]:
    """The visible characters of the only document that are in no chunk."""
    covered = {i for start, end in zip(chunks.start, chunks.end, strict=True) for i in range(start, end)}
    return {character for i, character in enumerate(text) if i not in covered and not character.isspace()}


def sizes(chunks: Chunks, documents: Corpus) -> list[int]:
    """How many of the document's tokens each chunk touches."""
    tokens = TOKENIZER.tokenize(documents)
    return (tokens.after(chunks.end) - tokens.first(chunks.start)).tolist() if len(chunks) else []
