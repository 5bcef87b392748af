"""RT303: names that differ in case and separators only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import Finding, LintRule
from ragtune.tools import ToolSet


@register
class AlikeNames(LintRule):
    """Two names are the same but for case and separators, as `getUser` and `get_user`: a model mixes them up.

    Source: ragtune.
    """

    code = "RT303"
    bad = ({"name": "getUser", "description": "By id."}, {"name": "get_user", "description": "By email."})
    good = ({"name": "user_by_id", "description": "By id."}, {"name": "user_by_email", "description": "By email."})

    def check(self, toolset: ToolSet) -> Iterator[Finding]:
        """A finding at each name that comes after one like it."""
        seen: defaultdict[str, list[str]] = defaultdict(list)
        for place, tool in enumerate(toolset.tools):
            key = "".join(c for c in tool.name.casefold() if c.isalnum())
            others = seen[key] if key else []
            if others and tool.name not in others:
                yield Finding(place, ("name",), f"'{tool.name}' differs from '{others[0]}' in case or separators only")
            others.append(tool.name)
