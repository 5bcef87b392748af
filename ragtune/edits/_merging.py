"""Several tools as one with a choice."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ragtune.edits._arguments import mapped_examples
from ragtune.edits._names import free, words
from ragtune.edits._schemas import moved_definition, relocated
from ragtune.edits._texts import lines
from ragtune.tools import Adapter, Choice, Example, Tool, ToolSet

_TEXTS = ("description", "title", "examples")


def merged(toolset: ToolSet, members: Sequence[Tool], name: str, ids: Collection[str]) -> tuple[Tool, Adapter]:
    """One tool for all members, and the way back by the member that the call names."""
    schemas = [_own_definitions(tool.input_schema, f"{i}.") for i, tool in enumerate(members)]
    which = free("which", {name for schema in schemas for name in schema.get("properties", {})})
    called = [tool.name for tool in members]
    labels = called if len(set(called)) == len(called) else [tool.id for tool in members]
    adapters = {label: toolset.adapter(tool.id) for label, tool in zip(labels, members, strict=True)}
    outputs = {json.dumps(tool.output_schema, sort_keys=True) for tool in members}
    servers = {tool.server for tool in members}
    tool = Tool(
        id=free("+".join(tool.id for tool in members), ids),
        name=name,
        description=lines(f"Does one of these, as {which} says:", *map(_said, labels, members)),
        input_schema=_union(schemas, which, labels),
        output_schema=members[0].output_schema if len(outputs) == 1 else None,
        annotations=_shared([tool.annotations for tool in members]),
        examples=tuple(example for pair in zip(labels, members, strict=True) for example in _examples(which, *pair)),
        when_not_to_use=lines(
            *(f"{label}: {t.when_not_to_use}" for label, t in zip(labels, members, strict=True) if t.when_not_to_use)
        ),
        tags=tuple(dict.fromkeys(tag for tool in members for tag in tool.tags)),
        index_text=lines(*(tool.index_text for tool in members)),
        server=servers.pop() if len(servers) == 1 else "",
    )
    return tool, Adapter(choice=Choice(source=which, options=adapters))


def _examples(which: str, label: str, tool: Tool) -> tuple[Example, ...]:
    return mapped_examples(tool, lambda given: {which: label, **given})


def common_name(names: Sequence[str]) -> str:
    """The words that all names begin with, or end with; else the first name."""
    parts = [words(name) for name in names]
    return "_".join(_begin(parts) or _begin([p[::-1] for p in parts])[::-1]) or names[0]


def _begin(parts: Sequence[list[str]]) -> list[str]:
    found: list[str] = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        found.append(column[0])
    return found


def _said(label: str, tool: Tool) -> str:
    needed = [name if name in tool.required else f"{name} (optional)" for name in tool.parameters]
    takes = f"Takes {', '.join(needed)}." if needed else "Takes nothing."
    said = " ".join(tool.description.split())
    return f"- {label}: {said}{'.' if said[-1:].isalnum() else ''} {takes}"


def _own_definitions(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The schema with its definitions under names that no other member has."""
    new = relocated(schema, prefix)
    held = [
        (moved_definition(prefix, word, name), inner)
        for word in ("$defs", "definitions")
        for name, inner in (new.pop(word, None) or {}).items()
    ]
    return {**new, "$defs": dict(held)} if held else new


def _union(schemas: Sequence[Mapping[str, Any]], which: str, labels: Sequence[str]) -> dict[str, Any]:
    """All parameters; required are those that every member requires, and the choice."""
    choice = {"type": "string", "enum": list(labels), "description": "Which of these is meant."}
    found: dict[str, list[Any]] = {}
    for schema in schemas:
        for name, inner in schema.get("properties", {}).items():
            found.setdefault(name, []).append(inner)
    needed = [name for name in found if all(name in schema.get("required", ()) for schema in schemas)]
    new: dict[str, Any] = {
        "type": "object",
        "properties": {which: choice, **{name: _either(inner) for name, inner in found.items()}},
        "required": [which, *needed],
    }
    if all(schema.get("additionalProperties") is False for schema in schemas):
        new["additionalProperties"] = False
    definitions = {name: inner for schema in schemas for name, inner in schema.get("$defs", {}).items()}
    return {**new, "$defs": definitions} if definitions else new


def _either(schemas: Sequence[Any]) -> Any:
    """One schema where all say the same but for their texts; else any of them, each with its own text."""
    rules: dict[str, list[Any]] = {}
    for schema in schemas:
        bare = {k: v for k, v in schema.items() if k not in _TEXTS} if isinstance(schema, dict) else schema
        rules.setdefault(json.dumps(bare, sort_keys=True), []).append(schema)
    alternatives = [_together(same) for same in rules.values()]
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _together(same: Sequence[Any]) -> Any:
    if not isinstance(same[0], dict):
        return same[0]
    texts = dict.fromkeys(str(schema["description"]) for schema in same if schema.get("description"))
    return {**same[0], "description": " / ".join(texts)} if texts else same[0]


def _shared(annotations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first, *rest = annotations
    return {k: v for k, v in first.items() if all(k in other and other[k] == v for other in rest)}
