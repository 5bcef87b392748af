"""From what a user types to a design."""

from __future__ import annotations

from pathlib import Path

from ragtune.designs._design import Design
from ragtune.designs._snapshot import read_snapshot
from ragtune.designs._study import ROLES, design_of
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.study import FILE, Study, newest, open_study

NEWEST = "newest"


def find_design(reference: str, workspace: Workspace, within: Study | None = None) -> Design:
    """What `STUDY`, `STUDY:CONFIGURATION`, `newest`, a role or an id, a folder, or a file of scores stands for.

    Args:
        reference: A study alone stands for its pick, or its best where it has no verdict.
        workspace: Where studies are looked for.
        within: The study of roles and ids that come without one; the newest unless given.
    """
    path = Path(reference)
    if path.is_file():
        return read_snapshot(path)
    if reference.endswith(".json"):
        raise InputError(f"there is no file {reference}; ragtune check STUDY --write {reference} makes it")
    if reference == NEWEST:
        return design_of(newest(workspace), "", workspace)
    if reference in ROLES:
        return design_of(within or newest(workspace), reference, workspace)
    name, colon, which = reference.rpartition(":")
    if colon and not path.is_dir():
        return design_of(open_study(name, workspace), which, workspace)
    if not path.is_dir() and not any(name.startswith(reference) for name in _names(workspace)):
        inside = within or newest(workspace)
        if any(entry["id"].startswith(reference) for entry in inside.record["configurations"]):
            return design_of(inside, reference, workspace)
    return design_of(open_study(reference, workspace), "", workspace)


def _names(workspace: Workspace) -> list[str]:
    """Of all studies, without reading them."""
    return [path.parent.name for path in workspace.studies.glob(f"*/{FILE}")]
