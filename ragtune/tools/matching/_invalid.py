"""Arguments beside the original tool's own input schema, by jsonschema; nothing is fetched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from ragtune.errors import InputError
from ragtune.tools._schemas import validator
from ragtune.tools._tool import Tool
from ragtune.tools._toolset import ToolSet
from ragtune.tools.matching._faults import Path

Invalid = tuple[Path, str]
"""Where, and what jsonschema says of it."""

_validators: WeakKeyDictionary[ToolSet, dict[str, Any]] = WeakKeyDictionary()


def schema_fault(tools: ToolSet, tool: Tool, arguments: Mapping[str, Any], blamed: Collection[Any]) -> Invalid | None:
    """The first thing that the schema refuses and the case does not excuse.

    What the case accepts is right, whatever the schema says: only the top-level arguments `blamed` can be at fault, by
    their value or by being left out.
    """
    try:
        for error in _validator(tools, tool).iter_errors(arguments):
            path = tuple(error.absolute_path)
            if _counts(error, path, arguments, blamed):
                return path, error.message
    except RecursionError:
        return (), "nested too deeply to be judged"
    return None


def _validator(tools: ToolSet, tool: Tool) -> Any:
    """One validator a tool, for as long as the tool set lives."""
    known = _validators.setdefault(tools, {})
    if tool.id not in known:
        try:
            known[tool.id] = validator(tool.input_schema)
        except InputError as refused:
            raise InputError(f"calls of tool '{tool.id}' cannot be judged by its schema: {refused}") from refused
    return known[tool.id]


def _counts(error: Any, path: Path, arguments: Mapping[str, Any], blamed: Collection[Any]) -> bool:
    if path:
        return path[0] in blamed
    if error.validator == "required":
        return any(name in blamed for name in error.validator_value if name not in arguments)
    return True
