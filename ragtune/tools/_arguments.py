"""Arguments as a model gives them: read, and held to the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

MAX_CHARACTERS = 300


def read_arguments(text: str) -> tuple[dict[str, Any], str]:
    """The arguments, and why they could not be read. A call of a tool without parameters may come with no text at all."""
    if not text.strip():
        return {}, ""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return {}, f"the arguments are not JSON ({error}): {text[:200]!r}"
    if isinstance(value, dict):
        return value, ""
    return {}, f"the arguments are a JSON {type(value).__name__}, not an object: {text[:200]!r}"


def wrong_arguments(checks: Draft202012Validator, arguments: Mapping[str, Any]) -> list[str]:
    """Everything that a schema refuses in arguments, as `path: what`, for a model to read and try again."""
    from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

    found = []
    for error in checks.iter_errors(arguments):
        fault = best_match(iter([error]))  # of alternatives, what is wrong with the nearest
        place = ".".join(str(part) for part in fault.absolute_path)
        message = fault.message[:MAX_CHARACTERS]
        found.append(f"{place}: {message}" if place else message)
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
