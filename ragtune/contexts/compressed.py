"""Only the sentences that matter: the best chunks are read, and a retriever says which of their sentences are kept."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import PositiveInt

from ragtune.chunkers import Chunker
from ragtune.component import Affects, register, work
from ragtune.contexts import Context
from ragtune.retrievers import Retriever
from ragtune.types import Chunks, Contexts, Ints, Ranking


@register
class Compressed(Context):
    """Extractive compression: of the best `top_k` chunks, the sentences that `retriever` finds for the query.

    `sentences` cuts the corpus into what counts as a sentence, and `retriever` ranks these for every query; those that
    lie in the chunks, from best to worst, are what `context` packs. A sentence that the retriever did not find within its
    depth is dropped. (After RECOMP's extractive compressor, Xu et al. 2023.)
    """

    top_k: Annotated[PositiveInt, Affects({"context_ranking"})] = 10
    sentences: Annotated[Chunker, Affects()] = "sentence(size_tokens=32)"  # type: ignore[assignment]
    retriever: Annotated[Retriever, Affects()] = "bm25(depth=1000)"  # type: ignore[assignment]
    context: Annotated[Context, Affects()] = "token-budget"  # type: ignore[assignment]

    @work(keep="no", online=False)
    def retriever_chunks(self, sentences: Chunks) -> Chunks:
        """The retriever ranks sentences."""
        return sentences

    @work(keep="no", online=False)
    def context_chunks(self, sentences: Chunks) -> Chunks:
        """Sentences are packed."""
        return sentences

    @work(keep="no")
    def context_ranking(self, ranking: Ranking, chunks: Chunks, sentences: Chunks, retriever: Ranking) -> Ranking:
        """The retriever's ranking without the sentences that no chunk of the query holds."""
        first, after = _overlapping(chunks, sentences)
        held = np.zeros((len(ranking.chunk), len(sentences) + 1), dtype=bool)
        for row, found in zip(held, ranking.chunk[:, : self.top_k], strict=True):
            for chunk in found[found >= 0].tolist():
                row[first[chunk] : after[chunk]] = True
        kept = np.take_along_axis(held, retriever.chunk.astype(np.int64), axis=1) & (retriever.chunk >= 0)
        order = np.argsort(~kept, axis=1, kind="stable")
        chunk = np.take_along_axis(np.where(kept, retriever.chunk, -1), order, axis=1)
        score = np.take_along_axis(np.where(kept, retriever.score, -np.inf), order, axis=1)
        return Ranking(chunk.astype(np.int32), score)

    @work(keep="no")
    def pack(self, context: Contexts) -> Contexts:
        """What the context made of the sentences."""
        return context


def _overlapping(chunks: Chunks, sentences: Chunks) -> tuple[Ints, Ints]:
    """First sentence of each chunk's range, and the one after its last: those that share text with it."""
    far = 1 + max(int(part.end.max(initial=0)) for part in (chunks, sentences))
    starts, ends = sentences.document * far + sentences.start, sentences.document * far + sentences.end
    reached = np.maximum.accumulate(ends) if len(ends) else ends
    first = np.searchsorted(reached, chunks.document * far + chunks.start, side="right")
    after = np.searchsorted(starts, chunks.document * far + chunks.end, side="left")
    return first, after
