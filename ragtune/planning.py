"""What a sweep would cost: configurations, steps, texts to embed, and seconds at measured rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragtune.embedders import Embedder
from ragtune.engine.compute import Computer
from ragtune.engine.memo import Memo
from ragtune.engine.plan import make_plan
from ragtune.engine.run import rates, run
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace
from ragtune.sweeping import Prepared
from ragtune.types import Chunks, Corpus

_SAMPLE = 24


@dataclass(frozen=True)
class EmbeddingWork:
    """Texts that one embedder must still embed; `seconds` at a rate measured before, or now on a sample of them."""

    embedder: str
    texts: int
    characters: int
    seconds: float


@dataclass(frozen=True)
class Estimate:
    """What lies ahead. `seconds` is everything: embedding and the arithmetic after it."""

    configurations: int
    steps: int
    stored: int
    embedding: tuple[EmbeddingWork, ...]
    seconds: float
    unknown: tuple[str, ...] = ()


def estimate(prepared: Prepared, workspace: Workspace, computer: Computer) -> Estimate:
    """Estimate a sweep. Chunks are cut (and kept) to know the texts; a model never timed is timed on a few of them.

    What can be known only by running a model or asking an endpoint (pairs to rerank, expanded queries, chunks cut by
    meaning) is not estimated; `unknown` names the components that such work is for.
    """
    plan = make_plan(prepared.targets, workspace)
    prepared.data.store(prepared.dataset, workspace)
    models = [step for step in plan.tasks if step.uses_memo]
    known = [step for step in models if _is_known(step)]
    run({below.key: below for step in known for below in step.inputs}.values(), workspace, computer)
    embedding = _embedding(known, workspace, computer)
    speeds = rates(workspace, plan.tasks)
    other = sum(speeds[step.key] for step in plan.tasks if not step.uses_memo and step.key in speeds)
    kept = [step for step in plan.steps if step.keep != "no"]
    return Estimate(
        configurations=len(prepared.wired),
        steps=len(kept),
        stored=sum(step.key in plan.stored for step in kept),
        embedding=embedding,
        seconds=sum(work.seconds for work in embedding) + other,
        unknown=tuple(sorted({str(step.component) for step in models if not _is_known(step)})),
    )


def _is_known(step: Step) -> bool:
    """Whether the texts to embed can be had without running a model, and the model timed for nothing."""
    below = [each for each in closure([step]) if each is not step]
    free = isinstance(step.component, Embedder) and not step.component.priced
    return free and not any(each.uses_memo for each in below)


def _embedding(steps: Sequence[Step], workspace: Workspace, computer: Computer) -> tuple[EmbeddingWork, ...]:
    missing: dict[str, dict[str, None]] = {}
    models: dict[str, Step] = {}
    for step in steps:
        memo = Memo(workspace.memo, step.memo_scope, lambda *_: None)
        texts = dict.fromkeys(_texts(step, computer))
        known = workspace.memo.get(memo.key(text) for text in texts)
        name = str(step.component)
        missing.setdefault(name, {}).update((text, None) for text in texts if memo.key(text) not in known)
        models[name] = step
    works = []
    for name, found in missing.items():
        characters = sum(map(len, found))
        per_character = _seconds_per_character(models[name], list(found), workspace)
        works.append(EmbeddingWork(name, len(found), characters, characters * per_character))
    return tuple(works)


def _texts(step: Step, computer: Computer) -> Sequence[str]:
    inputs = [computer.value(below) for below in step.inputs]
    chunks = next((value for value in inputs if isinstance(value, Chunks)), None)
    corpus = next((value for value in inputs if isinstance(value, Corpus)), None)
    if chunks is not None and corpus is not None:
        return chunks.indexed_texts(corpus)
    texts: Sequence[str] = inputs[0].texts
    return texts


def _seconds_per_character(step: Step, texts: list[str], workspace: Workspace) -> float:
    measured = rates(workspace, [step])
    if step.key in measured or not texts:
        return measured.get(step.key, 0.0)
    assert isinstance(step.component, Embedder)
    sample = texts[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE]
    for part in (sample[:1], sample):  # the first call loads the model
        memo = Memo(None, step.memo_scope, lambda *_: None)
        step.component.vectors(part, memo, queries=step.verb == "embed_queries")
    return memo.model_seconds / max(1, memo.characters)
