"""Whether what can be checked letter by letter is in the context."""

from __future__ import annotations

from typing import ClassVar

from ragtune.component import register
from ragtune.metrics._answer_text import passage
from ragtune.metrics._answers import AnswerMetric, JudgedAnswer, JudgedAnswers, per_answer
from ragtune.metrics._figures import facts, numbers
from ragtune.types import Floats


@register
class NamesAndNumbers(AnswerMetric):
    """names_and_numbers: the share of the answer's figures, dates and names that are in the context; 1 where it has none.

    Figures are compared as numbers: `1,000` is `1000` and `one thousand`, `5 %` is `5 percent` but not `5`, `2.5 million`
    is `2500000`; the month, day and year of a date are three things, by name or by number (`2024-03-05`). A name is a
    run of capitalised words, and is found if a passage has all of its words; a capitalised word that begins a sentence
    by itself is none. Each counts once, however often it is said. Failed: nan; refused: 1 if there is no answer to be
    found, else 0; out of an empty context: 0. Source: ragtune
    """

    symbol: ClassVar[str] = "names_and_numbers"

    def score(self, judged: JudgedAnswers) -> Floats:  # type: ignore[override]
        """(n_queries,) float64, 0 to 1."""
        return per_answer(judged, _share)


def _share(each: JudgedAnswer) -> float:
    if not any(passage(text).words for text in each.passages):
        return 0.0
    said = facts(each.answer.text)
    if not said.numbers and not said.names:
        return 1.0
    given = [numbers(text) for text in each.passages]
    found = sum(any(number in there for there in given) for number in said.numbers)
    kinds = [passage(text).kinds for text in each.passages]
    named = sum(any(there.issuperset(name) for there in kinds) for name in said.names)
    return (found + named) / (len(said.numbers) + len(said.names))
