"""Every tool."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from ragtune.component import Affects, register, work
from ragtune.selectors import Order, Selector, offered
from ragtune.tools import Requests, Shown, ToolSet


@register
class All(Selector):
    """Shows every tool that is offered, as most agents do. There are no scores, so `order: score` is that of the file.

    Source: ragtune
    """

    version: ClassVar[int] = 2

    order: Annotated[Order, Affects({"select"})] = "given"

    @work(keep="no")
    def select(self, requests: Requests, toolset: ToolSet) -> Shown:
        """All tools of each request."""
        allowed = offered(requests, toolset)
        width = int(allowed.sum(axis=1).max(initial=0))
        places = np.argsort(~allowed, axis=1, kind="stable")[:, :width]
        there = np.take_along_axis(allowed, places, axis=1)
        shown = Shown(np.where(there, places, -1).astype(np.int32), np.full(places.shape, np.nan))
        return self.arranged(shown, toolset, requests)
