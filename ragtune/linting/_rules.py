"""The rules that there are, and those that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from ragtune.component import find, words
from ragtune.errors import InputError, suggest
from ragtune.lintrules import Finding, LintRule
from ragtune.tools import ToolSet

LEVELS = ("note", "warning", "error")
"""Severities, the worst last."""


def rules() -> list[LintRule]:
    """All rules with their default thresholds, by code."""
    return sorted((cast(LintRule, find("lintrule", word)()) for word in words("lintrule")), key=lambda rule: rule.code)


def choose(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[LintRule]:
    """The rules of `select` (all where it is empty) without those of `ignore`.

    Each is a code (`RT101`), the beginning of codes (`RT1`) or a word (`empty-description`).
    """
    known = rules()
    wanted, unwanted = _codes(select, known), _codes(ignore, known)
    return [rule for rule in known if (not select or rule.code in wanted) and rule.code not in unwanted]


def lint(
    toolset: ToolSet, chosen: Iterable[LintRule] | None = None, only: int | None = None
) -> Iterator[tuple[LintRule, Finding]]:
    """What the rules find in a set of tools, rule by rule.

    With `only`, the place of a tool, rules that look at each tool by itself look at that one alone.
    """
    for rule in rules() if chosen is None else chosen:
        if only is not None and type(rule).check is LintRule.check:
            found = (Finding(only, *told) for told in rule.check_tool(toolset.tools[only]))
            yield from ((rule, finding) for finding in found)
        else:
            yield from ((rule, finding) for finding in rule.check(toolset))


def _codes(given: Sequence[str], known: Sequence[LintRule]) -> set[str]:
    found: set[str] = set()
    for each in given:
        asked = each.upper()
        codes = {
            rule.code
            for rule in known
            if rule.name == each.lower() or (asked.startswith("RT") and rule.code.startswith(asked))
        }
        if not codes:
            names = [name for rule in known for name in (rule.code, rule.name)]
            raise InputError(f"there is no lint rule '{each}'{suggest(each, names)}")
        found |= codes
    return found
