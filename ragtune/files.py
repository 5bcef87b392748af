"""Files that a result must not be lost with, or must not be mistaken for another's: written whole, known by content."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from functools import lru_cache
from pathlib import Path

from ragtune.errors import Fault, InputError, WorkspaceError


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
        _sync(path.parent)
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


def sync_tree(folder: Path) -> None:
    """See that all that was written into a folder, by whomever, is on the disk, and the folder's name too."""
    for path in (*folder.rglob("*"), folder, folder.parent):
        _sync(path)


def _sync(path: Path) -> None:
    """A file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def content(path: Path, what: str) -> str:
    """The digest of a file that a knob names; InputError, which calls it `what`, where it cannot be read."""
    try:
        state = path.stat()
        return _digest(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        told = f"this {what} cannot be read ({error.strerror}); a relative path counts from {Path.cwd()}"
        raise InputError([Fault(str(path), 0, 0, told)]) from error


@lru_cache(maxsize=16)
def _digest(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
