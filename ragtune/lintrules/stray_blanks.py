"""RT105: blanks that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._texts import clean, rewrite, texts, tidy
from ragtune.tools import Tool


@register
class StrayBlanks(LintRule):
    """A text begins or ends with blanks, has them at the ends of lines, or has several empty lines in a row.

    One line break at the end is let be: YAML's block texts have it. Blanks within a line may be a table's, and stay.
    Source: ragtune.
    """

    code = "RT105"
    severity = "note"
    fixable = True
    bad = ({"name": "search", "description": "  Search the handbook. \n\n\n\n  For rules only."},)
    good = ({"name": "search", "description": "Search the handbook.\n\n  For rules only."},)

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such text."""
        for path, what, text in texts(tool):
            if tidy(clean(text)) != clean(text):
                yield path, f"the {what} has stray blanks"

    def fix(self, spec: dict[str, Any]) -> None:
        """Take them out."""
        rewrite(spec, tidy)
