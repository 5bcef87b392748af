"""What an edit of the shape makes of example arguments, and of schemas with one parameter less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ragtune.edits._schemas import together, with_parameters
from ragtune.tools import Example, Tool

Arguments = dict[str, Any]


def mapped_examples(tool: Tool, change: Callable[[Arguments], Arguments | None]) -> tuple[Example, ...]:
    """The tool's examples for the edited tool; those that know no arguments stay, those that `change` gives None go."""
    found: list[Example] = []
    for example in tool.examples:
        if example.arguments is None:
            found.append(example)
            continue
        new = change(example.arguments)
        if new is not None:
            found.append(example.model_copy(update={"arguments": new}))
    return tuple(found)


def without(root: Mapping[str, Any], name: str, *, given: bool) -> dict[str, Any]:
    """A root schema without a parameter: one that is always `given`, or one that is always left out."""
    rules = together(root)
    needed = [*(root.get("required") or ()), *(rules.get(name, ()) if given else ())]
    parameters = {key: value for key, value in (root.get("properties") or {}).items() if key != name}
    rest = {key: [other for other in others if other != name] for key, others in rules.items() if key != name}
    return with_parameters(root, parameters, dict.fromkeys(n for n in needed if n != name), rest)
