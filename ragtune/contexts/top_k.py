"""A number of chunks, however long they are: what most people start with."""

from __future__ import annotations

from typing import Annotated

from pydantic import PositiveInt

from ragtune.component import Affects, register
from ragtune.contexts._packing import UNBOUNDED, Packing


@register
class TopK(Packing):
    """The best `k` chunks, whole. Designs with larger chunks bring more text: compare them by `token-budget` instead."""

    k: Annotated[PositiveInt, Affects({"pack"})] = 5

    def limits(self) -> tuple[int | None, int, bool]:
        """As many chunks, and no bound on tokens."""
        return self.k, UNBOUNDED, True
