"""What OpenAI's and Anthropic's formats have in common: a record that may be held to its schema."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ragtune.toolformats._json_tools import JsonTools
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._restoring import property_names
from ragtune.toolformats._root import with_object_root
from ragtune.toolformats._strict import NotStrict, strict
from ragtune.toolformats._walking import rebuild, walk
from ragtune.tools import Tool, resolve


class StrictTools(JsonTools):
    """Base of the formats with a strict mode."""

    strict: bool = Field(default=False)
    """Hold calls to the schema, where the schema can be said so; a tool whose schema cannot is written without."""

    def shaped(self, tool: Tool, losses: Losses) -> tuple[dict[str, Any], bool]:
        """The schema as it is written, and whether it is strict."""
        schema = self._allowed_root(with_object_root(tool, losses), losses)
        schema = self._allowed_properties(schema, losses)
        rule = self._rules.strict
        if not self.strict or rule is None:
            return schema, False
        try:
            return strict(schema, rule, losses), True
        except NotStrict as reason:
            losses.add(f"strict: the schema has no strict equivalent: {reason}", "strict")
            return schema, False

    def _allowed_root(self, schema: dict[str, Any], losses: Losses) -> dict[str, Any]:
        """Without what a vendor does not take at the root: it is told in no other way, and so it is lost."""
        for word in [word for word in self._rules.root_refuses if word in schema]:
            schema = {key: value for key, value in schema.items() if key != word}
            losses.add(f"{word}: not taken at the root", "input_schema", word)
        if self._rules.array_needs_items:
            schema = self._with_items(schema, ("input_schema",), losses)
        return schema

    def _with_items(self, schema: Any, path: tuple[str, ...], losses: Losses) -> Any:
        """Arrays that do not say what their items are, say that they are anything."""
        if not isinstance(schema, dict):
            return schema
        found = rebuild(schema, lambda step, inner: self._with_items(inner, (*path, *step), losses))
        if found.get("type") == "array" and "items" not in found:
            found["items"] = {}
            losses.add("items: an array must say what its items are; anything", *path, "items")
        return found

    def _allowed_properties(self, schema: dict[str, Any], losses: Losses) -> dict[str, Any]:
        """Names of parameters as the vendor takes them."""
        rule = self.property_rule
        if rule is None or all(rule.allows(name) for _, node in walk(schema) for name in _properties(node)):
            return schema
        if any(
            "$ref" in node and not str(node["$ref"]).startswith(("#/$defs", "#/definitions"))
            for _, node in walk(schema)
        ):
            losses.add("references: replaced by what they stand for", "input_schema")
            schema = resolve(schema)
        found: dict[str, Any] = self._renamed(schema, ("input_schema",), losses)
        return found

    def _renamed(self, schema: Any, path: tuple[str, ...], losses: Losses) -> Any:
        if not isinstance(schema, dict):
            return schema
        found = rebuild(schema, lambda step, inner: self._renamed(inner, (*path, *step), losses))
        return rename_properties(found, property_names(_properties(schema), self.property_rule), path, losses)


def rename_properties(
    schema: dict[str, Any], names: dict[str, str], path: tuple[str, ...], losses: Losses
) -> dict[str, Any]:
    """The schema with other names for its properties; both names are listed."""
    changed = {name: written for name, written in names.items() if name != written}
    if not changed:
        return schema
    found = dict(schema)
    found["properties"] = {names[name]: inner for name, inner in schema["properties"].items()}
    if isinstance(schema.get("required"), list):
        found["required"] = [names.get(name, name) for name in schema["required"]]
        if set(changed) & set(schema["required"]):
            losses.add("required: names follow the properties", *path, "required")
    for name, written in changed.items():
        losses.add(f"{name!r} is not allowed as a name; written as {written!r}", *path, "properties", name)
        losses.add(f"stands for {name!r}", *path, "properties", written)
    return found


def _properties(schema: Any) -> dict[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}
