"""A change and what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Level = Literal["breaking", "compatible", "wording"]
LEVELS: tuple[Level, ...] = get_args(Level)
Semver = Literal["major", "minor", "patch", "none"]
_SEMVER: Mapping[Level, Semver] = {"breaking": "major", "compatible": "minor", "wording": "patch"}


@dataclass(frozen=True)
class Change:
    """One change of one tool. `place` is a parameter's path, or the part of the tool; "" for the tool as a whole.

    Breaking: a call that was right may be refused, or do something else, or its result may not be what was promised.
    Compatible: every call that was right still is. Wording: nothing but what a model reads.
    """

    tool: str
    place: str
    kind: str
    level: Level
    told: str


@dataclass(frozen=True)
class Diff:
    """All changes, tool by tool in the order of the new set, removed tools last."""

    changes: tuple[Change, ...]

    @property
    def semver(self) -> Semver:
        """Which part of a version number has to go up: `major`, `minor`, `patch`, or `none`."""
        found = {change.level for change in self.changes}
        return next((_SEMVER[level] for level in LEVELS if level in found), "none")

    @property
    def counts(self) -> Mapping[Level, int]:
        """Level -> number of changes."""
        counted = Counter(change.level for change in self.changes)
        return {level: counted[level] for level in LEVELS}

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "semver": self.semver,
            **{str(level): count for level, count in self.counts.items()},
            "changes": [asdict(change) for change in self.changes],
        }
