"""A tool set: what the corpus is to retrieval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from numpy.typing import NDArray

from ragtune.tools._adapters import Adapter
from ragtune.tools._calls import Call
from ragtune.tools._tool import Tool
from ragtune.types import pack_json, unpack_json


@dataclass(frozen=True, eq=False)
class ToolSet:
    """Tools in a fixed order, known by their place; ids are unique.

    `adapters` maps the id of a tool that an edit changed in name or shape to the way back; a tool without one is itself.
    """

    tools: tuple[Tool, ...]
    adapters: Mapping[str, Adapter] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tools)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Id -> place."""
        return {tool.id: i for i, tool in enumerate(self.tools)}

    def adapter(self, id: str) -> Adapter:
        """The way back from a tool: to itself where no edit changed it."""
        return self.adapters.get(id) or Adapter(target=id)

    def originals(self, id: str) -> tuple[str, ...]:
        """Ids of the original tools that a tool stands for."""
        return self.adapter(id).originals

    def original_call(self, id: str, arguments: Mapping[str, Any]) -> Call:
        """A call of one of these tools as a call of the original."""
        return self.adapter(id).apply(arguments)

    def with_tools(self, tools: Iterable[Tool], adapters: Mapping[str, Adapter] | None = None) -> ToolSet:
        """Other tools; `adapters` are the edit's own, by id of the new tool, and go before those that were there.

        An adapter given here is complete: build it from `self.adapter(old_id)` as its `then`. Adapters of tools that are
        gone are dropped.
        """
        kept = tuple(tools)
        merged = {**self.adapters, **(adapters or {})}
        return replace(self, tools=kept, adapters={t.id: merged[t.id] for t in kept if t.id in merged})

    def spec(self) -> list[dict[str, Any]]:
        """As it is written in a tool file."""
        return [tool.spec() for tool in self.tools]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines: a tool and its adapter each."""
        rows = [[t.spec(), a.model_dump() if a else None] for t, a in self._rows()]
        return pack_json(rows)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        rows = unpack_json(arrays)
        tools = tuple(Tool.model_validate(spec) for spec, _ in rows)
        adapters = {t.id: Adapter.model_validate(a) for t, (_, a) in zip(tools, rows, strict=True) if a}
        return cls(tools, adapters)

    @property
    def nbytes(self) -> int:
        """About what the texts take; the engine only needs the order of magnitude."""
        return 4000 * len(self.tools)

    def _rows(self) -> Sequence[tuple[Tool, Adapter | None]]:
        return [(tool, self.adapters.get(tool.id)) for tool in self.tools]
