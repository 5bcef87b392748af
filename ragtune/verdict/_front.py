"""Trade-offs: what nothing else beats in every way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Floats


def pareto(gains: Floats) -> NDArray[np.bool_]:
    """(n,) whether no other row of (n, n_measures) is at least as good in all and better in one; higher is better.

    Equal rows stand together: all of them or none. Rows with nan are never on the front, and beat nothing.
    """
    on_front = np.zeros(len(gains), dtype=bool)
    known = np.flatnonzero(~np.isnan(gains).any(axis=1))
    if not len(known):
        return on_front
    rows, same = np.unique(gains[known], axis=0, return_inverse=True)
    # Sorted from good to bad, a row can only be beaten by one before it.
    left = np.arange(len(rows))[::-1]
    kept = []
    while len(left):
        first = left[0]
        kept.append(first)
        left = left[(rows[left] > rows[first]).any(axis=1)]
    on_front[known] = np.isin(same.reshape(-1), kept)
    return on_front
