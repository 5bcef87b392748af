"""Regular expressions as position automata: a state for each character that is read, and which may follow which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_STATES = 300
MAX_LETTERS = 600
MAX_EXPANDED = 12
"""Up to this count a repeat of something of fixed length is written out; beyond it, it counts as unbounded."""
MAX_VARIABLE = 3
"""The same for a repeat of something of variable length."""

_SAMPLES = "0aA_ \n-.é漢\x00"


class TooManyStatesError(Exception):
    """The automaton would be larger than is looked at."""


@dataclass
class Automaton:
    """States by number.

    `masks` says which letters of a sample of all letters a state reads, as bits: any two states that can read the same
    character share one. `follow` says which states may come next, and `doubled` which of these steps have two ways.
    `idle` says that something inside a repeat can read nothing in two ways.
    """

    letters: int
    masks: list[int] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    doubled: set[tuple[int, int]] = field(default_factory=set)
    idle: bool = False

    def state(self, mask: int) -> int:
        """A new state."""
        if len(self.masks) >= MAX_STATES:
            raise TooManyStatesError
        self.masks.append(mask)
        self.follow.append(set())
        return len(self.masks) - 1

    def connect(self, before: set[int], after: set[int]) -> None:
        """Let each of `after` follow each of `before`."""
        for p in before:
            self.doubled.update((p, q) for q in after & self.follow[p])
            self.follow[p] |= after


@dataclass(frozen=True)
class _Part:
    """The states that a part of a pattern can begin and end with, and whether it can be empty."""

    first: set[int]
    last: set[int]
    empty: bool


_NOTHING = _Part(set(), set(), True)


def automata(pattern: str) -> Iterator[Automaton]:
    """The automaton of a pattern, and those of what it looks ahead and back for."""
    parser: Any = re._parser  # type: ignore[attr-defined]
    parsed = parser.parse(pattern)
    any_case = bool(parsed.state.flags & re.IGNORECASE)
    letters = sorted({*_SAMPLES, *_letters(parsed)})
    if len(letters) > MAX_LETTERS:
        raise TooManyStatesError
    left = [parsed]
    while left:
        building = _Building(letters, any_case)
        building.sequence(left.pop())
        left += building.looks
        yield building.automaton


class _Building:
    """Builds one automaton from what Python's own parser of regular expressions gives."""

    def __init__(self, letters: list[str], any_case: bool) -> None:
        self.letters = letters
        self.any_case = any_case
        self.automaton = Automaton(len(letters))
        self.looks: list[Any] = []
        self.repeats = 0

    def sequence(self, items: Any) -> _Part:
        """Parts one after the other."""
        whole = _NOTHING
        for op, argument in items:
            part = self.part(str(op), argument)
            self.automaton.connect(whole.last, part.first)
            whole = _Part(
                whole.first | part.first if whole.empty else whole.first,
                whole.last | part.last if part.empty else part.last,
                whole.empty and part.empty,
            )
        return whole

    def part(self, op: str, argument: Any) -> _Part:
        """One part."""
        if op in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            state = {self.automaton.state(self.mask(op, argument))}
            return _Part(state, state, False)
        if op == "BRANCH":
            branches = [self.sequence(branch) for branch in argument[1]]
            self.automaton.idle |= self.repeats > 0 and sum(branch.empty for branch in branches) > 1
            return _either(branches)
        if op == "SUBPATTERN":
            self.any_case = self.any_case or bool(argument[1] & re.IGNORECASE)
            return self.sequence(argument[3])
        if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self.repeat(*argument)
        if op == "ATOMIC_GROUP":
            return self.sequence(argument)
        if op in ("ASSERT", "ASSERT_NOT"):
            self.looks.append(argument[1])
            return _NOTHING
        if op in ("AT", "FAILURE"):
            return _NOTHING
        told = {"GROUPREF": "a reference to a group", "GROUPREF_EXISTS": "a condition"}
        raise NotImplementedError(told.get(op, op.lower()))

    def repeat(self, least: int, most: Any, body: Any) -> _Part:
        """A part several times."""
        bounded = isinstance(most, int) and most <= (MAX_EXPANDED if _fixed(body) else MAX_VARIABLE)
        self.repeats += not bounded
        copies = [self.sequence(body) for _ in range(most if bounded else max(1, min(least, MAX_EXPANDED)))]
        if not bounded:
            self.automaton.connect(copies[-1].last, copies[-1].first)
            least = min(least, len(copies))
        self.automaton.idle |= self.repeats > 0 and least == 0 and any(copy.empty for copy in copies)
        self.repeats -= not bounded
        whole = _NOTHING
        for i, copy in reversed(list(enumerate(copies))):
            self.automaton.connect(copy.last, whole.first)
            whole = _Part(
                copy.first | whole.first if copy.empty else copy.first,
                whole.last | copy.last if whole.empty else whole.last,
                (copy.empty and whole.empty) or i >= least,
            )
        return whole

    def mask(self, op: str, argument: Any) -> int:
        """Which letters of the sample are read, as bits."""
        found = 0
        for i, letter in enumerate(self.letters):
            forms = {letter, letter.lower(), letter.upper()} if self.any_case else {letter}
            if any(len(form) == 1 and _reads(op, argument, form) for form in forms):
                found |= 1 << i
        return found


def _fixed(body: Any) -> bool:
    """Whether what is repeated always reads the same number of characters."""
    shortest, longest = body.getwidth()
    return bool(shortest == longest)


def _either(parts: list[_Part]) -> _Part:
    first = set().union(*(part.first for part in parts))
    last = set().union(*(part.last for part in parts))
    return _Part(first, last, any(part.empty for part in parts))


def _reads(op: str, argument: Any, letter: str) -> bool:
    code = ord(letter)
    if op == "ANY":
        return True
    if op == "LITERAL":
        return bool(code == argument)
    if op == "NOT_LITERAL":
        return bool(code != argument)
    if op == "RANGE":
        return bool(argument[0] <= code <= argument[1])
    if op == "CATEGORY":
        return _in_category(str(argument), letter)
    found = any(_reads(str(o), a, letter) for o, a in argument if str(o) != "NEGATE")
    return found != (str(argument[0][0]) == "NEGATE")


def _in_category(category: str, letter: str) -> bool:
    kind = category.rpartition("_")[2]
    found = {"DIGIT": letter.isdigit(), "SPACE": letter.isspace(), "WORD": letter.isalnum() or letter == "_"}[kind]
    return found != ("_NOT_" in category)


def _letters(parsed: Any) -> Iterator[str]:
    """The characters that a pattern names, the ends of its ranges, and their neighbours."""
    left = [parsed]
    while left:
        item = left.pop()
        if isinstance(item, tuple) and len(item) == 2 and str(item[0]) in ("LITERAL", "NOT_LITERAL", "RANGE"):
            ends = item[1] if isinstance(item[1], tuple) else (item[1],)
            yield from (chr(code) for end in ends for code in (end - 1, end, end + 1) if 0 <= code < 0x110000)
        elif isinstance(item, tuple | list) or hasattr(item, "data"):
            left.extend(item)
