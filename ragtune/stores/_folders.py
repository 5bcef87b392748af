"""Stores in a folder: each content in a folder of its own, and a file that names the one to read, replaced by rename.

Embedded databases that were killed while writing may be left unreadable. Here that costs an unseen folder at worst.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from abc import abstractmethod
from pathlib import Path
from typing import IO, Any, ClassVar

from ragtune.errors import InputError, WorkspaceError
from ragtune.files import sync_tree, write_atomically
from ragtune.stores._store import Closing, Content, Knobs, seen
from ragtune.stores._urls import KEY

POINTER = "current.json"
_LOCK = ".lock"
_DIM = "dim.json"


class FolderStore(Closing):
    """Base of the stores in a folder; a content's folder has its key as name."""

    scheme: ClassVar[str]
    limit: int = 5_000

    def __init__(self, folder: Path, knobs: Knobs) -> None:
        self._folder, self.knobs = folder, knobs
        self._lock: IO[bytes] | None = None

    @abstractmethod
    def open(self, folder: Path, dim: int) -> Content:
        """The content in that folder, made where there is none."""

    def held(self) -> str | None:
        """What the pointer names."""
        told = self._pointer()
        return told["key"] if told else None

    def draft(self, key: str, dim: int) -> Content:
        """In its folder, locked against other fillers until it is published; what cannot be opened is begun anew."""
        self._check_ours()
        self._take_lock()
        place = self._folder / key
        write_atomically(place / _DIM, json.dumps(dim).encode())
        try:
            return self.open(place, dim)
        except Exception:
            self.discard(key)
            write_atomically(place / _DIM, json.dumps(dim).encode())
            return self.open(place, dim)

    def find(self, key: str) -> Content | None:
        """What is in its folder."""
        try:
            dim = json.loads((self._folder / key / _DIM).read_text())
        except FileNotFoundError:
            return None
        return self.open(self._folder / key, dim)

    def discard(self, key: str) -> None:
        """Remove its folder."""
        shutil.rmtree(self._folder / key, ignore_errors=True)

    def settle(self, key: str) -> None:
        """All that is in its folder."""
        sync_tree(self._folder / key)

    def publish(self, key: str) -> None:
        """Name it; then the others can go. Where it is named already nothing does: another process may be filling."""
        if self.held() != key:
            dim = json.loads((self._folder / key / _DIM).read_text())
            told = {"store": self.scheme, "key": key, "dim": dim}
            write_atomically(self._folder / POINTER, json.dumps(told).encode())
            for path in self._folder.iterdir():
                if KEY.fullmatch(path.name) and path.name != key:
                    shutil.rmtree(path, ignore_errors=True)
        self._drop_lock()

    def content(self) -> Content:
        """What the pointer names."""
        return seen(self.held, self.find, self.describe())

    def describe(self) -> str:
        """As its url."""
        return f"{self.scheme}:{self._folder}"

    def close(self) -> None:
        """The lock, where a fill was broken off."""
        self._drop_lock()

    def _pointer(self) -> dict[str, Any] | None:
        try:
            told: dict[str, Any] = json.loads((self._folder / POINTER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise WorkspaceError(f"{self._folder / POINTER} cannot be read ({error}); fill the store again") from error
        if told["store"] != self.scheme:
            raise InputError(f"{self._folder} is a store of {told['store']}, not of {self.scheme}")
        return told

    def _check_ours(self) -> None:
        """Old contents are removed from the folder, so nothing else may be in it."""
        names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        ours = (POINTER, _LOCK)
        others = [name for name in names if name not in ours and not KEY.fullmatch(name) and POINTER not in name]
        if others or (self._folder.exists() and not self._folder.is_dir()):
            raise InputError(f"{self._folder} is there already and is no store; name another folder")
        self._pointer()

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / _LOCK).open("wb")
        except OSError as error:
            raise InputError(f"{self._folder} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise WorkspaceError(f"another process is filling {self.describe()}") from error
        self._lock = lock

    def _drop_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
