"""Selectors choose which tools a request is shown, and in which order."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt

from ragtune.component import Affects, Component
from ragtune.tools import Requests, Shown, ToolSet
from ragtune.types import Ints, Ranking

Order = Literal["score", "reversed", "given", "name", "shuffled"]


class Selector(Component):
    """Base of the selectors: a component of this kind has a verb `select` that returns `Shown`.

    `order` is that of the tools in the prompt, for models prefer what stands first: `score` puts the best first,
    `reversed` last; `given` is the order of the tool file, `name` the alphabet, `shuffled` differs from request to request.
    """

    kind: ClassVar[str] = "selector"
    verb: ClassVar[str] = "select"

    order: Annotated[Order, Affects({"select"})] = "score"
    seed: Annotated[NonNegativeInt, Affects({"select"})] = 0
    """Of the shuffling."""

    def ignored(self) -> frozenset[str]:
        """Nothing is drawn unless the order is."""
        return frozenset() if self.order == "shuffled" else frozenset({"seed"})

    def arranged(self, shown: Shown, toolset: ToolSet, requests: Requests) -> Shown:
        """The tools, best first as they are given here, in the order in which they are shown."""
        if self.order == "score":
            return shown
        by_name = np.argsort(np.argsort([tool.name for tool in toolset.tools], kind="stable"))
        place = np.broadcast_to(np.arange(shown.tool.shape[1]), shown.tool.shape)
        key: Ints
        if self.order == "reversed":
            key = -place
        elif self.order == "given":
            key = shown.tool.astype(np.int64)
        elif self.order == "name":
            key = np.append(by_name, -1)[shown.tool]
        else:
            # Drawn for every tool, not only for those shown: a request alone is then shuffled as it is among others.
            key = np.zeros(shown.tool.shape, dtype=np.int64)
            for row, places, text in zip(key, shown.tool, requests.texts, strict=True):
                draw = np.random.default_rng([self.seed, *text.encode("utf-8", "surrogatepass")])
                row[:] = np.append(draw.permutation(len(toolset)), -1)[places]
        order = np.argsort(np.where(shown.tool >= 0, key, np.iinfo(np.int64).max), axis=1, kind="stable")
        return Shown(np.take_along_axis(shown.tool, order, 1), np.take_along_axis(shown.score, order, 1))


def offered(requests: Requests, toolset: ToolSet) -> NDArray[np.bool_]:
    """(n_requests, n_tools): whether a request offers a tool, by the originals that the tool stands for."""
    mask = np.ones((len(requests), len(toolset)), dtype=bool)
    stands_for: dict[str, list[int]] = {}
    for i, tool in enumerate(toolset.tools):
        for original in toolset.originals(tool.id):
            stands_for.setdefault(original, []).append(i)
    for row, ids in zip(mask, requests.offered, strict=True):
        if ids is not None:
            row[:] = False
            row[[place for id in ids for place in stands_for.get(id, ())]] = True
    return mask


def best(ranking: Ranking, allowed: NDArray[np.bool_], k: int, least: float | None = None) -> Shown:
    """The first `k` allowed tools of each row of a ranking of tools; none that score below `least`."""
    tool, score = ranking.chunk, ranking.score
    none = np.zeros((len(allowed), 1), dtype=bool)
    fits = np.take_along_axis(np.append(allowed, none, axis=1), tool.astype(np.int64), axis=1)  # -1, nothing: the last
    if least is not None:
        fits &= score >= least
    order = np.argsort(~fits, axis=1, kind="stable")[:, :k]
    kept = np.take_along_axis(fits, order, axis=1)
    return Shown(
        np.where(kept, np.take_along_axis(tool, order, axis=1), -1).astype(np.int32),
        np.where(kept, np.take_along_axis(score, order, axis=1), np.nan),
    )
