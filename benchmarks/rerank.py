"""Whether `maxsim` and `ltr` gain anything over the hybrid ranking they reorder: paired differences to `none`.

SciFact by whole documents, covidqa by chunks and contexts of 1,000 tokens; all rerank the first 50 of BM25 and MiniLM
fused by reciprocal rank. `ltr` is judged by cross-validation in five folds, twice: no question is ranked by a model that
saw it; and none by a model that saw a question about the same document, for a model could learn by heart which pieces of
a document questions are about. Intervals are 95 % percentile bootstraps over queries, of the differences; the learnt
models stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.common import conclude, data, kept_workspace, stopwatch
from benchmarks.subset import first_documents
from ragtune import Dataset, load_dataset, spelling
from ragtune.component import parse
from ragtune.config import load_config
from ragtune.engine.compute import Computer, read_rows
from ragtune.engine.run import run
from ragtune.errors import StepError
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.pipeline import RAG
from ragtune.types import Floats, Ints

ROUNDS = 10_000
RERANKERS = (
    "maxsim",
    "maxsim(stored=int8)",
    "maxsim(weighting=idf)",
    "ltr",
    "ltr(rerankers=[none, maxsim])",
    "ltr(rerankers=[none, maxsim(weighting=idf)])",
)

APART = ", apart by document"


def sets(n_documents: int) -> Iterator[tuple[Dataset, dict[str, Any], tuple[str, ...]]]:
    """Dataset, what its configurations share, and the measures, the first of which decides."""
    scifact = load_dataset(data("retrieval/scifact"))
    whole = {"chunker": "whole-document"}
    yield first_documents(scifact, n_documents) if n_documents else scifact, whole, ("nDCG@10", "MRR@10", "recall@10")
    pieces = {"chunker": "sentence(size_tokens=192, overlap_tokens=0)", "context": "token-budget(budget_tokens=1000)"}
    yield load_dataset(data("spans/covidqa")), pieces, ("nDCG@10", "evidence_recall@5", "span_recall")


def judge(dataset: Dataset, shared: dict[str, Any], metrics: tuple[str, ...], seed: int) -> dict[str, str]:
    """Print a row for each reranker and measure; reranker -> its verdict by the first measure."""
    scores = swept(dataset, shared, metrics, by_question(dataset), ("none", *RERANKERS))
    learnt = [reranker for reranker in RERANKERS if reranker.startswith("ltr")]
    apart = swept(dataset, shared, metrics, by_document(dataset), learnt)
    scores |= {reranker + APART: values for reranker, values in apart.items()}
    print(f"{dataset.name}: {len(dataset.documents)} documents, {len(dataset.queries)} questions")
    verdicts: dict[str, str] = {}
    for metric in metrics:
        none = scores["none"][metric]
        for reranker in scores:
            values = scores[reranker][metric]
            difference, low, high = interval(values - none, seed)
            verdict = "gain" if low > 0 else "loss" if high < 0 else "no difference to be told"
            told = f"{difference:+.4f} [{low:+.4f}, {high:+.4f}]  {verdict}"
            told = told if reranker != "none" else ""
            print(f"  {metric:18} {reranker:64} {values.mean():.4f}  {told}", flush=True)
            verdicts.setdefault(reranker, f"{verdict} ({difference:+.4f})")
    return verdicts


def swept(
    dataset: Dataset, shared: dict[str, Any], metrics: tuple[str, ...], folds: Ints, rerankers: Sequence[str]
) -> dict[str, dict[str, Floats]]:
    """Reranker -> measure -> (n_queries,). A sweep, but with these folds and without the timing of requests."""
    base = {**shared, "embedder": "minilm", "retriever": "hybrid"}
    space = {"space": {**base, "reranker": list(rerankers)}, "baseline": {**base, "reranker": rerankers[0]}}
    config = load_config({"name": "rerank", **space, "metrics": list(metrics), "maximize": metrics[0]})
    data = DataSteps.of(dataset, folds)
    wire = RAG.wirer(dataset, data, config.metrics)
    wired = [wire(configuration) for configuration in config.configurations()]
    targets = [step for each in wired for step in each.scores]
    workspace = kept_workspace()
    with workspace.writing():
        data.store(dataset, workspace)
        report = run(targets, workspace, Computer(workspace))
    if report.failed:
        raise StepError("\n".join(sorted(set(report.failed.values()))))
    values = read_rows(workspace, targets)
    found = {}
    for each in wired:
        labels = [metric.label for step in each.scores for metric in step.component.metrics]  # type: ignore[attr-defined]
        matrix = np.concatenate([values[step.key].matrix for step in each.scores])
        found[spelling.write(each.configuration.spec()["reranker"])] = dict(zip(labels, matrix, strict=True))
    return {reranker: found[str(parse("reranker", reranker))] for reranker in rerankers}


def by_question(dataset: Dataset) -> Ints:
    """Five folds of questions; equal ones share a fold."""
    unique = {text: i for i, text in enumerate(dict.fromkeys(dataset.query_texts.texts))}
    return np.array([unique[text] for text in dataset.query_texts.texts]) % 5


def by_document(dataset: Dataset) -> Ints:
    """Five folds of documents: questions that share one, or whose documents share a question, share a fold."""
    judgments = dataset.judgments
    n_queries, n = len(dataset.queries), len(dataset.queries) + len(dataset.documents)
    edges = (np.ones(len(judgments.query)), (judgments.query, n_queries + judgments.document))
    _, group = connected_components(coo_array(edges, shape=(n, n)), directed=False)
    return np.unique(group[:n_queries], return_inverse=True)[1] % 5


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
            maxsim, ltr = verdicts["maxsim"], verdicts["ltr" + APART]
            told.append(f"{dataset.name} {metrics[0]}: maxsim {maxsim}, ltr{APART} {ltr}")
    print(f"{watch.wall:.0f} s, {watch.cpu:.0f} CPU s")
    conclude(f"rerank: {'; '.join(told)}", passed=True)


if __name__ == "__main__":
    main()
