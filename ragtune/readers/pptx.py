"""PowerPoint files. LlamaIndex's PptxReader adds rules and labels of its own to the text and swallows broken files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ragtune.readers.base import Extracted, Reader, UnreadableError, heading, in_line, join_blocks, join_pages
from ragtune.readers.zipped import Element, Package, children

MAIN = "ppt/presentation.xml"
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr")


def read(stream: BinaryIO) -> Extracted:
    """Slides in their order, a form feed between two: titles as headings, texts, rows of tables, speaker's notes.

    Charts, SmartArt, pictures, slide numbers, dates and footers are left out.
    """
    package = Package(stream, "PowerPoint file (.pptx)", MAIN)
    relations = package.relations(MAIN)
    slides: list[str] = []
    for item in children(package.tree(MAIN), "sldIdLst", "sldId"):
        target = relations.get(item.get("r:id", ""))
        if target is None:
            raise UnreadableError(f"slide {len(slides) + 1} is named in {MAIN} and not in the file")
        slides.append(_slide(package, target.part))
    if not slides:
        raise UnreadableError("the presentation has no slides")
    first = next((line[2:] for slide in slides for line in slide.split("\n") if line.startswith("# ")), "")
    return join_pages(slides, "pptx", package.core_title() or first)


def _slide(package: Package, part: str) -> str:
    blocks = [block for tree in children(package.tree(part), "cSld", "spTree") for block in _shapes(tree)]
    for relation in package.relations(part).values():
        if relation.type == "notesSlide":
            notes = children(package.tree(relation.part), "cSld", "spTree", "sp")
            blocks += ((False, _lines(shape)) for shape in notes if _placeholder(shape) == "body")
    return join_blocks(blocks)


def _shapes(tree: Element) -> Iterator[tuple[bool, str]]:
    for shape in tree:
        if shape.tag == "sp" and _placeholder(shape) in _TITLES:
            yield False, heading(1, " ".join(_paragraphs(shape)))
        elif shape.tag == "sp" and _placeholder(shape) not in _FURNITURE:
            yield False, _lines(shape)
        elif shape.tag in ("grpSp", "AlternateContent", "Choice"):
            yield from _shapes(shape)
        elif shape.tag == "graphicFrame":
            for row in shape.iter("tr"):
                yield True, " | ".join(in_line(" ".join(_paragraphs(cell))) for cell in row.findall("tc")).strip(" |")


def _placeholder(shape: Element) -> str:
    found = next(shape.iter("ph"), None)
    return "" if found is None else found.get("type", "obj")


def _lines(shape: Element) -> str:
    return "\n".join(line for line in _paragraphs(shape) if line)


def _paragraphs(shape: Element) -> Iterator[str]:
    for paragraph in shape.iter("p"):
        parts = ("\n" if item.tag == "br" else item.text or "" for item in paragraph.iter() if item.tag in ("t", "br"))
        yield "".join(parts).strip()


READER = Reader("pptx", 1, (".pptx",), read, max_bytes=256 * 1024**2)
