"""Rerankers look again at the best chunks of a ranking and reorder them."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component


class Reranker(Component):
    """Base of the rerankers: a component of this kind has a verb `rerank` that returns a `Ranking`."""

    kind: ClassVar[str] = "reranker"
    verb: ClassVar[str] = "rerank"
