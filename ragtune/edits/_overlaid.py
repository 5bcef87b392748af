"""The base of edits that a file says something to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from ragtune.component import Affects
from ragtune.edits import Edit, _overlay
from ragtune.errors import Fault, InputError
from ragtune.tools import ToolSet


class Overlaid(Edit):
    """An edit with a file, whose content is part of every key. A relative path counts from the working directory."""

    path: Annotated[Path | None, Affects()] = None
    """A YAML file: {tool id: …}."""
    unknown: Literal["refuse", "skip"] = "refuse"
    """What becomes of ids in the file that are none of the tools'."""

    def ignored(self) -> frozenset[str]:
        """Without a file nothing can be unknown."""
        return frozenset() if self.path else frozenset({"unknown"})

    def knobs(self, verb: str | None = None) -> dict[str, Any]:
        """With the content of the file."""
        return {**super().knobs(verb), **({"content": _overlay.content(self.path)} if self.path else {})}

    def said(self, toolset: ToolSet) -> dict[str, Any]:
        """Tool id -> the node of what the file says of it."""
        if self.path is None:
            return {}
        if self.unknown == "refuse":
            self.refuse(list(_overlay.unknown(self.path, toolset.place)))
        return {id: node for id, node in _overlay.entries(self.path).items() if id in toolset.place}

    def refuse(self, faults: list[Fault]) -> None:
        """Raise all faults at once, where there are any."""
        if faults:
            raise InputError(faults)
