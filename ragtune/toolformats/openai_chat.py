"""OpenAI's Chat Completions, and everything that speaks its language: vLLM, TGI, SGLang, Ollama, llama.cpp."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._calling import part
from ragtune.toolformats._json_tools import Record, listed
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._strict_tools import StrictTools
from ragtune.tools import Tool


@register
class OpenaiChat(StrictTools):
    """`{type: function, function: {name, description, parameters, strict}}`: the `tools` of a chat request.

    With `strict`, objects are closed, every parameter is required, and one that was optional may be null; constraints
    that strict mode does not take become text. Reads a whole request as well (its `tools`).
    Source: https://platform.openai.com/docs/api-reference/chat/create
    """

    rules: ClassVar[str] = "openai-chat"
    keys: ClassVar[dict[str, str]] = {"type": "", "function": ""}

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """The list, or `{tools: […]}`."""
        return listed(payload, "tools")

    def fields(self, record: Record) -> dict[str, Any]:
        """What the `function` says."""
        function = record.get("function")
        if not isinstance(function, dict):
            raise InputError(f"function: is not an object (the type is {record.get('type')!r})")
        keys = {"name": "name", "description": "description", "parameters": "input_schema"}
        return {field: function[key] for key, field in keys.items() if function.get(key) is not None}

    def is_strict(self, record: Any) -> bool:
        """Whether the `function` is strict."""
        return isinstance(record, dict) and super().is_strict(record.get("function"))

    def called(self, said: Any) -> tuple[Any, Any]:
        """What the `function` of a tool call says."""
        function = part(said, "function")
        return part(function, "name"), part(function, "arguments")

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """A function tool."""
        losses.unsaid({"description"})
        schema, strict = self.shaped(tool, losses)
        function: Record = {"name": name}
        if tool.description:
            function["description"] = tool.description
        function["parameters"] = schema
        if strict:
            function["strict"] = True
        return {"type": "function", "function": function}

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A list of tools with `function`."""
        try:
            records = listed(payload, "tools")
        except InputError:
            return False
        return bool(records) and all(
            isinstance(r, dict) and isinstance(r.get("function"), dict) for _, r in records[:20]
        )
