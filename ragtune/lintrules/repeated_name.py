"""RT103: a description that says no more than the name."""

from __future__ import annotations

from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import parameters, words
from ragtune.lintrules._texts import prose
from ragtune.tools import Tool

FILLERS = frozenset(
    (
        "a", "an", "and", "as", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "the", "this", "that", "to",
        "tool", "function", "parameter", "value", "with",
    )
)  # fmt: skip


@register
class RepeatedName(LintRule):
    """A description has no word that its name (and, of a parameter, the tool's name) does not have.

    Words are compared without their endings `s`, `es`, `ed` and `ing`; fillers such as `the` and `tool` do not count.
    Source: ragtune.
    """

    code = "RT103"
    severity = "warning"
    confidence = "medium"
    bad = (
        {
            "name": "create_invoice",
            "description": "Creates an invoice.",
            "input_schema": {"type": "object", "properties": {"due": {"type": "string", "description": "The due"}}},
        },
    )
    good = (
        {
            "name": "create_invoice",
            "description": "Draft an unpaid bill for a customer; it is sent only by `send_invoice`.",
            "input_schema": {
                "type": "object",
                "properties": {"due": {"type": "string", "description": "Last day to pay, YYYY-MM-DD"}},
            },
        },
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such description, of the tool and of its parameters."""
        known = _stems(tool.name)
        if _says_nothing(tool.description, known):
            yield ("description",), f"the description of '{tool.name}' only repeats its name"
        for at in parameters(tool.input_schema):
            if _says_nothing(at.keywords.get("description"), _stems(at.key)):
                yield (*at.path, "description"), f"the description of parameter '{at.label}' only repeats its name"


def _says_nothing(text: object, known: set[str]) -> bool:
    said = _stems(prose(text))
    return bool(said) and said <= known


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in words(text)} - FILLERS


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) > 3 else word
