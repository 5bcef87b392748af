"""Correctness against published figures.

SciFact, whole documents: all-MiniLM-L6-v2's nDCG@10 as on MTEB, BM25 near Anserini's, their fusion above both. Chroma's
chunking study: precision-omega of token windows, which depends on the chunker alone (sizes counted in cl100k tokens).
"""

from __future__ import annotations

from benchmarks.common import conclude, data, kept_workspace
from ragtune import load_dataset, sweep
from ragtune.component import parse

SCIFACT = {
    "minilm": ("dense", 0.6446, 0.6456),
    "bm25": ("bm25(k1=0.9, b=0.4)", 0.670, 1.0),
    "rrf": ("hybrid(retrievers=[bm25(k1=0.9, b=0.4), dense])", 0.70, 1.0),
}
"""Name -> retriever, and the least and greatest nDCG@10."""

CHROMA = {"200/0": 21.0, "400/0": 12.5, "400/200": 8.4, "800/400": 4.7}
"""TokenText size/overlap -> published precision-omega in percent (the table with text-embedding-3-large)."""


def main() -> None:
    """Sweep both sets and compare."""
    missed = [*scifact(), *chroma()]
    conclude(
        f"published: {len(SCIFACT) + len(CHROMA) - len(missed)} of {len(SCIFACT) + len(CHROMA)} figures",
        passed=not missed,
    )


def scifact() -> list[str]:
    """nDCG@10 of three designs."""
    config = {
        "name": "published-scifact",
        "space": {"chunker": "whole-document", "retriever": [spelling for spelling, _, _ in SCIFACT.values()]},
        "baseline": {"chunker": "whole-document", "retriever": "dense"},
        "metrics": ["nDCG@10", "recall@10", "recall@100", "MRR@10"],
    }
    study = sweep(load_dataset(data("retrieval/scifact")), config, workspace=kept_workspace())
    rows = {str(row.configuration["retriever"]): row for row in study.leaderboard()}
    missed = []
    for name, (spelling, low, high) in SCIFACT.items():
        row = rows[str(parse("retriever", spelling).spec())]
        value = row.means["nDCG@10"]
        ok = low <= value <= high
        missed += [] if ok else [name]
        verdict = "ok" if ok else "MISSED"
        print(
            f"SciFact {name:8} nDCG@10 {value:.4f} (in [{low}, {high}])  R@10 {row.means['recall@10']:.4f}  {verdict}"
        )
    return missed


def chroma() -> list[str]:
    """precision-omega of four token windows."""
    windows = {name: name.split("/") for name in CHROMA}
    chunkers = {
        name: f"token-window(size_tokens={size}, overlap_tokens={overlap})" for name, (size, overlap) in windows.items()
    }
    config = {
        "name": "published-chroma",
        "space": {"chunker": list(chunkers.values()), "retriever": "bm25"},
        "baseline": {"retriever": "bm25"},
        "metrics": ["span_precision_omega", "span_recall@5", "span_precision@5", "span_iou@5"],
    }
    study = sweep(load_dataset(data("spans/chroma")), config, workspace=kept_workspace())
    rows = {str(row.configuration["chunker"]): row.means for row in study.leaderboard()}
    missed = []
    for name, published in CHROMA.items():
        means = rows[str(parse("chunker", chunkers[name]).spec())]
        value = 100 * means["span_precision_omega"]
        ok = abs(value - published) <= 1.5
        missed += [] if ok else [name]
        others = "  ".join(f"{what} {100 * means[f'span_{what}@5']:.1f}" for what in ("recall", "precision", "iou"))
        print(
            f"Chroma TokenText {name:8} precision-omega {value:.1f} (published {published})  {others}  {'ok' if ok else 'MISSED'}"
        )
    return missed


if __name__ == "__main__":
    main()
