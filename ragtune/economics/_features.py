"""What an app knows when it decides: the length of a query, how well the retriever found something, measures without truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ragtune.economics._stored import Stored
from ragtune.types import Floats

RUNTIME = (
    "support", "k_precision", "bigram_precision", "rouge_l_precision", "sentence_support", "names_and_numbers",
    "entailment", "claim_support", "citation_precision", "citation_recall", "ragas_faithfulness",
    "ragas_response_groundedness", "ragas_context_relevance", "ragas_answer_relevancy",
)  # fmt: skip
"""Measures of an answer that need no truth, so that an app can have them when it decides."""


@dataclass(frozen=True, eq=False)
class Features:
    """(n_queries, n_features) `values`; `told` says what each is."""

    names: tuple[str, ...]
    values: Floats
    told: dict[str, str]


def features_of(stored: Stored) -> Features:
    """Words, and of the configuration's ranking the best score and its lead, where it is at hand."""
    columns = {"words": np.array([len(text.split()) for text in stored.texts], dtype=np.float64)}
    told = {"words": "words of the query"}
    scores = stored.scores
    if scores is not None and scores.shape[1]:
        top = np.where(np.isfinite(scores[:, 0]), scores[:, 0], 0.0)
        columns["top_score"] = top
        told["top_score"] = f"the best score that {stored.label} found the query, 0 where it found nothing"
        if scores.shape[1] > 1:
            second = np.where(np.isfinite(scores[:, 1]), scores[:, 1], 0.0)
            columns["lead"] = top - second
            told["lead"] = "by how much that lies above the second best"
    return Features(tuple(columns), np.stack(list(columns.values()), axis=1), told)


def runtime_score(stored: Stored, name: str) -> Floats | None:
    """(n_queries,) of a measure or feature that an app has once the query is answered; None where it has none."""
    features = features_of(stored)
    if name in features.names:
        return features.values[:, features.names.index(name)]
    word = name.split("(")[0]
    return stored.of(name) if word in RUNTIME and name in stored.design.metrics else None
