"""What the rules say of themselves: the help of one, and the page of all."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

from ragtune.linting._rules import rules
from ragtune.lintrules import LintRule

SHOWN = 500
"""Characters of an example that are shown."""


def what_of(rule: LintRule) -> str:
    """What it finds, in a line."""
    return " ".join((inspect.getdoc(type(rule)) or "").split("\n\n")[0].split())


def help_of(rule: LintRule) -> str:
    """All that it says of itself, with a bad and a good example, as markdown."""
    sure = f"Confidence: {rule.confidence}. Seen to matter: {rule.evidence}." + (
        " `ragtune tools lint --fix` puts it right where that is safe." if rule.fixable else ""
    )
    examples = f"Bad:\n\n```json\n{_shown(rule.bad)}\n```\n\nGood:\n\n```json\n{_shown(rule.good)}\n```"
    return f"{inspect.getdoc(type(rule))}\n\n{sure}\n\n{examples}\n"


def table() -> str:
    """The table of all rules, as in docs/tools-lint.md."""
    lines = [
        "| code | rule | severity | sure | fix | what it finds | seen to matter |",
        "|---|---|---|---|---|---|---|",
    ]
    for rule in rules():
        fix = "yes" if rule.fixable else ""
        cells = (rule.code, f"`{rule.name}`", rule.severity, rule.confidence, fix, what_of(rule), rule.evidence)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _shown(specs: tuple[Mapping[str, Any], ...]) -> str:
    lines = [json.dumps(spec) for spec in specs]
    return "\n".join(line if len(line) <= SHOWN else f"{line[:SHOWN]}…" for line in lines)
