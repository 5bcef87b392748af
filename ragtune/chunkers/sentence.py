"""Whole sentences packed up to a size, by LlamaIndex's splitter."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ragtune.chunkers import SizedChunker
from ragtune.component import register
from ragtune.errors import StepError
from ragtune.tokenizers import Tokenizer
from ragtune.types import Document, Span

if TYPE_CHECKING:
    from llama_index.core.node_parser import SentenceSplitter


@register
class Sentence(SizedChunker):
    """Sentences packed up to `size_tokens`, the last ones repeated up to `overlap_tokens`: LlamaIndex's SentenceSplitter.

    Paragraphs are kept together where they fit; a sentence that does not fit is cut at punctuation, then at spaces, then
    anywhere. The chunks are those of `SentenceSplitter.split_text`, whose white space at both ends is cut off.
    Metadata is not counted in the size.
    """

    def spans(self, document: Document) -> list[Span]:
        """Where the splitter's chunks lie.

        The splitter returns texts, and looking for them afterwards finds the wrong place when text repeats. So its two
        halves run apart: it splits the text, the pieces' places are found by walking forward, and it packs
        placeholders of the same sizes, which say which pieces went into which chunk.
        """
        if not document.text:
            return []
        splitter = _splitter(self.size_tokens, self.overlap_tokens, self.tokenizer)
        pieces = splitter._split(document.text, self.size_tokens)
        places = _walk(document, [piece.text for piece in pieces])
        for i, piece in enumerate(pieces):
            piece.text = f"{i} "
            piece.token_size = min(piece.token_size, self.size_tokens)  # one character can be more than one token
        chunks = [chunk.split() for chunk in splitter._merge(pieces, self.size_tokens)]
        found = (Span(places[int(chunk[0])].start, places[int(chunk[-1])].end) for chunk in chunks)
        return [span for span in (_stripped(document.text, span) for span in found) if span.start < span.end]


def _walk(document: Document, pieces: list[str]) -> list[Span]:
    """Places of consecutive pieces; the splitter may drop separators between two of them, never reorder."""
    at = 0
    spans = []
    for piece in pieces:
        start = document.text.find(piece, at)
        if start < 0:
            raise StepError(f"chunker sentence lost its place in document {document.id!r} at character {at}")
        at = start + len(piece)
        spans.append(Span(start, at))
    return spans


def _stripped(text: str, span: Span) -> Span:
    inner = text[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip())
    return Span(start, start + len(inner.strip()))


@lru_cache(maxsize=32)
def _splitter(size: int, overlap: int, tokenizer: Tokenizer) -> SentenceSplitter:
    from llama_index.core.node_parser import SentenceSplitter

    @lru_cache(maxsize=100_000)
    def length(text: str) -> range:
        return range(tokenizer.count(text))  # the splitter asks for tokens, and takes their number

    tokens: Any = length
    return SentenceSplitter(chunk_size=size, chunk_overlap=overlap, tokenizer=tokens)
