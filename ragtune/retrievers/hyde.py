"""Search with a made-up answer in place of the question."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator, model_validator

from ragtune.component import Affects, RowMemo, register, work
from ragtune.endpoint import Endpoint, Prompt, complete, without_thoughts
from ragtune.retrievers import Retriever, _expansion
from ragtune.types import Queries, Ranking


@register
class Hyde(Endpoint, Retriever):
    """A chat model writes a passage that answers the query, and `retriever` searches with that (Gao et al. 2022).

    The passage may be wrong in what it says and still be like the passages that are right
    (https://arxiv.org/abs/2212.10496). `passages` many are written and joined, after `query_repeats` times the query
    itself: 0 searches with the passages alone; 5 with one passage is query2doc for bm25 (Wang et al. 2023). More than one
    passage needs a `temperature` above 0; null is not sent. `{query}` in `prompt` is where the query goes. Passages are
    kept: they are written once, ever. The queries leave this machine, unless `base_url` is on it.
    """

    retriever: Annotated[Retriever, Affects()] = Field(default="dense", validate_default=True)
    passages: Annotated[PositiveInt, Affects({"retriever_queries"})] = 1
    query_repeats: Annotated[NonNegativeInt, Affects({"retriever_queries"})] = 1
    temperature: Annotated[Annotated[float, Field(ge=0, le=2)] | None, Affects({"retriever_queries"})] = 0.0
    prompt: Annotated[str, Affects({"retriever_queries"})] = (
        "Please write a passage to answer the question. Answer with the passage and nothing else.\n"
        "Question: {query}\nPassage:"
    )

    @field_validator("prompt")
    @classmethod
    def _has_place(cls, value: str) -> str:
        return _expansion.with_place(value)

    @model_validator(mode="after")
    def _draws_differ(self) -> Self:
        if self.passages > 1 and self.temperature == 0:
            raise ValueError(f"passages {self.passages} would all be the same at temperature 0; try 0.7")
        return self

    @property
    def least_score(self) -> float:
        """That of its retriever."""
        return self.retriever.least_score

    @work(keep="memo")
    def retriever_queries(self, queries: Queries, *, memo: RowMemo) -> Queries:
        """A text for each query: the query, then the passages."""
        prompts = [
            Prompt(_expansion.fill(self.prompt, query), draw=draw)
            for query in queries.texts
            for draw in range(self.passages)
        ]
        answers = iter(complete(memo, self.client, prompts, temperature=self.temperature))
        texts = []
        for query in queries.texts:
            written = [without_thoughts(next(answers)) for _ in range(self.passages)]
            # A model that only thought wrote no passage; an empty text is no query.
            texts.append("\n".join([query] * self.query_repeats + [text for text in written if text]) or query)
        return Queries(tuple(texts))

    @work(keep="no")
    def rank(self, retriever: Ranking) -> Ranking:
        """What the retriever found for those texts."""
        return _expansion.fit(retriever, self.depth)
