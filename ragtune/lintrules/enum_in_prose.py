"""RT203: choices told in prose that the schema does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import parameters, types
from ragtune.lintrules._texts import prose
from ragtune.tools import Tool

_QUOTED = r"""(?:"[^"\n]{1,40}"|'[^'\n]{1,40}'|`[^`\n]{1,40}`|“[^”\n]{1,40}”)"""
_BARE = r"[\w.+-]{1,30}"
_QUOTED_LIST = re.compile(
    rf"{_QUOTED}(?:\s{{0,3}}(?:,|/|\||\bor\b|\band\b|,\s{{0,3}}or\b)\s{{0,3}}{_QUOTED}){{1,60}}", re.I
)
_LED_IN = re.compile(
    r"\b(?:one of|either|must be|can be|may be|allowed values?(?: are| is)?|valid values?(?: are| is)?|options?(?: are)?"
    r"|possible values?(?: are| is)?|choices?(?: are)?|accepted values?(?: are)?|supported values?(?: are)?)\b"
    rf"[\s:(\[{{]{{0,4}}({_BARE}(?:\s?[,/|]\s?(?:or\s)?{_BARE}){{1,60}}(?:,?\sor\s{_BARE})?|{_BARE}\sor\s{_BARE}(?![\w ]))",
    re.I,
)
_EXAMPLE = re.compile(
    r"(?:e\.?\s?g\.?|for example|for instance|such as|like|examples?|example values?(?: could be| are)?|formats?(?: of)?|"
    r"例如|比如|如)[\s:：,，(（]{0,4}$",
    re.I,
)
_OPEN_END = re.compile(r"\s{0,3},?\s{0,3}(?:etc\b|and so on|\.\.\.|…)", re.I)


@register
class EnumInProse(LintRule):
    """A text parameter's description lists its choices, while the schema has no `enum` to hold a model to them.

    Examples (`e.g. "a" or "b"`) are not taken for choices. Source: ragtune.
    """

    code = "RT203"
    confidence = "medium"
    bad = (
        {
            "name": "resize",
            "input_schema": {
                "properties": {"mode": {"type": "string", "description": 'Either "fit", "fill" or "stretch".'}}
            },
        },
        {
            "name": "list_orders",
            "input_schema": {"properties": {"state": {"type": "string", "description": "One of open, paid, sent"}}},
        },
    )
    good = (
        {
            "name": "resize",
            "input_schema": {
                "properties": {
                    "mode": {
                        "type": "string",
                        "description": 'Either "fit", "fill" or "stretch".',
                        "enum": ["fit", "fill", "stretch"],
                    }
                }
            },
        },
        {
            "name": "list_orders",
            "input_schema": {
                "properties": {"city": {"type": "string", "description": 'A city, e.g. "Rome" or "Bern"'}}
            },
        },
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such description."""
        for at in parameters(tool.input_schema):
            choices = _choices(prose(at.keywords.get("description"))[:2000])
            if choices and _is_free_text(at.keywords):
                shown = choices if len(choices) <= 50 else f"{choices[:50]}…"
                yield (*at.path, "description"), f"parameter '{at.label}' lists its choices in prose only: {shown}"


def _is_free_text(schema: Mapping[str, Any]) -> bool:
    """Whether the schema lets any text through; where it says no type, only `enum`, `const` and the like forbid it."""
    closed = {"enum", "const", "pattern", "format", "$ref", "oneOf", "allOf", "items", "properties"}
    if closed & set(schema):
        return False
    branches = schema.get("anyOf")
    if isinstance(branches, list):
        return any("string" in types(each) and not closed & set(each) for each in branches if isinstance(each, dict))
    return "string" in types(schema)


def _choices(text: str) -> str:
    for match in _QUOTED_LIST.finditer(text):
        before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 20]
        if not _EXAMPLE.search(before) and not _OPEN_END.match(after):
            return match[0]
    led_in = _LED_IN.search(text)
    return led_in[1] if led_in else ""
