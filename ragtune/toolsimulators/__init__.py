"""Tool simulators draft cases for a tool set that nobody has asked anything yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ragtune.component import Component, digest
from ragtune.simulators._text import normal
from ragtune.tools import Accept, Case, ExpectedCall, ToolSet

MOST_CHARACTERS = 1_000


@dataclass(frozen=True)
class Draft:
    """A request that a recipe proposes: `tool` is the id of the tool that is right, empty where none is.

    `arguments` are those that are right, each with its one value; None judges the tool alone.
    """

    query: str
    tool: str = ""
    arguments: Mapping[str, Any] | None = None


class ToolSimulator(Component):
    """Base of the tool simulators. They override `drafts`."""

    kind: ClassVar[str] = "toolsimulator"

    def simulate(self, tools: ToolSet, seed: int = 0) -> list[Case]:
        """Cases in the order of the tools; those that no tool fits last.

        The same tools, knobs and seed give the same cases. No two have the same words: a request that was drafted for
        two tools says of neither that it is right, so it is passed over.
        """
        drafts = list(self.drafts(tools, np.random.default_rng(seed)))
        answers: dict[str, set[str]] = {}
        for draft in drafts:
            answers.setdefault(normal(draft.query), set()).add(draft.tool)
        kept: dict[str, Draft] = {}
        for draft in drafts:
            words = normal(draft.query)
            if words and len(answers[words]) == 1 and len(draft.query) <= MOST_CHARACTERS:
                kept.setdefault(words, draft)
        place = {**tools.place, "": len(tools)}
        return [self._case(draft) for draft in sorted(kept.values(), key=lambda draft: place[draft.tool])]

    def drafts(self, tools: ToolSet, rng: np.random.Generator) -> Iterator[Draft]:
        """Requests; some may be refused."""
        raise NotImplementedError

    def _case(self, draft: Draft) -> Case:
        accepted = None
        if draft.arguments is not None:
            accepted = {name: Accept(any_of=(value,)) for name, value in draft.arguments.items()}
        calls = (ExpectedCall(tool=draft.tool, arguments=accepted),) if draft.tool else ()
        id = f"{self.name}-{digest(draft.query)[:12]}"
        return Case(id=id, query=draft.query, calls=calls, simulated=str(self))
