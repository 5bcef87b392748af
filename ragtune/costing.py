"""What a design costs: latency, context, index, embedding, money. Measured, or said to be unknown; never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from ragtune.component import digest
from ragtune.embedders import Embedder
from ragtune.endpoint import Endpoint, price
from ragtune.engine.compute import Computer
from ragtune.engine.online import latencies
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace
from ragtune.pipelines.pipeline import Steps, Wired
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.types import Chunks, Corpus, Floats

_USUAL = 1_000
"""Tokens of a request; very long ones cost more a token."""
SAMPLE = 2_000
"""Texts whose tokens are counted; longer lists are counted by their characters, at the rate of these."""


def latency_costs(wired: Sequence[Wired], data: Steps, workspace: Workspace) -> dict[str, Floats]:
    """Percentiles of single requests in milliseconds, (n_configurations,) each; nan where a design was not timed."""
    times = latencies([each.outcome for each in wired], data.request, workspace)
    found = np.full((3, len(wired)), np.nan)
    for i, seconds in enumerate(times):
        if seconds is not None:
            found[:, i] = np.percentile(seconds * 1000, [50, 95, 99])
    return dict(zip(("latency_p50_ms", "latency_p95_ms", "latency_p99_ms"), found, strict=True))


def measure_sizes(wired: Sequence[Wired], data: Steps, workspace: Workspace, computer: Computer) -> None:
    """Measure what the designs hold and embed, and keep it in the workspace: each step once."""
    steps = {step.key: step for each in wired for step in [*_held(each, data), *_embedding(each)]}
    known = workspace.results.get(_key(step) for step in steps.values())
    fresh = {}
    for step in steps.values():
        if _key(step) not in known:
            embeds = isinstance(step.component, Embedder)
            tokens = _tokens_of(_texts(step, computer)) if embeds else 0
            fresh[_key(step)] = json.dumps([computer.value(step).nbytes, tokens]).encode()
    workspace.results.put(fresh)


def size_costs(wired: Sequence[Wired], data: Steps, workspace: Workspace) -> dict[str, Floats]:
    """Bytes held for requests, and tokens embedded to build the index; nan where they were not measured."""
    steps = {step.key: step for each in wired for step in [*_held(each, data), *_embedding(each)]}
    rows = workspace.results.get(_key(step) for step in steps.values())
    sizes = {key: json.loads(rows[_key(step)]) for key, step in steps.items() if _key(step) in rows}
    unknown = (np.nan, np.nan)

    def total(steps: Iterable[Step], column: int) -> float:
        return float(sum(sizes.get(step.key, unknown)[column] for step in {s.key: s for s in steps}.values()))

    return {
        "index_bytes": np.array([total(_held(each, data), 0) for each in wired]),
        "embedding_tokens": np.array([total(_embedding(each), 1) for each in wired]),
    }


def money(wired: Sequence[Wired], tokens: Floats, queries: Sequence[str], reader: str | None) -> Floats:
    """US dollars for a thousand requests, (n_configurations,): what the reader is given, and models that are asked.

    Without a `reader` only the design's own models count; one at an endpoint that genai-prices does not know, or whose
    tokens are not counted here (anything that writes), makes the sum unknown (nan). Models on this machine cost nothing.
    """
    usd = np.zeros(len(wired))
    if reader is not None:
        price = _price(reader, None)
        usd += np.nan if price is None else tokens * price * 1000
    for i, each in enumerate(wired):
        for component in {step.component for step in closure([each.outcome]) if step.online}:
            if isinstance(component, Endpoint):
                price = _price(component.model, component.base_url) if isinstance(component, Embedder) else None
                usd[i] += np.nan if price is None else _tokens_of(queries) / max(1, len(queries)) * price * 1000
    return usd


@cache
def _price(model: str, url: str | None) -> float | None:
    """US dollars an input token, of a request of usual length; None where it is not known."""
    found = price(model, url, _USUAL)
    return None if found is None else float(found) / _USUAL


def _held(each: Wired, data: Steps) -> list[Step]:
    """What must be in memory for a request: results that online steps take and no request makes."""
    given = {step.key for step in data.sources().values()}
    asked = {data.request.key}
    held: dict[str, Step] = {}
    for step in closure([each.outcome]):
        if any(below.key in asked for below in step.inputs):
            asked.add(step.key)
            if step.online:
                held.update((s.key, s) for s in step.inputs if s.key not in asked and s.key not in given)
    return [step for step in held.values() if step.verb != "tokenize"]


def _embedding(each: Wired) -> list[Step]:
    return [step for step in closure([each.outcome]) if isinstance(step.component, Embedder) and step.verb == "embed"]


def _texts(step: Step, computer: Computer) -> Sequence[str]:
    values = [computer.value(below) for below in step.inputs]
    chunks = next(value for value in values if isinstance(value, Chunks))
    return chunks.indexed_texts(next(value for value in values if isinstance(value, Corpus)))


def _tokens_of(texts: Sequence[str]) -> int:
    """Tokens of all texts; counting loads a tokenizer, which a sweep with nothing new to measure does not."""
    step = max(1, len(texts) // SAMPLE)
    sample = texts[::step]
    characters = sum(map(len, sample))
    counted = sum(Cl100k().count(text) for text in sample)
    return round(counted * sum(map(len, texts)) / characters) if characters else 0


def _key(step: Step) -> bytes:
    return b"size:" + digest(step.key).encode()
