"""RT305: a description that names another tool."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import Finding, LintRule
from ragtune.lintrules._texts import prose
from ragtune.tools import ToolSet

_NAME = re.compile(r"[`\"']?[A-Za-z_][A-Za-z0-9_.:-]*[`\"']?")
_QUOTES = "`\"'"


@register
class NamedTool(LintRule):
    """A description names another tool of the set.

    As a hint which of two tools to take it can be right; it points nowhere once that tool is renamed, hidden or not
    selected. A name that is a plain word counts only in quotes. Source: ragtune.
    """

    code = "RT305"
    severity = "note"
    confidence = "low"
    bad = (
        {"name": "read_page", "description": "Read one page. Call find_page before."},
        {"name": "find_page", "description": "Look for a page by its title."},
    )
    good = (
        {"name": "read_page", "description": "Read the page that has an id."},
        {"name": "find_page", "description": "Look for a page by its title."},
    )

    def check(self, toolset: ToolSet) -> Iterator[Finding]:
        """A finding a tool, with all names in its description."""
        names = {tool.name for tool in toolset.tools}
        for place, tool in enumerate(toolset.tools):
            named = [word for found in _NAME.findall(prose(tool.description)) if (word := _named(found, names))]
            others = list(dict.fromkeys(word for word in named if word != tool.name))
            if others:
                more = ", …" if len(others) > 3 else ""
                yield Finding(
                    place, ("description",), f"the description names other tools: {', '.join(others[:3])}{more}"
                )


def _named(found: str, names: set[str]) -> str:
    word = found.strip(_QUOTES)
    quoted = found[:1] in _QUOTES and found[-1:] == found[:1]
    if word not in names:
        word = word.rstrip(".:-")
    plain = word.isalnum() and (word.islower() or word.istitle() or word.isupper())
    return word if word in names and (quoted or not plain) else ""
