"""Each page is a chunk."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from ragtune.chunkers import Chunker
from ragtune.chunkers._packing import stripped
from ragtune.component import register
from ragtune.errors import StepError
from ragtune.types import Document, Span

_FORM_FEED = re.compile("\f")


@register
class Page(Chunker):
    r"""Pages, parted by form feeds ("\f", as text extracted from PDF has them).

    A document whose metadata has `page_starts`, the offsets at which its pages begin, is cut there instead; one that has
    neither is one page. Nothing is cut further: an embedder sees only as much of a page as its model reads.
    """

    def spans(self, document: Document) -> list[Span]:
        """The pages without white space at both ends."""
        text = document.text
        starts = _page_starts(document)
        if starts is None:
            starts = [match.end() for match in _FORM_FEED.finditer(text)]
        edges = [0, *starts, len(text)]
        pages = (stripped(text, start, end) for start, end in pairwise(edges))
        return [page for page in pages if page.start < page.end]


def _page_starts(document: Document) -> list[int] | None:
    given: Any = document.metadata.get("page_starts")
    if given is None:
        return None
    whole = isinstance(given, list) and all(isinstance(at, int) and not isinstance(at, bool) for at in given)
    if not whole or given != sorted(given) or (given and not 0 <= given[0] <= given[-1] <= len(document.text)):
        raise StepError(
            f"document {document.id!r}: page_starts in its metadata must be rising offsets into its "
            f"{len(document.text)} characters, not {str(given)[:80]}"
        )
    return list(given)
