"""A log of queries that an app writes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import threading
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from ragtune.errors import InputError
from ragtune.production._records import RECORD, Feedback, Result, Score, Served, Torn, rotated
from ragtune.production._spans import current_trace

Redact = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Takes a record as a dict and gives what may be written of it, or None for nothing at all."""

ArmName = Literal["", "a", "b"]


class Shown(Protocol):
    """A passage, as a retriever gives it."""

    @property
    def text(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def score(self) -> float | None: ...


class QueryLog:
    """Appends to a file of JSON lines; threads and processes may share it.

    Every record is one write at the end of the file, so that lines of several writers never mix, and it is the kernel's
    before `served` returns: `kill -9` loses nothing, a power cut may lose the last ones. A full file (`max_bytes`) becomes
    `log.jsonl.1`, then `.2` and so on; all but the newest `keep` of those are removed, none unless it is given.

    Logging never fails a request: what cannot be written is counted in `lost`, and the first time is warned of. That goes for
    a redaction hook that fails as well, so that nothing is ever written unredacted.

    Args:
        path: The file; its folder is made.
        redact: A function, or `module:function`, that is given every record as a dict before it is written.
        max_bytes: The size at which a new file is begun.
        keep: How many full files are kept.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        redact: Redact | str | None = None,
        max_bytes: int = 100_000_000,
        keep: int | None = None,
    ) -> None:
        self.path = Path(path)
        self.lost = 0
        self._redact = named(redact) if isinstance(redact, str) else redact
        self._max_bytes, self._keep = max_bytes, keep
        self._lock = threading.Lock()
        self._file: int | None = None
        self._torn = False
        """Whether the last record of this log is on disk in part only."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            raise InputError(f"{self.path} cannot be written ({error.strerror})") from error

    def served(
        self,
        query: str,
        results: Sequence[Shown],
        latency_ms: float | None = None,
        *,
        id: str = "",
        bundle: str = "",
        arm: ArmName = "",
        unit: str = "",
        arms: Sequence[ArmName] = (),
    ) -> str:
        """Log a query that was answered, and give its id, which feedback refers to.

        Args:
            query: The question.
            results: What was shown, best first.
            latency_ms: How long finding it took.
            id: One of your own, which must be unique; one is drawn unless given.
            bundle: The key of the bundle that answered.
            arm: Which of two bundles that was, in an A/B test.
            unit: What stays with one bundle in an A/B test, such as a user.
            arms: Which bundle each result is from, where two were interleaved.
        """
        id = id or secrets.token_hex(8)
        teams: Sequence[ArmName] = arms or [""] * len(results)
        shown = tuple(
            Result(
                document=each.document,
                start=each.start,
                end=each.end,
                score=each.score if each.score is not None and abs(each.score) < float("inf") else None,
                digest=text_digest(each.text),
                arm=team,
            )
            for each, team in zip(results, teams, strict=True)
        )
        told = {"bundle": bundle, "arm": arm, "unit": unit, "latency_ms": latency_ms, "trace": current_trace()}
        self._write(Served(time=_now(), id=id, query=query, results=shown, **told))
        return id

    def feedback(self, id: str, signal: Literal["click", "up", "down"], rank: int | None = None) -> None:
        """Log a click or a thumb for the passage at `rank`, from 1; a thumb without one is for the whole answer."""
        self._write(Feedback(time=_now(), id=id, signal=signal, rank=rank))

    def scored(self, id: str, metric: str, value: float, arm: ArmName = "") -> None:
        """Log a measure of a served query, in [0, 1]; `arm` where both bundles were run on it."""
        self._write(Score(time=_now(), id=id, metric=metric, value=value, arm=arm))

    def close(self) -> None:
        """Close the file; later records are lost."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, record: Served | Feedback | Score) -> None:
        try:
            line = self._line(record)
            if line is None:
                return
            with self._lock:
                self._append(line)
        except Exception as error:  # a hook may raise anything, and no request is to fail for its log
            self.lost += 1
            if self.lost == 1:
                warnings.warn(f"a record was not logged to {self.path}: {error}", RuntimeWarning, stacklevel=3)

    def _line(self, record: Served | Feedback | Score) -> bytes | None:
        """The record as a line, through the redaction hook; what the hook made of it must still be a record."""
        told = record.model_dump(mode="json", exclude_defaults=True)
        plain: dict[str, Any] | None = {"kind": record.kind, **told}
        if self._redact is not None:
            plain = self._redact(plain or {})
            if plain is None:
                return None
            RECORD.validate_python(plain | {"time": record.time})
        return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    def _append(self, line: bytes) -> None:
        if self._file is None:
            raise ValueError("the log is closed")
        self._rotate()
        if self._torn:
            os.close(self._file)
            self._open()
        written = os.write(self._file, line)
        self._torn = written < len(line)
        if self._torn:
            raise OSError("the disk is full")

    def _open(self) -> None:
        """Open the file to append to; behind a line that somebody could not finish, say so."""
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            size = os.fstat(self._file).st_size
            if size and os.pread(self._file, 1, size - 1) != b"\n":
                os.write(self._file, b"\n" + Torn(time=_now()).model_dump_json().encode() + b"\n")
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _rotate(self) -> None:
        """Begin a new file when this one is full, or when another process has begun one."""
        assert self._file is not None
        here = os.fstat(self._file)
        if here.st_size >= self._max_bytes and self._is_current(here):
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                if self._is_current(here):  # still, now that nobody else rotates it
                    last = rotated(self.path)
                    number = int(last[-1].suffix[1:]) + 1 if last else 1
                    self.path.rename(self.path.with_name(f"{self.path.name}.{number}"))
                    for old in rotated(self.path)[: -self._keep] if self._keep else ():
                        old.unlink(missing_ok=True)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        if not self._is_current(here):
            os.close(self._file)
            self._open()

    def _is_current(self, here: os.stat_result) -> bool:
        """Whether the open file is still the one under that name."""
        try:
            return os.path.samestat(self.path.stat(), here)
        except FileNotFoundError:
            return False


def text_digest(text: str) -> str:
    """16 hexadecimal digits of a passage's text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def named(hook: str) -> Redact:
    """The redaction hook that `module:function` names."""
    module, colon, name = hook.partition(":")
    if not colon:
        raise InputError(f"a redaction hook is written module:function, not {hook!r}")
    try:
        found: Redact = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InputError(f"the redaction hook {hook} cannot be imported: {error}") from error
    return found


def _now() -> datetime:
    return datetime.now(UTC)
