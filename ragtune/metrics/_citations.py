"""Statements of an answer and the passages cited for them, as ALCE judges them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragtune.metrics._answer_text import sentence_spans
from ragtune.metrics._answers import JudgedAnswer
from ragtune.metrics._support import support_of


@dataclass(frozen=True)
class Statement:
    """A sentence of an answer, and the texts cited for any part of it, each once; a passage that is not there is empty."""

    text: str
    cited: tuple[str, ...]

    def supported(self, threshold: float) -> bool:
        """Whether all that is cited together supports it."""
        return bool(self.cited) and support_of(self.text, self.cited) >= threshold

    def precise(self, threshold: float) -> list[bool]:
        """For each citation, whether it is to the point.

        It is not where all citations together do not support the statement, nor where it does not by itself and the
        others do without it.
        """
        if not self.supported(threshold):
            return [False] * len(self.cited)
        return [
            support_of(self.text, (text,)) >= threshold or not self._without(i, threshold)
            for i, text in enumerate(self.cited)
        ]

    def _without(self, i: int, threshold: float) -> bool:
        rest = self.cited[:i] + self.cited[i + 1 :]
        return bool(rest) and support_of(self.text, rest) >= threshold


def statements(each: JudgedAnswer) -> Sequence[Statement]:
    """The sentences of an answer with what is cited for them."""
    text, found = each.answer.text, []
    for start, end in sentence_spans(text):
        rows = dict.fromkeys(c.row for c in each.answer.citations if c.start < end and c.end > start)
        given = (each.passages[row] if 0 <= row < len(each.passages) else "" for row in rows)
        found.append(Statement(text[start:end].strip(), tuple(given)))
    return found
