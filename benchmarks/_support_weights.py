"""Learns the weights of `support`, and which stems are common, from human labels; deterministic.

`python -m benchmarks._support_weights` learns from all sources and writes `ragtune/metrics/_support_weights.py` and
`ragtune/metrics/_commonness.py`. The benchmark `groundedness` learns without the source that it judges, by the same recipe.

The blend is a weighted mean of the features, no weight below 0. Sources differ in how many of their claims are supported
and in how their texts are written, so each has an intercept of its own while the weights are learnt, and counts by
the square root of its size. A ridge pulls the weights together: to a plain mean, where the labels do not say otherwise.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

import ragtune
from benchmarks._grounded_data import Claim, claims
from ragtune.metrics._answer_text import content, stem, words
from ragtune.metrics._support_features import FEATURES, Reader
from ragtune.types import Floats

RIDGE = 3e-3
COMMON = 0.02
"""A stem is common that is in at least this share of the contexts."""


def levels_of(claimed: Sequence[Claim]) -> dict[str, int]:
    """Common stem -> bits: the binary logarithm of one in how many contexts has it, each distinct context once."""
    contexts = dict.fromkeys("\n".join(claim.passages) for claim in claimed)
    found: Counter[str] = Counter()
    for text in contexts:
        found.update({stem(word) for word in content(words(text))})
    shares = {word: count / len(contexts) for word, count in found.items()}
    return {word: round(-math.log2(share)) for word, share in sorted(shares.items()) if share >= COMMON}


def features_of(claimed: Sequence[Claim], levels: Mapping[str, int]) -> Floats:
    """(n, n_features) float64."""
    reader = Reader(levels)
    return np.array([reader.features(claim.response, claim.passages) for claim in claimed])


def learn(features: Floats, labels: Floats, sources: Sequence[str], ridge: float = RIDGE) -> Floats:
    """(n_features,) weights, none negative, that add up to 1."""
    from scipy.optimize import minimize

    names = sorted(set(sources))
    of = np.array([[source == name for name in names] for source in sources], dtype=np.float64)
    share = of @ (1 / np.sqrt(of.sum(axis=0)))
    share /= share.sum()
    n = features.shape[1]
    sign = 2 * labels - 1

    def loss(at: Floats) -> tuple[float, Floats]:
        weights, intercepts = at[:n], at[n:]
        margin = sign * (features @ weights + of @ intercepts)
        slope = -sign * share / (1 + np.exp(margin))
        apart = weights - weights.mean()
        value = float((share * np.logaddexp(0, -margin)).sum() + ridge * (apart**2).sum())
        return value, np.concatenate([features.T @ slope + 2 * ridge * apart, of.T @ slope])

    start = np.concatenate([np.ones(n), np.full(len(names), -n / 2)])
    bounds = [(0, None)] * n + [(None, None)] * len(names)
    weights: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:n]
    return np.asarray(weights / weights.sum())


def scale(blend: Floats, labels: Floats) -> tuple[float, float]:
    """Middle and steepness of the logistic curve that turns a blend into a chance; each label counts half of all."""
    from scipy.optimize import minimize

    sign = 2 * labels - 1
    share = np.where(labels > 0, 0.5 / labels.sum(), 0.5 / (1 - labels).sum())

    def loss(at: Floats) -> float:
        return float((share * np.logaddexp(0, -sign * at[1] * (blend - at[0]))).sum())

    middle, steepness = minimize(loss, np.array([0.5, 5.0]), method="Nelder-Mead").x
    return float(middle), float(steepness)


def main() -> None:
    claimed = claims()
    levels = levels_of(claimed)
    _write_levels(levels)
    features = features_of(claimed, levels)
    labels = np.array([claim.label for claim in claimed], dtype=np.float64)
    weights = learn(features, labels, [claim.source for claim in claimed])
    middle, steepness = scale(features @ weights, labels)
    _write_weights(weights, middle, steepness, claimed)


def _write_weights(weights: Floats, middle: float, steepness: float, claimed: Sequence[Claim]) -> None:
    rows = "".join(f'    "{name}": {weight:.3f},\n' for name, weight in zip(FEATURES, weights.tolist(), strict=True))
    sources = ", ".join(sorted({claim.source for claim in claimed}))
    _module("_support_weights").write_text(
        f'''"""What `support` has learnt: written by `python -m benchmarks._support_weights`.

From the human labels of {len(claimed):,} claims of AttributionBench (Li et al. 2024; {sources}).
"""

from __future__ import annotations

WEIGHTS = {{
{rows}}}
"""Of the features, in their order; they add up to 1."""
MIDDLE = {middle:.4f}
"""The weighted mean at which a claim is as often supported as not."""
STEEPNESS = {steepness:.3f}
"""Of the logistic curve there."""
''',
        encoding="utf-8",
    )


def _write_levels(levels: Mapping[str, int]) -> None:
    rows = ""
    for level in sorted(set(levels.values())):
        rows += f'    {level}: """\n'
        line = "       "
        for word in (word for word, at in sorted(levels.items()) if at == level):
            if len(line) + len(word) + 1 > 118:
                rows, line = f"{rows}{line}\n", "       "
            line += f" {word}"
        rows += f'{line}\n    """,\n'
    _module("_commonness").write_text(
        f'''"""How common stems of English words are in passages: written by `python -m benchmarks._support_weights`."""

from __future__ import annotations

UNLISTED = 6
"""Bits of a stem that is not listed: fewer than one in {round(1 / COMMON)} passages have it."""

_LISTED = {{
{rows}}}
"""Bits -> stems, counted in the passages of AttributionBench (Li et al. 2024)."""

LEVELS = {{word: bits for bits, words in _LISTED.items() for word in words.split()}}
"""Stem -> the binary logarithm of one in how many passages has it."""
''',
        encoding="utf-8",
    )


def _module(name: str) -> Path:
    return Path(ragtune.__file__).parent / "metrics" / f"{name}.py"


if __name__ == "__main__":
    main()
