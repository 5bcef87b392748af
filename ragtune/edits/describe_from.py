"""Other wording, from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from ragtune.component import Affects, register
from ragtune.edits import _overlay
from ragtune.edits._overlaid import Overlaid
from ragtune.errors import Fault, suggest
from ragtune.tools import Tool, ToolSet
from ragtune.yaml_tree import Node

_TEXTS = ("description", "title", "when_not_to_use", "index_text")


@register
class DescribeFrom(Overlaid):
    """The wording of a YAML file in place of the tools' own: one file a variant, each a value of `path` in a sweep.

    The file holds `{tool id: {description, title, when_not_to_use, index_text, parameters: {path: text}}}`; a parameter's
    path is `city`, `address.city` or `lines[].sku`. What it does not mention stays; an empty text takes the old one away.
    Tools and parameters that are not there are faults, all told at once (`unknown: skip` passes over such tools).
    Source: ragtune
    """

    path: Annotated[Path, Affects()]

    def edit(self, toolset: ToolSet) -> ToolSet:
        """The tools in the file's words."""
        said = self.said(toolset)
        faults: list[Fault] = []
        tools = [_worded(tool, said[tool.id], faults) if tool.id in said else tool for tool in toolset.tools]
        self.refuse(faults)
        return toolset.with_tools(tools)


def _worded(tool: Tool, node: Node, faults: list[Fault]) -> Tool:
    found = _overlay.fields(node, tool.id, (*_TEXTS, "parameters"), faults)
    new: dict[str, Any] = {word: _overlay.text(found[word], word, faults) for word in _TEXTS if word in found}
    if "parameters" in found:
        texts = _parameters(tool, found["parameters"], faults)
        new["input_schema"] = _with_texts(tool.input_schema, "", texts)
    return tool.model_copy(update=new)


def _parameters(tool: Tool, node: Node, faults: list[Fault]) -> dict[str, str]:
    if not isinstance(node.value, dict):
        faults.append(node.fault("the words for parameters are written as {path: text}"))
        return {}
    known = [path for path, _ in tool.walk()]
    strange = set(node.value) - set(known)
    faults += [node.key_fault(path, f"'{tool.id}' has no parameter '{path}'{suggest(path, known)}") for path in strange]
    return {path: _overlay.text(inner, path, faults) for path, inner in node.value.items() if path in known}


def _with_texts(schema: Mapping[str, Any], prefix: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The schema with descriptions at the paths; only what lies on the way to one is made anew."""
    if not isinstance(schema.get("properties"), dict) or not any(path.startswith(prefix) for path in texts):
        return dict(schema)
    return {
        **schema,
        "properties": {name: _with_text(inner, prefix + name, texts) for name, inner in schema["properties"].items()},
    }


def _with_text(schema: Any, path: str, texts: Mapping[str, str]) -> Any:
    if not isinstance(schema, dict):
        return schema
    new = _with_texts(schema, f"{path}.", texts)
    if isinstance(new.get("items"), dict):
        new["items"] = _with_texts(new["items"], f"{path}[].", texts)
    if texts.get(path):
        new["description"] = texts[path]
    elif path in texts:
        new.pop("description", None)
    return new
