"""HTML cut at its headings and blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from ragtune.chunkers._markup import Block, blocks
from ragtune.chunkers._packing import Ruler, fit, lined, pack, prose
from ragtune.chunkers._structured import Section, StructuredChunker, joined
from ragtune.component import register
from ragtune.types import Document, Span


@register
class Html(StructuredChunker):
    """Sections of a page in raw markup: a heading of `level` or above (`<h1>` … `<h6>`) with the blocks that follow it.

    A block is the text of a paragraph, a list item, a table's row and the like, from its first visible character to its
    last; tags inside it stay, tags around it are left out, and so is all in `<script>`, `<style>` and `<template>`. A
    section of more than `size_tokens`, tags counted, is cut between blocks, then at sentences (at lines in `<pre>`). With
    `merge`, neighbouring sections that fit into `size_tokens` together are one chunk, but no chunk goes on into a heading
    above its first. Text without tags is one block.
    """

    level: Annotated[int, Field(ge=1, le=6)] = 6
    merge: bool = True

    def measured_spans(self, document: Document, ruler: Ruler) -> Iterable[Span]:
        """The chunks of one document."""
        text, size = document.text, self.size_tokens
        found = blocks(text)
        if not found:
            return ()
        heads = [i for i, block in enumerate(found) if i == 0 or 1 <= block.heading <= self.level]
        afters = [*heads[1:], len(found)]
        inside = {found[head].start: found[head:after] for head, after in zip(heads, afters, strict=True)}
        sections = (
            Section(found[head].start, found[after - 1].end, _depth(found[head], self.level))
            for head, after in zip(heads, afters, strict=True)
        )

        def cut(section: Section) -> Iterator[Span]:
            return _packed(text, inside[section.start], ruler, size)

        return joined(text, sections, ruler, size, cut, merge=self.merge)


def _depth(block: Block, level: int) -> int:
    return block.heading if block.heading <= level else 0


def _packed(text: str, found: list[Block], ruler: Ruler, size: int) -> Iterator[Span]:
    """As many blocks as fit, each time; a block that does not fit is cut."""
    low, high = ruler.marks([block.start for block in found], [block.end for block in found])
    for first, after in pack(low, high, size):
        start, end = found[first].start, found[after - 1].end
        if after - first == 1 and high[first] - low[first] > size:
            yield from fit(text, start, end, ruler, size, lined(ruler) if found[first].lined else prose(ruler))
        else:
            yield Span(start, end)
