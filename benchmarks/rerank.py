"""Whether `maxsim` and `ltr` gain anything over the hybrid ranking they reorder: paired differences to `none`.

SciFact by whole documents, covidqa by chunks and contexts of 1,000 tokens; all rerank the first 50 of BM25 and MiniLM
fused by reciprocal rank. `ltr` is judged by cross-validation: no query is ranked by a model that saw it. Intervals are
95 % percentile bootstraps over queries, of the differences; the learnt models stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.common import conclude, data, kept_workspace, stopwatch
from benchmarks.subset import first_documents
from ragtune import Dataset, load_dataset
from ragtune.component import parse
from ragtune.engine.compute import Computer, read_rows
from ragtune.engine.run import run
from ragtune.errors import StepError
from ragtune.sweeping import prepare
from ragtune.types import Floats

ROUNDS = 10_000
RERANKERS = (
    "maxsim",
    "maxsim(weighting=idf)",
    "ltr",
    "ltr(rerankers=[none, maxsim])",
    "ltr(rerankers=[none, maxsim(weighting=idf)])",
)


def sets(n_documents: int) -> Iterator[tuple[Dataset, dict[str, Any], tuple[str, ...]]]:
    """Dataset, what its configurations share, and the measures, the first of which decides."""
    scifact = load_dataset(data("retrieval/scifact"))
    whole = {"chunker": "whole-document"}
    yield first_documents(scifact, n_documents) if n_documents else scifact, whole, ("nDCG@10", "MRR@10", "recall@10")
    pieces = {"chunker": "sentence(size_tokens=192, overlap_tokens=0)", "context": "token-budget(budget_tokens=1000)"}
    yield load_dataset(data("spans/covidqa")), pieces, ("nDCG@10", "evidence_recall@5", "span_recall")


def judge(dataset: Dataset, shared: dict[str, Any], metrics: tuple[str, ...], seed: int) -> dict[str, str]:
    """Print a row for each reranker and measure; reranker -> its verdict by the first measure."""
    scores = swept(dataset, shared, metrics)
    print(f"{dataset.name}: {len(dataset.documents)} documents, {len(dataset.queries)} questions")
    verdicts: dict[str, str] = {}
    for metric in metrics:
        none = scores["none"][metric]
        print(f"  {metric:18} {'none':46} {none.mean():.4f}")
        for reranker in RERANKERS:
            values = scores[reranker][metric]
            difference, low, high = interval(values - none, seed)
            verdict = "gain" if low > 0 else "loss" if high < 0 else "no difference to be told"
            told = f"{difference:+.4f} [{low:+.4f}, {high:+.4f}]  {verdict}"
            print(f"  {metric:18} {reranker:46} {values.mean():.4f}  {told}", flush=True)
            verdicts.setdefault(reranker, f"{verdict} ({difference:+.4f})")
    return verdicts


def swept(dataset: Dataset, shared: dict[str, Any], metrics: tuple[str, ...]) -> dict[str, dict[str, Floats]]:
    """Reranker -> measure -> (n_queries,). A sweep but for the timing of single requests, which takes minutes here."""
    base = {**shared, "embedder": "minilm", "retriever": "hybrid"}
    config = {"name": "rerank", "space": {**base, "reranker": ["none", *RERANKERS]}, "metrics": list(metrics)}
    prepared = prepare(dataset, {**config, "baseline": {**base, "reranker": "none"}, "maximize": metrics[0]})
    workspace = kept_workspace()
    with workspace.writing():
        prepared.data.store(dataset, workspace)
        report = run(prepared.targets, workspace, Computer(workspace))
    if report.failed:
        raise StepError("\n".join(sorted(set(report.failed.values()))))
    values = read_rows(workspace, prepared.targets)
    found = {}
    for wired in prepared.wired:
        labels = [metric.label for step in wired.scores for metric in step.component.metrics]  # type: ignore[attr-defined]
        matrix = np.concatenate([values[step.key].matrix for step in wired.scores])
        found[str(wired.configuration.reranker)] = dict(zip(labels, matrix, strict=True))
    return {reranker: found[str(parse("reranker", reranker))] for reranker in ("none", *RERANKERS)}


def interval(differences: Floats, seed: int) -> tuple[float, float, float]:
    """Mean, and where 95 % of the means of resampled queries lie."""
    rng = np.random.default_rng(seed)
    n = len(differences)
    means = [differences[rng.integers(n, size=n)].mean() for _ in range(ROUNDS)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(differences.mean()), float(low), float(high)


def main() -> None:
    """Both sets."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=0, help="only the first N of SciFact, for a quick look")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    told = []
    with stopwatch() as watch:
        for dataset, shared, metrics in sets(given.documents):
            verdicts = judge(dataset, shared, metrics, given.seed)
            told.append(f"{dataset.name} {metrics[0]}: maxsim {verdicts['maxsim']}, ltr {verdicts['ltr']}")
    print(f"{watch.wall:.0f} s, {watch.cpu:.0f} CPU s")
    conclude(f"rerank: {'; '.join(told)}", passed=True)


if __name__ == "__main__":
    main()
