"""Some tools always, the rest by retrieval."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from ragtune.component import Affects, register, work
from ragtune.errors import InputError, suggest
from ragtune.retrievers import Retriever
from ragtune.selectors import Selector, best, offered
from ragtune.tools import ReadsTools, Requests, Shown, ToolSet
from ragtune.types import Ranking


@register
class AlwaysOn(ReadsTools, Selector):
    """Shows the tools named in `always` (ids of originals), then the `k` others that the retriever ranks highest.

    One that an edit has hidden, or that a request does not offer, is not shown.
    Source: ragtune
    """

    version: ClassVar[int] = 3

    always: Annotated[tuple[str, ...], Field(min_length=1), Affects({"select"})]
    retriever: Annotated[Retriever, Affects()] = "dense"  # type: ignore[assignment]
    k: Annotated[PositiveInt, Affects({"select"})] = 5

    @work(keep="no")
    def select(self, retriever: Ranking, requests: Requests, toolset: ToolSet, original: ToolSet) -> Shown:
        """The named ones first, in the order of their names in `always`."""
        fixed = self._fixed(toolset, original)
        allowed = offered(requests, toolset)
        rest = allowed.copy()
        rest[:, fixed] = False
        found = best(retriever, rest, self.k)
        always = np.where(allowed[:, fixed], np.array(fixed, dtype=np.int32), -1)
        tool = np.concatenate([always, found.tool], axis=1)
        score = np.concatenate([np.full(always.shape, np.nan), found.score], axis=1)
        order = np.argsort(tool < 0, axis=1, kind="stable")
        shown = Shown(
            np.take_along_axis(tool, order, axis=1).astype(np.int32), np.take_along_axis(score, order, axis=1)
        )
        return self.arranged(shown, toolset, requests)

    def _fixed(self, toolset: ToolSet, original: ToolSet) -> list[int]:
        """Places of the tools that stand for the named originals; hidden ones are gone on purpose."""
        known = list(original.place)
        unknown = [name for name in self.always if name not in original.place]
        if unknown:
            raise InputError(
                "\n".join(f"selector always-on: no tool '{name}'{suggest(name, known)}" for name in unknown)
            )
        stands_for: dict[str, list[int]] = {}
        for i, tool in enumerate(toolset.tools):
            for id in toolset.originals(tool.id):
                stands_for.setdefault(id, []).append(i)
        return list(dict.fromkeys(place for name in self.always for place in stands_for.get(name, ())))
