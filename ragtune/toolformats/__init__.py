"""Formats in which tools come and go: one provider or protocol a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ragtune.component import Component
from ragtune.tools import Tool, ToolSet


@dataclass(frozen=True)
class Loss:
    """Something that a format cannot say: of which tool, at which place in it, and what became of it."""

    tool: str
    place: str
    what: str


class ToolFormat(Component):
    """Base of the formats. `read` and `write` are each other's inverse but for what `write` lists as lost."""

    kind: ClassVar[str] = "toolformat"

    def read(self, payload: Any) -> ToolSet:
        """Tools from a payload of this format (parsed JSON); InputError lists all faults."""
        raise NotImplementedError

    def write(self, tools: Sequence[Tool]) -> tuple[Any, list[Loss]]:
        """The payload (JSON values) that a provider takes, and everything that it does not say any more."""
        raise NotImplementedError

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """Whether a payload looks like this format."""
        return False
