"""Mutations of whole calls, and the sum of all: every row of BFCL spoilt in every way that applies to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import benchmarks._list_mutations
import benchmarks._nested_mutations  # noqa: F401  (both enter their mutations)
from benchmarks._mutations import ARGUMENTS, DROPPED, Argument, Spoilt, refuses

INVALID = "schema-invalid"


@dataclass(frozen=True)
class Made:
    """A call as it is made; `unread` where its arguments could not be read."""

    tool: str
    arguments: dict[str, Any]
    unread: str = ""


@dataclass(frozen=True)
class Truth:
    """What a judgement must say; `kinds` None where only the verdict is stated."""

    correct: bool
    selected: bool
    arguments: float
    kinds: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Probe:
    """Calls, and how they must be judged by either set of rules."""

    made: tuple[Made, ...]
    bfcl: Truth
    strict: Truth


@dataclass(frozen=True)
class Row:
    """A row of BFCL: the calls as it gives them, the arguments of each, and the tools offered."""

    id: str
    calls: tuple[Made, ...]
    arguments: tuple[tuple[Argument, ...], ...]
    offered: tuple[str, ...]


ALL_RIGHT = Truth(True, True, 1.0)
CALLS: dict[str, Callable[[Row], Probe | None]] = {}
"""Title -> what happens to the calls of a row."""


def read(row: Mapping[str, Any], tools: Mapping[str, Mapping[str, Any]]) -> Row:
    """A row of queries.jsonl beside the tools of tools.jsonl, by id."""
    told = []
    for expected in row["expected"]:
        schema = tools[expected["tool_id"]]["parameters"]
        told.append(tuple(_arguments(expected["acceptable"], schema)))
    calls = tuple(Made(expected["tool_id"], expected["arguments"]) for expected in row["expected"])
    return Row(row["id"], calls, tuple(told), tuple(row["candidate_tools"]))


def _arguments(acceptable: Mapping[str, list[Any]], schema: Mapping[str, Any]) -> Iterator[Argument]:
    for name, values in acceptable.items():
        kept = tuple(value for value in values if value != "")
        if kept:
            required = name in schema.get("required", ())
            yield Argument(name, kept, "" in values, schema.get("properties", {}).get(name, {}), required)


def probes(row: Row) -> Iterator[tuple[str, Probe]]:
    """Every mutation that applies to the row, by title; those of arguments for every argument of every call."""
    for title, spoil in CALLS.items():
        if (probe := spoil(row)) is not None:
            yield title, probe
    for title, mutation in ARGUMENTS.items():
        for i, told in enumerate(row.arguments):
            for a in told:
                if (spoilt := mutation(a)) is not None:
                    yield title, _spoilt(row, i, a, spoilt)


def _spoilt(row: Row, i: int, a: Argument, spoilt: Spoilt) -> Probe:
    arguments = {**row.calls[i].arguments, a.name: spoilt.value, **spoilt.extra}
    if spoilt.value is DROPPED:
        del arguments[a.name]
    refused = spoilt.refused if spoilt.refused is not None else refuses(a.schema, spoilt.value)
    made = (*row.calls[:i], replace(row.calls[i], arguments=arguments), *row.calls[i + 1 :])
    share = 1 - 1 / len(row.calls)

    def truth(kinds: frozenset[str]) -> Truth:
        return Truth(False, True, share, kinds | {INVALID} if refused else kinds) if kinds else ALL_RIGHT

    return Probe(made, truth(spoilt.bfcl), truth(spoilt.strict))


def both(made: tuple[Made, ...], truth: Truth) -> Probe:
    """Judged alike by both sets of rules."""
    return Probe(made, truth, truth)


def calls(title: str) -> Callable[[Callable[[Row], Probe | None]], None]:
    """Enter a mutation of calls under its title."""

    def enter(spoil: Callable[[Row], Probe | None]) -> None:
        CALLS[title] = spoil

    return enter


def wrong(row: Row, share: float, *kinds: str, selected: bool = False) -> Truth:
    """Not correct."""
    return Truth(False, selected, share, frozenset(kinds))


@calls("as expected")
def _(row: Row) -> Probe:
    return both(row.calls, ALL_RIGHT)


@calls("every argument given")
def _(row: Row) -> Probe | None:
    if not row.calls:
        return None
    made = (
        replace(call, arguments={**call.arguments, **{a.name: a.first for a in told}}) for call, told in _sides(row)
    )
    return both(tuple(made), ALL_RIGHT)


def _sides(row: Row) -> Iterator[tuple[Made, tuple[Argument, ...]]]:
    yield from zip(row.calls, row.arguments, strict=True)


@calls("arguments in another order")
def _(row: Row) -> Probe | None:
    turned = tuple(replace(call, arguments=dict(reversed(call.arguments.items()))) for call in row.calls)
    return both(turned, ALL_RIGHT) if row.calls else None


@calls("parallel calls swapped")
def _(row: Row) -> Probe | None:
    return both(row.calls[::-1], ALL_RIGHT) if len(row.calls) > 1 else None


@calls("unknown tool")
def _(row: Row) -> Probe | None:
    if not row.calls:
        return None
    made = (replace(row.calls[0], tool=row.calls[0].tool + "_"), *row.calls[1:])
    return both(made, wrong(row, 1 - 1 / len(row.calls), "wrong-tool"))


@calls("another tool that was offered")
def _(row: Row) -> Probe | None:
    others = [tool for tool in row.offered if tool not in {call.tool for call in row.calls}]
    if not row.calls or not others:
        return None
    made = (replace(row.calls[0], tool=others[0]), *row.calls[1:])
    return both(made, wrong(row, 1 - 1 / len(row.calls), "wrong-tool"))


@calls("no call where one is right")
def _(row: Row) -> Probe | None:
    return both((), wrong(row, 0.0, "no-call")) if row.calls else None


@calls("call where none is right")
def _(row: Row) -> Probe | None:
    if row.calls:
        return None
    return both((Made((*row.offered, "nothing")[0], {}),), wrong(row, 0.0, "false-call"))


@calls("call where none is right, not readable")
def _(row: Row) -> Probe | None:
    if row.calls:
        return None
    return both((Made((*row.offered, "nothing")[0], {}, "not JSON"),), wrong(row, 0.0, "false-call"))


@calls("two calls where none is right")
def _(row: Row) -> Probe | None:
    if row.calls:
        return None
    return both((Made("no_such_tool", {}), Made((*row.offered, "nothing")[0], {})), wrong(row, 0.0, "false-call"))


@calls("call made twice")
def _(row: Row) -> Probe | None:
    return both((*row.calls, row.calls[0]), wrong(row, 1.0, "extra-call")) if row.calls else None


@calls("call of an unknown tool besides")
def _(row: Row) -> Probe | None:
    return both((Made("no_such_tool", {}), *row.calls), wrong(row, 1.0, "extra-call")) if row.calls else None


@calls("parallel call dropped")
def _(row: Row) -> Probe | None:
    several = len(row.calls) > 1
    return both(row.calls[1:], wrong(row, 1 - 1 / len(row.calls), "missing-call")) if several else None


@calls("one parallel call in place of another")
def _(row: Row) -> Probe | None:
    if len(row.calls) < 2 or not _apart(row):
        return None
    share, same = 1 - 1 / len(row.calls), row.calls[0].tool == row.calls[1].tool
    truth = Truth(False, True, share, None) if same else wrong(row, share, "wrong-tool")
    return both((row.calls[0], row.calls[0], *row.calls[2:]), truth)


def _apart(row: Row) -> bool:
    """Whether the first call is right for no other: it gives some argument a value that is on no other list."""
    first = {a.name: a.first for a in row.arguments[0] if not a.optional}

    def other(told: tuple[Argument, ...], call: Made) -> bool:
        lists = {a.name: [str(value).lower() for value in a.values] for a in told}
        return call.tool != row.calls[0].tool or any(str(v).lower() not in lists.get(k, ()) for k, v in first.items())

    return all(other(told, call) for call, told in list(_sides(row))[1:])


@calls("arguments not readable")
def _(row: Row) -> Probe | None:
    if not row.calls:
        return None
    made = (replace(row.calls[0], arguments={}, unread="not JSON"), *row.calls[1:])
    return both(made, wrong(row, 1 - 1 / len(row.calls), INVALID, selected=True))


@calls("no arguments at all")
def _(row: Row) -> Probe | None:
    needed = [a for a in row.arguments[0] if not a.optional] if row.calls else []
    if not needed:
        return None
    kinds = ("missing", INVALID) if any(a.required for a in needed) else ("missing",)
    made = (replace(row.calls[0], arguments={}), *row.calls[1:])
    return both(made, wrong(row, 1 - 1 / len(row.calls), *kinds, selected=True))
