"""Rows of published tool benchmarks: a query, the ids of the right tools, the tools offered, BFCL's possible answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ragtune.caseformats import Reading
from ragtune.caseformats._building import Builder, literal
from ragtune.caseformats._rows import in_folder, rows_of
from ragtune.errors import DatasetError
from ragtune.tools import Accept, Case, ExpectedCall
from ragtune.tools.matching import accept_of_bfcl
from ragtune.yaml_tree import Node

ALL = "*"
ANY_CALL = "any call is right, which a case cannot say"


def read_query_rows(path: Path) -> Reading:
    """The cases of `queries.jsonl`, or of the folder that holds it."""
    builder = Builder()
    try:
        rows = rows_of(in_folder(path))
    except DatasetError as error:
        return Reading(faults=tuple(error.faults))
    for number, node in enumerate(rows, 1):
        before = node.value if isinstance(node.value, dict) else {}
        missing = [key for key in ("query", "expected") if key not in before]
        if missing:
            builder.fault(node.fault(f"has no {' and no '.join(missing)}"))
            continue
        _add(builder, node, node.plain(), number)
    return builder.reading()


def _add(builder: Builder, node: Node, row: dict[str, Any], number: int) -> None:
    id = str(row.get("id") or number)
    wrong = [
        what
        for what, right in (
            ("query must be a text", isinstance(row["query"], str)),
            ("expected must be a list of objects with a name or tool_id", _is_expected(row["expected"])),
            ('candidate_tools must be a list of ids, or "*"', _is_offer(row.get("candidate_tools", ALL))),
        )
        if not right
    ]
    if not wrong and not row["expected"] and row.get("any_call"):
        builder.leave_out(ANY_CALL, id)
        return
    if not wrong and bool(row["expected"]) == bool(row.get("abstain")):
        wrong = (
            ["expects nothing, but does not say `abstain`"] if not row["expected"] else ["expects calls and abstains"]
        )
    for what in wrong:
        builder.fault(node.fault(what))
    if wrong:
        return
    offered = row.get("candidate_tools", ALL)
    category = row.get("category")
    case = Case(
        id=id,
        query=row["query"],
        calls=tuple(_call(expected) for expected in row["expected"]),
        tools=None if offered == ALL else tuple(offered),
        tags=(str(category),) if category else (),
    )
    builder.add(case, node)


def _is_expected(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(e, dict)
        and isinstance(e.get("tool_id") or e.get("name"), str)
        and isinstance(e.get("alt_tool_ids") or [], list)
        and all(isinstance(e.get(key) or {}, dict) for key in ("arguments", "acceptable"))
        for e in value
    )


def _is_offer(value: Any) -> bool:
    return value == ALL or (isinstance(value, list) and all(isinstance(id, str) for id in value))


def _call(expected: dict[str, Any]) -> ExpectedCall:
    arguments: dict[str, Accept] | None = None
    if expected.get("acceptable") is not None:
        arguments = accept_of_bfcl(
            {name: values if isinstance(values, list) else [values] for name, values in expected["acceptable"].items()}
        )
    elif expected.get("arguments") is not None:
        arguments = literal(expected["arguments"])
    return ExpectedCall(
        tool=expected.get("tool_id") or expected["name"],
        alternatives=tuple(str(id) for id in expected.get("alt_tool_ids") or ()),
        arguments=arguments,
    )
