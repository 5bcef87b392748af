"""Python functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import Fault, InputError
from ragtune.toolformats._json_tools import JsonTools, Record
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._profiles import NameRule
from ragtune.toolformats._root import with_object_root
from ragtune.toolformats._stubs import HEADER, IDENTIFIER, stub
from ragtune.toolformats._walking import DEFINITIONS, rebuild, walk
from ragtune.tools import Tool, resolve


@register
class Python(JsonTools):
    """Functions, as their signatures and docstrings (Google, NumPy or Sphinx style) tell.

    What is read is a function, a list of them, or where they are: `pkg.module:function`, `pkg.module` or `file.py`.
    Reading the latter runs the module. Types become JSON Schema by pydantic's rules; `*args` are left out, `**kwargs`
    allow further properties. What is written is the source of a module: functions with hints and docstrings, whose
    bodies are for you to fill in. What hints cannot say stands beside them as JSON Schema.
    Source: https://docs.pydantic.dev/latest/concepts/json_schema/
    """

    keys: ClassVar[dict[str, str]] = {"name": "name", "description": "description", "parameters": "input_schema"}

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """A record of each function; InputError lists all that cannot be read."""
        from ragtune.toolformats._modules import functions_at
        from ragtune.toolformats._signatures import record_of

        functions = functions_at(payload) if isinstance(payload, str) else payload
        found: list[tuple[str, Any]] = []
        faults: list[Fault] = []
        for i, function in enumerate(functions if isinstance(functions, list | tuple) else [functions]):
            if not callable(function):
                faults.append(Fault("", 0, 0, f"[{i}]: is no function, but {type(function).__name__}"))
                continue
            try:
                found.append((f"[{i}]", record_of(function)))
            except InputError as error:
                faults.extend(error.faults)
        if faults:
            raise InputError(faults)
        return found

    @property
    def name_rule(self) -> NameRule | None:
        """Identifiers."""
        return IDENTIFIER

    @property
    def property_rule(self) -> NameRule | None:
        """Identifiers."""
        return IDENTIFIER

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """The source of a function; it is read again to see what was lost."""
        losses.unsaid({"description"})
        schema = with_object_root(tool, losses)
        if any("$ref" in node for _, node in walk(schema)):
            losses.add("$ref: replaced by what it stands for", "input_schema")
            schema = _unrolled({word: value for word, value in resolve(schema).items() if word not in DEFINITIONS})
        source = stub(name, tool.description, schema)
        _compare(tool, _read_again(name, source), losses)
        return {"name": name, "source": source}

    def payload(self, records: list[Record]) -> Any:
        """The source of a module."""
        names = [record["name"] for record in records]
        return "\n\n".join([f"{HEADER}\n__all__ = {names!r}\n", *(record["source"] for record in records)])

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A function, or a list of functions."""
        functions: Sequence[Any] = payload if isinstance(payload, list | tuple) else [payload]
        return bool(functions) and all(
            callable(function) and not isinstance(function, type) and not hasattr(function, "metadata")
            for function in functions
        )


def _unrolled(schema: Any) -> Any:
    """What still refers to something that it stands inside of may be anything."""
    if not isinstance(schema, dict):
        return schema
    plain = {word: value for word, value in schema.items() if word != "$ref"}
    return rebuild(plain, lambda _, inner: _unrolled(inner))


def _read_again(name: str, source: str) -> dict[str, Any]:
    from ragtune.toolformats._signatures import record_of

    module: dict[str, Any] = {"__name__": "_ragtune_stubs"}
    exec(compile(f"{HEADER}\n{source}", "<stub>", "exec"), module)
    return record_of(module[name])


def _compare(tool: Tool, record: dict[str, Any], losses: Losses) -> None:
    """Name what the function does not say as the tool did."""
    if record["description"] != tool.description:
        losses.add("description: a docstring says it otherwise", "description")
    before, after = tool.input_schema, record["parameters"]
    why = "a signature has no place for it"
    if isinstance(before.get("properties"), dict):
        for name in dict.fromkeys((*before["properties"], *after["properties"])):
            old, new = (schema["properties"].get(name) for schema in (before, after))
            path = ("input_schema", "properties", name)
            if isinstance(old, dict) and isinstance(new, dict):
                losses.changed(old, new, path, why)
            elif old != new:
                told = "not an identifier: written by another name" if name in before["properties"] else "added"
                losses.add(f"{name}: {told if old is None or new is None else 'written otherwise'}", *path)
        before = {**before, "properties": after["properties"]}
    losses.changed(before, after, ("input_schema",), why)
