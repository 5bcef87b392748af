"""Retrievers that may miss what an exact search finds, and the exact search that each stands for."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from ragtune.retrievers import Retriever


class Approximate(Retriever):
    """Base of the retrievers whose index loses something."""

    @property
    @abstractmethod
    def exact(self) -> Retriever:
        """The same search without loss."""


def exactly(retriever: Retriever) -> Retriever:
    """The same retriever with an exact search for every approximate one in it; itself where there is none."""
    if isinstance(retriever, Approximate):
        return retriever.exact
    held: dict[str, Any] = {}
    for name in type(retriever).model_fields:
        value = getattr(retriever, name)
        parts = value if isinstance(value, tuple) else (value,)
        exact = tuple(exactly(part) if isinstance(part, Retriever) else part for part in parts)
        if any(a is not b for a, b in zip(exact, parts, strict=True)):
            held[name] = exact if isinstance(value, tuple) else exact[0]
    return retriever.model_copy(update=held) if held else retriever
