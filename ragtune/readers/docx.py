"""Word files. LlamaIndex's DocxReader (docx2txt) gives the words alone; here headings, lists and table rows stay told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ragtune.readers.base import Extracted, Reader, clean, heading, in_line, join_blocks
from ragtune.readers.zipped import Element, Package, children

Block = tuple[bool, str]
"""Whether it stands close to its neighbours (items, rows), and its text."""

MAIN = "word/document.xml"
_SKIPPED = frozenset({"pPr", "rPr", "delText", "instrText", "delInstrText", "Fallback", "txbxContent", "moveFrom"})
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)


class _Word:
    """Turns paragraphs and tables into blocks; knows which styles are headings or items."""

    def __init__(self, package: Package) -> None:
        self._levels: dict[str, int] = {}
        self._items: set[str] = set()
        self.title = ""
        if "word/styles.xml" in package.names:
            for style in package.tree("word/styles.xml").iter("style"):
                self._style(style)

    def _style(self, style: Element) -> None:
        id = style.get("styleId", "")
        name = next((item.get("val", "") for item in style.findall("name")), "").lower()
        if match := _HEADING.fullmatch(name):
            self._levels[id] = int(match[1])
        elif name == "title":
            self._levels[id] = 1
        elif name.startswith(("list bullet", "list number")):
            self._items.add(id)

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks below an element, in order."""
        for child in element:
            if child.tag == "p":
                yield self._paragraph(child)
                for box in _boxes(child):
                    yield from self.blocks(box)
            elif child.tag == "tbl":
                for row in child.iter("tr"):
                    yield True, self._row(row)
            elif child.tag not in ("Fallback", "del", "moveFrom"):
                yield from self.blocks(child)

    def _row(self, row: Element) -> str:
        cells = (in_line(" ".join(text for _, text in self.blocks(cell))) for cell in _cells(row))
        return " | ".join(cells).strip(" |")

    def _paragraph(self, paragraph: Element) -> Block:
        text = "".join(_inline(paragraph)).strip()
        style = next((item.get("val", "") for item in children(paragraph, "pPr", "pStyle")), "")
        outline = next((item.get("val", "") for item in children(paragraph, "pPr", "outlineLvl")), "")
        level = self._levels.get(style) or (int(outline) + 1 if outline in tuple("012345678") else 0)
        if level and text:
            self.title = self.title or in_line(text)
            return False, heading(level, text)
        numbered = any(item.get("val") != "0" for item in children(paragraph, "pPr", "numPr", "numId"))
        if text and (numbered or style in self._items):
            return True, f"- {text}"
        return False, text


def _inline(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == "t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _inline(child)


def _boxes(element: Element) -> Iterator[Element]:
    """Text boxes in a paragraph; the fallback that older programs show repeats them."""
    for child in element:
        if child.tag == "txbxContent":
            yield child
        elif child.tag != "Fallback":
            yield from _boxes(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if child.tag == "tc":
            yield child
        elif child.tag != "tr":
            yield from _cells(child)


def read(stream: BinaryIO) -> Extracted:
    """Body, then footnotes and endnotes; headers, footers, comments and what tracked changes deleted are left out.

    Headings get Markdown's marks, items a dash, and the cells of a table's row stand in one line with bars between.
    """
    package = Package(stream, "Word file (.docx)", MAIN)
    word = _Word(package)
    blocks = list(word.blocks(package.tree(MAIN)))
    for part in ("word/footnotes.xml", "word/endnotes.xml"):
        if part in package.names:
            blocks += word.blocks(package.tree(part))
    title = package.core_title() or word.title
    return Extracted(clean(join_blocks(blocks)).replace("\f", "\n"), clean(title), {"format": "docx"})


READER = Reader("docx", 1, (".docx",), read, max_bytes=256 * 1024**2)
