"""TREC's markup, which is SGML in name: topics in `<top>`, documents in `<DOC>`, tags that may stay open."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from ragtune.datasets._reading import MAX_LINE_BYTES, Faults, Place, read_lines

HEADERS = ("docid", "dochdr", "docoldno")
TITLES = ("title", "headline", "hl", "ti")
_LABEL = re.compile(r"^\s*(?:Number|Topic|Description|Narrative)\s*:", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_OPEN = re.compile(r"<([A-Za-z][\w-]*)(?:\s[^<>]*)?>")
_CLOSE = re.compile(r"</([A-Za-z][\w-]*)\s*>")


@dataclass
class Block:
    """What stands between a tag and its end, and where it begins."""

    place: Place
    text: str


@dataclass
class Element:
    """A TREC document."""

    ids: list[str] = field(default_factory=list)
    title: str = ""
    text: str = ""
    metadata: dict[str, str] = field(default_factory=dict)


def blocks(path: Path, tag: str, faults: Faults) -> Iterator[Block]:
    """All `<tag>` … `</tag>` of a file; what stands between them is a fault, for it would be lost."""
    mark = re.compile(rf"<(/?){tag}\s*>", re.IGNORECASE)
    begun: Place | None = None
    parts: list[str] = []
    size = last = 0
    for place, line in read_lines(path, faults):
        blank = place.line - last - 1  # lines that are blank are passed over in reading, and part of the text
        last = place.line
        if begun is not None and blank:
            parts.append("\n" * blank)
        at = 0
        for match in [*mark.finditer(line), None]:
            piece = line[at : match.start() if match else len(line)]
            if begun is not None:
                parts.append(piece)
                size += len(piece)
            elif piece.strip():
                faults.add(place, f"there is text outside of <{tag}> … </{tag}>; nothing from here on was read")
                faults.check()
            if match is None or size > MAX_LINE_BYTES:
                break
            if bool(match[1]) == (begun is None):
                told = f"</{tag}> without <{tag}>" if begun is None else f"<{tag}> within the one of line {begun.line}"
                faults.add(place, f"{told}; nothing from here on was read")
                faults.check()
            if begun is not None:
                yield Block(begun, "".join(parts))
            begun, parts, size, at = place if begun is None else None, [], 0, match.end()
        if size > MAX_LINE_BYTES:
            break
    if begun is not None:
        faults.add(begun, f"this <{tag}> has no </{tag}>, or is longer than {MAX_LINE_BYTES:,} characters")


def topic_fields(block: Block) -> dict[str, str]:
    """The fields of a topic (num, title, desc, narr), each up to the next tag, without TREC's labels."""
    found: dict[str, str] = {}
    opened = list(_OPEN.finditer(block.text))
    for match, after in zip_longest(opened, opened[1:]):
        text = block.text[match.end() : after.start() if after else len(block.text)]
        text = " ".join(html.unescape(_LABEL.sub("", _TAG.sub(" ", text))).split())
        found.setdefault(match[1].lower(), text)
    return found


def parts_of(block: Block) -> Element:
    """A document: its text is what stands in `<TEXT>`, or where there is none, all but its id, title and header."""
    found = Element()
    texts: list[str] = []
    rest: list[str] = []
    elements = list(_elements(block.text))
    has_text = any(name == "text" for name, _, _, _ in elements)
    at = 0
    for name, start, end, raw in elements:
        inner = _plain(raw)
        if name == "docno":
            found.ids.append(inner)
        elif name == "text":
            texts.append(inner)
        elif name in TITLES:
            found.title = found.title or " ".join(inner.split())
        elif has_text or name in HEADERS:
            found.metadata.setdefault(name, inner)
        else:
            continue  # a part of the text
        rest.append(block.text[at:start])
        at = end
    rest.append(block.text[at:])
    found.text = "\n".join(texts) if has_text else _plain("".join(rest))
    return found


def _elements(text: str) -> Iterator[tuple[str, int, int, str]]:
    """The outermost elements that have an end: name, where they begin and end, and what is inside."""
    closing: dict[str, list[tuple[int, int]]] = {}
    for match in _CLOSE.finditer(text):
        closing.setdefault(match[1].lower(), []).append(match.span())
    done = 0
    for match in _OPEN.finditer(text):
        name = match[1].lower()
        ends = closing.get(name, [])
        i = bisect_left(ends, (match.end(), 0))
        if match.start() >= done and i < len(ends):
            start, done = ends[i]
            yield name, match.start(), done, text[match.end() : start]


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()
