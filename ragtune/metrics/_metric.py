"""What every metric is, and the label that names it."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal, Self

from pydantic import ModelWrapValidatorHandler, PositiveInt, ValidationError, model_validator

from ragtune import component, spelling
from ragtune.component import Component
from ragtune.errors import InputError, suggest
from ragtune.metrics._judged import Judged, Unit
from ragtune.types import Floats

Level = Literal["ranking", "context", "reference", "answer", "search", "judge", "call"]
_LABEL = re.compile(r"(?P<evidence>evidence[_-])?(?P<word>[A-Za-z_-][A-Za-z0-9_-]*)(@(?P<k>[0-9]+))?")


class Metric(Component):
    """Base of the metrics. A metric is written as its label (`nDCG@10`) wherever a component is written as its word."""

    kind: ClassVar[str] = "metric"
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    takes_cutoff: ClassVar[bool] = True
    symbol: ClassVar[str] = ""
    """The field's name for the measure, without cutoff: `nDCG`."""

    k: PositiveInt | None = None
    """The last rank that counts."""

    @model_validator(mode="after")
    def _takes_cutoff(self) -> Self:
        if self.k is not None and not self.takes_cutoff:
            raise ValueError("takes no cutoff")
        return self

    @property
    def level(self) -> Level:
        """What is judged: the ranking, the packed context (by evidence, or by reference answers), answers, search, or calls."""
        raise NotImplementedError

    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """The field's name with the cutoff: `nDCG@10`, `evidence_recall@5`, `span_precision`."""
        return self.symbol + (f"@{self.k}" if self.k else "")

    def spec(self) -> str | dict[str, Any]:
        """The label, which parses back."""
        return self.label

    def __str__(self) -> str:
        return self.label

    @model_validator(mode="wrap")
    @classmethod
    def _from_label(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return parse_metric(value) if isinstance(value, str) else handler(value)  # type: ignore[return-value]


class RankMetric(Metric):
    """Base of the measures of a ranking, of documents or (`unit: evidence`, label `evidence_…`) of pieces of evidence.

    Per document, the ranking is collapsed to the first chunk of each document and the grades of the evidence are gains,
    comparable with BEIR and TREC. Per evidence, ranks are those of chunks: a chunk is relevant to a span of evidence when
    they share at least half of the shorter of the two, to a whole document when it lies in it; a need is found at the
    first chunk that is relevant to any of its alternatives.
    """

    unit: Unit = "document"
    """What should be found: documents, or pieces of evidence."""

    @property
    def level(self) -> Level:
        """The ranking."""
        return "ranking"

    @property
    def label(self) -> str:
        """With the prefix `evidence_` for pieces of evidence."""
        return ("evidence_" if self.unit == "evidence" else "") + super().label


class SpanMetric(Metric):
    """Base of the measures in characters: of the first `k` chunks, or of the packed context when `k` is left out."""

    @property
    def level(self) -> Level:
        """The ranking with a cutoff, the context without."""
        return "ranking" if self.k else "context"


def parse_metric(name: str) -> Metric:
    """A metric from its label (`nDCG@10`, in any case) or its spelling (`ndcg(k=10)`).

    Raises:
        InputError: with the labels there are, when there is no such metric or its cutoff is wrong.
    """
    try:
        written = spelling.read(name) if "(" in name else name
    except ValueError as error:
        raise InputError(str(error)) from None
    if isinstance(written, dict):
        ((word, knobs),) = written.items()
        return _make(str(word), dict(knobs), name)
    match = _LABEL.fullmatch(name.strip())
    words = component.words("metric")
    word = match["word"].lower().replace("_", "-") if match else ""
    if match is None or word not in words:
        raise InputError(f"there is no metric '{name}'{suggest(name.partition('@')[0], labels())}")
    knobs = {"k": int(match["k"])} if match["k"] else {}
    if match["evidence"]:
        if not issubclass(component.find("metric", word), RankMetric):
            raise InputError(f"there is no metric '{name}'{suggest(name.partition('@')[0], labels())}")
        knobs["unit"] = "evidence"
    return _make(word, knobs, name)


def labels() -> list[str]:
    """The labels of all metrics, with `@k` where a cutoff can be given."""
    found = []
    for word in component.words("metric"):
        cls = component.find("metric", word)
        assert issubclass(cls, Metric)
        found.append(cls.symbol + ("@k" if cls.takes_cutoff else ""))
        if issubclass(cls, RankMetric):
            found.append("evidence_" + found[-1])
    return sorted(found, key=str.lower)


def _make(word: str, knobs: dict[str, Any], name: str) -> Metric:
    try:
        made = component.find("metric", word).model_validate(knobs)
    except ValidationError as error:
        told = "; ".join(": ".join([*map(str, p["loc"]), p["msg"]]) for p in error.errors(include_url=False))
        raise InputError(f"metric '{name}': {told}") from None
    assert isinstance(made, Metric)
    return made
