"""Cases and faults, put together while a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragtune.caseformats import Found, Reading
from ragtune.component import digest
from ragtune.errors import Fault
from ragtune.tools import Accept, Case
from ragtune.yaml_tree import Node

MAX_FAULTS = 1_000
"""Faults that are kept: a file that is wrong throughout is told so soon enough."""


class Builder:
    """Collects what a file holds; ids are unique, and so is what is asked where there are no ids."""

    def __init__(self) -> None:
        self._found: list[Found] = []
        self._left_out: dict[str, list[str]] = {}
        self._faults: list[Fault] = []
        self._places: dict[str, Node] = {}

    def fault(self, fault: Fault) -> None:
        """Keep a fault."""
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(fault)

    def leave_out(self, reason: str, id: str) -> None:
        """Count a row that is right and cannot be a case."""
        self._left_out.setdefault(reason, []).append(id)

    def add(self, case: Case, place: Node) -> None:
        """Keep a case, unless its id is taken."""
        before = self._places.setdefault(case.id, place)
        if before is place:
            self._found.append(Found(case, place))
            return
        where = f"line {before.line}" if before.file == place.file else f"{before.file}:{before.line}"
        told = f"the id '{case.id}' is taken ({where})"
        if case.id == made_id(case.query, case.tools):
            told = f"asks what {where} asks; where both are meant, give them ids"
        self.fault(place.fault(told))

    def reading(self) -> Reading:
        """Everything that was collected."""
        left_out = {reason: tuple(ids) for reason, ids in self._left_out.items()}
        return Reading(tuple(self._found), left_out, tuple(self._faults))


def made_id(query: str, tools: tuple[str, ...] | None) -> str:
    """The id of a case that was given none: by what is asked, so that it outlives moves and corrected answers."""
    return f"case-{digest(query, *(tools if tools is not None else ('*',)))[:12]}"


def literal(arguments: Mapping[str, Any]) -> dict[str, Accept]:
    """Arguments of which each is right with this one value alone."""
    return {str(name): Accept(any_of=(value,)) for name, value in arguments.items()}
