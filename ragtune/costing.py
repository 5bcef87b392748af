"""What a design costs: latency, context, index, embedding, money. Measured, or said to be unknown; never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from ragtune.answers import Answer, Answers
from ragtune.component import digest
from ragtune.embedders import Embedder
from ragtune.endpoint import Endpoint, price
from ragtune.engine.compute import Computer, provisional_key
from ragtune.engine.online import latencies, sampled
from ragtune.engine.step import Step, closure
from ragtune.engine.timing import REQUESTS
from ragtune.engine.workspace import Workspace
from ragtune.objectives import REPLY_COSTS
from ragtune.pipelines.pipeline import Steps, Wired
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.tools import Replies, Reply
from ragtune.types import Chunks, Corpus, Floats

_USUAL = 1_000
"""Tokens of a request; very long ones cost more a token."""
SAMPLE = 2_000
"""Texts whose tokens are counted; longer lists are counted by their characters, at the rate of these."""


def request_seconds(
    wired: Sequence[Wired], data: Steps, workspace: Workspace, computer: Computer
) -> list[Floats | None]:
    """Seconds of (REQUESTS,) sample requests of each design; None where nobody knows.

    What an endpoint took to answer is what it took when it was asked: no request is spent on timing.
    """
    found: list[Floats | None] = list(latencies([each.outcome for each in wired], data.request, workspace))
    for i, each in enumerate(wired):
        if isinstance(each.outcome.component, Endpoint):
            replies = _replies(each, computer)
            spent = [replies[at].seconds for at in sampled(len(replies))] if replies else []
            own = found[i]
            known = own is not None and spent and None not in spent
            found[i] = np.asarray(own) + np.resize(np.array(spent, dtype=np.float64), REQUESTS) if known else None
    return found


def latency_costs(times: Sequence[Floats | None]) -> dict[str, Floats]:
    """Percentiles of single requests in milliseconds, (n_configurations,) each; nan where a design was not timed."""
    found = np.full((3, len(times)), np.nan)
    for i, seconds in enumerate(times):
        if seconds is not None:
            found[:, i] = np.percentile(seconds * 1000, [50, 95, 99])
    return dict(zip(("latency_p50_ms", "latency_p95_ms", "latency_p99_ms"), found, strict=True))


def reply_costs(wired: Sequence[Wired], computer: Computer) -> dict[str, Floats]:
    """What endpoints tell of their replies, (n_configurations,) each; nan where they do not, or none was asked.

    Means of tokens a request, and percentiles of the time to the first token of streamed replies.
    """
    found = np.full((len(REPLY_COSTS), len(wired)), np.nan)
    for i, each in enumerate(wired):
        if isinstance(each.outcome.component, Endpoint):
            replies = [reply for reply in _replies(each, computer) if not reply.failed]
            for row, name in enumerate(REPLY_COSTS[:3]):
                found[row, i] = _mean([getattr(reply, name) for reply in replies])
            first = [getattr(reply, "first_token_seconds", None) for reply in replies]
            if first and None not in first:
                found[3:, i] = np.percentile(np.array(first, dtype=np.float64) * 1000, [50, 95])
    return dict(zip(REPLY_COSTS, found, strict=True))


def _mean(counts: Sequence[int | None]) -> float:
    known = [count for count in counts if count is not None]
    return sum(known) / len(known) if known and len(known) == len(counts) else float("nan")


def measure_sizes(wired: Sequence[Wired], data: Steps, workspace: Workspace, computer: Computer) -> None:
    """Measure what the designs hold and embed, and keep it in the workspace: each step once."""
    steps = {step.key: step for each in wired for step in [*_held(each, data), *_embedding(each)]}
    known = workspace.results.get(_key(step) for step in steps.values())
    fresh = {}
    for step in steps.values():
        if _key(step) not in known:
            embeds = isinstance(step.component, Embedder) and step.verb == "embed"
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


def money(
    wired: Sequence[Wired], tokens: Floats, queries: Sequence[str], reader: str | None, computer: Computer
) -> Floats:
    """US dollars for a thousand requests, (n_configurations,): what the reader is given, and models that are asked.

    Without a `reader` only the design's own models count. A caller at an endpoint is counted by the tokens that it was
    billed; it is the reader itself, so that no other is added. A model that genai-prices does not know, or whose tokens
    are not counted here (anything else that writes), makes the sum unknown (nan). Models on this machine cost nothing.
    """
    usd = np.zeros(len(wired))
    per_token = None if reader is None else _price(reader, None)
    for i, each in enumerate(wired):
        caller = each.outcome.component
        if isinstance(caller, Endpoint):
            usd[i] += _billed(caller, _replies(each, computer))
        elif reader is not None:
            usd[i] += np.nan if per_token is None else tokens[i] * per_token * 1000
        for component in {step.component for step in closure([each.outcome]) if step.online}:
            if isinstance(component, Endpoint):
                cost = _price(component.model, component.base_url) if isinstance(component, Embedder) else None
                usd[i] += np.nan if cost is None else _tokens_of(queries) / max(1, len(queries)) * cost * 1000
    return usd


def _billed(caller: Endpoint, replies: Sequence[Reply | Answer]) -> float:
    """US dollars for a thousand requests, by the tokens of those that were answered."""
    told = [r for r in replies if not r.failed and r.input_tokens is not None and r.output_tokens is not None]
    answered = sum(not reply.failed for reply in replies)
    if not told or len(told) < answered:
        return float("nan")
    costs = [
        price(caller.model, caller.base_url, r.input_tokens or 0, r.output_tokens or 0, r.cached_tokens or 0)
        for r in told
    ]
    known = [float(cost) for cost in costs if cost is not None]
    return sum(known) / len(known) * 1000 if len(known) == len(costs) else float("nan")


def _replies(each: Wired, computer: Computer) -> Sequence[Reply | Answer]:
    """What a caller or a generator replied; nothing where it did not: it is not asked again for this."""
    store = computer.workspace.store
    if not any(store.has(key) for key in (each.outcome.key, provisional_key(each.outcome.key))):
        return ()
    replies: Replies | Answers = computer.value(each.outcome)
    return replies.replies


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
