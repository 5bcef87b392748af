"""A tree of values with places, put together from the outside in, within bounds and without recursion."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ragtune.errors import Fault, InputError
from ragtune.tools._limits import MAX_DEPTH, MAX_FAULTS, MAX_VALUES
from ragtune.yaml_tree import Node

Place = tuple[int, int]


@dataclass
class Budget:
    """What may still be read; shared by the files of a folder."""

    values: int = MAX_VALUES
    faults: list[Fault] = field(default_factory=list)
    unlisted: int = 0

    def add(self, fault: Fault) -> None:
        """Keep a fault that does not end the reading."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)
        else:
            self.unlisted += 1

    def check(self) -> None:
        """InputError if there were faults."""
        if self.faults:
            raise listed(self.faults, self.unlisted)


def listed(faults: list[Fault], unlisted: int = 0) -> InputError:
    """An error with the first of many faults, and how many more there are."""
    shown = sorted(set(faults))
    more = len(shown[MAX_FAULTS:]) + unlisted
    shown = shown[:MAX_FAULTS]
    if more:
        last = shown[-1]
        shown.append(Fault(last.file, last.line, last.column + 1, f"and {more:,} more faults"))
    return InputError(shown)


class Open:
    """A list or mapping that is not yet closed."""

    __slots__ = ("anchor", "children", "height", "key", "place", "places", "size")

    def __init__(self, children: Any, place: Place, anchor: str | None = None) -> None:
        self.children = children
        self.place = place
        self.anchor = anchor
        self.places: dict[str, Place] | None = {} if isinstance(children, dict) else None
        self.key: str | None = None
        self.size = 1
        self.height = 1


class Growing:
    """A document while it is read: values are put into the innermost open list or mapping."""

    def __init__(self, file: str, budget: Budget) -> None:
        self.file = file
        self.budget = budget
        self.stack: list[Open] = []
        self.root: Node | None = None

    def stop(self, place: Place, message: str) -> InputError:
        """The error that ends the reading, with the faults before it."""
        return listed([*self.budget.faults, Fault(self.file, *place, message)], self.budget.unlisted)

    def note(self, place: Place, message: str) -> None:
        """A fault that does not end the reading."""
        self.budget.add(Fault(self.file, *place, message))

    def open(self, children: Any, place: Place, anchor: str | None = None) -> None:
        """Begin a list or a mapping."""
        self._spend(1, place)
        self.stack.append(Open(children, place, anchor))
        self._deep(1, place)

    def close(self) -> tuple[Node, int, int]:
        """End the innermost list or mapping; the node, its number of values, and its height."""
        done = self.stack.pop()
        node = Node(done.children, self.file, *done.place, done.places)
        self.put(node, done.size, done.height)
        return node, done.size, done.height

    def scalar(self, value: Any, place: Place) -> Node:
        """Put a scalar."""
        budget = self.budget
        budget.values -= 1
        if budget.values < 0:
            self._spend(0, place)
        node = Node(value, self.file, place[0], place[1])
        if not self.stack:
            self.root = node
            return node
        top = self.stack[-1]
        top.size += 1
        if top.places is None:
            top.children.append(node)
        else:
            top.children.setdefault(top.key, node)
            top.key = None
        return node

    def again(self, node: Node, size: int, height: int, place: Place) -> None:
        """Put what an alias stands for."""
        self._spend(size, place)
        self._deep(height + 1, place)
        self.put(node, size, height)

    def key(self, key: str, place: Place) -> None:
        """The key of the value that comes next."""
        top = self.stack[-1]
        if top.places is not None and key in top.places:
            self.note(place, f"the key '{key[:80]}' is here twice (first on line {top.places[key][0]})")
        elif top.places is not None:
            top.places[key] = place
        top.key = key

    def put(self, node: Node, size: int = 1, height: int = 0) -> None:
        """Put a node into the innermost open list or mapping."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if isinstance(top.children, list):
            top.children.append(node)
        else:
            top.children.setdefault(top.key, node)
            top.key = None

    def _spend(self, values: int, place: Place) -> None:
        self.budget.values -= values
        if self.budget.values < 0:
            raise self.stop(place, f"has more than {MAX_VALUES:,} values (with what its aliases stand for)")

    def _deep(self, more: int, place: Place) -> None:
        if len(self.stack) + more - 1 > MAX_DEPTH:
            raise self.stop(place, f"is nested more than {MAX_DEPTH} deep")
