"""What a metric is, and how its name is read."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, Self

from pydantic import ModelWrapValidatorHandler, PositiveInt, ValidationError, model_validator

from ragtune import spelling
from ragtune.component import Component, find, parse, words
from ragtune.errors import InputError
from ragtune.metrics._judged import Found, Judged, Unit
from ragtune.types import Floats

Level = Literal["ranking", "context"]
EVIDENCE = "evidence_"
_LABEL = re.compile(r"(?P<name>[^@]+)(@(?P<k>.*))?", re.DOTALL)


class Metric(Component):
    """Base of the metrics. A metric that takes a cutoff has the field `k`; its word is its title in small letters."""

    kind: ClassVar[str] = "metric"
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    title: ClassVar[str] = ""
    """The name the field knows it by, when that is more than the module's name: `nDCG`."""

    @abstractmethod
    def score(self, judged: Judged) -> Floats:
        """(n_queries,) float64."""

    @property
    def level(self) -> Level:
        """What is judged: a ranking of chunks, or the packed context."""
        return "ranking"

    @property
    def cutoff(self) -> int | None:
        """How many results it looks at; None for all, or when it takes no cutoff."""
        return getattr(self, "k", None)

    @property
    def label(self) -> str:
        """The standard name with the cutoff, `evidence_recall@5`; `parse_metric` reads it back."""
        return str(self)

    def spec(self) -> str | dict[str, Any]:
        """The label; a metric with knobs of its own that are not at their default is spelled out."""
        spec = super().spec()
        knobs = {} if isinstance(spec, str) else spec[self.name]
        if knobs.keys() - {"k", "unit"}:
            return spec
        prefix = EVIDENCE if getattr(self, "unit", "") == "evidence" else ""
        return f"{prefix}{_title(type(self))}{'' if self.cutoff is None else f'@{self.cutoff}'}"

    @model_validator(mode="wrap")
    @classmethod
    def _from_spelling(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, cls):
            return value
        if cls.name:
            return handler(value)
        return _parse(value)  # type: ignore[return-value]


class RankMetric(Metric):
    """Base of the measures of a ranking, by document or by piece of evidence.

    `unit: document`: chunks are collapsed to documents by first hit (later chunks of a document are dropped, ranks close
    up); a document's gain is its greatest grade. Comparable with TREC and BEIR.

    `unit: evidence` (label `evidence_…`): ranks are the chunks'. A chunk is relevant to a span of evidence when they share
    at least half of the shorter of the two, and to a whole document when it lies in it. A need is found at the first rank
    whose chunk is relevant to any of its pieces, and gains 1.
    """

    k: PositiveInt | None = None
    unit: Unit = "document"

    def found(self, judged: Judged) -> Found:
        """The ranks of what this measure looks for."""
        return judged.found(self.unit)


class SpanMetric(Metric):
    """Base of the measures of text, in characters as in Chroma's chunking study.

    With `k`, of the first k chunks of the ranking, where text that chunks share is counted for each; without, of the packed
    context. Of alternative pieces of evidence the one counts as needed of which the greatest share was retrieved (the first
    of several), yet text of all of them is relevant. Text that is evidence twice is counted once.
    Source: research.trychroma.com/evaluating-chunking.
    """

    k: PositiveInt | None = None

    @property
    def level(self) -> Level:
        """With a cutoff it is of the ranking, without of the context."""
        return "context" if self.k is None else "ranking"


def parse_metric(name: str) -> Metric:
    """The metric of a label (`nDCG@10`, in any case), of a word (`ndcg`), or of a spelling (`ndcg(k=10)`).

    Raises:
        InputError: there is no such metric, or its cutoff is missing, not a whole number from 1 up, or one too many.
    """
    return _parse(name)


def _parse(value: Any) -> Metric:
    try:
        if isinstance(value, str) and "(" not in value:
            return _from_label(value.strip())
        if isinstance(value, str):
            value = spelling.read(value)
        if isinstance(value, Mapping) and len(value) == 1:
            ((word, knobs),) = value.items()
            value = {_known(str(word)): knobs}
        return parse("metric", value)  # type: ignore[return-value]
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}".removeprefix(": ") for e in error.errors())
        raise InputError(f"metric {str(value)[:80]!r}: {'; '.join(problems)}") from None
    except ValueError as error:
        raise InputError(str(error)) from None


def _from_label(label: str) -> Metric:
    parts = _LABEL.fullmatch(label)
    if parts is None:
        raise InputError(f"{label[:80]!r} names no metric; {_listed()}")
    name, k = parts["name"], parts["k"]
    by_evidence = name.lower().replace("-", "_").startswith(EVIDENCE)
    word = _known(name[len(EVIDENCE) :] if by_evidence else name, label)
    cls: Any = find("metric", word)
    if by_evidence and "unit" not in cls.model_fields:
        raise InputError(
            f"there is no metric {label!r}: {_title(cls)} is not counted by piece of evidence; {_listed()}"
        )
    knobs: dict[str, Any] = {"unit": "evidence"} if by_evidence else {}
    if k is not None:
        knobs["k"] = _cutoff(k, label, cls)
    elif "k" in cls.model_fields and cls.model_fields["k"].is_required():
        raise InputError(f"metric {label!r} needs a cutoff: {label}@10")
    metric: Metric = cls(**knobs)
    return metric


def _cutoff(k: str, label: str, cls: type[Metric]) -> int:
    if "k" not in cls.model_fields:
        raise InputError(f"metric {label[:80]!r}: {_title(cls)} takes no cutoff")
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", k):
        raise InputError(f"metric {label[:80]!r}: the cutoff is {k[:20]!r}, and must be a whole number from 1 up")
    return int(k)


def _known(name: str, label: str = "") -> str:
    """The word of a metric's name, or an InputError that lists the names there are."""
    word = name.lower().replace("_", "-")
    known = words("metric")
    if word in known:
        return word
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    hint = ""
    if near:
        title = _title(find("metric", near[0]))
        hint = f"; did you mean '{label.replace(name, title) if label else title}'?"
    raise InputError(f"there is no metric {(label or name)[:80]!r}{hint}; {_listed()}")


def _listed() -> str:
    return f"the metrics are {', '.join(_form(find('metric', word)) for word in words('metric'))}"


def _form(cls: type[Component]) -> str:
    prefix = f"[{EVIDENCE}]" if "unit" in cls.model_fields else ""
    cutoff = cls.model_fields.get("k")
    return f"{prefix}{_title(cls)}{'' if cutoff is None else '@k' if cutoff.is_required() else '[@k]'}"


def _title(cls: type[Component]) -> str:
    return getattr(cls, "title", "") or cls.name.replace("-", "_")
