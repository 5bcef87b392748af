"""The child process that takes text out of files nobody vouches for: `python -m ragtune.readers._child`.

It reads requests, a JSON line each (`path`, `reader`, `seconds`), and answers each with a JSON line that is followed by
as many bytes of text as the line says. Memory, time and the size of files are limited by the kernel, so that a bomb
ends this process at worst; whoever started it sees that, says so of the file, and starts another.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from ragtune.readers import MAX_EXTRACTED_BYTES, READERS, UnreadableError, fingerprint

_SLACK = 64 * 1024**2


def main(memory_mb: int) -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    logging.disable(logging.CRITICAL)
    _limit(memory_mb * 1024**2)
    _answer(answers, {"ready": True})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])  # ends an orphan, too
        try:
            answer, text = _extract(Path(request["path"]), request["reader"])
        except MemoryError:
            answer, text = {"memory": True}, b""
        signal.setitimer(signal.ITIMER_REAL, 0)
        _answer(answers, answer, text)
        if "memory" in answer:
            return  # what is left of the memory is in pieces


def _extract(path: Path, reader: str) -> tuple[dict[str, Any], bytes]:
    try:
        with path.open("rb") as stream:
            content = fingerprint(stream)
            found = READERS[reader].read(stream)
        text = found.text.encode()
    except UnreadableError as error:
        return {"fault": str(error), "line": error.line}, b""
    except OSError as error:
        return {"fault": f"cannot be read: {error.strerror}", "line": 0}, b""
    except RecursionError:
        return {"fault": "not readable: nested too deep", "line": 0}, b""
    except MemoryError:
        raise
    except Exception as error:  # a library met what it was not made for
        return {"fault": f"cannot be read: {type(error).__name__}: {error}", "line": 0}, b""
    if len(text) > MAX_EXTRACTED_BYTES:
        return {"fault": f"its text is longer than {MAX_EXTRACTED_BYTES:,} bytes", "line": 0}, b""
    return {"content": content, "title": found.title[:1000], "metadata": found.metadata, "bytes": len(text)}, text


def _answer(answers: BinaryIO, answer: dict[str, Any], text: bytes = b"") -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.write(text)
    answers.flush()


def _limit(budget: int) -> None:
    """Let memory grow by so much from here on, write next to nothing, leave no core."""
    size, data = _sizes()
    limits = (
        (resource.RLIMIT_DATA, data + budget),
        (resource.RLIMIT_AS, size + budget + _SLACK),
        (resource.RLIMIT_FSIZE, 1024**2),
        (resource.RLIMIT_CORE, 0),
    )
    for which, limit in limits:
        with contextlib.suppress(ValueError, OSError):  # some systems have no such limit
            hard = resource.getrlimit(which)[1]
            soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(which, (soft, hard))


def _sizes() -> tuple[int, int]:
    """Bytes mapped, and of them private, by now."""
    try:
        fields = Path("/proc/self/statm").read_text().split()
        page = resource.getpagesize()
        return int(fields[0]) * page, int(fields[5]) * page
    except (OSError, ValueError, IndexError):
        return 1024**3, 256 * 1024**2


if __name__ == "__main__":
    main(int(sys.argv[1]))
