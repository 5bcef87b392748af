"""Sentences cut apart where the meaning turns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.chunkers import Chunker, gather
from ragtune.chunkers._packing import Ruler, fit, prose, stripped
from ragtune.chunkers._sentences import sentence_bounds
from ragtune.component import Affects, register, work
from ragtune.embedders import Embedder
from ragtune.tokenizers import Tokenizer
from ragtune.types import Chunks, Corpus, Floats, Span, Tokens, Vectors


@register
class Semantic(Chunker):
    """Cuts between two sentences whose surroundings are further apart than `breakpoint_percentile` of all in the document.

    Greg Kamradt's semantic chunking as LlamaIndex's SemanticSplitterNodeParser has it: each sentence is embedded with
    `buffer_size` sentences on either side, and the distance is one minus the cosine of a group and the next. A chunk of
    more than `max_tokens` is cut at paragraphs and sentences; none leaves it whole. `embedder` is that of the
    configuration's slot unless another is given.
    Source: LlamaIndex's SemanticSplitterNodeParser
    """

    buffer_size: PositiveInt = 1
    breakpoint_percentile: Annotated[float, Field(ge=0, le=100)] = 95
    max_tokens: PositiveInt | None = 512
    embedder: Annotated[Embedder | None, Affects()] = None
    tokenizer: Tokenizer = "cl100k"  # type: ignore[assignment]

    @work(keep="file", online=False)
    def embedder_chunks(self, corpus: Corpus) -> Chunks:
        """What the embedder reads: each sentence with its neighbours, one row a sentence."""
        rows = []
        for i, document in enumerate(corpus.documents):
            bounds = sentence_bounds(document.text, 0, len(document.text))
            n = len(bounds) - 1
            if document.text and not document.text.isspace():
                rows += [
                    (i, bounds[max(at - self.buffer_size, 0)], bounds[min(at + self.buffer_size + 1, n)])
                    for at in range(n)
                ]
        columns = np.ascontiguousarray(np.array(rows, dtype=np.int64).reshape(-1, 3).T)
        return Chunks(columns[0], columns[1], columns[2])

    @work(keep="file", online=False)
    def cut(self, corpus: Corpus, embedder: Vectors, embedder_chunks: Chunks, tokenizer: Tokens) -> Chunks:  # type: ignore[override]
        """Cut where the distance is above the percentile."""
        last = np.searchsorted(embedder_chunks.document, np.arange(len(corpus.documents) + 1))
        texts = [document.text for document in corpus.documents]
        begins = corpus.offsets[:-1].tolist()
        spans = (
            self._spans(text, embedder.matrix[first:after], Ruler(text, tokenizer, begin))
            for text, begin, (first, after) in zip(texts, begins, pairwise(last.tolist()), strict=True)
        )
        return gather(corpus, spans)

    def _spans(self, text: str, vectors: Floats, ruler: Ruler) -> Iterator[Span]:
        if not len(vectors):
            return
        bounds = sentence_bounds(text, 0, len(text))
        turns = _turns(vectors, self.breakpoint_percentile)
        edges = [0, *(bounds[i + 1] for i in turns), len(text)]
        for start, end in pairwise(edges):
            if self.max_tokens is None:
                yield stripped(text, start, end)
            else:
                yield from fit(text, start, end, ruler, self.max_tokens, prose(ruler))


def _turns(vectors: Floats, percentile: float) -> list[int]:
    """Indices of the sentences after which the meaning turns."""
    if len(vectors) < 2:
        return []
    exact = vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1)
    lengths = np.maximum(lengths[:-1] * lengths[1:], np.finfo(np.float64).tiny)
    distances = 1 - np.einsum("ij,ij->i", exact[:-1], exact[1:]) / lengths
    return np.flatnonzero(distances > np.percentile(distances, percentile)).tolist()
