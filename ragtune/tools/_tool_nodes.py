"""Tools from what a file says: every fault with its place, and what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from ragtune.errors import Fault, suggest
from ragtune.tools._schemas import check_schema
from ragtune.tools._tool import Tool
from ragtune.yaml_tree import Node

KEYS = tuple(Tool.model_fields)
ALIASES = {"inputSchema": "input_schema", "outputSchema": "output_schema"}
"""MCP's own spelling -> ours."""
_MEANT = {
    "parameters": "did you mean input_schema? (a JSON schema of an object)",
    "args": "did you mean input_schema? (a JSON schema of an object)",
    "schema": "did you mean input_schema? (a JSON schema of an object)",
    "function": "this is how OpenAI writes tools: `ragtune tools import` reads it",
    "functionDeclarations": "this is how Gemini writes tools: `ragtune tools import` reads it",
    "function_declarations": "this is how Gemini writes tools: `ragtune tools import` reads it",
    "nextCursor": "this is what an MCP server answers: `ragtune tools import` reads it",
    "_meta": "this is what an MCP server answers: `ragtune tools import` reads it",
    "icons": "this is what an MCP server answers: `ragtune tools import` reads it",
}
_SAID = {
    "string_type": "must be a text",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "missing": "is missing",
    "string_too_short": "must not be empty",
}
_EXAMPLE_KEYS = ("query", "arguments")


def tool_nodes(tree: Node, faults: list[Fault]) -> list[Node]:
    """The places where a file tells of a tool: the whole of it, each item of a list, or what is under `tools`."""
    if isinstance(tree.value, list):
        return [node for item in tree.value for node in tool_nodes(item, faults)]
    if isinstance(tree.value, dict) and "tools" in tree.value and "name" not in tree.value:
        faults += [tree.key_fault(key, _unknown(key, ("tools",))) for key in tree.value if key != "tools"]
        inner = tree.value["tools"]
        if isinstance(inner.value, list):
            return tool_nodes(inner, faults)
        faults.append(inner.fault("tools: must be a list"))
    elif isinstance(tree.value, dict):
        return [tree]
    elif tree.value is not None:
        faults.append(tree.fault("a tool is a mapping with name, description and input_schema"))
    return []


def tool_from(node: Node, faults: list[Fault]) -> Tool | None:
    """The tool at a place; None with what is wrong added to `faults`."""
    found = list(_wrong_keys(node))
    given = {ALIASES.get(key, key): inner for key, inner in node.value.items()}
    plain = {key: inner.plain() for key, inner in given.items() if key in KEYS}
    schemas = [key for key in ("input_schema", "output_schema") if key in plain]
    for key in schemas:
        if plain[key] is not None or key == "input_schema":
            found += check_schema(plain[key], given[key], key)
    tool = None
    try:
        tool = Tool.model_validate(plain)
    except ValidationError as error:
        told = (
            each for each in error.errors(include_url=False) if each["loc"][0] not in ("input_schema", "output_schema")
        )
        found += [_said(node, given, dict(each)) for each in told]
    faults += found
    return None if found else tool


def _wrong_keys(node: Node) -> Iterator[Fault]:
    for key in node.value:
        if key in ALIASES and ALIASES[key] in node.value:
            yield node.key_fault(key, f"{key} and {ALIASES[key]} are the same: write one of them")
        elif key not in KEYS and key not in ALIASES:
            yield node.key_fault(key, _unknown(key, KEYS))


def _unknown(key: str, known: tuple[str, ...]) -> str:
    if key in _MEANT:
        return f"unknown key '{key}': {_MEANT[key]}"
    return f"unknown key '{key[:80]}'{suggest(key[:80], known)}"


def _said(node: Node, given: dict[str, Node], error: dict[str, Any]) -> Fault:
    """One of pydantic's errors in our words, at its place."""
    path = error["loc"]
    name = ".".join(str(part) for part in path)
    here = given.get(str(path[0]), node)
    for part in path[1:]:
        inner = here.value.get(str(part)) if isinstance(here.value, dict) else None
        if isinstance(here.value, list) and isinstance(part, int) and part < len(here.value):
            inner = here.value[part]
        if inner is None:
            break
        here = inner
    if error["type"] == "extra_forbidden":
        return here.fault(_unknown(str(path[-1]), _EXAMPLE_KEYS))
    return here.fault(f"{name}: {_SAID.get(error['type'], error['msg'])}")


def clashes(tools: Iterable[tuple[Tool, Node]]) -> Iterator[Fault]:
    """Ids that are there twice, and names that one server has twice."""
    ids: dict[str, Node] = {}
    names: dict[tuple[str, str], Node] = {}
    for tool, node in tools:
        key = next((key for key in ("id", "name") if key in node.value), "")
        first = ids.setdefault(tool.id, node)
        again = names.setdefault((tool.server, tool.name), node)
        if again is not node:
            of = f" of the server '{tool.server}'" if tool.server else ""
            yield node.key_fault("name", f"two tools{of} have the name '{tool.name}' (the first is at {_at(again)})")
        elif first is not node:
            hint = (
                "" if "id" in node.value else f": give this one an id, as in `id: {tool.server or 'other'}/{tool.name}`"
            )
            yield node.key_fault(key, f"two tools have the id '{tool.id}' (the first is at {_at(first)}){hint}")


def _at(node: Node) -> str:
    return f"{node.file}:{node.line}"
