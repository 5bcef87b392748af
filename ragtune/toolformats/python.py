"""Python functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ragtune.component import register
from ragtune.errors import Fault, InputError
from ragtune.toolformats._json_tools import JsonTools, Written
from ragtune.tools import Tool


@register
class Python(JsonTools):
    """Functions, as their signatures and docstrings (Google, NumPy or Sphinx style) tell; read only.

    A payload is a function, a list of them, or where they are: `pkg.module:function`, `pkg.module` or `file.py`.
    Reading the latter runs the module. Types become JSON Schema by pydantic's rules; `*args` are left out, `**kwargs`
    allow further properties. A tool set has no function to write, so writing is refused.
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

    def written(self, tools: Sequence[Tool]) -> Written:
        """There is nothing to write."""
        raise InputError(
            "tools say what a function takes, not what it does: there is no Python function to write. "
            "Export them as mcp, openai-chat or openapi, or bind functions to them with llama-index"
        )

    @classmethod
    def recognises(cls, payload: Any) -> bool:
        """A function, or a list of functions."""
        functions: Sequence[Any] = payload if isinstance(payload, list | tuple) else [payload]
        return bool(functions) and all(
            callable(function) and not isinstance(function, type) and not hasattr(function, "metadata")
            for function in functions
        )
