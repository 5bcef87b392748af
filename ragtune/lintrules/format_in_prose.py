"""RT204: a form told in prose that the schema does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import parameters, types
from ragtune.lintrules._texts import prose
from ragtune.tools import Tool

FORMS = {
    "date-time": r"\b(iso[- ]?8601|rfc[- ]?3339|timestamps?|date-?time|yyyy-mm-dd[t ]hh)",
    "date": r"\b(yyyy[-/.]mm[-/.]dd|dd[-/.]mm[-/.]yyyy|mm[-/.]dd[-/.]yyyy|(in|as) (the )?date format|a date\b)",
    "email": r"\b(e-?mail address(es)?|valid e-?mail)\b",
    "uri": r"(\burls?\b|\buris?\b|\bhttps?://)",
    "uuid": r"\b(uuid|guid)\b",
    "ipv4": r"\bip(v[46])? address\b",
}
_FORMS = {word: re.compile(pattern, re.I) for word, pattern in FORMS.items()}
BOUNDS = ("format", "pattern", "enum", "const", "$ref")


@register
class FormatInProse(LintRule):
    """A text parameter's description asks for a date, an email address, a URL, a UUID or an IP address, not its schema.

    Without `format` or `pattern` nothing stops a model from writing "tomorrow". Not every provider enforces `format`,
    but all show it to the model. Source: JSON Schema 2020-12 Validation, 7.3 "Defined Formats".
    """

    code = "RT204"
    severity = "note"
    confidence = "medium"
    bad = (
        {
            "name": "book",
            "input_schema": {"properties": {"day": {"type": "string", "description": "Day as YYYY-MM-DD"}}},
        },
    )
    good = (
        {
            "name": "book",
            "input_schema": {
                "properties": {"day": {"type": "string", "format": "date", "description": "Day as YYYY-MM-DD"}}
            },
        },
    )

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such description."""
        for at in parameters(tool.input_schema):
            if "string" not in types(at.schema) or any(key in at.keywords for key in BOUNDS):
                continue
            text = prose(at.keywords.get("description"))[:2000]
            word = next((word for word, pattern in _FORMS.items() if pattern.search(text)), "")
            if word:
                yield (
                    at.path,
                    f"parameter '{at.label}' tells its form in prose only; `format: {word}` or a pattern says it",
                )
