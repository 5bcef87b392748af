"""Which configurations may be the best one, and what the one that looks best is really worth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Floats

MOST = 3000
"""With more contenders, all of them stay in the tie set: each is compared with every other."""
FINE = 10
"""Parts of the finer cross-validation of the choice; the other has half as many."""


def tie_set(
    scores: Floats, *, level: float = 0.95, slack: float = 0.0, draws: int = 1000, seed: int = 0
) -> NDArray[np.bool_]:
    """(n_configurations,) those that cannot be told from the best, which is among them with probability `level`.

    A configuration is left out when another beats it by more than chance allows, counting that there were many others to
    beat it: the best observed configuration was chosen among all, so a test against it alone would be wrong. For each,
    "no other is better" is tested by the largest studentised paired difference of another to it (multiple comparisons with
    the best, Hsu 1981, The Annals of Statistics 9; as moment inequalities, Andrews & Soares 2010, Econometrica 78), against
    the same maximum under a multivariate t with the observed covariance, drawn by Gaussian multipliers of the queries
    (Chernozhukov, Chetverikov & Kato 2013, The Annals of Statistics 41). Others that are worse by more than
    sqrt(log n) standard errors do not count as rivals. Each test is at 1 - `level`, so each truly best configuration stays
    with probability `level`.

    Args:
        scores: (n_configurations, n_queries); equal rows are tied.
        level: Of the guarantee.
        slack: Differences to the best mean up to this never leave anything out (a noise floor).
        draws: Of the multipliers.
        seed: Of the draws.
    """
    from scipy.special import stdtrit

    n_configurations, n = scores.shape
    tied = np.ones(n_configurations, dtype=bool)
    if n < 2 or n_configurations < 2:
        return tied
    mean = scores.mean(axis=1)
    best = int(mean.argmax())
    near = mean[best] - mean <= slack + 1e-12
    # The bound of Bonferroni is never below the one that is drawn.
    surely = float(stdtrit(n - 1, 1 - (1 - level) / (n_configurations - 1)))
    tied = near | (_studentised(scores, best) >= -surely)
    contenders = np.flatnonzero(tied)
    if 1 < len(contenders) <= MOST:
        tied[contenders] = near[contenders] | _undefeated(scores[contenders], level, draws, seed)
    return np.asarray(tied)


def _undefeated(scores: Floats, level: float, draws: int, seed: int) -> NDArray[np.bool_]:
    """(n_configurations,) whether no other beats each of them by more than chance."""
    from scipy.special import stdtrit

    n = scores.shape[1]
    drawn = _multiplied(scores, draws, seed)
    buffer = np.empty_like(drawn)
    alone = float(stdtrit(n - 1, level))
    undefeated = np.ones(len(scores), dtype=bool)
    for i in range(len(scores)):
        t, error = _compared(scores, i)
        if np.isposinf(t).any():
            undefeated[i] = False
            continue
        rivals = np.flatnonzero((error > 0) & (t > -math.sqrt(math.log(n))))
        largest = t[rivals].max(initial=-np.inf)
        # One rival alone would do no harm by so little; several need more.
        if largest <= alone:
            continue
        chance = buffer[: len(rivals)]
        np.subtract(drawn[rivals], drawn[i], out=chance)
        chance /= error[rivals, None].astype(np.float32)
        by_chance = (1 + int((chance.max(axis=0) >= largest).sum())) / (1 + draws)
        undefeated[i] = by_chance > 1 - level
    return undefeated


def _multiplied(scores: Floats, draws: int, seed: int) -> NDArray[np.float32]:
    """(n_configurations, draws) deviations of the means under a multivariate t with the scores' covariance."""
    n = scores.shape[1]
    rng = np.random.default_rng([seed, 3])
    multipliers = rng.standard_normal((n, draws), dtype=np.float32) / np.float32(math.sqrt(n * (n - 1)))
    multipliers *= np.sqrt((n - 1) / rng.chisquare(n - 1, size=draws)).astype(np.float32)
    centred = (scores - scores.mean(axis=1, keepdims=True)).astype(np.float32)
    drawn: NDArray[np.float32] = centred @ multipliers
    return drawn


def _compared(scores: Floats, i: int) -> tuple[Floats, Floats]:
    """(n_configurations,) t of each one's paired difference to the i-th, and its standard error; 0 and 0 if it is always 0.

    A difference that is the same for all queries has no error: it counts as infinitely sure.
    """
    n = scores.shape[1]
    differences = scores - scores[i]
    mean = differences.mean(axis=1)
    differences -= mean[:, None]
    error = np.sqrt(np.einsum("cq,cq->c", differences, differences) / (n * (n - 1)))
    error[error < 1e-12] = 0.0
    t = np.where(np.abs(mean) < 1e-12, 0.0, np.copysign(np.inf, mean))
    np.divide(mean, error, out=t, where=error > 0)
    return t, error


def _studentised(scores: Floats, i: int) -> Floats:
    rows = max(1, 4_000_000 // scores.shape[1])
    parts = (np.vstack([scores[i], scores[at : at + rows]]) for at in range(0, len(scores), rows))
    return np.concatenate([_compared(part, 0)[0][1:] for part in parts])


def expected_best(scores: Floats, *, rounds: int = 20, seed: int = 0) -> float:
    """What the configuration with the best mean is worth on other queries; its own mean is too good (winner's curse).

    The choice itself is cross-validated, over many partings: the best is chosen on some of the queries and judged by the
    others, so that nothing that judges took part in choosing, whatever the configurations and however alike. Choosing on
    fewer queries finds a worse one; so it is done on 80 % and on 90 % of them, and the line through both followed to 100 %.
    (BBC-CV, Tsamardinos, Greasidou & Borboudakis 2018, Machine Learning 107, chooses on the 63 % in a bootstrap sample and
    was too low by as much as the naive mean is too high where few configurations are better; the bootstrap's optimism, Efron
    1983, stays a quarter too high where all are alike.)
    """
    n = scores.shape[1]
    mean = scores.mean(axis=1)
    if n < 2 or len(scores) < 2:
        return float(mean.max())
    rng = np.random.default_rng([seed, 4])
    if n < FINE:
        return _held_out(scores, n, 1, rng)
    return 2 * _held_out(scores, FINE, rounds, rng) - _held_out(scores, FINE // 2, rounds, rng)


def _held_out(scores: Floats, parts: int, rounds: int, rng: np.random.Generator) -> float:
    """The mean score of each query under the best that was chosen on the other parts."""
    n = scores.shape[1]
    mean = scores.mean(axis=1)
    centred = (scores - mean[:, None]).astype(np.float32).T
    total = 0.0
    for _ in range(rounds):
        part = rng.permutation(np.arange(n) % parts)
        held = (part == np.arange(parts)[:, None]).astype(np.float32)
        size = held.sum(axis=1)
        sums = held @ centred  # (parts, n_configurations)
        chosen = np.argmax(mean - sums / (n - size)[:, None], axis=1)
        total += float((size * mean[chosen] + sums[np.arange(parts), chosen]).sum()) / n
    return total / rounds
