"""From tools as a file of cases names them to the ids of a tool set, with everything that does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ragtune.caseformats import CaseFormat, Found
from ragtune.caseformats._models import child
from ragtune.errors import Fault, InputError, suggest
from ragtune.tools import Accept, Case, ExpectedCall, Tool, ToolSet, validator
from ragtune.yaml_tree import Node

NOTHING_LEFT = "none of the expected tools is in the tool set"
MOST_LISTED = 12


class Resolver:
    """Resolves cases one by one; collects faults, and with `skip_unknown` what was skipped instead."""

    def __init__(self, tools: ToolSet, format: CaseFormat) -> None:
        self.faults: list[Fault] = []
        self.left_out: dict[str, list[str]] = {}
        self.skipped: dict[str, list[str]] = {}
        self._tools = tools
        self._format = format
        self._named: dict[str, list[str]] = {}
        for tool in tools.tools:
            self._named.setdefault(tool.name, []).append(tool.id)
        self._errors = cache(lambda id: _validator(tools.tools[tools.place[id]]))

    def case(self, found: Found) -> Case | None:
        """The case with the ids of the tool set; None after a fault, or where nothing is left of it."""
        before = len(self.faults)
        case, at = found.case, found.place
        offered = None if case.tools is None else self._ids(case.tools, case, _place(at, "tools"))
        calls = []
        for i, expected in enumerate(case.calls):
            place = _place(at, *(("calls", i) if "calls" in _keys(at) else ("call",)))
            call = self._call(expected, case, place, offered)
            if call is not None:
                calls.append(call)
        if len(self.faults) > before:
            return None
        if case.calls and not calls:
            self.left_out.setdefault(NOTHING_LEFT, []).append(case.id)
            return None
        return case.model_copy(update={"calls": tuple(calls), "tools": offered})

    def _call(
        self, expected: ExpectedCall, case: Case, at: Node, offered: tuple[str, ...] | None
    ) -> ExpectedCall | None:
        ids = self._ids(expected.tools, case, at, offered)
        if offered is not None and ids and not set(ids) & set(offered):
            self.faults.append(at.fault(f"expects '{ids[0]}', which is not among the tools offered"))
        if not ids:
            return None
        call = expected.model_copy(update={"tool": ids[0], "alternatives": ids[1:]})
        if self._format.arguments == "check" and call.arguments is not None:
            for id in ids:
                tool = self._tools.tools[self._tools.place[id]]
                self.faults += [at.fault(told) for told in _wrong(tool, call.arguments, self._errors(id))]
        return call

    def _ids(
        self, names: Iterable[str], case: Case, at: Node, offered: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """Ids of what is known, each once and in order."""
        found = []
        for name in names:
            if name in self._tools.place:
                found.append(name)
                continue
            ids = self._named.get(name, [])
            among = [id for id in ids if offered is not None and id in offered] or ids
            if len(among) == 1:
                found.append(among[0])
            elif among:
                self.faults.append(at.fault(f"{len(among)} tools are named '{name}'; give the id: {', '.join(among)}"))
            elif self._format.skip_unknown:
                self.skipped.setdefault(name, []).append(case.id)
            else:
                self.faults.append(at.fault(f"there is no tool '{name}'{self._near(name)}"))
        return tuple(dict.fromkeys(found))

    def _near(self, name: str) -> str:
        """The end of a message; in a large tool set without the list of what there is, for it comes with every fault."""
        told = suggest(name, list(self._tools.place))
        return told if len(self._tools) <= MOST_LISTED else told.partition(" (")[0]


def _keys(at: Node) -> Iterable[str]:
    return at.value if isinstance(at.value, dict) else ()


def _place(at: Node, *path: str | int) -> Node:
    """Where a part of a case stands, or the nearest thing around it."""
    for part in path:
        at = child(at, part) or at
    return at


def _wrong(tool: Tool, arguments: dict[str, Accept], checked: Any) -> Iterator[str]:
    """Everything about expected arguments that the tool's input schema refuses."""
    open_ended = not tool.parameters and any(key in tool.input_schema for key in ("$ref", "allOf", "anyOf", "oneOf"))
    more = tool.input_schema.get("additionalProperties", False)
    for name, accept in arguments.items():
        if name not in tool.parameters and not (open_ended or more or "patternProperties" in tool.input_schema):
            known = list(tool.parameters)
            yield f"'{tool.id}' has no parameter '{name}'{suggest(name, known) if known else ', nor any other'}"
            continue
        for value in accept.any_of:
            for error in checked(name, value) if checked is not None else ():
                yield f"'{name}' of '{tool.id}': {error}"
    for name in tool.required:
        if name not in arguments:
            yield f"leaves out '{name}', which '{tool.id}' requires"


def _validator(tool: Tool) -> Any:
    """A function that says what is wrong with one argument's value; None where the schema cannot be used."""
    try:
        whole = validator(tool.input_schema)
    except InputError:  # it is the reader of tools that complains of schemas
        return None

    def errors(name: str, value: Any) -> list[str]:
        found = whole.iter_errors({name: value})
        return sorted(error.message[:200] for error in found if list(error.absolute_path)[:1] == [name])

    return errors
