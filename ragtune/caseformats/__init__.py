"""Formats of cases: queries and the calls that are right for them, one format a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from ragtune.component import Component
from ragtune.errors import DatasetError, Fault
from ragtune.tools import Case
from ragtune.yaml_tree import Node


@dataclass(frozen=True)
class Found:
    """A case, with tools named as its file names them, and the place where it stands."""

    case: Case
    place: Node


@dataclass(frozen=True)
class Reading:
    """What a file holds: cases, ids of those left out by reason, and everything wrong with it."""

    found: tuple[Found, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


class CaseFormat(Component):
    """Base of the formats. A format overrides `reading` and `recognises`.

    `skip_unknown` passes over calls and offered tools that the tool set does not have, and counts them; otherwise each
    is a fault. A case of which no expected call remains is left out; one that keeps some asks for less than it did.
    `arguments: check` holds the expected arguments to the tools' input schemas; `trust` takes them as they are.
    """

    kind: ClassVar[str] = "caseformat"

    skip_unknown: bool = False
    arguments: Literal["check", "trust"] = "check"

    def reading(self, path: Path) -> Reading:
        """The cases of a file with their places; faults are listed, not raised."""
        raise NotImplementedError

    def read(self, path: Path) -> Sequence[Case]:
        """The cases of a file; DatasetError lists all faults, with file and line."""
        reading = self.reading(path)
        if reading.faults:
            raise DatasetError(reading.faults)
        return tuple(found.case for found in reading.found)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a file is written in this format, by its name and first lines."""
        return False
