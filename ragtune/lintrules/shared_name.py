"""RT304: a name that several tools have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ragtune.component import register
from ragtune.lintrules import Finding, LintRule
from ragtune.tools import ToolSet


@register
class SharedName(LintRule):
    """Several tools, mostly of several servers, have one name: providers refuse to be shown both, and no call says which.

    Source: the providers' own messages, "Tool names must be unique".
    """

    code = "RT304"
    evidence = (
        "seen together, no cause shown: BM25 over BFCL's tools, R@1 .234 where it is found, else .693 (1,853 cases)"
    )
    severity = "error"
    bad = (
        {"name": "search", "description": "Search the wiki.", "server": "wiki", "id": "wiki/search"},
        {"name": "search", "description": "Search for tickets.", "server": "tickets", "id": "tickets/search"},
    )
    good = (
        {"name": "wiki_search", "description": "Search the wiki.", "server": "wiki"},
        {"name": "tickets_search", "description": "Search for tickets.", "server": "tickets"},
    )

    def check(self, toolset: ToolSet) -> Iterator[Finding]:
        """A finding at each of them."""
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for place, tool in enumerate(toolset.tools):
            holders[tool.name].append(place)
        for name, places in holders.items():
            servers = sorted({server for place in places if (server := toolset.tools[place].server)})
            of = f" (servers: {', '.join(servers[:4])}{', …' if len(servers) > 4 else ''})" if servers else ""
            for place in places if len(places) > 1 else ():
                yield Finding(place, ("name",), f"{len(places)} tools are named '{name}'{of}")
