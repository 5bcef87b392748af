"""A Python function as a tool: its signature as JSON Schema, its docstring as the texts."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from pydantic import ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from ragtune.errors import InputError
from ragtune.toolformats._docstrings import parse

_PACKED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class _Untitled(GenerateJsonSchema):
    """No titles made up from names, and no warning of a default that JSON cannot hold: it is left out."""

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def record_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Name, description and input schema of a function; InputError where its signature cannot be said in JSON."""
    name = getattr(function, "__name__", type(function).__name__)
    text, told = parse(inspect.getdoc(function))
    try:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
    except (TypeError, ValueError, NameError) as error:
        raise InputError(f"{name}: the signature cannot be read: {error}") from error
    fields: dict[str, Any] = {}
    open_ = False
    for i, (parameter, said) in enumerate(signature.parameters.items()):
        if said.kind in _PACKED or (i == 0 and parameter in ("self", "cls")):
            open_ = open_ or said.kind is inspect.Parameter.VAR_KEYWORD
            continue
        default = ... if said.default is inspect.Parameter.empty else said.default
        hint = hints.get(parameter, Any)
        if parameter in told and _undescribed(hint):
            fields[f"p{i}"] = (hint, Field(default, alias=parameter, description=told[parameter]))
        else:
            fields[f"p{i}"] = (hint, Field(default, alias=parameter))
    return {"name": name, "description": text, "parameters": _schema(name, fields, open_=open_)}


def _schema(name: str, fields: dict[str, Any], *, open_: bool) -> dict[str, Any]:
    config = ConfigDict(arbitrary_types_allowed=False, extra="allow" if open_ else None)
    try:
        model = create_model(name, __config__=config, **fields)
        schema = model.model_json_schema(schema_generator=_Untitled)
    except (PydanticUserError, TypeError, ValueError, NameError) as error:
        first = str(error).partition("\n")[0]
        raise InputError(f"{name}: a type of its signature cannot be said in JSON Schema: {first}") from error
    schema.pop("title", None)
    schema.pop("description", None)
    return {"type": "object", "properties": {}, **schema}


def _undescribed(hint: Any) -> bool:
    """Whether an Annotated hint says nothing itself."""
    metadata = getattr(hint, "__metadata__", ())
    return not any(getattr(mark, "description", None) for mark in metadata)
