"""Small to find, wide to read: leaves of parents, read as the parent once enough of its leaves are found."""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from ragtune.chunkers import Chunker
from ragtune.chunkers._sentence_splitter import split_sentences
from ragtune.component import register, work
from ragtune.tokenizers import Tokenizer
from ragtune.types import Chunks, Corpus, Span


@register
class ParentChild(Chunker):
    """Leaves of `size_tokens` inside parents of `parent_size_tokens`; both are whole sentences, as `sentence` packs them.

    Leaves are found. Where more than `merge_share` of a parent's leaves are among the first `merge_among` chunks that a
    query found, each of them is read as the whole parent. LlamaIndex's HierarchicalNodeParser, in two levels and without
    overlap, and its AutoMergingRetriever (12 chunks, share 0.5), which fills gaps between neighbouring leaves besides.
    Source: LlamaIndex's HierarchicalNodeParser and AutoMergingRetriever
    """

    size_tokens: PositiveInt = 128
    parent_size_tokens: PositiveInt = 512
    merge_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    merge_among: NonNegativeInt = 12
    tokenizer: Tokenizer = "cl100k"  # type: ignore[assignment]

    @model_validator(mode="after")
    def _leaf_is_smaller(self) -> Self:
        if self.size_tokens >= self.parent_size_tokens:
            raise ValueError(
                f"size_tokens ({self.size_tokens}) must be less than parent_size_tokens ({self.parent_size_tokens})"
            )
        return self

    @work(keep="file", online=False)
    def cut(self, corpus: Corpus) -> Chunks:
        """Leaves, and the parents they stand in."""
        rows = [
            (i, parent.start + leaf.start, parent.start + leaf.end, parent.start, parent.end, len(leaves))
            for i, document in enumerate(corpus.documents)
            for parent in split_sentences(document.text, self.parent_size_tokens, 0, self.tokenizer)
            for leaves in [self._leaves(document.text[parent.start : parent.end])]
            for leaf in leaves
        ]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
        document, start, end, wide_start, wide_end, siblings = (np.ascontiguousarray(column) for column in columns)
        needed = np.floor(self.merge_share * siblings).astype(np.int64) + 1
        return Chunks(document, start, end).widened(wide_start, wide_end, needed=needed, among=self.merge_among)

    def _leaves(self, parent: str) -> list[Span]:
        return split_sentences(parent, self.size_tokens, 0, self.tokenizer)
