"""A case beside the calls that were made for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ragtune.errors import InputError, suggest
from ragtune.tools._calls import Call, Case, ExpectedCall
from ragtune.tools._toolset import ToolSet
from ragtune.tools.matching._assign import align, assign
from ragtune.tools.matching._bfcl import Bfcl
from ragtune.tools.matching._faults import Fault, Path, shape_faults
from ragtune.tools.matching._invalid import schema_fault
from ragtune.tools.matching._places import Place
from ragtune.tools.matching._rules import Rules
from ragtune.tools.matching._strict import Strict
from ragtune.tools.matching._taxonomy import Error, Judgement

RULES: dict[str, Rules] = {"bfcl": Bfcl(), "strict": Strict()}
_OTHER_TOOL, _NOT_RIGHT, _MOST = 1 << 40, 1 << 20, 1 << 10
"""Costs of a pair: first as many right tools as can be, then as many right calls, then as few faults."""
_LONGEST = 200


@dataclass(frozen=True)
class _Pair:
    """An expected call beside one that was made."""

    tool: bool
    faults: Sequence[Fault] = ()
    unread: bool = False

    @property
    def cost(self) -> int:
        if not self.tool:
            return _OTHER_TOOL + _NOT_RIGHT
        return _NOT_RIGHT + min(len(self.faults), _MOST - 1) if self.faults or self.unread else 0


def match(
    case: Case, called: Sequence[Call], tools: ToolSet, *, rules: Literal["bfcl", "strict"] = "bfcl"
) -> Judgement:
    """How right the calls are.

    Args:
        case: what is expected. Several calls are compared as a multiset unless the case's order is `given`.
        called: the calls made, by the ids of the original tools; a call with `invalid` set is never right.
        tools: the original tools: their schemas say which types stand where, and what is `schema-invalid`.
        rules: `bfcl`, the leaderboard's, or `strict`, equality as JSON means it.
    """
    chosen = RULES.get(rules)
    if chosen is None:
        raise InputError(f"no matching rules are named '{rules}'{suggest(rules, list(RULES))}")
    if not case.calls:
        errors = tuple(Error("false-call", call.tool, said=call.tool) for call in called)
        return Judgement(not errors, not errors, 0.0 if errors else 1.0, errors)
    if not called:
        wanted = ", ".join(_names(expected) for expected in case.calls)
        return Judgement(False, False, 0.0, (Error("no-call", case.calls[0].tool, wanted=wanted),))
    grid = [[_compare(expected, call, tools, chosen) for call in called] for expected in case.calls]
    costs = [[pair.cost for pair in row] for row in grid]
    given = case.order == "given"
    pairs = align(costs, _OTHER_TOOL + _NOT_RIGHT, 1) if given else assign(costs)
    errors = tuple(_errors(case.calls, called, grid, pairs, tools))
    even = len(pairs) == len(case.calls) == len(called)
    return Judgement(
        correct=not errors,
        selected=even and all(grid[i][j].tool for i, j in pairs),
        arguments=sum(not costs[i][j] for i, j in pairs) / len(case.calls),
        errors=errors,
    )


def _compare(expected: ExpectedCall, call: Call, tools: ToolSet, rules: Rules) -> _Pair:
    if call.tool not in expected.tools:
        return _Pair(tool=False)
    if call.invalid:
        return _Pair(tool=True, unread=True)
    if expected.arguments is None:
        return _Pair(tool=True)
    i = tools.place.get(call.tool)
    schema = tools.tools[i].input_schema if i is not None else {}
    return _Pair(tool=True, faults=shape_faults(expected.arguments, call.arguments, Place(schema), rules))


def _errors(
    expected: Sequence[ExpectedCall],
    called: Sequence[Call],
    grid: Sequence[Sequence[_Pair]],
    pairs: Sequence[tuple[int, int]],
    tools: ToolSet,
) -> list[Error]:
    """Everything that is wrong: by expected call, then the calls that are too much."""
    made, found = dict(pairs), list[Error]()
    for i, wanted in enumerate(expected):
        if i not in made:
            found.append(Error("missing-call", wanted.tool, wanted=_names(wanted)))
            continue
        call, pair = called[made[i]], grid[i][made[i]]
        if not pair.tool:
            found.append(Error("wrong-tool", wanted.tool, said=call.tool, wanted=_names(wanted)))
        elif pair.unread:
            found.append(Error("schema-invalid", call.tool, said=call.invalid, wanted="arguments that can be read"))
        elif pair.faults:
            found += _argument_errors(call, pair.faults, tools)
    taken = set(made.values())
    return found + [Error("extra-call", c.tool, said=c.tool) for j, c in enumerate(called) if j not in taken]


def _argument_errors(call: Call, faults: Sequence[Fault], tools: ToolSet) -> list[Error]:
    found = [Error(f.kind, call.tool, _path(f.path), _shown(f.said), _shown(f.wanted)) for f in faults]
    i = tools.place.get(call.tool)
    if i is None:
        return found
    invalid = schema_fault(tools, tools.tools[i], call.arguments, {fault.path[0] for fault in faults})
    if invalid is not None:
        found.append(Error("schema-invalid", call.tool, _path(invalid[0]), wanted=invalid[1][:_LONGEST]))
    return found


def _names(expected: ExpectedCall) -> str:
    return " | ".join(expected.tools)


def _path(path: Path) -> str:
    """`address.lines[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _shown(values: Sequence[Any]) -> str:
    """Values as JSON, cut short where long."""
    text = " | ".join(json.dumps(value, ensure_ascii=False, default=str) for value in values)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
