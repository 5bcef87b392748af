"""Whether fusing words and vectors beats both parts: SciFact, whole abstracts, BM25 and MiniLM, nDCG@10 per query.

Two-sided paired permutation tests over the queries (the signs of the differences, 100,000 draws, seeded). The designs were
named beforehand and none is tuned, but for `adaptive`, which learns by cross-fitting and never from the query it ranks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import permutation_test

from benchmarks.common import conclude, data, kept_workspace
from ragtune import load_dataset, sweep
from ragtune.component import parse
from ragtune.types import Floats

BAR = 0.01
METRIC = "nDCG@10"
BM25 = "bm25(k1=0.9, b=0.4)"
PARTS = (BM25, "dense")
PAIR = f"retrievers=[{BM25}, dense]"
HYBRIDS = (
    f"hybrid({PAIR})",
    f"hybrid({PAIR}, fusion=weighted)",
    f"hybrid({PAIR}, fusion=weighted, normalization=theoretical-min-max)",
    f"hybrid({PAIR}, fusion=weighted, normalization=z-score)",
    f"hybrid({PAIR}, fusion=weighted, normalization=dbsf)",
    f"hybrid({PAIR}, fusion=weighted, normalization=max)",
    f"adaptive({PAIR})",
)
OTHERS = (
    "rank-bm25",
    "tf-idf(sublinear=true)",
    "bm25(k1=0.9, b=0.4, ngram=2)",
    "rm3",
    "rocchio",
    f"rocchio(retriever={HYBRIDS[0]})",
)
"""Shown beside them."""


def main() -> None:
    """Sweep, then test each hybrid against both parts."""
    retrievers = [*PARTS, *HYBRIDS, *OTHERS]
    config: dict[str, Any] = {
        "name": "hybrids",
        "space": {"chunker": "whole-document", "embedder": "minilm", "retriever": retrievers},
        "baseline": {"chunker": "whole-document", "embedder": "minilm", "retriever": "dense"},
        "metrics": [METRIC, "recall@10", "recall@100"],
    }
    study = sweep(load_dataset(data("retrieval/scifact")), config, workspace=kept_workspace())
    places = {
        str(parse("retriever", row["slots"]["retriever"])): i for i, row in enumerate(study.record["configurations"])
    }
    values = {name: study.scores.of(METRIC)[places[str(parse("retriever", name))]] for name in retrievers}
    for name in (*PARTS, *OTHERS):
        print(f"{values[name].mean():.4f}  {name}")
    worst = {}
    for name in HYBRIDS:
        tests = {part: probability(values[name] - values[part]) for part in PARTS}
        better = all(values[name].mean() > values[part].mean() for part in PARTS)
        worst[name] = max(tests.values()) if better else 1.0
        told = ", ".join(
            f"{(values[name] - values[p]).mean():+.4f} to {p} (p {p_value:.5f})" for p, p_value in tests.items()
        )
        print(f"{values[name].mean():.4f}  {name}: {told}")
    significant = [name for name, p_value in worst.items() if p_value < BAR]
    conclude(
        f"hybrids: {len(significant)} of {len(HYBRIDS)} better than both parts with p < {BAR}; "
        f"reciprocal rank fusion p {worst[HYBRIDS[0]]:.5f}",
        passed=HYBRIDS[0] in significant,
    )


def probability(differences: Floats) -> float:
    """That the signs of the differences are luck."""
    found = permutation_test(
        (differences, np.zeros_like(differences)),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        n_resamples=100_000,
        batch=2_000,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


if __name__ == "__main__":
    main()
