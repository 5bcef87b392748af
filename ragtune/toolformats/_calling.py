"""Calls on their way in: what a provider's models say, as a name and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ragtune.errors import InputError
from ragtune.tools import read_arguments

if TYPE_CHECKING:
    from ragtune.toolformats._json_tools import JsonTools


def part(said: Any, name: str) -> Any:
    """A part of a call, which is a mapping or an object of the provider's SDK; None where there is none."""
    return said.get(name) if isinstance(said, Mapping) else getattr(said, name, None)


def read_call(format: JsonTools, said: Any) -> tuple[str, dict[str, Any]]:
    """The name that is called, as it was written, and the arguments.

    Raises:
        InputError: it is no call, or its arguments are no object.
    """
    name, arguments = format.called(said)
    if not isinstance(name, str) or not name:
        raise InputError(f"this is no call as {format.name} has it: {str(said)[:200]}")
    if isinstance(arguments, str):
        arguments, wrong = read_arguments(arguments)
        if wrong:
            raise InputError(f"{name}: {wrong}")
    if not isinstance(arguments, Mapping | None):
        raise InputError(f"{name}: the arguments are no object but {type(arguments).__name__}")
    return name, dict(arguments or {})
