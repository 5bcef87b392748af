"""Extracted texts, kept by the content of the file: what was extracted once is read from disk ever after.

An entry is the checksum of all that follows, a line; title and metadata as JSON, a line; the text. The cache may be
deleted at any time, and nothing that goes wrong with it stops a load: a damaged entry is extracted again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from ragtune.readers import MAX_EXTRACTED_BYTES, Extracted

VARIABLE = "RAGTUNE_CACHE"
_MAX_ENTRY = MAX_EXTRACTED_BYTES + 16 * 1024**2


def folder() -> Path | None:
    """`extracted` in the folder that RAGTUNE_CACHE names, or in `~/.cache/ragtune`; None where there is no home."""
    try:
        named = os.environ.get(VARIABLE)
        return (Path(named) if named else Path.home() / ".cache" / "ragtune") / "extracted"
    except RuntimeError:
        return None


class Cache:
    """The entries of one folder, by key: a hexadecimal digest."""

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def get(self, key: str) -> Extracted | None:
        """The entry; None when there is none that is whole."""
        if self._root is None:
            return None
        try:
            with self._path(self._root, key).open("rb") as stream:
                raw = stream.read(_MAX_ENTRY)
            checksum, _, body = raw.partition(b"\n")
            if checksum.decode("ascii") != _checksum(body):
                return None
            told, _, text = body.partition(b"\n")
            title, metadata = json.loads(told)
            return Extracted(text.decode(), title, metadata)
        except (OSError, ValueError):
            return None

    def put(self, key: str, found: Extracted) -> None:
        """Keep an entry, all of it or nothing; a folder that cannot be written keeps none."""
        if self._root is None:
            return
        told = json.dumps([found.title, dict(found.metadata)]).encode()
        body = told + b"\n" + found.text.encode()
        path = self._path(self._root, key)
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
            with os.fdopen(number, "wb") as stream:
                stream.write(_checksum(body).encode() + b"\n" + body)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except OSError:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()

    @staticmethod
    def _path(root: Path, key: str) -> Path:
        return root / key[:2] / key


def _checksum(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=32).hexdigest()
