"""How well simulated questions rank configurations, compared with real ones: Kendall's tau and the regret of the pick.

40 designs (chunkers × retrievers) are swept with the real questions of a set, then with the questions of each recipe on the
same documents. Beside them stand how well one half of the real questions ranks the designs as the other half does, and
the regret of a design taken at random. Intervals are percentile bootstraps over questions, real and simulated ones
resampled apart; the designs and the documents stay the same, so they say nothing of other designs or other documents.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import kendalltau

from benchmarks.common import conclude, data, fresh_workspace, stopwatch
from benchmarks.subset import first_documents
from ragtune import Dataset, load_dataset, sweep
from ragtune.engine.workspace import Workspace
from ragtune.simulating import parse_recipe
from ragtune.types import Floats

BAR = 0.3
ROUNDS = 2000
LEAST_QUESTIONS = 25
RECIPES = (
    "known-item",
    "known-item(selection=uniform)",
    "known-item(selection=discriminative)",
    "known-item(noise=0.4)",
    "known-item(passage_characters=800)",
    "sentence-to-passage",
    "sentence-to-passage(drop=0.0)",
    "sentence-to-passage(passage_characters=800)",
    "title-to-body",
    "title-to-body(first_line=true)",
)
SPACE: dict[str, Any] = {
    "chunker": [
        "token-window(size_tokens=64)",
        "token-window(size_tokens=256)",
        "sentence(size_tokens=96)",
        "sentence(size_tokens=192)",
        "sentence(size_tokens=384)",
    ],
    "embedder": "wordllama",
    "retriever": [
        "bm25",
        "bm25(k1=0.9, b=0.4)",
        "bm25(stemmer=none)",
        "dense",
        "hybrid",
        "hybrid(fusion=weighted, alpha=0.2)",
        "hybrid(fusion=weighted, alpha=0.5)",
        "hybrid(fusion=weighted, alpha=0.8)",
    ],
    "context": "token-budget(budget_tokens=500)",
}


@dataclass(frozen=True)
class Agreement:
    """Kendall's tau-b between two rankings of the designs, its 95 % interval, and what the pick costs."""

    tau: float
    low: float
    high: float
    regret: float
    """How far below the best design the picked one is, both by the real questions."""
    blind: float
    """The same of a design taken at random, on average."""


def scores(dataset: Dataset, metric: str, workspace: Workspace) -> Floats:
    """(n_designs, n_questions) of the metric; the designs in the same order for every set of questions."""
    config = {"name": "simulated", "space": SPACE, "baseline": {"chunker": SPACE["chunker"][0], "retriever": "bm25"}}
    study = sweep(dataset, {**config, "metrics": [metric], "maximize": metric}, workspace=workspace)
    return study.scores.of(metric)


def compare(real: Floats, other: Floats, seed: int) -> Agreement:
    """Agreement of the means over two sets of questions."""
    rng = np.random.default_rng(seed)
    taus = [_tau(_resampled(real, rng), _resampled(other, rng)) for _ in range(ROUNDS)]
    means = real.mean(axis=1)
    pick = int(np.argmax(other.mean(axis=1)))
    low, high = np.nanpercentile(taus, [2.5, 97.5])
    best = float(means.max())
    tau = _tau(means, other.mean(axis=1))
    return Agreement(tau, float(low), float(high), best - float(means[pick]), best - float(means.mean()))


def ceiling(real: Floats, seed: int) -> tuple[float, float, float]:
    """Tau between two halves of the real questions, drawn at random: mean, and where 95 % of the draws lie."""
    rng = np.random.default_rng(seed)
    half = real.shape[1] // 2
    taus = []
    for _ in range(ROUNDS // 4):
        order = rng.permutation(real.shape[1])
        taus.append(_tau(real[:, order[:half]].mean(axis=1), real[:, order[half:]].mean(axis=1)))
    low, high = np.percentile(taus, [2.5, 97.5])
    return float(np.mean(taus)), float(low), float(high)


def _resampled(values: Floats, rng: np.random.Generator) -> Floats:
    means: Floats = values[:, rng.integers(values.shape[1], size=values.shape[1])].mean(axis=1)
    return means


def _tau(a: Floats, b: Floats) -> float:
    # Means of equal scores may differ in their last digit.
    return float(kendalltau(a.round(12), b.round(12)).statistic)


def sets(n_documents: int) -> Iterator[tuple[str, Dataset, str]]:
    """Name, dataset and the measure that designs are ranked by."""
    yield "scifact", first_documents(load_dataset(data("retrieval/scifact")), n_documents), "nDCG@10"
    for name in ("covidqa", "chroma"):
        yield name, load_dataset(data(f"spans/{name}")), "span_recall"


def report(name: str, dataset: Dataset, metric: str, questions: int, seed: int) -> dict[str, float]:
    """Print a row for each recipe; recipe -> tau."""
    found = {}
    with fresh_workspace("simulated") as workspace:
        real = scores(dataset, metric, workspace)
        means = real.mean(axis=1)
        print(f"{name}: {len(dataset.documents)} documents, {len(dataset.queries)} real questions, {len(real)} designs")
        print(f"  {metric} by the real questions: {means.min():.3f} to {means.max():.3f}, mean {means.mean():.3f}")
        tau, low, high = ceiling(real, seed)
        print(f"  {'one half of the real, by the other':46} tau {tau:5.2f} [{low:5.2f}, {high:5.2f}]", flush=True)
        for spelled in RECIPES:
            queries = parse_recipe(spelled).simulate(dataset.corpus, questions, seed)
            if len(queries) < LEAST_QUESTIONS:
                print(f"  {spelled:46} {len(queries)} questions found: too few")
                continue
            a = compare(real, scores(replace(dataset, queries=tuple(queries)), metric, workspace), seed)
            found[spelled] = a.tau
            told = f"regret {a.regret:.3f} (blind {a.blind:.3f})  n {len(queries)}"
            print(f"  {spelled:46} tau {a.tau:5.2f} [{a.low:5.2f}, {a.high:5.2f}]  {told}", flush=True)
    return found


def main() -> None:
    """All sets, then the mean of each recipe that could be used on all of them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=1500, help="of SciFact: the first N, judged ones first")
    options.add_argument("--questions", type=int, default=300, help="of each recipe")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    with stopwatch() as watch:
        found = [report(*each, given.questions, given.seed) for each in sets(given.documents)]
    print(f"{watch.wall:.0f} s, {watch.cpu:.0f} CPU s")
    means = {r: float(np.mean([taus[r] for taus in found])) for r in RECIPES if all(r in taus for taus in found)}
    best = max(means, key=lambda recipe: means[recipe])
    told = f"known-item {means['known-item']:.2f}, best {best} {means[best]:.2f}"
    conclude(f"simulated: mean tau over {len(found)} sets: {told} (bar {BAR})", passed=means["known-item"] >= BAR)


if __name__ == "__main__":
    main()
