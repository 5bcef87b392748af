"""SARIF 2.1.0, for code scanning: rules with help, places, and fingerprints that stay when lines move."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ragtune.component import digest
from ragtune.linting._running import Linted, Problem
from ragtune.linting._table import help_of, what_of
from ragtune.lintrules import LintRule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(linted: Linted, version: str) -> dict[str, Any]:
    """The log of one run; `version` is ragtune's."""
    place = {rule.code: i for i, rule in enumerate(linted.rules)}
    seen: Counter[tuple[str, str, str]] = Counter()
    results = []
    for problem in linted.problems:
        about = (problem.code, problem.tool, problem.place)
        print_ = digest(*about, str(seen[about]))[:32]
        seen[about] += 1
        results.append({**_result(problem, place[problem.code]), "partialFingerprints": {"ragtuneLint/v1": print_}})
    driver = {"name": "ragtune", "version": version, "rules": [_rule(rule) for rule in linted.rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: LintRule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": type(rule).__name__,
        "shortDescription": {"text": what_of(rule)},
        "fullDescription": {"text": what_of(rule)},
        "help": {"text": help_of(rule), "markdown": help_of(rule)},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"precision": rule.confidence, "evidence": rule.evidence, "tags": ["tools"]},
    }


def _result(problem: Problem, index: int) -> dict[str, Any]:
    region = {"startLine": max(problem.line, 1), "startColumn": max(problem.column, 1)}
    location = {"artifactLocation": {"uri": _uri(problem.file)}, "region": region}
    logical = {"name": problem.tool, "fullyQualifiedName": f"{problem.tool}.{problem.place}", "kind": "object"}
    return {
        "ruleId": problem.code,
        "ruleIndex": index,
        "level": problem.severity,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": location, "logicalLocations": [logical]}],
    }


def _uri(file: str) -> str:
    """The path from the working directory, which is the repository's root in CI; a file's URI where it lies elsewhere."""
    path = Path(file)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except ValueError:
            return path.as_uri()
    return quote(path.as_posix())
