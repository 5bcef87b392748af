"""What retrievers share that ask a chat model about the query first."""

from __future__ import annotations

import numpy as np

from ragtune.types import Ranking


def with_place(prompt: str) -> str:
    """The prompt, if it has a place for the query."""
    if "{query}" not in prompt:
        raise ValueError("has no {query}: the place where the query goes")
    return prompt


def fill(prompt: str, query: str, **others: object) -> str:
    """The prompt with the query in its place; what the query holds is never taken for a place."""
    for name, value in others.items():
        prompt = prompt.replace(f"{{{name}}}", str(value))
    return prompt.replace("{query}", query)


def fit(ranking: Ranking, depth: int) -> Ranking:
    """A ranking cut or filled up to a depth."""
    chunk, score = ranking.chunk[:, :depth], ranking.score[:, :depth]
    short = ((0, 0), (0, max(0, depth - chunk.shape[1])))
    return Ranking(np.pad(chunk, short, constant_values=-1), np.pad(score, short, constant_values=-np.inf))
