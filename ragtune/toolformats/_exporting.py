"""Tools on their way out: what is sent, what was lost on the way, and how a call comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragtune.errors import InputError, suggest
from ragtune.toolformats import Loss
from ragtune.toolformats._json_tools import JsonTools
from ragtune.toolformats._profiles import Breach, NameRule
from ragtune.toolformats._restoring import restore
from ragtune.tools import Call, Tool, ToolSet


@dataclass(frozen=True)
class Exported:
    """A payload and all that belongs to it: `names` maps a name as it is written to the id of the tool."""

    payload: Any
    losses: tuple[Loss, ...]
    names: Mapping[str, str]
    breaches: tuple[Breach, ...] = ()
    """Rules of the vendor that the payload breaks all the same: too many tools, for one."""
    toolset: ToolSet = field(default_factory=lambda: ToolSet(()), repr=False)
    strict: frozenset[str] = frozenset()
    property_rule: NameRule | None = field(default=None, repr=False)

    def call(self, name: str, arguments: Mapping[str, Any]) -> Call:
        """A call as a model made it on the payload, as a call of the tool: by its id, with its own arguments."""
        if name not in self.names:
            raise InputError(f"no tool was written as '{name}'{suggest(name, list(self.names))}")
        id = self.names[name]
        tool = self.toolset.tools[self.toolset.place[id]]
        given = restore(tool.input_schema, arguments, self.property_rule, strict=id in self.strict)
        return Call(tool=id, arguments=given)

    def original_call(self, name: str, arguments: Mapping[str, Any]) -> Call:
        """The same, through the adapters of the tool set: a call of the original tool."""
        call = self.call(name, arguments)
        return self.toolset.original_call(call.tool, call.arguments)


def export(tools: ToolSet | Sequence[Tool], format: JsonTools) -> Exported:
    """Tools in a format, with everything that is needed to bring calls back."""
    toolset = tools if isinstance(tools, ToolSet) else ToolSet(tuple(tools))
    written = format.written(toolset.tools)
    return Exported(
        payload=written.payload,
        losses=tuple(written.losses),
        names={name: id for id, name in written.names.items()},
        breaches=tuple(format.check(written.payload)),
        toolset=toolset,
        strict=written.strict,
        property_rule=format.property_rule,
    )
