"""The thousand configurations that several benchmarks sweep."""

from __future__ import annotations

from typing import Any

THOUSAND: dict[str, Any] = {
    "name": "thousand",
    "space": {
        "chunker": "whole-document",
        "embedder": "minilm",
        "retriever": [
            {"bm25": {"k1": [0.9, 1.2, 1.6], "b": [0.4, 0.75]}},
            "dense",
            {
                "hybrid": {
                    "retrievers": [{"bm25": {"k1": [0.9, 1.2, 1.6], "b": [0.4, 0.75]}}, "dense"],
                    "rrf_k": [10, 30, 60],
                }
            },
            {
                "hybrid": {
                    "retrievers": [{"bm25": {"k1": [0.9, 1.2, 1.6], "b": [0.4, 0.75]}}, "dense"],
                    "fusion": "weighted",
                    "normalization": ["min-max", "z-score", "dbsf"],
                    "alpha": [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
                }
            },
        ],
        "context": {"token-budget": {"budget_tokens": [1000, 2000, 4000], "top_k": [5, 10]}},
    },
    "baseline": {"chunker": "whole-document", "retriever": "dense"},
}
