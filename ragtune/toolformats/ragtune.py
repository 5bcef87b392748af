"""The project's own: tools as a tool file writes them."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._json_tools import JsonTools, Record, listed
from ragtune.toolformats._losses import Losses
from ragtune.tools import Tool


@register
class Ragtune(JsonTools):
    """`{tools: […]}` with everything that a tool has; nothing is lost.

    Source: the tool file of this project, as `ragtune.tools.load_tools` reads it
    """

    keys: ClassVar[dict[str, str]] = {field: field for field in Tool.model_fields}

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """The list, `{tools: […]}`, or one tool alone."""
        if isinstance(payload, dict) and "name" in payload:
            return [("the tool", payload)]
        return listed(payload, "tools")

    def payload(self, records: list[Record]) -> Any:
        """`{tools: […]}`."""
        return {"tools": records}

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """What is not at its default."""
        losses.clear()
        return tool.spec()

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A list of tools with nothing but a tool's fields, one of them ours alone."""
        try:
            records = cls().records(payload)
        except InputError:
            return False
        fields = set(Tool.model_fields)
        return bool(records) and all(
            isinstance(r, dict) and "name" in r and set(r) <= fields and "parameters" not in r for _, r in records[:20]
        )
