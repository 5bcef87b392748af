"""Is there a better blend than `support`? Designs are chosen, learnt and judged on different sources; run once, told whole.

The protocol, written before any of it was run:

- A design is a set of features, a loss, a ridge, and how far the blend is pulled towards k_precision. All are in `DESIGNS`.
- Nested: for a source that is judged, a design is chosen by the three others alone, each of them scored in turn by weights
  (and a list of common words) learnt from the other two; then the weights are learnt from all three. Both splits of the
  three are used; nothing of the source that is judged is.
- Chosen is the greatest mean difference of AUROC to k_precision over the three, among designs that lose more than
  `MARGIN` on none of them (among all, where there is no such design); the first in `DESIGNS` of equals.
- It ships instead of `support` if AUROC on dev is at least `BAR`, no source of dev, test500 or both is below k_precision
  by more than `MARGIN`, and both splits together are not below `support`, learnt elsewhere.

Ranking is a logistic loss over all pairs of a supported and an unsupported claim of the same source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Literal

import numpy as np

from benchmarks._grounded_data import Claim, claims
from benchmarks._support_candidates import ALL, CANDIDATES, candidates_of
from benchmarks._support_weights import RIDGE, learn, levels_of
from benchmarks.groundedness import BAR, MARGIN, area, cells, elsewhere, measured, paired
from ragtune.metrics._support_features import FEATURES
from ragtune.types import Floats

MEANS = ("k_precision", "information", "bigrams", "characters")
"""Fewer, sturdier: each a mean over many words, none the best of many places."""
SETS: dict[str, tuple[str, ...]] = {
    "five": FEATURES,
    "means": MEANS,
    **{f"five+{name}": (*FEATURES, name) for name in CANDIDATES},
    "all": ALL,
}


@dataclass(frozen=True)
class Design:
    """How a blend is learnt; `pull` is the share of k_precision in what it says."""

    features: str
    loss: Literal["logistic", "ranking"]
    ridge: float
    pull: float


DESIGNS = tuple(
    Design(features, loss, ridge, pull)
    for features in SETS
    for loss in ("logistic", "ranking")
    for ridge in (RIDGE, 10 * RIDGE, 100 * RIDGE)
    for pull in (0.0, 0.25, 0.5)
)


class Trials:
    """All claims, and what was learnt of them, each once."""

    def __init__(self, claimed: Sequence[Claim]) -> None:
        self.claimed = claimed
        self.sources = np.array([claim.source for claim in claimed])
        self.names = sorted(set(self.sources.tolist()))
        self.labels = np.array([claim.label for claim in claimed], dtype=np.float64)
        self.plain = measured("k_precision", claimed)
        self.features = cache(self._features)
        self.weights = cache(self._weights)

    def scores(self, design: Design, judged: str, without: frozenset[str]) -> Floats:
        """(n_judged,) what a design says of a source, learnt from all but `without`."""
        mask = self.sources == judged
        weights = self.weights(design.features, design.loss, design.ridge, without)
        blend = self.features(without)[mask][:, _columns(design.features)] @ weights
        said: Floats = (1 - design.pull) * blend + design.pull * self.plain[mask]
        return said

    def gain(self, design: Design, judged: str, without: frozenset[str]) -> float:
        """How far its AUROC on a source is above k_precision's."""
        mask = self.sources == judged
        labels = self.labels[mask] > 0
        return _auroc(self.scores(design, judged, without), labels) - _auroc(self.plain[mask], labels)

    def chosen(self, judged: str) -> tuple[Design, dict[Design, list[float]]]:
        """The design for a source, by the three others; and of each design the gains on those."""
        gains = {
            design: [self.gain(design, other, frozenset({judged, other})) for other in self.names if other != judged]
            for design in DESIGNS
        }
        safe = [design for design in DESIGNS if min(gains[design]) >= -MARGIN] or list(DESIGNS)
        return max(safe, key=lambda design: float(np.mean(gains[design]))), gains

    def _features(self, without: frozenset[str]) -> Floats:
        levels = levels_of([claim for claim in self.claimed if claim.source not in without])
        return candidates_of(self.claimed, levels)

    def _weights(self, features: str, loss: str, ridge: float, without: frozenset[str]) -> Floats:
        inside = ~np.isin(self.sources, sorted(without))
        table = self.features(without)[inside][:, _columns(features)]
        learner = learn if loss == "logistic" else ranked
        return learner(table, self.labels[inside], self.sources[inside].tolist(), ridge)


def ranked(features: Floats, labels: Floats, sources: Sequence[str], ridge: float) -> Floats:
    """(n_features,) weights as `learn` has them, by the pairs within each source; it counts by the root of its size."""
    from scipy.optimize import minimize

    of = np.array(sources)
    apart, share = [], []
    for name in sorted(set(sources)):
        yes, no = features[(of == name) & (labels > 0)], features[(of == name) & (labels == 0)]
        apart.append((yes[:, None] - no[None]).reshape(-1, features.shape[1]))
        share.append(np.full(len(apart[-1]), np.sqrt((of == name).sum()) / len(apart[-1])))
    pairs, counts = np.concatenate(apart), np.concatenate(share)
    counts /= counts.sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = pairs @ weights
        spread = weights - weights.mean()
        value = float((counts * np.logaddexp(0, -margin)).sum() + ridge * (spread**2).sum())
        return value, pairs.T @ (-counts / (1 + np.exp(margin))) + 2 * ridge * spread

    n = features.shape[1]
    found = minimize(loss, np.ones(n), jac=True, method="L-BFGS-B", bounds=[(0, None)] * n).x
    return np.asarray(found / found.sum())


