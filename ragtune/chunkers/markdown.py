"""Markdown cut at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from ragtune.chunkers._headings import headings
from ragtune.chunkers._packing import Ruler, fit, lined, prose
from ragtune.chunkers._structured import Section, StructuredChunker, joined
from ragtune.component import register
from ragtune.types import Document, Span

_BLOCK_END = re.compile(r"^(?: {0,3}(?P<fence>`{3,}|~{3,})[^\r\n]*\r?\n?|[ \t]*\r?\n)", re.MULTILINE)
_LINES_MATTER = re.compile(r"\s*(?:`{3,}|~{3,}|[-*+|>]\s|\||\d+[.)]\s)")


@register
class Markdown(StructuredChunker):
    """Sections, each a heading with what follows up to the next heading of `level` or above; `#` in fenced code is none.

    A section of more than `size_tokens` is cut between its blocks (paragraphs, lists, fenced code, which stays whole
    where it fits), then at sentences, or at lines in lists, tables and code. With `merge`, neighbouring sections that
    fit into `size_tokens` together are one chunk, but no chunk goes on into a heading above its first. A text without
    headings is one section. After LlamaIndex's MarkdownNodeParser and LangChain's MarkdownHeaderTextSplitter.
    """

    level: Annotated[int, Field(ge=1, le=6)] = 6
    merge: bool = True

    def measured_spans(self, document: Document, ruler: Ruler) -> Iterable[Span]:
        """The chunks of one document."""
        text = document.text

        def cut(section: Section) -> Iterator[Span]:
            blocks = [Section(start, end, 0) for start, end in _blocks(text, section.start, section.end)]
            return joined(text, blocks, ruler, self.size_tokens, cut_block)

        def cut_block(block: Section) -> Iterator[Span]:
            cutters = lined(ruler) if _LINES_MATTER.match(text, block.start, block.end) else prose(ruler)
            return fit(text, block.start, block.end, ruler, self.size_tokens, cutters)

        return joined(text, self._sections(text), ruler, self.size_tokens, cut, merge=self.merge)

    def _sections(self, text: str) -> list[Section]:
        """What stands before the first heading counts as a section of the top."""
        found = [heading for heading in headings(text) if heading.level <= self.level]
        starts = [0, *(heading.start for heading in found)]
        depths = [0, *(heading.level for heading in found)]
        ends = [*starts[1:], len(text)]
        rows = (Section(*row) for row in zip(starts, ends, depths, strict=True))
        return [row for row in rows if text[row.start : row.end].strip()]


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches between blank lines, and fenced code with all that is in it; together they are the whole section."""
    at = start
    fence = ""
    for match in _BLOCK_END.finditer(text, start, end):
        mark = match["fence"] or ""
        if mark and not fence:
            fence = mark
            edge = match.start()
        elif (mark and mark.startswith(fence)) or not (mark or fence):
            fence = ""
            edge = match.end()
        else:
            continue
        if edge > at:
            yield at, edge
            at = edge
    if at < end:
        yield at, end
