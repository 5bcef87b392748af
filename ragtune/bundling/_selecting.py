"""What a bundle of tools does with a request. The edited tools are its data: how they came to be is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ragtune.bundling._parts import ready
from ragtune.component import Component, parse
from ragtune.engine.step import Step
from ragtune.pipelines.tool_data import ToolSetData, ToolSteps
from ragtune.pipelines.tools import wire_selector

EDITED = "edited"
"""The digest of the edited tools, among those of the data."""


@dataclass(frozen=True)
class Selecting:
    """The steps from a request to the tools that it is shown, and the components that decide on them."""

    data: ToolSteps
    edited: Step
    shown: Step
    slots: Mapping[str, Component | None]

    @classmethod
    def of(cls, slots: Mapping[str, Any], digests: Mapping[str, str], width: int) -> Selecting:
        """Of a design and the digests of its data; there are `width` tools after edits."""
        data = ToolSteps.known_by(digests)
        edited = Step(ToolSetData(digest=digests[EDITED]), "read")
        selector: Any = parse("selector", slots["selector"])
        embedder: Any = None if slots["embedder"] == "none" else parse("embedder", slots["embedder"])
        shown = wire_selector(selector, embedder, data, edited, width)
        return cls(data, edited, shown, {"embedder": embedder, "selector": selector})

    @property
    def prepared(self) -> list[Step]:
        """What stands ready before a request, and what calls are mapped back by."""
        return list(dict.fromkeys([self.edited, self.data.original, *ready(self.shown, self.data.request)]))
