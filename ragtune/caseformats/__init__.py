"""Formats of cases: queries and the calls that are right for them, one format a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from ragtune.component import Component
from ragtune.tools import Case


class CaseFormat(Component):
    """Base of the formats."""

    kind: ClassVar[str] = "caseformat"

    def read(self, path: Path) -> Sequence[Case]:
        """The cases of a file; DatasetError lists all faults, with file and line."""
        raise NotImplementedError

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a file is written in this format, by its name and first lines."""
        return False
