"""Two designs, query by query: what got better, what got worse, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragtune.designs import Design
from ragtune.errors import InputError
from ragtune.stats import bootstrap, queries_needed, sign_flip
from ragtune.types import Floats

SAME = 2e-6
"""Scores as near as this are equal: files of scores keep six digits."""
FEW = 30
DATA = {"corpus": "documents", "queries": "texts of the queries", "judgments": "evidence"}


@dataclass(frozen=True)
class Flip:
    """A query that the two designs score differently; the text is empty where it is not known."""

    query: str
    text: str
    before: float
    after: float


@dataclass(frozen=True)
class Change:
    """By one metric: means, their paired difference (after - before, in the metric's unit), 95 % interval and p.

    `wins` counts the queries on which `after` is better, whichever way the metric goes. `flips` are all queries that
    changed, the largest change first.
    """

    metric: str
    better: str
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    p: float
    wins: int
    losses: int
    ties: int
    within_noise: bool
    """Whether designs on this data differ as much from themselves."""
    queries_needed: int | None
    flips: tuple[Flip, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """`queries` are those compared; `common` those that both have, and `only_before` and `only_after` the rest."""

    before: Design
    after: Design
    queries: tuple[str, ...]
    common: int
    only_before: int
    only_after: int
    notes: tuple[str, ...]
    changes: tuple[Change, ...]

    def as_json(self, top: int | None = None) -> dict[str, Any]:
        """Plain values; at most `top` flips a metric."""
        designs = {
            name: {"study": d.study, "id": d.id, "role": d.role, "configuration": dict(d.slots), "dataset": d.dataset}
            for name, d in (("before", self.before), ("after", self.after))
        }
        changes = [{**asdict(each), "flips": [asdict(flip) for flip in each.flips[:top]]} for each in self.changes]
        return {
            **designs,
            "queries": len(self.queries),
            "common": self.common,
            "only_before": self.only_before,
            "only_after": self.only_after,
            "notes": list(self.notes),
            "metrics": changes,
        }


@dataclass(frozen=True)
class Matched:
    """The queries on which two designs can be compared, and what must be said of them."""

    queries: tuple[str, ...]
    common: int
    notes: tuple[str, ...]


def match(before: Design, after: Design) -> Matched:
    """Queries that both have, by id, in `after`'s order; only those that chose neither where some were held out."""
    in_before = set(before.queries)
    common = [query for query in after.queries if query in in_before]
    other = (
        {q for q in common if before.texts.get(q, "") != after.texts.get(q, "")}
        if _texts_known(before, after)
        else set()
    )
    common = [query for query in common if query not in other]
    notes = [*_data_notes(before, after), *_text_notes(before, after, len(other))]
    queries = common
    for design in (before, after):
        if design.held_out:
            queries = [query for query in queries if query in design.held_out]
    if len(queries) < len(common):
        notes.append(f"only {len(queries)} queries count: the pick was chosen by the others")
    notes += list(_chosen_notes(before, after))
    if 0 < len(queries) < FEW:
        notes.append(f"{len(queries)} queries are few: only large differences can be shown")
    return Matched(tuple(queries), len(common), tuple(notes))


def compare(before: Design, after: Design, *, seed: int = 0) -> Comparison:
    """Compare two designs on the queries that both have; `after`'s metric to maximize first.

    Raises:
        InputError: they have no query, or no metric, in common.
    """
    matched = match(before, after)
    if not matched.queries:
        raise InputError(f"{before.label} and {after.label} have no query in common that both could be judged by")
    metrics = [metric for metric in after.metrics if metric in before.metrics]
    metrics.sort(key=lambda metric: metric != after.maximize)
    notes = list(matched.notes)
    apart = sorted({*before.metrics} ^ {*after.metrics})
    if apart:
        notes.append(f"measured in one of the two only: {', '.join(apart)}")
    pairs = {m: (before.of(m, matched.queries), after.of(m, matched.queries)) for m in metrics}
    gaps = [metric for metric, (b, a) in pairs.items() if np.isnan(b).any() or np.isnan(a).any()]
    if gaps:
        notes.append(f"not scored on every query, so left out: {', '.join(gaps)}")
    complete = {metric: pair for metric, pair in pairs.items() if metric not in gaps}
    if not complete:
        raise InputError(f"{before.label} and {after.label} have no metric in common that both were fully scored by")
    return Comparison(
        before=before,
        after=after,
        queries=matched.queries,
        common=matched.common,
        only_before=len(before.queries) - matched.common,
        only_after=len(after.queries) - matched.common,
        notes=tuple(notes),
        changes=tuple(_changes(complete, (before, after), matched.queries, seed)),
    )


def paired(before: Floats, after: Floats) -> Floats:
    """(…, n_queries) differences, exactly zero where they are too small to be any."""
    differences: Floats = after - before
    return np.where(np.abs(differences) <= SAME, 0.0, differences)


def _changes(
    pairs: dict[str, tuple[Floats, Floats]], found: tuple[Design, Design], queries: tuple[str, ...], seed: int
) -> Iterator[Change]:
    after = found[1]
    differences = paired(np.array([b for b, _ in pairs.values()]), np.array([a for _, a in pairs.values()]))
    intervals = bootstrap(differences, seed=seed)
    p = sign_flip(differences, seed=seed)
    for i, (metric, (b, a)) in enumerate(pairs.items()):
        gains = differences[i] if after.better[metric] == "higher" else -differences[i]
        order = [j for j in sorted(range(len(queries)), key=lambda j: (-abs(gains[j]), queries[j])) if gains[j] != 0]
        flips = (Flip(queries[j], after.texts.get(queries[j], ""), float(b[j]), float(a[j])) for j in order)
        known = len(queries) > 1
        yield Change(
            metric=metric,
            better=after.better[metric],
            before=float(b.mean()),
            after=float(a.mean()),
            difference=float(differences[i].mean()),
            low=float(intervals.low[i]) if known else None,
            high=float(intervals.high[i]) if known else None,
            p=float(p[i]),
            wins=int((gains > 0).sum()),
            losses=int((gains < 0).sum()),
            ties=int((gains == 0).sum()),
            within_noise=abs(float(differences[i].mean())) <= _noise(metric, found),
            queries_needed=queries_needed(differences[i]) if p[i] > 0.05 else None,
            flips=tuple(flips),
        )


def _noise(metric: str, designs: tuple[Design, Design]) -> float:
    """The noise floor of a metric; below zero where none was measured."""
    return max(design.noise.get(metric, -1.0) for design in designs)


def _texts_known(before: Design, after: Design) -> bool:
    return bool(before.texts) and bool(after.texts)


def _data_notes(before: Design, after: Design) -> Iterator[str]:
    for part in ("corpus", "judgments"):
        old, new = before.digests.get(part, "unknown"), after.digests.get(part, "unknown")
        if old != new:
            yield f"other {DATA[part]} ({old[:8]} before, {new[:8]} after): part of the difference may be theirs"


def _text_notes(before: Design, after: Design, other: int) -> Iterator[str]:
    if other:
        yield f"left out, as their texts are others under the same id: {other} of the queries"
    elif before.digests.get("queries") != after.digests.get("queries") and not _texts_known(before, after):
        yield "the set of queries is another, and not all texts are known: matched by id alone"


def _chosen_notes(before: Design, after: Design) -> Iterator[str]:
    for design in (before, after):
        if design.chosen_among > 1 and not design.held_out:
            yield f"{design.label} was chosen among {design.chosen_among} by these same queries, which flatters it"
