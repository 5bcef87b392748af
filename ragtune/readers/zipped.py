"""Formats that are a ZIP archive of XML files: what is checked before anything is unpacked, and how parts are read."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

from ragtune.readers.base import UnreadableError, expect, in_line

MAX_PARTS = 20_000
MAX_PART_BYTES = 64 * 1024**2
MAX_UNPACKED_BYTES = 1024**3
_MAIN = {
    "word/document.xml": ".docx",
    "ppt/presentation.xml": ".pptx",
    "xl/workbook.xml": ".xlsx",
    "META-INF/container.xml": ".epub",
    "content.xml": "an OpenDocument file",
}

Element = ElementTree.Element


class Relation(NamedTuple):
    """Where one part of an Office file points."""

    type: str
    part: str


class Package:
    """An archive whose declared sizes are sane and whose main part is there."""

    def __init__(self, stream: BinaryIO, what: str, main: str) -> None:
        expect(stream, b"PK", what)
        try:
            self._archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
            raise UnreadableError(f"is no {what}: the ZIP archive is damaged or cut off ({error})") from None
        members = self._archive.infolist()
        if len(members) > MAX_PARTS:
            raise UnreadableError(f"is no {what}: it holds {len(members):,} files")
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED_BYTES:
            raise UnreadableError(f"would unpack to {unpacked:,} bytes, of which {MAX_UNPACKED_BYTES:,} are allowed")
        self.names = {member.filename for member in members}
        if main not in self.names:
            other = next((name for part, name in _MAIN.items() if part in self.names), "")
            raise UnreadableError(f"is no {what}: it has no {main}" + (f"; it looks like {other}" if other else ""))

    def bytes(self, part: str) -> bytes:
        """A part unpacked; the archive's own checksum is verified."""
        try:
            member = self._archive.getinfo(part)
        except KeyError:
            raise UnreadableError(f"its part {part} is missing") from None
        if member.file_size > MAX_PART_BYTES:
            size = f"{member.file_size:,} bytes, of which {MAX_PART_BYTES:,} are allowed"
            raise UnreadableError(f"its part {part} would unpack to {size}")
        if member.flag_bits & 1:
            raise UnreadableError(f"its part {part} is encrypted; save the file without a password")
        try:
            return self._archive.read(member)
        except MemoryError:
            raise
        except Exception as error:  # zlib, lzma, bz2 and zipfile have an error each
            raise UnreadableError(f"its part {part} is damaged: {in_line(str(error))}") from None

    def tree(self, part: str) -> Element:
        """A part as XML, tags and attributes without their namespaces, but `r:` before those that point to parts."""
        parser = ElementTree.XMLParser(target=_Builder(part))
        try:
            parser.feed(self.bytes(part))
            root: Element = parser.close()
        except (ElementTree.ParseError, LookupError, ValueError) as error:
            raise UnreadableError(f"its part {part} is no XML: {error}") from None
        return root

    def relations(self, part: str) -> dict[str, Relation]:
        """The parts that a part points to, by id; links to the outside are left out."""
        folder, name = posixpath.split(part)
        listed = f"{folder}/_rels/{name}.rels"
        if listed not in self.names:
            return {}
        found = {}
        for item in self.tree(listed).iter("Relationship"):
            target = item.get("Target", "")
            if item.get("TargetMode") != "External" and target:
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found[item.get("Id", "")] = Relation(item.get("Type", "").rpartition("/")[2], path)
        return found

    def core_title(self) -> str:
        """The title among an Office file's properties."""
        part = "docProps/core.xml"
        if part not in self.names:
            return ""
        return next((in_line(item.text or "") for item in self.tree(part).iter("title")), "")


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree without namespaces, and refuses a DTD before its entities can be declared."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        return super().start(_local(tag), {_local(key, "r:"): value for key, value in attrs.items()})

    def end(self, tag: str, /) -> Element:
        return super().end(_local(tag))

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise UnreadableError(f"its part {self._part} declares a document type (DTD), which such files never do")


def _local(name: str, points: str = "") -> str:
    space, _, local = name.rpartition("}")
    return points + local if space.endswith("/relationships") else local


def children(element: Element, *path: str) -> Iterator[Element]:
    """Elements at the end of a path of child tags."""
    if not path:
        yield element
    else:
        for child in element.findall(path[0]):
            yield from children(child, *path[1:])
