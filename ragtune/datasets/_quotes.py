"""Where a quote stands in a document: found once, at load, so that nothing is located by its text later."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MAX_SHOWN = 60
MAX_PLACES = 5


@dataclass(frozen=True)
class Found:
    """The spans at which a quote stands, `MAX_PLACES` and one more at most; exactly one is wanted."""

    spans: tuple[tuple[int, int], ...]
    other_form: bool = False
    """Not found as it is written, but it would be after Unicode normalisation."""

    def complaint(self, quote: str) -> str:
        """What is wrong when the number of spans is not one."""
        if self.spans:
            more = ", …" if len(self.spans) > MAX_PLACES else ""
            places = ", ".join(str(start) for start, _ in self.spans[:MAX_PLACES]) + more
            return f"the quote {short(quote)} is found more than once, at offsets {places}; make it longer"
        hint = (
            "; it is there in another Unicode form (NFC or NFD): copy it from the document" if self.other_form else ""
        )
        return f"the quote {short(quote)} is not in the document{hint}"


def locate(quote: str, text: str) -> Found:
    """Find a quote as it is written; failing that, with every run of white space matching any run of it.

    In the second attempt white space around the quote is dropped. Overlapping finds count as two.
    """
    exact = tuple(islice(_exact(quote, text), MAX_PLACES + 1))
    spans = exact or tuple(islice(_relaxed(quote, text), MAX_PLACES + 1))
    return Found(spans, not spans and _in_other_form(quote, text))


def short(text: str) -> str:
    """A text in quotation marks, cut to what a message can hold."""
    return repr(text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…")


def _exact(quote: str, text: str) -> Iterator[tuple[int, int]]:
    at = text.find(quote)
    while at >= 0:
        yield at, at + len(quote)
        at = text.find(quote, at + 1)


def _relaxed(quote: str, text: str) -> Iterator[tuple[int, int]]:
    pattern = re.compile(r"\s+".join(re.escape(word) for word in quote.split()))
    match = pattern.search(text)
    while match:
        yield match.span()
        match = pattern.search(text, match.start() + 1)


def _in_other_form(quote: str, text: str) -> bool:
    words = " ".join(unicodedata.normalize("NFC", quote).split())
    return words in " ".join(unicodedata.normalize("NFC", text).split())
