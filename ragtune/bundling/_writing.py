"""Writing a bundle: artefacts first, `bundle.json` last and by rename, what is left over removed after that.

A file of artefacts is named by what it holds and never changes, so that two bundles in one folder, the old one and the one
that is being written, do not meet.
"""

from __future__ import annotations

from pathlib import Path

from ragtune.bundling._manifest import FILE, FOLDER, Artefact, Manifest, artefact_path, digest_of
from ragtune.errors import InputError
from ragtune.files import write_atomically

README = "README.md"


def put(folder: Path, name: str, holds: str, encoded: bytes) -> Artefact:
    """An artefact, written unless it is there already."""
    said = Artefact(holds=holds, bytes=len(encoded), digest=digest_of(encoded))
    path = artefact_path(folder, name)
    if not path.is_file() or digest_of(path.read_bytes()) != said.digest:
        write_atomically(path, encoded)
    return said


def publish(folder: Path, manifest: Manifest, readme: str) -> None:
    """Name the artefacts that were put, at once; remove what an earlier bundle left, and what killed writers left."""
    write_atomically(folder / README, readme.encode())
    write_atomically(folder / FILE, manifest.text().encode())
    left = [path for path in (folder / FOLDER).iterdir() if path.name not in manifest.artefacts]
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
