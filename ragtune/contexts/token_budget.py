"""Chunks by rank until a number of tokens is reached: every design brings the same amount of text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import PositiveInt

from ragtune.component import Affects, register
from ragtune.contexts._packing import Packing


@register
class TokenBudget(Packing):
    """Takes chunks by rank until `budget_tokens` are reached, counting text that chunks share once.

    The chunk that would go over is cut at the token where the budget ends (`overflow: cut`), or left out with all that
    follow (`overflow: stop`). Overlapping and adjacent spans of a document are merged. `top_k` bounds the number of
    chunks as well.
    """

    budget_tokens: Annotated[PositiveInt, Affects({"pack"})] = 2000
    top_k: Annotated[PositiveInt | None, Affects({"pack"})] = None
    overflow: Annotated[Literal["cut", "stop"], Affects({"pack"})] = "cut"

    def limits(self) -> tuple[int | None, int, bool]:
        """As the knobs say."""
        return self.top_k, self.budget_tokens, self.overflow == "cut"
