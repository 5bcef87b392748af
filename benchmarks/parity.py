"""Bundles against their study: for 200 designs of the quickstart's corpus and 100 questions, the same ranking, bit for bit."""

from __future__ import annotations

import random

import numpy as np

from benchmarks.common import conclude, fresh_workspace
from ragtune import load_dataset, sweep
from ragtune.bundling import export, load
from ragtune.explaining import trace

DESIGNS, QUESTIONS, SEED = 200, 100, 7
CONFIG = {
    "name": "parity",
    "dataset": "python-stdlib",
    "space": {
        "chunker": [
            "token-window(size_tokens=128)", "sentence(size_tokens=128)", "recursive(size_tokens=256)",
            "parent-child(size_tokens=64)", "sentence-window", "page", "whole-document",
        ],
        "embedder": ["wordllama", "wordllama(dim=64)"],
        "retriever": [
            "bm25", "tf-idf", "rm3", "dense", "rocchio", "hybrid", "hybrid(fusion=weighted, alpha=0.3)", "adaptive",
        ],
        "reranker": ["none", "mmr", "ltr"],
        "context": ["top-k", "token-budget(budget_tokens=1000)"],
    },
    "baseline": {"chunker": "whole-document", "retriever": "bm25"},
    "metrics": ["nDCG@10"],
}  # fmt: skip


def main() -> None:
    """Sweep, export, load, compare."""
    with fresh_workspace("parity") as workspace:
        study = sweep(load_dataset("python-stdlib"), CONFIG, workspace=workspace.folder)
        entries = study.record["configurations"]
        chosen = random.Random(SEED).sample(entries, min(DESIGNS, len(entries)))
        together = alone = 0
        overlap = []
        for entry in chosen:
            traced = trace(study, workspace, entry["id"])
            expected, queries = traced.flow.ranking.chunk[:QUESTIONS], traced.queries
            export(study, workspace, entry["id"], workspace.folder / "bundle")
            retriever = load(workspace.folder / "bundle")
            together += retriever.ranking(queries).chunk[:QUESTIONS].tobytes() == expected.tobytes()
            found = np.concatenate([retriever.ranking([query]).chunk for query in queries[:QUESTIONS]])
            alone += found.tobytes() == expected.tobytes()
            pairs = zip(found[:, :10].tolist(), expected[:, :10].tolist(), strict=True)
            overlap.append(np.mean([len({*a} & {*b}) / max(1, len({*b})) for a, b in pairs]))
        print(f"{len(chosen)} of {len(entries)} designs, {QUESTIONS} questions each")
        print(
            f"asked together: {together} rankings equal; asked one by one: {alone}, overlap@10 {np.mean(overlap):.5f}"
        )
        conclude(
            f"parity: {together} and {alone} of {len(chosen)} equal", passed=together == alone == len(chosen) == DESIGNS
        )


if __name__ == "__main__":
    main()
