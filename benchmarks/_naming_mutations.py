"""Mutations that apply to every row, whatever its arguments: names that no tool has, made-up arguments, calls too many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from benchmarks._call_mutations import Made, Probe, Row, both, calls, wrong

NAMES: Mapping[str, Callable[[str], str]] = {
    "in other case": str.swapcase,
    "with a space behind": lambda name: name + " ",
    "with a prefix": lambda name: "functions." + name,
    "with its last letter missing": lambda name: name[:-1],
    "twice over": lambda name: name * 2,
    "in quotation marks": lambda name: f'"{name}"',
    "empty": lambda _: "",
}
VALUES: Mapping[str, Any] = {
    "a number": 1, "a text": "x", "true": True, "null": None, "a list": [1], "an object": {"a": 1},
}  # fmt: skip


def _misnamed(how: str, change: Callable[[str], str]) -> None:
    @calls(f"tool's name {how}")
    def _(row: Row) -> Probe | None:
        name = change(row.calls[0].tool) if row.calls else ""
        if not row.calls or name in row.offered or name in {call.tool for call in row.calls}:
            return None
        made = (replace(row.calls[0], tool=name), *row.calls[1:])
        return both(made, wrong(row, 1 - 1 / len(row.calls), "wrong-tool"))


def _made_up(what: str, value: Any) -> None:
    @calls(f"made-up argument, {what}")
    def _(row: Row) -> Probe | None:
        if not row.calls:
            return None
        arguments = {**row.calls[0].arguments, "no_such_argument": value}
        made = (replace(row.calls[0], arguments=arguments), *row.calls[1:])
        return both(made, wrong(row, 1 - 1 / len(row.calls), "unexpected", selected=True))


def _false(how: str, name: Callable[[Row], str], what: str, arguments: Mapping[str, Any]) -> None:
    @calls(f"call where none is right: {how}, {what}")
    def _(row: Row) -> Probe | None:
        if row.calls:
            return None
        return both((Made(name(row), dict(arguments)),), wrong(row, 0.0, "false-call"))


@calls("last call made three times")
def _(row: Row) -> Probe | None:
    return both((*row.calls, row.calls[-1], row.calls[-1]), wrong(row, 1.0, "extra-call")) if row.calls else None


@calls("call of an unknown tool behind")
def _(row: Row) -> Probe | None:
    return both((*row.calls, Made("no_such_tool", {"a": 1})), wrong(row, 1.0, "extra-call")) if row.calls else None


@calls("same false call twice")
def _(row: Row) -> Probe | None:
    made = Made((*row.offered, "nothing")[0], {"a": 1})
    return None if row.calls else both((made, made), wrong(row, 0.0, "false-call"))


def _offered(change: Callable[[str], str]) -> Callable[[Row], str]:
    return lambda row: change((*row.offered, "nothing")[0])


for _how, _change in NAMES.items():
    _misnamed(_how, _change)
    _false(f"a tool's name {_how}", _offered(_change), "nothing given", {})
for _what, _value in VALUES.items():
    _made_up(_what, _value)
    _false("a tool that was offered", lambda row: (*row.offered, "nothing")[-1], _what, {"a": _value})
    _false("a tool that was not", lambda _: "no_such_tool", _what, {"a": _value})
