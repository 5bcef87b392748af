"""Few-shot selectors choose the examples that a prompt shows, from answered queries that designs are tuned on."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import Component

__all__ = ["Fewshot"]


class Fewshot(Component):
    """Base of the selectors: a component of this kind has a verb `choose` that returns `Shots`.

    The parameters of the verb say what it rests on: `examples` (what may be chosen), `queries`, `folds` (the part of each
    query in cross-validation, -1 for queries that confirm or were never seen), `query_vectors` and `example_vectors`. An
    example of a query's own part is never chosen for it.
    """

    kind: ClassVar[str] = "fewshot"
    verb: ClassVar[str] = "choose"
