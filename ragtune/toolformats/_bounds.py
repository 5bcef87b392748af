"""Bounds on payloads, so that none can take the process down: they come from anywhere."""

from __future__ import annotations

from typing import Any

from ragtune.errors import InputError

MAX_DEPTH = 100
MAX_VALUES = 1_000_000
MAX_CHARACTERS = 50_000_000


def bounded(payload: Any) -> None:
    """InputError where a payload is too deep, has too many values, or too long texts. Needs no recursion."""
    level = [payload]
    values = characters = depth = 0
    while level:
        depth += 1
        values += len(level)
        if depth > MAX_DEPTH:
            raise InputError(f"the payload is nested more than {MAX_DEPTH} deep")
        following: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                following.extend(value.values())
                characters += sum(len(key) for key in value if isinstance(key, str))
            elif isinstance(value, list | tuple):
                following.extend(value)
            elif isinstance(value, str):
                characters += len(value)
        if values + len(following) > MAX_VALUES or characters > MAX_CHARACTERS:
            raise InputError(f"the payload has more than {MAX_VALUES:,} values or {MAX_CHARACTERS:,} characters")
        level = following
