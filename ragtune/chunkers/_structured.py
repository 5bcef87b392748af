"""What the chunkers share that follow a document's structure: sections, packed or cut to a size in the document's tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pydantic import PositiveInt

from ragtune.chunkers import Chunker, gather
from ragtune.chunkers._packing import Ruler, stripped
from ragtune.component import work
from ragtune.tokenizers import Tokenizer
from ragtune.types import Chunks, Corpus, Document, Span, Tokens


class StructuredChunker(Chunker):
    """Base of the chunkers that measure in the tokens of the whole document, as a context's budget does."""

    size_tokens: PositiveInt = 256
    tokenizer: Tokenizer = "cl100k"  # type: ignore[assignment]

    @work(keep="file", online=False)
    def cut(self, corpus: Corpus, tokenizer: Tokens) -> Chunks:  # type: ignore[override]
        """Cut every document."""
        begins = corpus.offsets[:-1].tolist()
        texts = (document.text for document in corpus.documents)
        rulers = (Ruler(text, tokenizer, begin) for text, begin in zip(texts, begins, strict=True))
        return gather(
            corpus,
            (
                self.measured_spans(document, ruler) if document.text and not document.text.isspace() else ()
                for document, ruler in zip(corpus.documents, rulers, strict=True)
            ),
        )

    def measured_spans(self, document: Document, ruler: Ruler) -> Iterable[Span]:
        """The chunks of one document that is not blank."""
        raise NotImplementedError


class Section(NamedTuple):
    """A stretch of a document, and how deep it stands: 0 for what stands above all others."""

    start: int
    end: int
    depth: int


def joined(
    text: str,
    sections: Iterable[Section],
    ruler: Ruler,
    size: int,
    cut: Callable[[Section], Iterable[Span]],
    *,
    merge: bool = True,
    least: int | None = None,
) -> Iterator[Span]:
    """Spans of sections; one that is too large is cut by `cut`.

    With `merge`, neighbours that fit together are one, as long as none stands higher than the first of them. Where
    `least` is given, none may stand deeper either, but whatever comes first is joined until there are so many tokens.
    """
    rows = list(sections)
    low, high = (marks.tolist() for marks in ruler.marks([row.start for row in rows], [row.end for row in rows]))
    first = 0
    while first < len(rows):
        after = first + 1
        while merge and after < len(rows) and high[after] - low[first] <= size:
            deeper = rows[after].depth - rows[first].depth
            if deeper < 0 if least is None else deeper and high[after - 1] - low[first] >= least:
                break
            after += 1
        if high[after - 1] - low[first] > size:
            yield from cut(rows[first])
        else:
            yield stripped(text, rows[first].start, rows[after - 1].end)
        first = after
