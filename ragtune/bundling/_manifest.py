"""What a bundle says of itself, and whether that is so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ragtune.errors import InputError, WorkspaceError

FILE = "bundle.json"
FOLDER = "artefacts"
FORMAT = 4
PROFILE = "profile"


class Artefact(BaseModel):
    """A file of a bundle: what it holds, its size in bytes and its blake2b digest, which is its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holds: str
    bytes: int
    digest: str


class Stored(BaseModel):
    """The store that searches among the vectors: its url without a secret, the key of its content, and its knobs.

    `overlap` is the share of the exact search's first ten that it found when it was filled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    key: str
    knobs: dict[str, int]
    overlap: float


class Manifest(BaseModel):
    """`bundle.json`.

    `slots` is the design as YAML has it, `versions` the version of the component in each slot, `key` what the design on
    the study's data is known by; `data` has the digests of these data, `lock` the versions of packages that can move a
    score, as they were in the study, and what each model is known by that a knob names. `artefacts` are by the key of the
    step whose value they hold, which stays when documents change; `profile` is what traffic is held against. `store` is
    there where one searches among the vectors. `revision` counts what was published in this folder, and `documents` is
    the digest of those that it holds now, or of its tools as edited.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    pipeline: Literal["rag", "tools"]
    ragtune: str
    made: str
    revision: int
    study: str
    configuration: str
    slots: dict[str, Any]
    versions: dict[str, int]
    key: str
    size: dict[str, int]
    documents: str
    data: dict[str, str]
    lock: dict[str, str]
    verdict: dict[str, Any]
    artefacts: dict[str, Artefact]
    store: Stored | None = None

    @property
    def told_size(self) -> str:
        """`3,106 documents in 12,000 chunks`."""
        return " in ".join(f"{n:,} {what}" for what, n in self.size.items())

    def text(self) -> str:
        """As it is written."""
        return json.dumps(self.model_dump(), ensure_ascii=False, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    path = folder / FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{folder} is no bundle: it has no {FILE}; ragtune export writes one") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    if isinstance(told, dict) and told.get("format") != FORMAT:
        raise InputError(f"{path} has format {told.get('format')}, and this ragtune reads {FORMAT}; export it again")
    try:
        return Manifest.model_validate(told)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise InputError(f"{path} is no manifest of a bundle: {wrong}") from error


def revision_after(folder: Path) -> int:
    """The number of what is published next in a folder, 0 for the first."""
    try:
        return int(json.loads((folder / FILE).read_text(encoding="utf-8"))["revision"]) + 1
    except (OSError, ValueError, TypeError, KeyError):
        return 0


def digest_of(data: bytes | mmap) -> str:
    """Of an artefact's bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def artefact_path(folder: Path, artefact: Artefact) -> Path:
    """Where an artefact of a bundle is. A file never changes, so that an old bundle and a new one do not meet."""
    return folder / FOLDER / artefact.digest


def map_artefact(folder: Path, said: Artefact) -> mmap:
    """The bytes of an artefact, checked, in a file that is mapped into memory: processes share them.

    Raises:
        WorkspaceError: it is missing or damaged.
    """
    path = artefact_path(folder, said)
    try:
        with path.open("rb") as file:
            data = mmap(file.fileno(), 0, access=ACCESS_READ)
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read ({error.strerror}); export the bundle again") from error
    except ValueError:  # an empty file is not mapped
        data = mmap(-1, 1)
    if len(data) != said.bytes or digest_of(data) != said.digest:
        raise WorkspaceError(f"{path} ({said.holds}) is damaged; export the bundle again")
    return data


def faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What is wrong with the files of a bundle."""
    for artefact in manifest.artefacts.values():
        try:
            map_artefact(folder, artefact)
        except WorkspaceError as error:
            yield str(error)


def differences(one: Manifest, other: Manifest) -> Iterator[tuple[str, str, str]]:
    """(what, in one, in the other) of everything in which two bundles differ that can change what is found."""
    pairs = [("slots", one.slots, other.slots), ("version", one.versions, other.versions)]
    pairs += [("data", one.data, other.data), ("package", one.lock, other.lock)]
    held = [{next(iter(each.size)): each.documents} for each in (one, other)]
    pairs += [("held", held[0], held[1])]
    for what, before, after in pairs:
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                yield f"{what} {name}", _told(before.get(name)), _told(after.get(name))


def _told(value: Any) -> str:
    if value is None:
        return "none"
    return value[:12] if isinstance(value, str) and len(value) > 40 else json.dumps(value, ensure_ascii=False)
