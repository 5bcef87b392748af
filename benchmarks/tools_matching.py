"""The matcher on all rows of BFCL: the expected call passes, and calls spoilt in every way are judged as they must."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, get_args

import benchmarks._naming_mutations  # noqa: F401  (enters its mutations)
from benchmarks._call_mutations import Made, Probe, Row, Truth, probes, read
from benchmarks.common import conclude, data, stopwatch
from ragtune.tools import Call, Case, ExpectedCall, Tool, ToolSet
from ragtune.tools.matching import Judgement, Kind, accept_of_bfcl, match

KINDS = 25
"""Fewest kinds of mutation."""
FEWEST = 20
"""Mutations of each row."""
SECONDS = 60.0
"""Most CPU time for all of them, by both sets of rules."""


def rows_of(folder: Path) -> tuple[ToolSet, list[tuple[Case, Row]]]:
    """All rows, as cases and as what mutations are made of."""
    told = [json.loads(line) for line in (folder / "tools.jsonl").read_text("utf-8").splitlines()]
    found = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    tools = ToolSet(tuple(Tool(name=t["name"], id=t["tool_id"], input_schema=t["parameters"]) for t in told))
    by_id = {t["tool_id"]: t for t in told}
    return tools, [(case_of(row), read(row, by_id)) for row in found]


def case_of(row: Mapping[str, Any]) -> Case:
    """A row as a case."""
    expected = (
        ExpectedCall(tool=call["tool_id"], arguments=accept_of_bfcl(call["acceptable"])) for call in row["expected"]
    )
    return Case(id=row["id"], query=str(row["query"]), calls=tuple(expected), tools=tuple(row["candidate_tools"]))


def judged(case: Case, row: Row, tools: ToolSet) -> Iterator[tuple[str, list[str]]]:
    """Title of each mutation that applies to a row, and in what its judgements are not as stated."""
    for title, probe in probes(row):
        yield title, list(_amiss(case, probe, tools))


def _amiss(case: Case, probe: Probe, tools: ToolSet) -> Iterator[str]:
    called = [_call(made) for made in probe.made]
    for rules, truth in (("bfcl", probe.bfcl), ("strict", probe.strict)):
        found = match(case, called, tools, rules="bfcl" if rules == "bfcl" else "strict")
        if not agrees(found, truth):
            yield f"{case.id}, {rules}: {found} instead of {truth}; called {probe.made}"


def _call(made: Made) -> Call:
    return Call(tool=made.tool, arguments=made.arguments, invalid=made.unread)


def stated(rows: Iterable[Row]) -> set[str]:
    """Kinds of error that some mutation says there must be."""
    told = (truth.kinds or () for row in rows for _, probe in probes(row) for truth in (probe.bfcl, probe.strict))
    return {kind for kinds in told for kind in kinds}


def agrees(found: Judgement, truth: Truth) -> bool:
    """Whether a judgement says what is stated."""
    kinds = {error.kind for error in found.errors}
    verdict = (found.correct, found.selected) == (truth.correct, truth.selected)
    return verdict and abs(found.arguments - truth.arguments) < 1e-9 and (truth.kinds is None or kinds == truth.kinds)


def main() -> None:
    """A line a kind of mutation: how many there were, and how many of them were judged as stated."""
    tools, rows = rows_of(data("tools/bfcl"))
    tried, right = Counter[str](), Counter[str]()
    faults, each = list[str](), list[int]()
    with stopwatch() as watch:
        for case, row in rows:
            titles = []
            for title, amiss in judged(case, row, tools):
                titles.append(title)
                right[title] += not amiss
                faults += [f"{title}: {fault}" for fault in amiss]
            tried.update(titles)
            each.append(len(titles) - 1)
    for title in tried:
        print(f"{title:48} {tried[title]:7,}  {right[title] / tried[title]:8.2%}")
    print(*faults[:20], sep="\n")
    never = set(get_args(Kind)) - stated(row for _, row in rows)
    kinds, enough = len(tried) - 1, sum(count >= FEWEST for count in each)
    print(
        f"mutations a row: least {min(each)}, median {median(each):.0f}; {FEWEST} or more in {enough:,} of {len(each):,}"
    )
    print(f"kinds of error never stated: {', '.join(sorted(never)) or 'none'}")
    passed = (
        min(each) >= FEWEST
        and not faults
        and not never
        and tried["as expected"] == len(rows)
        and kinds >= KINDS
        and watch.cpu < SECONDS
    )
    conclude(
        f"matching: {right['as expected']:,} of {len(rows):,} expected calls pass; {kinds} kinds of mutation, "
        f"{tried.total():,} spoilt in all, {right.total() / tried.total():.2%} judged as stated by both sets of rules, "
        f"{watch.cpu:.0f} s of CPU time",
        passed=passed,
    )


if __name__ == "__main__":
    main()
