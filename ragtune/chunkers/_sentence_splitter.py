"""LlamaIndex's SentenceSplitter on places in a text.

That splitter returns texts, and looking for them afterwards finds the wrong place when text repeats; so its rules are
followed here on places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ragtune.chunkers._counting import character_sizes, size_of, sizes_of
from ragtune.chunkers._packing import bounds_before, pack, stripped
from ragtune.chunkers._sentences import sentence_bounds
from ragtune.tokenizers import Tokenizer
from ragtune.types import Ints, Span

_CLAUSE = re.compile(r"[^,.;。？！]+[,.;。？！]?|[,.;。？！]")


def split_sentences(text: str, size: int, overlap: int, tokenizer: Tokenizer) -> list[Span]:
    """Where the splitter's chunks of a text lie."""
    if not text or text.isspace():
        return []
    parts = list(_pieces(text, size, tokenizer))
    starts, sizes = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    ends = np.append(starts[1:], len(text))
    high = np.cumsum(np.minimum(sizes, size))  # one character can be more than one token
    low = np.append(0, high[:-1])
    packed = pack(low, high, size, overlap)
    found = (stripped(text, int(starts[first]), int(ends[after - 1])) for first, after in packed)
    return [span for span in found if span.start < span.end]


def _pieces(text: str, limit: int, tokenizer: Tokenizer) -> Iterator[tuple[Ints, Ints]]:
    """Where pieces that fit begin, and their sizes, run by run; they follow one another without gaps."""
    left = [(np.array([0, len(text)]), np.array([size_of(text, tokenizer, limit)]), 0)]
    while left:
        bounds, sizes, level = left.pop()
        over = int(np.argmax((sizes > limit) & (np.diff(bounds) > 1)))
        if sizes[over] <= limit or bounds[over + 1] - bounds[over] == 1:
            yield bounds[:-1], sizes
            continue
        if over + 1 < len(sizes):
            left.append((bounds[over + 1 :], sizes[over + 1 :], level))
        if over:
            yield bounds[:over], sizes[:over]
        left.append(_parts(text, int(bounds[over]), int(bounds[over + 1]), level, limit, tokenizer))


def _parts(text: str, start: int, end: int, level: int, limit: int, tokenizer: Tokenizer) -> tuple[Ints, Ints, int]:
    """The parts of a stretch, of the largest kind that there is more than one of: bounds, sizes, level of what is left."""
    for i, cut in enumerate(_CUTS[level:], level):
        bounds = cut(text, start, end)
        if len(bounds) > 2:
            return np.array(bounds), sizes_of(text, bounds, tokenizer, limit), i + 1
    return np.arange(start, end + 1), character_sizes(text[start:end], tokenizer), len(_CUTS)


def _paragraphs(text: str, start: int, end: int) -> list[int]:
    return bounds_before("\n\n\n", text, start, end)


def _clauses(text: str, start: int, end: int) -> list[int]:
    return [start, *(match.end() for match in _CLAUSE.finditer(text, start, end))]


def _words(text: str, start: int, end: int) -> list[int]:
    return bounds_before(" ", text, start, end)


_CUTS = (_paragraphs, *[sentence_bounds] * 3, _clauses, sentence_bounds, _clauses, _words)
"""Tried in turn on what is too large. The splitter begins again at paragraphs each time: that finds sentences in parts
of sentences now and then, so they are tried a few times more, and nests a thousand times in a row of exclamation marks.
"""
