"""One design and its score on every query, wherever it is kept: in a study, or in a file under version control."""

from __future__ import annotations

from ragtune.designs._design import Design
from ragtune.designs._find import find_design
from ragtune.designs._snapshot import read_snapshot, write_snapshot
from ragtune.designs._study import ROLES, design_of

__all__ = ["ROLES", "Design", "design_of", "find_design", "read_snapshot", "write_snapshot"]
