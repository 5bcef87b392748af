"""What bundles of retrievers and of tools have in common when they are opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ragtune.bundling._manifest import Manifest, map_artefact, read_manifest
from ragtune.bundling._parts import kept, made
from ragtune.component import Component
from ragtune.engine import codec
from ragtune.engine.step import Step
from ragtune.errors import WorkspaceError

_T = TypeVar("_T")


def opened(folder: Path, read: Callable[[Manifest], _T]) -> _T:
    """What `read` makes of a bundle as it is now; again where another took its place meanwhile.

    Raises:
        InputError: the folder is no bundle.
        WorkspaceError: it is damaged.
    """
    manifest = read_manifest(folder)
    try:
        return read(manifest)
    except WorkspaceError:
        now = read_manifest(folder)
        if now == manifest:
            raise
        return read(now)


def check_version(folder: Path, manifest: Manifest, key: str, slots: Mapping[str, Component | None]) -> None:
    """Whether the design does here what it did where it was exported.

    Raises:
        WorkspaceError: it does not; of `slots`, those are told that have another version now.
    """
    if key == manifest.key:
        return
    known = {slot: each for slot, each in slots.items() if each and slot in manifest.versions}
    changed = [
        f"{slot} {each.name} was version {manifest.versions[slot]} and is {each.version}"
        for slot, each in known.items()
        if manifest.versions[slot] != each.version
    ]
    told = f" ({'; '.join(changed)})" if changed else ", which works otherwise"
    raise WorkspaceError(f"{folder} was made by ragtune {manifest.ragtune}{told}; export it again")


def read_values(folder: Path, manifest: Manifest, steps: Iterable[Step]) -> dict[str, Any]:
    """The values of steps by key: those that are kept, and those made from them.

    Raises:
        WorkspaceError: one is missing or damaged.
    """
    wanted = list(steps)
    values = {step.key: read_value(folder, manifest, step) for step in dict.fromkeys(kept(wanted))}
    for step in wanted:
        made(step, values)
    return values


def read_value(folder: Path, manifest: Manifest, step: Step) -> Any:
    """What a bundle keeps of a step.

    Raises:
        WorkspaceError: nothing, or it is damaged.
    """
    if step.key not in manifest.artefacts:
        told = f"{step.component.kind} {step.component.name}: {step.verb}"
        raise WorkspaceError(f"{folder} has no {told}; export it again")
    return codec.view(map_artefact(folder, manifest.artefacts[step.key]), step.result)
