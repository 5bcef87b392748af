"""Chunkers cut documents into the spans that are indexed and retrieved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import NonNegativeInt, PositiveInt, model_validator

from ragtune.chunkers._headings import headers
from ragtune.component import Affects, Component, work
from ragtune.tokenizers import Tokenizer
from ragtune.types import Chunks, Corpus, Document, Span


class Chunker(Component):
    """Base of the chunkers. Most override `spans`, which sees one document; some override `cut`, which sees all."""

    kind: ClassVar[str] = "chunker"
    verb: ClassVar[str] = "chunk"

    header: Annotated[Literal["none", "title", "path"], Affects({"chunk"})] = "none"
    """What is put before a chunk's text where it is embedded and indexed, and is no part of the chunk: the document's
    title, or the title and the headings that the chunk stands under."""

    @work(keep="file", online=False)
    def cut(self, corpus: Corpus) -> Chunks:
        """All chunks of a corpus, ordered by document and start; spans without a visible character are left out.

        What becomes of a document rests on no other, so that a changed one is cut anew by itself.
        """
        return gather(corpus, (self.spans(document) for document in corpus.documents))

    @work(keep="no", online=False)
    def chunk(self, cut: Chunks, corpus: Corpus) -> Chunks:
        """The chunks under their headers."""
        if self.header == "none":
            return cut
        return cut.with_headers(headers(cut, corpus, path=self.header == "path"))

    def spans(self, document: Document) -> Sequence[Span]:
        """The chunks of one document, as spans of its original text."""
        raise NotImplementedError


class SizedChunker(Chunker):
    """Base of the chunkers that cut to a number of tokens and may repeat the last of them in the next chunk."""

    size_tokens: PositiveInt = 256
    overlap_tokens: NonNegativeInt = 0
    tokenizer: Tokenizer = "cl100k"  # type: ignore[assignment]

    @model_validator(mode="after")
    def _overlap_is_smaller(self) -> Self:
        if self.overlap_tokens >= self.size_tokens:
            raise ValueError(
                f"overlap_tokens ({self.overlap_tokens}) must be less than size_tokens ({self.size_tokens})"
            )
        return self


def gather(corpus: Corpus, spans: Iterable[Iterable[Span]]) -> Chunks:
    """Chunks from the spans of each document in turn: sorted, without duplicates and blank ones."""
    rows = [
        (i, start, end)
        for i, (document, found) in enumerate(zip(corpus.documents, spans, strict=True))
        for start, end in sorted({(span.start, span.end) for span in found})
        if not document.text[start:end].isspace() and start < end
    ]
    columns = np.ascontiguousarray(np.array(rows, dtype=np.int64).reshape(-1, 3).T)
    return Chunks(columns[0], columns[1], columns[2])
