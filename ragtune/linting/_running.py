"""What the rules find, with the place in the file where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ragtune.linting._rules import LEVELS, lint, rules
from ragtune.linting._suppressing import Marks, marks
from ragtune.lintrules import Finding, LintRule
from ragtune.tools import ToolSet
from ragtune.tools._files import YAML, read_trees, tool_files, tools_from
from ragtune.tools._tool_nodes import tool_nodes
from ragtune.yaml_tree import Node

SPELLINGS = {"input_schema": "inputSchema", "output_schema": "outputSchema"}


@dataclass(frozen=True)
class Problem:
    """One finding: where it stands (0 where there is no file), by which rule, and in which place of which tool."""

    file: str
    line: int
    column: int
    code: str
    rule: str
    severity: str
    confidence: str
    tool: str
    place: str
    message: str


@dataclass(frozen=True)
class Linted:
    """All problems, in the order of the files; `suppressed` is how many were left out for a comment."""

    tools: int
    rules: tuple[LintRule, ...]
    problems: tuple[Problem, ...]
    suppressed: int = 0

    def at_least(self, level: str) -> int:
        """How many problems are of this severity or worse."""
        return sum(LEVELS.index(problem.severity) >= LEVELS.index(level) for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "tools": self.tools,
            "rules": [rule.code for rule in self.rules],
            "suppressed": self.suppressed,
            "problems": [asdict(problem) for problem in self.problems],
        }


def lint_path(path: str | Path, chosen: Sequence[LintRule] | None = None) -> Linted:
    """Lint the tools of a file or folder; InputError where they cannot be read."""
    files = tool_files(Path(path))
    trees = read_trees(files)
    toolset = tools_from(trees, str(path))
    nodes = [node for tree in trees for node in tool_nodes(tree, [])]
    comments = {str(file): marks(file.read_text("utf-8-sig")) for file in files if file.suffix.lower() in YAML}
    return _linted(toolset, rules() if chosen is None else list(chosen), nodes, comments)


def lint_set(toolset: ToolSet, chosen: Sequence[LintRule] | None = None, only: str | None = None) -> Linted:
    """Lint tools that are in no file; with `only`, the id of a tool, what one edit of it can change."""
    place = None if only is None else toolset.place[only]
    return _linted(toolset, rules() if chosen is None else list(chosen), [Node(None)] * len(toolset), {}, place)


def _linted(
    toolset: ToolSet,
    chosen: Sequence[LintRule],
    nodes: Sequence[Node],
    comments: Mapping[str, Marks],
    only: int | None = None,
) -> Linted:
    found, suppressed = [], 0
    for rule, finding in lint(toolset, chosen, only):
        node = nodes[finding.tool]
        problem = _problem(rule, finding, toolset, node)
        spoken = comments.get(problem.file, {})
        if any(spoken.get(line) is not None and _says(spoken[line], rule) for line in (problem.line, node.line)):
            suppressed += 1
        else:
            found.append((finding.tool, problem))
    found.sort(key=lambda each: (each[0], each[1].line, each[1].column, each[1].code))
    return Linted(len(toolset), tuple(chosen), tuple(problem for _, problem in found), suppressed)


def _says(spoken: frozenset[str], rule: LintRule) -> bool:
    return not spoken or rule.code in spoken or rule.name.upper() in spoken


def _problem(rule: LintRule, finding: Finding, toolset: ToolSet, node: Node) -> Problem:
    line, column = _locate(node, finding.path)
    place = ".".join(str(part) for part in finding.path)
    id = toolset.tools[finding.tool].id
    told = (rule.code, rule.name, rule.severity, rule.confidence, id, place, finding.message)
    return Problem(node.file, line, column, *told)


def _locate(node: Node, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of a key or item; of the nearest around it where the file has no such thing."""
    at = (node.line, node.column)
    for depth, part in enumerate(path):
        inner = None
        if isinstance(node.value, dict):
            key = str(part)
            key = SPELLINGS.get(key, key) if depth == 0 and key not in node.value else key
            inner = node.value.get(key)
            at = (node.keys or {}).get(key, at)
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            inner = node.value[part]
            at = (inner.line, inner.column)
        if inner is None:
            break
        node = inner
    return at
