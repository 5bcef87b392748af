"""Lint rules say what is likely wrong with tools before any model is asked: one rule a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from ragtune.component import Component
from ragtune.tools import Tool, ToolSet

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Path = tuple[str | int, ...]
"""Where in a tool, as its file spells it: `("input_schema", "properties", "city")`."""
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Finding:
    """What a rule found: in the tool at this place of the set, at this path in it."""

    tool: int
    path: Path
    message: str


class LintRule(Component):
    """Base of the rules: a component of this kind says what it finds; its knobs are thresholds.

    A rule that looks at each tool by itself overrides `check_tool`, one that compares tools `check`. One that can put
    things right without changing what they mean is `fixable` and overrides `fix`.
    """

    kind: ClassVar[str] = "lintrule"
    code: ClassVar[str] = ""
    """The stable id, `RT101`; it never changes and is never given to another rule."""
    severity: ClassVar[Severity] = "warning"
    confidence: ClassVar[Confidence] = "high"
    """How sure it is that what it finds is wrong, not how much it matters."""
    evidence: ClassVar[str] = NOT_MEASURED
    """Whether it was seen to matter, and on which data."""
    fixable: ClassVar[bool] = False
    bad: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    """Tools, as in a tool file, in which it finds something."""
    good: ClassVar[tuple[Mapping[str, Any], ...]] = ()
    """The same tools as they should be."""

    def check(self, toolset: ToolSet) -> Iterator[Finding]:
        """Everything it finds in a set of tools."""
        for place, tool in enumerate(toolset.tools):
            for path, message in self.check_tool(tool):
                yield Finding(place, path, message)

    def check_tool(self, tool: Tool) -> Iterable[tuple[Path, str]]:
        """What it finds in one tool."""
        return ()

    def fix(self, spec: dict[str, Any]) -> None:
        """Put one tool right in place; `spec` is the tool as its file says it."""
