"""What every reader gives, and what readers share. All of this runs in the child process that extracts text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

MAX_EXTRACTED_BYTES = 64 * 1024**2
"""Most text (UTF-8) that is taken from one file."""

_PIECE = 1024**2
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_FENCE = re.compile(r"`{3,}")
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, as .docx, .pptx and .epub are"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "an RTF text"),
)


class Extracted(NamedTuple):
    """The text of a file, its title where the format gives one, and JSON values told of it."""

    text: str
    title: str = ""
    metadata: Mapping[str, Any] = {}


class UnreadableError(Exception):
    """A file is not what it should be; the message is told to the user, with the line where there is one."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Reader:
    """How text is taken out of the files of one format.

    Attributes:
        name: Names the format, in metadata and in cache keys.
        version: Goes up whenever the text, the title or the metadata of any file changes.
        suffixes: In lower case, with the dot.
        read: Takes the text out of an open file; UnreadableError when it is broken.
        max_bytes: Files that are larger are not opened.
        packages: What it imports beyond ragtune's own dependencies, by distribution name.
    """

    name: str
    version: int
    suffixes: tuple[str, ...]
    read: Callable[[BinaryIO], Extracted] = field(compare=False)
    max_bytes: int = 64 * 1024**2
    packages: tuple[str, ...] = ()


def fingerprint(stream: BinaryIO) -> str:
    """BLAKE2b of a file's bytes, read piece by piece; the file is at its beginning again afterwards."""
    found = hashlib.blake2b(digest_size=32)
    while piece := stream.read(_PIECE):
        found.update(piece)
    stream.seek(0)
    return found.hexdigest()


def expect(stream: BinaryIO, magic: bytes, what: str, within: int = 0) -> None:
    """Refuse a file that does not begin with its format's mark, and say what it seems to be."""
    head = stream.read(len(magic) + within + 16)
    stream.seek(0)
    if not head:
        raise UnreadableError("the file is empty")
    if magic not in head[: len(magic) + within]:
        raise UnreadableError(f"is no {what}{seems(head)}")


def seems(head: bytes) -> str:
    """What the first bytes of a file tell of it, as the end of a message."""
    known = next((name for magic, name in _MAGIC if head.startswith(magic)), "")
    return f"; it looks like {known}" if known else ""


def decode(raw: bytes, encoding: str = "utf-8") -> str:
    """Text of a file that has to be text throughout, without a byte order mark."""
    if (nul := raw.find(b"\0")) >= 0 and "16" not in encoding and "32" not in encoding:
        raise UnreadableError(f"byte {nul} is NUL, so this is no text{seems(raw)}", raw.count(b"\n", 0, nul) + 1)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{raw[error.start]:02x} at offset {error.start} is no {encoding.upper()}"
        raise UnreadableError(what + (seems(raw) or "; save the file as UTF-8"), line) from None
    return text.removeprefix("\ufeff")


def clean(text: str) -> str:
    """Lines end in a line feed; what cannot be stored (NUL, half a surrogate pair) becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def in_line(text: str) -> str:
    """A text in one line, runs of white space as one space."""
    return " ".join(text.split())


def heading(level: int, text: str) -> str:
    """A heading the way Markdown writes it, so that chunkers see it; empty for an empty one."""
    words = in_line(text)
    return f"{'#' * max(1, min(level, 6))} {words}" if words else ""


def fenced(code: str, language: str = "") -> str:
    """Code between fences that are longer than any in it."""
    ticks = max((len(found) for found in _FENCE.findall(code)), default=2) + 1
    return f"{'`' * ticks}{language}\n{code}\n{'`' * ticks}"


def join_blocks(blocks: Sequence[tuple[bool, str]]) -> str:
    """Blocks with a blank line between them, or only a line's end between two that are tight (items, rows)."""
    parts = []
    before: bool | None = None
    for tight, text in blocks:
        if text:
            parts.append("" if before is None else "\n" if tight and before else "\n\n")
            parts.append(text)
            before = tight
    return "".join(parts)


def join_pages(pages: Sequence[str], what: str, title: str) -> Extracted:
    """One text of many pages, a form feed between two, with the offsets where pages begin in the metadata.

    A form feed stands nowhere else in the text, so that it can be cut at them.
    """
    pages = [clean(page).replace("\f", "\n").strip() for page in pages]
    starts, at = [], 0
    for page in pages:
        starts.append(at)
        at += len(page) + 1
    text = "\f".join(pages)
    metadata = {"format": what, "pages": len(pages), "page_starts": starts}
    return Extracted(text if text.strip() else "", in_line(clean(title)), metadata)
