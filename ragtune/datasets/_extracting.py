"""Text out of files that are no plain text: from the cache, or by a child process that is held to its limits.

One child serves all files of a load; it is started when a file is not in the cache, and again after it died.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from ragtune.component import digest
from ragtune.datasets._extract_cache import Cache, folder
from ragtune.datasets._reading import Faults, Place, open_file
from ragtune.errors import MissingModelError, StepError
from ragtune.readers import MAX_EXTRACTED_BYTES, READERS, Extracted, Reader, fingerprint

_MODULE = "ragtune.readers._child"
_START_SECONDS = 120
_MAX_ANSWER = 64 * 1024**2


class Extraction:
    """Takes the text out of files; a context, whose end is the child's.

    Args:
        faults: Takes what is wrong with a file: one fault each.
        memory_mb: By how much the child's memory may grow.
        seconds: How long one file may take.
    """

    def __init__(self, faults: Faults, memory_mb: int, seconds: int) -> None:
        self._faults = faults
        self._memory_mb = memory_mb
        self._seconds = seconds
        self._cache = Cache(folder())
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, path: Path, name: str) -> Extracted | None:
        """The text of a file by the reader of that name; None after a fault."""
        reader = READERS[name]
        content = self._content(path, reader)
        if content is None:
            return None
        versions = _versions(path, reader)
        found = self._cache.get(_key(reader, versions, content))
        if found is None:
            answer = self._ask(path, name)
            if "fault" in answer:
                self._faults.add(Place(str(path), answer["line"]), " ".join(answer["fault"].split()))
                return None
            found = Extracted(answer["text"], answer["title"], answer["metadata"])
            self._cache.put(_key(reader, versions, answer["content"]), found)
        return found

    def _content(self, path: Path, reader: Reader) -> str | None:
        stream = open_file(path, self._faults, reader.max_bytes)
        if stream is None:
            return None
        try:
            with stream:
                return fingerprint(stream)
        except OSError as error:
            self._faults.add(Place(str(path)), f"cannot be read: {error.strerror}")
            return None

    def _ask(self, path: Path, name: str) -> dict[str, Any]:
        if self._child is not None and self._child.died:
            self._end()
        if self._child is None:
            self._child = _Child(self._memory_mb)
        answer = self._child.ask({"path": str(path.resolve()), "reader": name}, self._seconds)
        if answer is not None and "memory" not in answer:
            return answer
        cause = "memory" if answer is not None else self._child.cause(self._seconds)
        self._end()
        causes = {
            "memory": f"taking the text out needs more than {self._memory_mb} MB; if the file is sound, raise memory_mb",
            "time": f"taking the text out takes longer than {self._seconds} s; if the file is sound, raise seconds",
        }
        return {"fault": causes.get(cause, f"the reader broke down over this file ({cause})"), "line": 0}

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """The process, asked one thing at a time."""

    def __init__(self, memory_mb: int) -> None:
        # The child must find ragtune where this process found it, and nothing in the working directory.
        paths = os.pathsep.join(path for path in sys.path if path)
        settings = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=settings,
        )
        self._late = False
        if self._receive(_START_SECONDS) is None:
            told = self.cause(0)
            self.end()
            raise StepError(f"the process that takes text out of files does not start: {told}")

    @property
    def died(self) -> bool:
        """Whether the process is no more."""
        return self._process.poll() is not None

    def ask(self, request: dict[str, Any], seconds: int) -> dict[str, Any] | None:
        """The answer; None when the process died of the request."""
        assert self._process.stdin is not None
        try:
            # Its own alarm rings a little later, in case nobody is left here to end it.
            self._process.stdin.write(json.dumps({**request, "seconds": seconds + 5}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._receive(seconds)

    def cause(self, seconds: int) -> str:
        """Why the process died: `time`, or a word from the system or from Python's last line."""
        self._process.kill()
        code = self._process.wait()
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 1000))
        lines = self._errors.read().decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        if self._late:
            return "time"
        return last[:300] or f"it ended with status {code}"

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(BrokenPipeError):  # it died with a request unread
                if pipe is not None:
                    pipe.close()
        self._process.wait()

    def _receive(self, seconds: int) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        timer = threading.Timer(seconds, self._stop)
        timer.daemon = True
        timer.start()
        try:
            answer: dict[str, Any] = json.loads(self._process.stdout.readline(_MAX_ANSWER))
            size = min(int(answer.get("bytes", 0)), MAX_EXTRACTED_BYTES)
            raw = self._process.stdout.read(size)
            answer["text"] = raw.decode()
            return answer if len(raw) == size else None
        except ValueError:
            return None
        finally:
            timer.cancel()

    def _stop(self) -> None:
        self._late = True
        self._process.kill()


def _versions(path: Path, reader: Reader) -> list[str]:
    try:
        return [f"{package}={version(package)}" for package in reader.packages]
    except PackageNotFoundError:
        needed = " ".join(reader.packages)
        raise MissingModelError(f"reading {path} needs the extra 'readers': pip install {needed}") from None


def _key(reader: Reader, versions: list[str], content: str) -> str:
    return digest(reader.name, str(reader.version), *versions, content)
