"""Artefacts: one file a step, named by the step's key, published by rename, verified on reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ragtune.engine import codec
from ragtune.files import write_atomically


class Store:
    """A folder of artefacts. Writers never meet half a file, and readers never see one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, key: str) -> Path:
        """Where the artefact of a key lies, or will."""
        return self.folder / key[:2] / key

    def has(self, key: str) -> bool:
        """Whether there is a file; whether it is sound is known only by reading it."""
        return self.path(key).exists()

    def get(self, key: str, cls: Any) -> Any | None:
        """The value, or None when there is none; raises DamagedError, having removed the file, when it is not sound."""
        path = self.path(key)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return codec.decode(data, cls)
        except codec.DamagedError:
            path.unlink(missing_ok=True)
            raise codec.DamagedError(f"{path} was damaged; it is computed again") from None

    def put(self, key: str, value: Any) -> None:
        """Write for good: after this returns, neither kill -9 nor a power cut loses it."""
        write_atomically(self.path(key), codec.encode(value))
