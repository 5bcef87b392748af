"""Paired tests by flipping signs, and their correction for making many."""

from __future__ import annotations

import numpy as np

from ragtune.types import Floats

CELLS = 2_000_000


def sign_flip(differences: Floats, *, flips: int = 10_000, seed: int = 0) -> Floats:
    """(n,) two-sided p-values of rows of (n, n_queries) paired differences: is their mean zero?

    Fisher's paired randomisation test (Smucker, Allan & Carterette 2007, A Comparison of Statistical Significance Tests
    for Information Retrieval Evaluation, CIKM): if two configurations are alike, the sign of each query's difference is
    a coin's. p = (1 + b) / (1 + flips), where b flips make the mean at least as far from zero; so p is never 0
    (Phipson & Smyth 2010). The same flips serve all rows. Differences that are all zero give 1.
    """
    n_queries = differences.shape[1]
    rng = np.random.default_rng([seed, 2])
    transposed = differences.T.astype(np.float32)
    # A flip that only reorders equal values is as far from zero, whatever the last digit says.
    slack = 1e-5 * np.sqrt((differences**2).sum(axis=1))
    observed = (np.abs(differences.sum(axis=1)) - slack).astype(np.float32)
    reached = np.zeros(len(differences), dtype=np.int64)
    block = max(1, CELLS // max(n_queries, len(differences)))
    for start in range(0, flips, block):
        count = min(block, flips - start)
        bits = np.unpackbits(np.frombuffer(rng.bytes(count * n_queries // 8 + 1), dtype=np.uint8))
        signs = (bits[: count * n_queries].reshape(count, n_queries) * np.float32(2)) - np.float32(1)
        sums = signs @ transposed
        reached += np.count_nonzero(np.abs(sums, out=sums) >= observed, axis=0)
    p: Floats = (1 + reached) / (1 + flips)
    return p


def holm(p: Floats) -> Floats:
    """(n,) p-values corrected for the family of all of them (Holm 1979): of those at most alpha, all hold together.

    Valid however the tests depend on each other.
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted
