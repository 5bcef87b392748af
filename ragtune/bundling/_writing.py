"""Writing a bundle: artefacts first, `bundle.json` last and by rename, what is left over removed after that."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragtune.bundling._manifest import FILE, FOLDER, Artefact, Manifest, artefact_path, digest_of
from ragtune.errors import InputError, WorkspaceError
from ragtune.files import write_atomically

README = "README.md"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the folder of a bundle for writing; whoever else writes waits. The kernel frees it when the holder dies.

    Raises:
        WorkspaceError: the folder cannot be made or held.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise WorkspaceError(f"cannot write {folder}: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def put(folder: Path, holds: str, encoded: bytes) -> Artefact:
    """An artefact, written unless it is there already."""
    said = Artefact(holds=holds, bytes=len(encoded), digest=digest_of(encoded))
    path = artefact_path(folder, said)
    if not path.is_file() or digest_of(path.read_bytes()) != said.digest:
        write_atomically(path, encoded)
    return said


def publish(folder: Path, manifest: Manifest, readme: str | None = None) -> None:
    """Name the artefacts that were put, at once; remove what an earlier bundle left, and what killed writers left."""
    write_atomically(folder / FILE, manifest.text().encode())
    if readme is not None:
        write_atomically(folder / README, readme.encode())
    named = {artefact.digest for artefact in manifest.artefacts.values()}
    left = [path for path in (folder / FOLDER).iterdir() if path.name not in named]
    for path in [*left, *folder.glob(".*.tmp")]:
        path.unlink(missing_ok=True)


def refuse_strangers(folder: Path) -> None:
    """Refuse a folder that holds anything but a bundle, whole or cut off.

    Raises:
        InputError: it does.
    """
    if folder.exists() and not (folder.is_dir() and all(_ours(path.name) for path in folder.iterdir())):
        raise InputError(f"{folder} is there already and is no bundle; name another folder")


def _ours(name: str) -> bool:
    """Whether a bundle has such a file, or an export that was killed leaves it."""
    return name in (FILE, FOLDER, README) or (name.startswith((f".{FILE}.", f".{README}.")) and name.endswith(".tmp"))
