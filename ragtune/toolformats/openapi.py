"""OpenAPI 3.0 and 3.1 documents."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._json_tools import JsonTools, Record
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._openapi import operation_of, operations, record_of
from ragtune.toolformats._root import with_object_root
from ragtune.tools import Tool


@register
class Openapi(JsonTools):
    """One tool an operation: named by its `operationId`, else by method and path; parameters and body are merged.

    References to the same document are brought along as `$defs`; those to files and addresses are refused, and nothing
    is fetched. Responses, security and servers are not read. What is written is a document of one POST a tool, with the
    arguments as its body.
    Source: https://spec.openapis.org/oas/v3.1.1.html
    """

    rules: ClassVar[str] = "mcp"
    keys: ClassVar[dict[str, str]] = {
        "name": "name",
        "title": "title",
        "description": "description",
        "tags": "tags",
        "schema": "input_schema",
    }

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """A record of each operation."""
        if not isinstance(payload, dict) or not isinstance(payload.get("paths"), dict):
            raise InputError("an OpenAPI document is an object with 'openapi' and 'paths'")
        if not str(payload.get("openapi", "")).startswith("3."):
            raise InputError(f"OpenAPI 3 is read; this is {payload.get('openapi', payload.get('swagger', 'unknown'))}")
        return [
            (at, record_of(payload, method, path, operation, shared))
            for at, method, path, operation, shared in operations(payload)
        ]

    def payload(self, records: list[Record]) -> Any:
        """A document."""
        paths = {f"/{record['name']}": {"post": record["operation"]} for record in records}
        return {"openapi": "3.1.0", "info": {"title": "tools", "version": "1"}, "paths": paths}

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """An operation."""
        losses.unsaid({"description", "tags", "title"} if tool.description else {"tags"})
        texts = {
            "summary": tool.title if tool.description else "",
            "description": tool.description,
            "tags": list(tool.tags),
        }
        return {"name": name, "operation": operation_of(name, texts, with_object_root(tool, losses))}

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A document with `openapi` and `paths`."""
        return isinstance(payload, dict) and "openapi" in payload and isinstance(payload.get("paths"), dict)
