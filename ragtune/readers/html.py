"""Web pages, by the standard library's parser: as readable text, or as their markup.

LlamaIndex's HTMLTagReader takes the text of one kind of tag (`<section>`) and drops the rest of a page.
"""

from __future__ import annotations

import codecs
import re
from html import unescape
from html.parser import HTMLParser
from typing import BinaryIO

from ragtune.readers.base import (
    Extracted,
    Reader,
    UnreadableError,
    clean,
    decode,
    fenced,
    heading,
    in_line,
    join_blocks,
)

SUFFIXES = (".html", ".htm", ".xhtml")
_BLOCK_TAGS = """
address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol optgroup option p pre section summary table tbody tfoot
thead title tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SKIPPED = frozenset({"script", "style", "template", "noscript", "svg"})
_DECLARED = re.compile(rb"""<(?:meta[^>]*?charset|\?xml[^>]*?encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.IGNORECASE | re.DOTALL)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class _Page(HTMLParser):
    """Collects blocks as they go by, without a tree: nesting may be as deep or as wrong as it likes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[bool, str]] = []
        self.title = ""
        self._text: list[str] = []
        self._block = ""
        self._skipped: list[str] = []
        self._pre = 0
        self._lists: list[int | None] = []
        self._mark = ""
        self._row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipped or tag in _SKIPPED:
            if tag in _SKIPPED:
                self._skipped.append(tag)
            return
        if tag == "br":
            self._text.append("\n")
        elif tag in ("td", "th") and self._text:
            self._text.append(" | ")
        if tag in _BLOCKS:
            self.flush()
            self._block = tag
        if tag == "tr":
            self._row = True
        elif tag == "pre":
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._begin_item()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SKIPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.pop()
            return
        if tag in _BLOCKS:
            self.flush()
            self._block = ""
        if tag == "tr":
            self._row = False
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._text.append(data if self._pre else re.sub(r"[ \t\n\r\f]+", " ", data))

    def flush(self) -> None:
        """End the block that is being collected."""
        text = "".join(self._text)
        self._text.clear()
        if self._pre:
            if text.strip():
                self.blocks.append((False, fenced(text.strip("\n"))))
            return
        text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text)).strip()
        if self._row:
            text = text.strip(" |")
        if not text:
            return
        if self._block == "title":
            self.title = self.title or in_line(text)
        elif len(self._block) == 2 and self._block[1] in "123456":
            self.blocks.append((False, heading(int(self._block[1]), text)))
            self.title = self.title or in_line(text)
        else:
            self.blocks.append((bool(self._mark) or self._row, self._mark + text))
        self._mark = ""

    def _begin_item(self) -> None:
        indent = "  " * (len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is None:
            self._mark = f"{indent}- "
        else:
            self._lists[-1] = number + 1
            self._mark = f"{indent}{number + 1}. "


def text_of(raw: bytes) -> tuple[str, str]:
    """The readable text of a page, and its title (or else its first heading)."""
    page = _Page()
    try:
        page.feed(_decoded(raw))
        page.close()
    except AssertionError as error:  # how the parser refuses declarations that it does not know
        raise UnreadableError(f"is no HTML: {in_line(str(error))}", page.getpos()[0]) from None
    page.flush()
    return clean(join_blocks(page.blocks)).replace("\f", "\n"), clean(page.title)


def read(stream: BinaryIO) -> Extracted:
    """Readable text: headings and lists as Markdown writes them, preformatted text between fences, rows in a line.

    Scripts, styles, templates and drawings are left out. The encoding is the byte order mark's, the declared one, or
    UTF-8.
    """
    text, title = text_of(stream.read())
    return Extracted(text, title, {"format": "html"})


def read_raw(stream: BinaryIO) -> Extracted:
    """The markup as it is, decoded."""
    text = _decoded(stream.read())
    match = _TITLE.search(text)
    return Extracted(text, in_line(clean(unescape(match[1]))) if match else "", {"format": "html"})


def _decoded(raw: bytes) -> str:
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), "")
    declared = _DECLARED.search(raw[:1024])
    word = declared[1].decode("latin-1") if declared else "utf-8"
    try:
        encoding = marked or codecs.lookup(word).name
    except LookupError:
        raise UnreadableError(f"declares the encoding '{word}', which is not known", 1) from None
    # A page that declares UTF-16 in ASCII bytes is not; Latin-1 means Windows-1252 on the web (WHATWG).
    encoding = {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(encoding, encoding)
    if not marked and encoding.startswith(("utf-16", "utf-32", "utf-7")):
        encoding = "utf-8"
    try:
        return decode(raw, encoding)
    except LookupError:  # a codec, but none of text
        raise UnreadableError(f"declares the encoding '{word}', which is none of text", 1) from None


READER = Reader("html", 1, SUFFIXES, read)
RAW = Reader("html-raw", 1, SUFFIXES, read_raw)
