"""The Model Context Protocol's own: what `tools/list` answers."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.toolformats._json_tools import JsonTools, Record, listed
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._root import with_object_root
from ragtune.tools import Tool


@register
class Mcp(JsonTools):
    """A `tools/list` result, or the whole JSON-RPC answer: name, title, description, schemas and annotations.

    Names that the specification advises against (other than letters, digits, `_`, `-`, `.`, at most 128 characters) are
    rewritten. Icons, `_meta` and `execution` of a tool are left out when reading, and listed.
    Source: https://modelcontextprotocol.io/specification/2026-07-28/server/tools
    """

    rules: ClassVar[str] = "mcp"
    keys: ClassVar[dict[str, str]] = {
        "name": "name",
        "title": "title",
        "description": "description",
        "inputSchema": "input_schema",
        "outputSchema": "output_schema",
        "annotations": "annotations",
    }

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """The list, `{tools: […]}`, or `{result: {tools: […]}}`."""
        if isinstance(payload, dict) and isinstance(payload.get("result"), dict):
            payload = payload["result"]
        return listed(payload, "tools")

    def payload(self, records: list[Record]) -> Any:
        """`{tools: […]}`."""
        return {"tools": records}

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """A tool as a server lists it."""
        losses.unsaid({"title", "description", "output_schema", "annotations"})
        schema = with_object_root(tool, losses)
        said = {
            "title": tool.title,
            "description": tool.description,
            "inputSchema": schema,
            "outputSchema": tool.output_schema,
            "annotations": tool.annotations,
        }
        return {"name": name, **{key: value for key, value in said.items() if value or key == "inputSchema"}}

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A list of tools with `inputSchema`."""
        try:
            records = cls().records(payload)
        except Exception:
            return False
        return bool(records) and all(isinstance(record, dict) and "inputSchema" in record for _, record in records[:20])
