"""Search among the documents that meet conditions on their metadata."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema

from ragtune.component import Affects, register, work
from ragtune.errors import InputError
from ragtune.retrievers import Retriever, _expansion
from ragtune.retrievers._conditions import canonical, check, conditions
from ragtune.types import Chunks, Corpus, Ints, Ranking, Value

Where = Annotated[str, BeforeValidator(canonical), WithJsonSchema({"type": ["object", "string"]})]


@dataclass(frozen=True, eq=False)
class Kept(Value):
    """(n_kept,) int64: the chunks of the documents that meet the conditions, rising."""

    index: Ints


@register
class Filtered(Retriever):
    """`retriever` among the chunks of those documents whose metadata meet all conditions of `where`; nothing else is indexed.

    A condition is `field: value`, `field: [value, value]` (any of them), or `field: {operator: value}` with eq, ne, in,
    gt, gte, lt, lte or exists: `where: {lang: en, year: {gte: 2020, lt: 2024}}`. A field that holds a list meets what any
    of its items meets. A document without the field meets only `ne` and `exists: false`. Texts compare with texts and
    numbers with numbers. Weights that rest on the whole collection, as BM25's, are those of the documents that are left.
    """

    retriever: Annotated[Retriever, Affects()] = Field(default="bm25", validate_default=True)
    where: Annotated[Where, Affects({"kept"})] = "{}"

    @property
    def least_score(self) -> float:
        """As of the retriever, whose scores these are."""
        return self.retriever.least_score

    @work(keep="no", online=False)
    def kept(self, chunks: Chunks, corpus: Corpus) -> Kept:
        """The chunks that may be found."""
        wanted = conditions(self.where)
        metadata = [document.metadata for document in corpus.documents]
        for condition in wanted if metadata else ():
            check(condition, metadata)
        meets = np.array([all(condition.holds(held) for condition in wanted) for held in metadata], dtype=bool)
        if wanted and metadata and not meets.any():
            raise InputError(f"none of the {len(metadata):,} documents meets {self.where}")
        return Kept(np.flatnonzero(meets[chunks.document]) if len(chunks) else np.zeros(0, dtype=np.int64))

    @work(keep="no", online=False)
    def retriever_chunks(self, chunks: Chunks, kept: Kept) -> Chunks:
        """These chunks alone."""
        n = len(chunks)
        columns = {field.name: getattr(chunks, field.name) for field in fields(chunks)}
        of_chunks = {
            name for name, column in columns.items() if len(column) == n and name not in ("wide_among", "headers")
        }
        return replace(chunks, **{name: columns[name][kept.index] for name in of_chunks})

    @work(keep="no")
    def rank(self, retriever: Ranking, kept: Kept) -> Ranking:
        """What was found, by the pipeline's own numbers of the chunks."""
        found = _expansion.fit(retriever, self.depth)
        there = found.chunk >= 0
        index = kept.index if len(kept.index) else np.zeros(1, dtype=np.int64)
        return Ranking(np.where(there, index[np.where(there, found.chunk, 0)], -1).astype(np.int32), found.score)
