"""Whether a window of traffic is like the queries that a design was tuned on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragtune.production._profile import Profile, nearest
from ragtune.stats import holm
from ragtune.types import Floats

FEWEST = 50
"""Distinct queries that a test needs on either side."""
UNLIKE = 0.05
"""The share of tuning queries that are told to be unlike all others; traffic's share is held against it."""
PERMUTATIONS = 1_000
SAMPLE = 1_000
"""Queries of either side that their vectors are compared of."""
PRACTICAL = {"query vectors": 0.15, "unlike queries": 0.05, "top scores": 0.1, "nothing found": 0.02}
"""Effects that are smaller change no design, however sure they are."""


@dataclass(frozen=True)
class Finding:
    """What one test says of a window.

    `effect` is a distance, or what a share has risen by. `p` is corrected for all tests of the window.
    `drifted` is for an effect that is both sure and large enough to matter.
    """

    test: str
    before: float
    now: float
    effect: float
    p: float
    drifted: bool


def compare(
    profile: Profile,
    vectors: NDArray[np.float32] | None,
    top: Floats,
    found: NDArray[np.bool_],
    *,
    alpha: float,
    seed: int = 0,
) -> list[Finding]:
    """Test distinct queries against the profile; all tests of a window together err with probability alpha at most.

    `query vectors`: the energy distance of the two clouds, by permutation. `unlike queries`: how many are less like any tuned
    one than all but a twentieth of the tuned ones are. `top scores`: Kolmogorov-Smirnov. `nothing found`: Fisher's exact test.
    P-values are corrected after Holm.

    Args:
        profile: Of the tuning queries.
        vectors: Of the queries, (n, dim); None where there is no text to embed.
        top: (n,) the score of the best passage of each, nan where nothing was found or the score is not known.
        found: (n,) whether anything was.
        alpha: Of the window.
        seed: Of permutations.
    """
    raw = []
    if vectors is not None and min(len(vectors), len(profile.vectors)) >= FEWEST:
        raw += [_vectors(profile, vectors, seed), _unlike(profile, vectors)]
    before, now = profile.top[np.isfinite(profile.top)], top[np.isfinite(top)]
    if min(len(before), len(now)) >= FEWEST:
        raw.append(_top(before, now))
    if min(len(profile.top), len(found)) >= FEWEST:
        raw.append(_nothing(np.isnan(profile.top), ~found))
    corrected = holm(np.array([each[-1] for each in raw])) if raw else ()
    return [
        Finding(test, before, now, effect, float(p), bool(p <= alpha and effect >= PRACTICAL[test]))
        for (test, before, now, effect, _), p in zip(raw, corrected, strict=True)
    ]


_Raw = tuple[str, float, float, float, float]


def _vectors(profile: Profile, vectors: NDArray[np.float32], seed: int) -> _Raw:
    """Energy distance (Székely & Rizzo 2013, Energy statistics, J. Stat. Planning and Inference 143).

    The effect is the root of what is beyond chance, over that of the two halves of the tuning queries that differ most (cut
    across their first principal component). The root grows with the share that has moved: an effect of 0.2 is as if a fifth
    had moved from one such half to the other. P-values below what permutations can tell are
    read off a Gamma distribution with the mean and variance of the permuted statistics (as Gretton et al. 2012, A Kernel
    Two-Sample Test, JMLR 13, section 3.3).
    """
    from scipy.stats import gamma

    rng = np.random.default_rng([seed, 4])
    one, other = (_sample(each, rng) for each in (profile.vectors, vectors))
    distances = _distances(np.concatenate([one, other]))
    n, m = len(one), len(other)
    weights = np.concatenate([np.full(n, 1 / n), np.full(m, -1 / m)]).astype(np.float32)
    shuffled = rng.permuted(np.tile(weights, (PERMUTATIONS, 1)), axis=1)
    energy = float(_energy(distances, weights[None])[0])
    chance = _energy(distances, shuffled)
    reached = int((chance >= energy).sum())
    p = (1 + reached) / (1 + PERMUTATIONS)
    if reached < 10 and chance.var() > 0:
        scale = float(chance.var() / chance.mean())
        p = min(p, max(float(gamma.sf(energy, float(chance.mean()) / scale, scale=scale)), 1e-300))
    apart = float(_energy(distances[:n, :n], _halves(one)[None])[0])
    effect = math.sqrt(max(0.0, energy - float(chance.mean())) / apart) if apart > 0 else 0.0
    return "query vectors", 0.0, effect, effect, p


def _distances(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, n) Euclidean."""
    wide = rows.astype(np.float64)
    squares = (wide**2).sum(axis=1)
    apart: Floats = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * wide @ wide.T, 0))
    return apart.astype(np.float32)


def _energy(distances: NDArray[np.float32], weights: NDArray[np.float32]) -> Floats:
    """(k,) 2 E|X - Y| - E|X - X'| - E|Y - Y'|, for k rows of weights: 1/n for each of X, -1/m for each of Y."""
    energy: Floats = -np.einsum("ki,ki->k", weights @ distances, weights)
    return energy


def _halves(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) weights that add up to 1 over one half of the rows, and to -1 over the other."""
    centred = rows.astype(np.float64) - rows.mean(axis=0)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1]
    upper = np.argsort(np.argsort(along, kind="stable"), kind="stable") * 2 >= len(rows)
    weights: Floats = np.where(upper, 1 / max(1, upper.sum()), -1 / max(1, (~upper).sum()))
    return weights.astype(np.float32)


def _unlike(profile: Profile, vectors: NDArray[np.float32]) -> _Raw:
    """How many queries are less like any of one half of the tuned ones than all but a twentieth of the other half are.

    Given the first half, likenesses of the second and of traffic come from one distribution if nothing has drifted. The place
    of an order statistic in its distribution is a beta variable, so that the number of others below it is beta-binomial,
    exactly: a small sample blurs the test, and never makes it alarm.
    """
    from scipy.stats import betabinom

    known, held = profile.halves
    own = np.sort(nearest(held, known))
    place = max(1, math.floor(UNLIKE * len(own)))
    below = nearest(vectors, known) < own[place - 1]
    before, now = place / (len(own) + 1), float(below.mean())
    p = float(betabinom.sf(int(below.sum()) - 1, len(below), place, len(own) + 1 - place))
    return "unlike queries", before, now, now - before, p


def _top(before: Floats, now: Floats) -> _Raw:
    """Kolmogorov-Smirnov, two-sided; equal scores make it careful."""
    from scipy.stats import ks_2samp

    found = ks_2samp(before, now, method="asymp")
    return "top scores", float(np.median(before)), float(np.median(now)), float(found.statistic), float(found.pvalue)


def _nothing(before: NDArray[np.bool_], now: NDArray[np.bool_]) -> _Raw:
    """Fisher's exact test, one-sided: whether more queries find nothing."""
    from scipy.stats import hypergeom

    k, total = int(now.sum()), int(now.sum() + before.sum())
    p = float(hypergeom.sf(k - 1, len(now) + len(before), total, len(now)))
    return "nothing found", float(before.mean()), float(now.mean()), float(now.mean() - before.mean()), p


def _sample(rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    return rows[np.sort(rng.permutation(len(rows))[:SAMPLE])]
