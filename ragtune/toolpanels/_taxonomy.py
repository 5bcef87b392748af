"""How often each kind of error is made, and by which of two configurations more often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from ragtune.stats import bootstrap
from ragtune.toolpanels._judging import ARGUMENT_KINDS, Judged
from ragtune.toolpanels._resampling import RESAMPLES, UNKNOWN, Figure
from ragtune.tools.matching import Kind
from ragtune.types import Floats

KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class KindRow:
    """A kind of error: the share of cases in which each configuration makes it, the first of them the baseline.

    `change` is what the last does less the first, over the cases that both replied to; None for one configuration alone.
    Errors of arguments are unknown of a caller that never gives any.
    """

    kind: str
    shares: tuple[Figure, ...]
    change: Figure | None


def taxonomy(judged: Sequence[Judged]) -> tuple[KindRow, ...]:
    """Every kind of error that a case may have; one case may have several. Cases without a reply are left out."""
    made = [_made(each) for each in judged]
    shares = [_figures(values, 0.0) for values in made]
    changes = _figures(made[-1] - made[0], -1.0) if len(made) > 1 else None
    return tuple(
        KindRow(kind, tuple(each[i] for each in shares), None if changes is None else changes[i])
        for i, kind in enumerate(KINDS)
    )


def _made(judged: Judged) -> Floats:
    """(n_kinds, n_cases) 1 where an error of the kind was made; nan where nothing can be said."""
    kinds = [{error.kind for error in found.errors} for found in judged.judgements]
    values = np.array([[float(kind in found) for found in kinds] for kind in KINDS]).reshape(len(KINDS), -1)
    values[:, judged.failed] = np.nan
    if not judged.gives_arguments:
        values[[kind in ARGUMENT_KINDS for kind in KINDS]] = np.nan
    return values


def _figures(values: Floats, least: float) -> list[Figure]:
    """The mean of each row and its interval, all from the same resamples."""
    known = ~np.isnan(values).all(axis=1)
    columns = ~np.isnan(values[known]).any(axis=0) if known.any() else np.zeros(values.shape[1], dtype=bool)
    found = [UNKNOWN] * len(values)
    n = int(columns.sum())
    if not n:
        return found
    table = bootstrap(values[known][:, columns], within=(least, 1.0), resamples=RESAMPLES)
    for at, mean, low, high in zip(np.flatnonzero(known).tolist(), *(part.tolist() for part in table), strict=True):
        sure = not np.isnan(low)
        found[at] = Figure(mean, low if sure else None, high if sure else None, n)
    return found
