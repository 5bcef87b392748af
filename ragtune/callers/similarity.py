"""Picks the tool that reads most like the request. No model is asked."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveInt

from ragtune.callers import Caller
from ragtune.component import Affects, register, work
from ragtune.retrievers import Retriever
from ragtune.tools import Call, Fields, ReadsTools, Replies, Reply, Shown, ToolSet
from ragtune.types import Ranking


@register
class Similarity(ReadsTools, Caller):
    """Calls the shown tool with the best score of its own `retriever`; nothing where the best scores below `threshold`.

    A proxy for a model, and no more: it gives no arguments, so measures of arguments say nothing of it, and it reads what
    a model reads (`fields` without `index_text`). Up to `at_most` tools are called where they score within `margin` of the
    best. A tool that the retriever does not find at all (bm25 without a word in common) is not called. The best score is
    the reply's confidence.
    Source: ragtune
    """

    version: ClassVar[int] = 2

    fields: Annotated[Fields, Affects({"retriever_corpus"})] = ("name", "description", "parameters")
    retriever: Annotated[Retriever, Affects()] = "dense"  # type: ignore[assignment]
    threshold: Annotated[float | None, Affects({"call"})] = None
    at_most: Annotated[PositiveInt, Affects({"call"})] = 1
    margin: Annotated[NonNegativeFloat, Field(), Affects({"call"})] = 0.0

    def ignored(self) -> frozenset[str]:
        """A margin is for further tools."""
        return frozenset() if self.at_most > 1 else frozenset({"margin"})

    @work(keep="no")
    def call(self, retriever: Ranking, shown: Shown, toolset: ToolSet) -> Replies:
        """One reply a request."""
        n = len(shown.tool)
        scores = np.full((n, len(toolset) + 1), -np.inf)
        rows = np.broadcast_to(np.arange(n)[:, None], retriever.chunk.shape)
        scores[rows, retriever.chunk] = retriever.score  # -1, nothing found, falls into the last column
        scores[:, -1] = -np.inf
        of_shown = np.take_along_axis(scores, shown.tool.astype(np.int64), axis=1)
        order = np.argsort(-of_shown, axis=1, kind="stable")[:, : self.at_most]
        score = np.take_along_axis(of_shown, order, axis=1)
        tool = np.take_along_axis(shown.tool, order, axis=1)
        bar = -np.inf if self.threshold is None else self.threshold
        called = np.isfinite(score) & (score[:, :1] >= bar) & (score >= score[:, :1] - self.margin)
        called[:, 1:] &= self.at_most > 1
        ids = [each.id for each in toolset.tools]
        calls = [Call(tool=id) for id in ids]
        return Replies(
            tuple(
                Reply(
                    calls=tuple(calls[t] for t, yes in zip(tools, chosen, strict=True) if yes),
                    confidence=best if np.isfinite(best) else None,
                )
                for tools, chosen, best in zip(
                    tool.tolist(),
                    called.tolist(),
                    score[:, 0].tolist() if score.shape[1] else [-np.inf] * n,
                    strict=True,
                )
            )
        )
