"""How well signals that need no model foretell, case by case, whether a model is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ragtune.errors import InputError
from ragtune.toolpanels._judging import Bools, Judged
from ragtune.toolpanels._resampling import Figure, auc, mean_of
from ragtune.types import Floats, Ints

FEWEST = 5
"""Fewer cases of either kind, right or wrong, say nothing."""


@dataclass(frozen=True)
class Signal:
    """`auc`: how often it is higher where the model is right than where it is wrong, 0.5 by chance.

    `labelled` says that it takes the expected tool to know it, so that it serves on labelled cases only.
    """

    name: str
    told: str
    labelled: bool
    auc: Figure


@dataclass(frozen=True)
class Proxy:
    """Signals of one configuration beside the selection of another, on cases that both replied to."""

    proxy: str
    model: str
    cases: int
    right_proxy: Figure
    right_model: Figure
    agree: Figure
    signals: tuple[Signal, ...]


def proxy(
    names: tuple[str, str], cheap: Judged, model: Judged, scores: Floats | None = None, *, seed: int = 0
) -> Proxy:
    """Compare a proxy with the model it stands for.

    Args:
        names: What the two configurations are called.
        cheap: The proxy.
        model: What is to be foretold; the same cases in any order, cases that only one has are left out.
        scores: (n_cases, n_tools) what the proxy's ranking gives each of its tools, -inf where it found it not.
        seed: Of the resamples.
    """
    place = {case.id: i for i, case in enumerate(model.cases)}
    pairs = [(i, place[case.id]) for i, case in enumerate(cheap.cases) if case.id in place]
    different = [i for i, j in pairs if cheap.cases[i].query != model.cases[j].query]
    if different or not pairs:
        told = f"{len(different)} cases have the same id and another query" if pairs else "they have no case in common"
        raise InputError(f"{names[0]} cannot stand for {names[1]}: {told}")
    mine, theirs = (np.array(side) for side in zip(*pairs, strict=True))
    there = ~cheap.failed[mine] & ~model.failed[theirs]
    mine, theirs = mine[there], theirs[there]
    right, own = model.selected[theirs], cheap.selected[mine]
    fits = cheap.fits[mine]
    return Proxy(
        *names,
        cases=len(mine),
        right_proxy=mean_of(own.astype(np.float64)),
        right_model=mean_of(right.astype(np.float64)),
        agree=mean_of((own == right).astype(np.float64)),
        signals=tuple(_signals(cheap, scores, mine, right, fits, seed)),
    )


def _signals(
    cheap: Judged, scores: Floats | None, rows: Ints, right: Bools, fits: Bools, seed: int
) -> Iterator[Signal]:
    def signal(name: str, told: str, values: Floats, among: Bools, *, labelled: bool = False) -> Signal:
        some = among & ~np.isnan(values)
        enough = min(int(right[some].sum()), int((~right[some]).sum())) >= FEWEST
        area = auc(values[some], right[some], seed=seed) if enough else Figure(None, None, None, int(some.sum()))
        return Signal(name, told, labelled, area)

    given = [cheap.replies[i].confidence for i in rows.tolist()]
    confidence = np.array([np.nan if value is None else value for value in given], dtype=np.float64)
    if scores is not None:
        best, second, rank = _ranked(cheap, scores)
        with np.errstate(invalid="ignore"):
            margin = (best - second)[rows]
        yield signal("margin", "best score less the second best, where a tool fits", margin, fits)
        confidence = np.where(np.isnan(confidence), np.where(np.isfinite(best[rows]), best[rows], np.nan), confidence)
        yield signal("rank", "how early the expected tool is ranked", -rank[rows], fits, labelled=True)
    yield signal("confidence", "best score, where a tool fits", confidence, fits)
    yield signal("doubt", "the same turned round, where no tool fits", -confidence, ~fits)
    own, every = cheap.selected[rows].astype(np.float64), np.ones(len(rows), dtype=bool)
    yield signal("right", "whether the proxy itself is right", own, every, labelled=True)


def _ranked(cheap: Judged, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """(n_cases,) the best and second best score of the tools on offer, and the rank of the worst placed expected tool."""
    table = np.where(cheap.offered, scores, -np.inf)
    order = -np.sort(-table, axis=1)
    best = order[:, 0] if order.shape[1] else np.full(len(table), -np.inf)
    # With no second the margin is as large as it gets.
    second = np.where(np.isfinite(order[:, 1]), order[:, 1], 0.0) if order.shape[1] > 1 else np.zeros(len(table))
    best = np.where(np.isfinite(best), best, np.nan)
    rank = np.full(len(table), np.nan)
    for i, case in enumerate(cheap.cases):
        wanted = [cheap.places(call) for call in case.calls]
        if wanted:
            tops = [max((table[i, place] for place in places), default=-np.inf) for places in wanted]
            rank[i] = 1 + int((table[i] > min(tops)).sum())
    return best, second, rank
