"""The levels of a knob: its values, or ranges of them where it was searched and not swept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ragtune.types import Ints

MOST = 12
"""A numeric knob with more values than this is cut into `BINS` ranges of about as many configurations."""
BINS = 4


@dataclass(frozen=True)
class Levels:
    """`names` of the levels, rising where they are numbers; `of` is (n_rows,), the level of each row or -1 for none."""

    names: tuple[Any, ...]
    of: Ints
    numeric: bool

    @classmethod
    def among(cls, values: Sequence[Any]) -> Levels:
        """From the value of each row, None where a row lacks the knob."""
        there = [value for value in values if value is not None]
        numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in there)
        unique = sorted(set(there)) if numeric else sorted({str(value) for value in there})
        if numeric and len(unique) > MOST:
            return cls._ranges(values, np.array(there, dtype=np.float64))
        place = {value: i for i, value in enumerate(unique)}
        of = [-1 if value is None else place[value if numeric else str(value)] for value in values]
        return cls(tuple(unique), np.array(of, dtype=np.int64), numeric)

    @classmethod
    def _ranges(cls, values: Sequence[Any], there: np.ndarray[Any, np.dtype[np.float64]]) -> Levels:
        bounds = np.unique(np.quantile(there, np.arange(1, BINS) / BINS, method="lower"))
        level = np.searchsorted(bounds, there, side="left")
        names = []
        for i in range(int(level.max()) + 1):
            held = there[level == i]
            names.append(f"{held.min():g} to {held.max():g}" if len(held) else "")
        of = np.full(len(values), -1)
        of[[i for i, value in enumerate(values) if value is not None]] = level
        return cls(tuple(names), of, False)
