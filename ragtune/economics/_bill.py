"""What each query cost a configuration: tokens, seconds and money, by what is stored; unknown is nan, never 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ragtune.economics._stored import Stored, priced_below
from ragtune.embedders import Embedder
from ragtune.endpoint import Endpoint, price
from ragtune.errors import InputError
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.types import Floats

Cost = Literal["usd", "seconds", "tokens"]
COSTS: tuple[Cost, ...] = ("usd", "seconds", "tokens")


@dataclass(frozen=True, eq=False)
class Bill:
    """(n_queries,) each, nan where unknown. `samples` are the seconds of measured requests, not always of every query.

    `model` is whose price was taken, "" where none was; `notes` say what was assumed.
    """

    input_tokens: Floats
    output_tokens: Floats
    cached_tokens: Floats
    seconds: Floats
    usd: Floats
    samples: Floats
    model: str
    url: str | None
    notes: tuple[str, ...]
    timing_notes: tuple[str, ...] = ()

    def of(self, cost: Cost) -> Floats:
        """One cost; `tokens` are all that were read, and written where that is known."""
        if cost == "tokens":
            written = np.where(np.isnan(self.output_tokens), 0.0, self.output_tokens)
            found: Floats = self.input_tokens + written
            return found
        return self.usd if cost == "usd" else self.seconds

    def said(self, cost: Cost) -> tuple[str, ...]:
        """What was assumed of one cost."""
        return self.timing_notes if cost == "seconds" else self.notes

    def mean(self, name: str) -> float | None:
        """A mean; None where a query's value is not known."""
        values: Floats = getattr(self, name)
        return float(values.mean()) if len(values) and np.isfinite(values).all() else None


def bill(stored: Stored, reader: str | None = None) -> Bill:
    """The costs of a configuration, query by query.

    A model at an endpoint, or a recording with tokens in it, is counted by these; otherwise the packed context is what a
    model would read, at the price of the study's reader, and what it would write is not counted. A `reader` that is named
    gives the price in any case, as for a model at an address whose price nobody knows.
    """
    component = stored.outcome.component
    asked = isinstance(component, Endpoint)
    own = (component.model, component.base_url) if isinstance(component, Endpoint) else None
    model, url = (reader, None) if reader else own or (stored.study.record["config"].get("reader"), None)
    counts = [_column(stored, name) for name in ("input_tokens", "output_tokens", "cached_tokens")]
    notes = []
    if not asked and np.isnan(counts[0]).all():
        counts = [_context(stored), np.full(len(stored.texts), np.nan), np.zeros(len(stored.texts))]
        told = f"; money is the price at which {model} reads it" if model else "; --reader MODEL says at what price"
        notes.append(f"{stored.label} asks no model at an endpoint: tokens are those of its context{told}")
    seconds, samples, assumed = _seconds(stored, asked=asked)
    usd = _usd(model, url, counts, asked=asked) + _before(stored)
    read, written, cached = counts
    return Bill(read, written, cached, seconds, usd, samples, model or "", url, tuple(notes), tuple(assumed))


def known(bills: Sequence[Bill], cost: Cost | None) -> Cost:
    """The cost to go by: the one that is named, else the first that is known of every query.

    Raises:
        InputError: the one that is named is known of no query.
    """
    for each in (cost,) if cost else COSTS:
        if all(np.isfinite(b.of(each)).any() for b in bills):
            return each
    hint = {"usd": "its price or its tokens are not known; try --reader MODEL, or --cost tokens"}.get(cost or "", "")
    raise InputError(
        f"the cost '{cost or 'of a query'}' is unknown for these configurations" + (f": {hint}" if hint else "")
    )


def _column(stored: Stored, name: str) -> Floats:
    if not stored.replies:
        return np.full(len(stored.texts), np.nan)
    values = [getattr(reply, name) for reply in stored.replies]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _context(stored: Stored) -> Floats:
    name = next((m for m in ("context_tokens", "tool_tokens") if m in stored.design.metrics), None)
    if name is None:
        return np.full(len(stored.texts), np.nan)
    return stored.design.of(name, stored.design.queries)


def _seconds(stored: Stored, *, asked: bool) -> tuple[Floats, Floats, list[str]]:
    """Of every query, of the requests that were measured, and what is assumed."""
    own, told = stored.own_seconds(), _column(stored, "seconds")
    if np.isfinite(told).any():
        found = told + (0.0 if own is None else own.mean())
        missing = [] if own is not None else [f"{stored.label}: seconds are the endpoint's alone"]
        return found, found[np.isfinite(found)], missing
    if own is None or asked:
        return np.full(len(stored.texts), np.nan), np.zeros(0), []
    note = f"{stored.label}: seconds of a query are the mean of {len(own)} that were timed"
    return np.full(len(stored.texts), own.mean()), np.asarray(own), [note]


def _usd(model: str | None, url: str | None, counts: Sequence[Floats], *, asked: bool) -> Floats:
    found = np.full(len(counts[0]), np.nan)
    if model is None:
        return found
    for i, (read, written, cached) in enumerate(zip(*(column.tolist() for column in counts), strict=True)):
        if read == read and (written == written or not asked):
            tokens = [0 if count != count else round(count) for count in (read, written, cached)]
            cost = price(model, url, *tokens)
            found[i] = np.nan if cost is None else float(cost)
    return found


def _before(stored: Stored) -> Floats:
    """Money for models that a request asks before the outcome; those on this machine cost nothing."""
    found = np.zeros(len(stored.texts))
    for component in priced_below(stored.outcome):
        if not (isinstance(component, Endpoint) and isinstance(component, Embedder)):
            return np.full(len(stored.texts), np.nan)
        costs = [price(component.model, component.base_url, Cl100k().count(text)) for text in stored.texts]
        found += [np.nan if cost is None else float(cost) for cost in costs]
    return found
