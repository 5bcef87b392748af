"""LlamaIndex's FunctionTool."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._calling import part
from ragtune.toolformats._json_tools import JsonTools, Record
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._profiles import Breach
from ragtune.toolformats._root import with_object_root
from ragtune.tools import Tool

if TYPE_CHECKING:
    from llama_index.core.tools import FunctionTool

_SENT = ("type", "properties", "required", "definitions", "$defs")
"""What LlamaIndex passes on of the root of a schema."""


@register
class LlamaIndex(JsonTools):
    """`FunctionTool` objects of llama-index-core, in a list; reads any tool that has `metadata`.

    A written tool has no function behind it until `bind` gives it one. LlamaIndex passes on only type, properties,
    required and definitions of a schema's root; what else is there is listed as lost. Names are those OpenAI takes.
    Source: https://developers.llamaindex.ai/python/framework/module_guides/deploying/agents/tools/
    """

    rules: ClassVar[str] = "openai-chat"
    keys: ClassVar[dict[str, str]] = {"name": "name", "description": "description", "schema": "input_schema"}
    known: ClassVar[frozenset[str]] = frozenset({"return_direct"})

    def check(self, payload: Any) -> list[Breach]:
        """Only names are held to rules: which vendor the tools will go to is not known here."""
        return []

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """One tool or a list of tools, as the records of their metadata."""
        tools = payload if isinstance(payload, list | tuple) else [payload]
        found: list[tuple[str, Any]] = []
        for i, tool in enumerate(tools):
            metadata = tool if isinstance(tool, dict) else getattr(tool, "metadata", None)
            if metadata is None:
                raise InputError(f"[{i}]: is no LlamaIndex tool, but {type(tool).__name__}")
            found.append((f"[{i}]", metadata if isinstance(metadata, dict) else _record(metadata)))
        return found

    def payload(self, records: list[Record]) -> Any:
        """The objects."""
        return [_function_tool(record) for record in records]

    def bound(self, payload: Any, functions: Mapping[str, Callable[..., Any]]) -> Any:
        """The tools, which run the functions."""
        return bind(payload, functions)

    def called(self, said: Any) -> tuple[Any, Any]:
        """Name and arguments of a `ToolSelection`."""
        return part(said, "tool_name"), part(said, "tool_kwargs")

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """What the metadata says."""
        losses.unsaid({"description"})
        schema = with_object_root(tool, losses)
        sent = {word: value for word, value in schema.items() if word in _SENT}
        losses.changed(schema, sent, ("input_schema",), "LlamaIndex does not pass it on")
        return {"name": name, "description": tool.description, "schema": sent}

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """Objects with metadata."""
        tools = payload if isinstance(payload, list | tuple) else [payload]
        return bool(tools) and all(hasattr(tool, "metadata") for tool in tools)


def bind(tools: Sequence[FunctionTool], functions: Mapping[str, Callable[..., Any]]) -> list[FunctionTool]:
    """The tools with functions behind them, by name; one that is missing is an InputError."""
    from llama_index.core.tools import FunctionTool

    missing = [str(tool.metadata.name) for tool in tools if tool.metadata.name not in functions]
    if missing:
        raise InputError(f"there is no function for {', '.join(missing)}")
    return [FunctionTool(fn=functions[str(tool.metadata.name)], metadata=tool.metadata) for tool in tools]


def _record(metadata: Any) -> Record:
    return {
        "name": metadata.name,
        "description": metadata.description or "",
        "schema": metadata.get_parameters_dict(),
    }


def _function_tool(record: Record) -> FunctionTool:
    from llama_index.core.tools import FunctionTool
    from llama_index.core.tools.types import ToolMetadata
    from pydantic import BaseModel, ConfigDict

    schema = record["schema"]

    def given(cls: type[BaseModel], *args: Any, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = copy.deepcopy(schema)
        return found

    def unbound(**arguments: Any) -> Any:
        raise NotImplementedError(f"'{record['name']}' has no function: give it one with bind()")

    said = {
        "model_json_schema": classmethod(given),
        "model_config": ConfigDict(defer_build=True),
        "__module__": __name__,
    }
    model = type("Parameters", (BaseModel,), said)
    return FunctionTool(fn=unbound, metadata=ToolMetadata(record["description"], record["name"], fn_schema=model))
