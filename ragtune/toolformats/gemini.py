"""Google's Gemini."""

from __future__ import annotations

from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import InputError
from ragtune.toolformats._calling import part
from ragtune.toolformats._gemini_schema import decode, encode, shape
from ragtune.toolformats._json_tools import JsonTools, Record, listed
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._profiles import Declared, NameRule
from ragtune.toolformats._root import with_object_root
from ragtune.tools import Tool
from ragtune.tools._tool import NO_PARAMETERS


@register
class Gemini(JsonTools):
    """`[{functionDeclarations: [{name, description, parameters}]}]`: the `tools` of a generateContent request.

    `parameters` is Gemini's own Schema, which every version of the API takes: no references, no `additionalProperties`,
    enums of texts only; the rest becomes text. With `json_schema` the schema goes as it is, as `parametersJsonSchema`
    (v1beta and Vertex AI).
    Source: https://ai.google.dev/api/caching#FunctionDeclaration
    """

    rules: ClassVar[str] = "gemini"
    keys: ClassVar[dict[str, str]] = {
        "name": "name",
        "description": "description",
        "parametersJsonSchema": "input_schema",
    }
    known: ClassVar[frozenset[str]] = frozenset({"parameters", "parameters_json_schema"})

    json_schema: bool = False

    @property
    def property_rule(self) -> NameRule | None:
        """Names of parameters are free where the schema goes as it is."""
        return None if self.json_schema else super().property_rule

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """The declarations of all tools; also of a request, of one tool, or a bare list of declarations."""
        if isinstance(payload, dict) and not isinstance(payload.get("tools"), list):
            payload = [payload]
        found = []
        for at, tool in listed(payload, "tools"):
            declared = (
                tool.get("functionDeclarations", tool.get("function_declarations")) if isinstance(tool, dict) else None
            )
            if declared is None:
                found.append((at, tool))
            else:
                found += [(f"{at}.functionDeclarations{inner}", record) for inner, record in listed(declared)]
        return found

    def payload(self, records: list[Record]) -> Any:
        """One tool with all declarations."""
        return [{"functionDeclarations": records}]

    def fields(self, record: Record) -> dict[str, Any]:
        """As they are, `parameters` as JSON Schema."""
        found = super().fields(record)
        plain = record.get("parameters_json_schema")
        if record.get("parameters") is not None:
            found["input_schema"] = decode(record["parameters"])
        elif plain is not None:
            found["input_schema"] = plain
        return found

    def declared(self, record: Any) -> Declared:
        """The rules are for Gemini's own schemas; any JSON Schema is right as `parametersJsonSchema`."""
        return Declared(record["name"], record.get("description", ""), record.get("parameters"))

    def called(self, said: Any) -> tuple[Any, Any]:
        """Name and args of a `functionCall`, or of a part that holds one."""
        inner = part(said, "functionCall") or part(said, "function_call") or said
        return part(inner, "name"), part(inner, "args")

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """A function declaration."""
        losses.unsaid({"description"})
        found: Record = {"name": name, "description": tool.description or tool.title or tool.name}
        if not tool.description:
            losses.add("description: is required, and so the title or the name stands for it", "description")
        schema = with_object_root(tool, losses)
        if self.json_schema:
            return {**found, "parametersJsonSchema": schema}
        schema = shape(schema, self._rules.keywords, super().property_rule, losses)
        if not schema.get("properties"):
            losses.changed(schema, dict(NO_PARAMETERS), ("input_schema",), "there are no parameters to say it of")
            return found
        return {**found, "parameters": encode(schema)}

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A list of tools with `functionDeclarations`."""
        if isinstance(payload, dict) and not isinstance(payload.get("tools"), list):
            payload = [payload]
        try:
            tools = listed(payload, "tools")
        except InputError:
            return False
        return bool(tools) and all(
            isinstance(tool, dict) and ("functionDeclarations" in tool or "function_declarations" in tool)
            for _, tool in tools[:20]
        )
