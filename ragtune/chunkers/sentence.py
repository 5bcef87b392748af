"""Whole sentences packed up to a size, as LlamaIndex's splitter packs them."""

from __future__ import annotations

from ragtune.chunkers import SizedChunker
from ragtune.chunkers._sentence_splitter import split_sentences
from ragtune.component import register
from ragtune.types import Document, Span


@register
class Sentence(SizedChunker):
    """Sentences packed up to `size_tokens`, the last ones repeated up to `overlap_tokens`: LlamaIndex's SentenceSplitter.

    Paragraphs (parted by three ends of line) are kept together where they fit; a sentence that does not fit is cut at
    punctuation, then at spaces, then anywhere. The chunks are those of `SentenceSplitter.split_text`, whose white space
    at both ends is cut off. Metadata is not counted in the size.
    Source: LlamaIndex's SentenceSplitter
    """

    def spans(self, document: Document) -> list[Span]:
        """Where the splitter's chunks lie."""
        return split_sentences(document.text, self.size_tokens, self.overlap_tokens, self.tokenizer)
