"""OpenAI's Responses."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._json_tools import Record, listed
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._strict_tools import StrictTools
from ragtune.tools import Tool


@register
class OpenaiResponses(StrictTools):
    """`{type: function, name, description, parameters, strict}`: the `tools` of a response request.

    Here the service holds to the schema unless it is told not to, so `strict` is always written. Otherwise as
    `openai-chat`.
    Source: https://platform.openai.com/docs/api-reference/responses/create
    """

    rules: ClassVar[str] = "openai-responses"
    keys: ClassVar[dict[str, str]] = {"name": "name", "description": "description", "parameters": "input_schema"}
    known: ClassVar[frozenset[str]] = frozenset({"type", "strict"})

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """The list, or `{tools: […]}`."""
        return listed(payload, "tools")

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """A function tool."""
        losses.unsaid({"description"})
        schema, strict = self.shaped(tool, losses)
        described = {"description": tool.description} if tool.description else {}
        return {"type": "function", "name": name, **described, "parameters": schema, "strict": strict}

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A list of functions with `parameters` and a name of their own."""
        try:
            records = listed(payload, "tools")
        except InputError:
            return False
        return bool(records) and all(
            isinstance(r, dict) and r.get("type") == "function" and "name" in r and "function" not in r
            for _, r in records[:20]
        )
