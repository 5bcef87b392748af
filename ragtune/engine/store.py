"""Artefacts: one file a step, named by the step's key, published by rename, verified on reading."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

from ragtune.engine import codec
from ragtune.errors import WorkspaceError


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


def write_atomically(path: Path, data: bytes) -> None:
    """Temporary file, fsync, rename, fsync of the folder; a full disk leaves nothing behind but an error."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        try:
            temporary.unlink(missing_ok=True)
        finally:
            raise cannot_write(path, len(data), error) from error


def cannot_write(path: Path, size: int, error: Exception) -> WorkspaceError:
    """The error for a write that failed, with what a user needs to mend it: path, size, and what is free."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    reason = "the disk is full" if full or "full" in str(error) else getattr(error, "strerror", None) or str(error)
    folder = next(p for p in (path, *path.parents) if p.is_dir())
    free = shutil.disk_usage(folder).free
    return WorkspaceError(
        f"cannot write {path} ({size:,} bytes; {free:,} bytes are free): {reason}. "
        "What was finished is kept; free some space and run the same command again"
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
