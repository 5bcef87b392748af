"""Problems as lines for people, 80 columns wide."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator

from ragtune.linting._rules import LEVELS
from ragtune.linting._running import Linted

WIDTH = 80


def told(linted: Linted) -> Iterator[str]:
    """Every problem with its place, and how many there are of each rule."""
    for problem in linted.problems:
        place = ":".join([problem.file or problem.tool, *(str(n) for n in (problem.line, problem.column) if n)])
        yield from _wrapped(f"{place} {problem.code} {problem.message}")
    if linted.problems:
        yield ""
    counts = Counter(problem.code for problem in linted.problems)
    ranked = sorted(linted.rules, key=lambda rule: (-LEVELS.index(rule.severity), rule.code))
    for rule in ranked:
        if counts[rule.code]:
            fix = "  (--fix)" if rule.fixable else ""
            yield f"{counts[rule.code]:>6,}  {rule.severity:<7}  {rule.code}  {rule.name}{fix}"
    total = len(linted.problems)
    left = f"; {linted.suppressed:,} suppressed" if linted.suppressed else ""
    found = f"{total:,} problem{'s' * (total != 1)}" if total else "nothing found"
    yield f"{found} in {linted.tools:,} tool{'s' * (linted.tools != 1)}{left}"


def _wrapped(line: str) -> list[str]:
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return textwrap.wrap(clean, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
