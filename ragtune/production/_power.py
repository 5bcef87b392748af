"""What planning of both tests shares."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

MOST = 1_000_000
"""More queries than this are not promised."""


def first(enough: Callable[[int], bool]) -> int:
    """The least n up to `MOST` that is enough; more are always enough as well."""
    low, high = 0, 1
    while not enough(high):
        low, high = high, high * 2
        if high > MOST:
            return MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def quantile(p: float) -> float:
    """Of the standard normal distribution."""
    return NormalDist().inv_cdf(p)
