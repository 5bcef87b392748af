"""Search with several wordings of the question."""

from __future__ import annotations

import re
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveInt, field_validator

from ragtune.component import Affects, RowMemo, register, work
from ragtune.endpoint import Endpoint, Prompt, complete, without_thoughts
from ragtune.retrievers import Retriever, _expansion, top
from ragtune.types import Queries, Ranking

_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.):])\s+")


@register
class MultiQuery(Endpoint, Retriever):
    """A chat model rewords the query `paraphrases` times; what `retriever` finds for each wording is fused.

    The original query is one of the wordings. Fusion is reciprocal rank fusion, the sum of 1 / (rrf_k + rank) (Cormack et
    al. 2009), as in RAG-Fusion (Rackauckas 2024, https://arxiv.org/abs/2402.03367). One completion gives all
    paraphrases, a line each; where it gives fewer, the query itself takes the empty places. `{query}` and `{n}` in
    `prompt` are where the query and the number go; `temperature` null is not sent. Completions are kept: a query is
    reworded once, ever. The queries leave this machine, unless `base_url` is on it.
    """

    retriever: Annotated[Retriever, Affects()] = Field(default="dense", validate_default=True)
    paraphrases: Annotated[int, Field(ge=1, le=20), Affects({"retriever_queries"})] = 3
    rrf_k: Annotated[PositiveInt, Affects({"rank"})] = 60
    temperature: Annotated[Annotated[float, Field(ge=0, le=2)] | None, Affects({"retriever_queries"})] = 0.0
    prompt: Annotated[str, Affects({"retriever_queries"})] = (
        "Write {n} different wordings of the search query below, to find passages that other words would miss. "
        "Answer with one wording a line and nothing else.\nSearch query: {query}"
    )

    @field_validator("prompt")
    @classmethod
    def _has_place(cls, value: str) -> str:
        return _expansion.with_place(value)

    @work(keep="memo")
    def retriever_queries(self, queries: Queries, *, memo: RowMemo) -> Queries:
        """`1 + paraphrases` texts for each query, the query itself first."""
        prompts = [Prompt(_expansion.fill(self.prompt, query, n=self.paraphrases)) for query in queries.texts]
        answers = complete(memo, self.client, prompts, temperature=self.temperature)
        wordings = [reworded(q, answer, self.paraphrases) for q, answer in zip(queries.texts, answers, strict=True)]
        return Queries(tuple(text for group in wordings for text in group))

    @work(keep="no")
    def rank(self, retriever: Ranking, queries: Queries) -> Ranking:
        """(n_queries × wordings) rankings folded to n_queries."""
        n = len(queries.texts)
        found = retriever.chunk.reshape(n, len(retriever.chunk) // max(1, n), retriever.chunk.shape[1])
        width = int(retriever.chunk.max(initial=-1)) + 1
        gain = np.broadcast_to(1.0 / (self.rrf_k + np.arange(1, found.shape[2] + 1)), found.shape)
        chunk = np.full((n, self.depth), -1, dtype=np.int32)
        score = np.full((n, self.depth), -np.inf)
        for q in range(n):
            there = found[q] >= 0
            fused = np.bincount(found[q][there], gain[q][there], minlength=width)[None].astype(np.float64)
            best = top(fused, self.depth, matched=fused > 0)
            chunk[q], score[q] = best.chunk[0], best.score[0]
        return Ranking(chunk, score)


def reworded(query: str, answer: str, count: int) -> tuple[str, ...]:
    """The query and `count` other wordings out of a completion: a line each, without numbers, bullets and quotes."""
    lines = (_LIST_MARK.sub("", line).strip().strip("\"'`“”").strip() for line in without_thoughts(answer).split("\n"))
    said = [line for line in lines if line and not line.endswith(":") and not line.startswith("```")]
    others = [line for line in dict.fromkeys(said) if line != query][:count]
    return (query, *others, *[query] * (count - len(others)))