def main() -> None:
    trials = Trials(claims())
    nested = np.zeros(len(trials.claimed))
    for name in trials.names:
        design, gains = trials.chosen(name)
        nested[trials.sources == name] = trials.scores(design, name, frozenset({name}))
        told = ", ".join(f"{gain:+.3f}" for gain in gains[design])
        print(f"{name}: {design}; on the three others {told}")
    print(*alone(trials), sep="\n")
    print(*afterwards(trials), sep="\n")
    print(*compared(trials, nested), sep="\n")


def alone(trials: Trials) -> Iterator[str]:
    """What each feature says by itself, and each set learnt by the recipe of `support` without the source it is judged on."""
    yield "\nAUROC of each source, both splits; features by themselves, then sets by the recipe of `support`:"
    yield " ".join(f"{name:>18}" for name in ("", *trials.names))
    for i, feature in enumerate(ALL):
        columns = (
            _auroc(trials.features(frozenset({name}))[mask, i], trials.labels[mask] > 0)
            for name in trials.names
            for mask in (trials.sources == name,)
        )
        yield f"{feature:>18} " + " ".join(f"{value:18.3f}" for value in columns)
    for features in SETS:
        for loss in ("logistic", "ranking"):
            design = Design(features, loss, RIDGE, 0.0)
            gains = [trials.gain(design, name, frozenset({name})) for name in trials.names]
            yield f"{features + ', ' + loss:>30} against k_precision: " + " ".join(f"{gain:+.3f}" for gain in gains)


def afterwards(trials: Trials) -> Iterator[str]:
    """Added after the run, and no ground to choose by: what all designs come to, and how much of a bar is luck."""
    labels, table = trials.labels > 0, cells(trials.claimed)
    safe = high = both = 0
    for design in DESIGNS:
        said = np.zeros(len(labels))
        for name in trials.names:
            said[trials.sources == name] = trials.scores(design, name, frozenset({name}))
        worst = min(_auroc(said[m], labels[m]) - _auroc(trials.plain[m], labels[m]) for m in table.values())
        reached = _auroc(said[table["dev", "all"]], labels[table["dev", "all"]]) >= BAR
        safe, high, both = safe + (worst >= -MARGIN), high + reached, both + (worst >= -MARGIN and reached)
    yield f"\nof {len(DESIGNS)} designs {safe} lose too much nowhere, {high} reach the bar on dev, {both} do both"
    now, chance = elsewhere(trials.claimed), 1.0
    for name in trials.names:
        truth = paired(now[table["both", name]], trials.plain[table["both", name]], labels[table["both", name]])[0]
        for mask in (table["dev", name], table["test500", name]):
            _, low, high_end = paired(now[mask], trials.plain[mask], labels[mask])
            chance *= 1 - NormalDist(truth, (high_end - low) / 3.92).cdf(-MARGIN)
    yield (
        f"were `support` better on each source by what both splits show, no source of either split would lose more than "
        f"{MARGIN} in {chance:.0%} of such samples"
    )


def compared(trials: Trials, nested: Floats) -> Iterator[str]:
    """Each cell: the blend chosen by other sources, against k_precision and against `support`; and what follows."""
    labels = trials.labels > 0
    now = elsewhere(trials.claimed)
    worst, areas = 0.0, {}
    for cell, mask in cells(trials.claimed).items():
        to_plain = paired(nested[mask], trials.plain[mask], labels[mask])
        to_now = paired(nested[mask], now[mask], labels[mask])
        areas[cell] = area(nested[mask], labels[mask])[0]
        worst = min(worst, to_plain[0])
        spans = ("{:+.3f} [{:+.3f}, {:+.3f}]".format(*each) for each in (to_plain, to_now))
        yield " ".join(cell) + f" ({mask.sum()}): {areas[cell]:.3f}; to k_precision, to support: " + "; ".join(spans)
    gained = areas["both", "all"] - _auroc(now, labels)
    ships = areas["dev", "all"] >= BAR and worst >= -MARGIN and gained >= 0
    yield (
        f"support_trials: dev {areas['dev', 'all']:.3f} (bar {BAR}), worst cell {worst:+.3f} (bar -{MARGIN}), both splits "
        f"{gained:+.4f} to support: {'ships' if ships else 'support stays as it is'}"
    )


def _columns(features: str) -> list[int]:
    return [ALL.index(name) for name in SETS[features]]


def _auroc(scores: Floats, labels: np.ndarray) -> float:
    from ragtune.calibrating._agreement import auroc

    return float(auroc(scores, labels, np.ones((1, len(labels))))[0])


if __name__ == "__main__":
    main()
