"""Electronic books. LlamaIndex's EpubReader takes files in the order of the archive, not of the book."""

from __future__ import annotations

import posixpath
from typing import BinaryIO
from urllib.parse import unquote

from ragtune.readers.base import Extracted, Reader, UnreadableError, in_line, join_pages
from ragtune.readers.html import text_of
from ragtune.readers.zipped import Package

MAIN = "META-INF/container.xml"
_LOCKS = "META-INF/encryption.xml"


def read(stream: BinaryIO) -> Extracted:
    """The book's files in reading order (the spine), as the text of their HTML; a form feed between two."""
    package = Package(stream, "book (.epub)", MAIN)
    opf = next((item.get("full-path", "") for item in package.tree(MAIN).iter("rootfile")), "")
    if not opf:
        raise UnreadableError(f"its part {MAIN} names no package file")
    book = package.tree(opf)
    folder = posixpath.dirname(opf)
    places = {item.get("id"): _place(folder, item.get("href", "")) for item in book.iter("item")}
    locked = set()
    if _LOCKS in package.names:
        locked = {_place("", item.get("URI", "")) for item in package.tree(_LOCKS).iter("CipherReference")}
    chapters = []
    for item in book.iter("itemref"):
        part = places.get(item.get("idref"))
        if part is None:
            raise UnreadableError(
                f"its part {opf} puts '{item.get('idref', '')[:80]}' in the book and does not list it"
            )
        if part in locked:
            raise UnreadableError(f"its part {part} is encrypted (DRM)")
        if not part.lower().endswith((".svg", ".png", ".jpg", ".jpeg", ".gif")):
            chapters.append(_chapter(package, part))
    if not chapters:
        raise UnreadableError("the book has no chapters")
    return join_pages(chapters, "epub", next((in_line(item.text or "") for item in book.iter("title")), ""))


def _chapter(package: Package, part: str) -> str:
    try:
        return text_of(package.bytes(part))[0]
    except UnreadableError as error:
        told = str(error)
        raise UnreadableError(told if part in told else f"its part {part}: {told}") from None


def _place(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


READER = Reader("epub", 1, (".epub",), read, max_bytes=256 * 1024**2)
