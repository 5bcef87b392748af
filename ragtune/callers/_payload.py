"""Tools as chat completions take them, and the way back from the calls that come."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ragtune.callers._strict import strict_schema, without_nulls
from ragtune.component import digest
from ragtune.tools import Call, Tool, read_arguments

MOST_CHARACTERS = 64
_REFUSED = re.compile(r"[^a-zA-Z0-9_-]")
NOT_SHOWN = "no tool of this name was shown"


@dataclass(frozen=True)
class Payload:
    """The tools of one request: `sent` is their JSON; `tools` are the shown ones by the name under which they are sent."""

    sent: tuple[dict[str, Any], ...]
    tools: Mapping[str, Tool]
    closed: frozenset[str]
    """Names of those that are sent as strict."""

    @classmethod
    def of(cls, tools: Sequence[Tool], *, strict: bool = False) -> Payload:
        """For tools in the order in which they are shown."""
        named = dict(zip(sent_names(tools), tools, strict=True))
        schemas = {name: strict_schema(tool.input_schema) if strict else None for name, tool in named.items()}
        return cls(
            tuple(_function(name, tool, schemas[name]) for name, tool in named.items()),
            named,
            frozenset(name for name, schema in schemas.items() if schema is not None),
        )

    @cached_property
    def digest(self) -> str:
        """Of what is sent."""
        return digest(json.dumps(self.sent))

    def call(self, name: str, arguments: str) -> Call:
        """A call as the model wrote it: of the tool's id, or of a name that it made up."""
        tool = self.tools.get(name)
        given, wrong = read_arguments(arguments)
        if tool is None:
            return Call(tool=name, arguments=given, invalid=NOT_SHOWN)
        if name in self.closed:
            given = without_nulls(given, tool.input_schema)
        return Call(tool=tool.id, arguments=given, invalid=wrong)


def sent_names(tools: Sequence[Tool]) -> list[str]:
    """A name for each tool, all different, of at most 64 letters, digits, `_` and `-`.

    A name that fits stays; any other is written with `_` for what does not fit. One that is taken gets a digest of its
    server and whole name at its end.
    """
    fits = [tool.name for tool in tools if not _REFUSED.search(tool.name) and len(tool.name) <= MOST_CHARACTERS]
    kept, taken, names = set(fits), set(fits), []
    for tool in tools:
        name = tool.name if tool.name in kept else _REFUSED.sub("_", tool.name)[:MOST_CHARACTERS]
        if tool.name in kept:
            kept.discard(name)
        else:
            for attempt in range(len(tools) + 1):
                if name not in taken:
                    break
                end = "_" + digest(tool.server, tool.name, str(attempt))[:8]
                name = _REFUSED.sub("_", tool.name)[: MOST_CHARACTERS - len(end)] + end
        taken.add(name)
        names.append(name)
    return names


def _function(name: str, tool: Tool, strict: Mapping[str, Any] | None) -> dict[str, Any]:
    function: dict[str, Any] = {"name": name, "description": tool.description}
    if strict is None:
        function["parameters"] = {"type": "object", "properties": {}, **tool.input_schema}
    else:
        function.update(parameters=strict, strict=True)
    return {"type": "function", "function": function}
