"""From a study's record to the values of one configuration, read out of the workspace; nothing is run and nothing written.

The data are those that were swept, which the workspace keeps, so that an explanation always fits its scores, whatever has
become of the files since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ragtune import spelling
from ragtune.answers import Answer, Answers, Reference, References
from ragtune.component import digest
from ragtune.engine.compute import Computer
from ragtune.engine.memo import Memo
from ragtune.engine.plan import make_plan
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace
from ragtune.errors import StepError, WorkspaceError
from ragtune.explaining._flow import Flow, Part, Reading
from ragtune.pipelines.data import DataSteps, QueryData, assignment
from ragtune.pipelines.rag import Rag, Wired, wire_rag
from ragtune.study import Study
from ragtune.types import Chunks, Contexts, Queries, Ranking

FILTERS = ("threshold", "relative_threshold", "per_document")
"""Knobs of contexts that leave out chunks which there would be room for."""
_AGAIN = "run the sweep again, which computes what is missing"


@dataclass(frozen=True)
class Traced:
    """A configuration's values, its components as they are written, and the texts of the queries.

    `answers` and `references` are empty where nothing answers, or the workspace no longer holds what was answered.
    """

    id: str
    configuration: Mapping[str, Any]
    components: Mapping[str, str]
    queries: tuple[str, ...]
    flow: Flow
    answers: tuple[Answer, ...] = ()
    references: tuple[Reference, ...] = ()


def trace(study: Study, workspace: Workspace, configuration: str) -> Traced:
    """The values of one configuration of a study.

    Raises:
        InputError: there is no such configuration.
        WorkspaceError: the workspace no longer holds what the sweep left, or another version of ragtune made it.
    """
    entry = study.entry(configuration)
    computer = Computer(workspace)
    data = data_steps(study, workspace)
    wired = wire_rag(Rag.of(entry["slots"]), data, ())
    if wired.key[:8] != entry["id"]:
        raise WorkspaceError(
            f"configuration {entry['id']} of {study.name} was computed by another version of one of its components, or "
            f"on other data; {_AGAIN}"
        )
    if make_plan([wired.contexts], workspace).tasks:
        raise WorkspaceError(f"{workspace.folder} no longer holds all that {study.name} rests on; {_AGAIN}")
    texts = computer.value(data.queries).texts
    written = {slot: spelling.write(spec) for slot, spec in entry["slots"].items()}
    answers, references = _answered(wired, data, workspace, computer)
    flow = flow_of(wired, data, computer)
    return Traced(entry["id"], entry["slots"], written, texts, flow, answers, references)


def _answered(
    wired: Wired, data: DataSteps, workspace: Workspace, computer: Computer
) -> tuple[tuple[Answer, ...], tuple[Reference, ...]]:
    """What was answered, and what should have been."""
    if wired.answers is None or make_plan([wired.answers], workspace).tasks:
        return (), ()
    given: Answers = computer.value(wired.answers)
    wanted: References = computer.value(data.references)
    return given.answers, wanted.references


def data_steps(study: Study, workspace: Workspace) -> DataSteps:
    """The steps of the data that a study was made on, by the digests in its record."""
    digests, answers = study.record["dataset"]["digests"], study.record["dataset"].get("answers")
    if answers is None:
        raise WorkspaceError(f"{study.name} was made by an earlier ragtune; {_AGAIN}")
    queries = Step(QueryData(digest=digests["queries"]), "read")
    texts: Queries | None = workspace.store.get(queries.key, Queries)
    if texts is None:
        raise WorkspaceError(f"{workspace.folder} does not hold the data of {study.name}; {_AGAIN}")
    parts = assignment(texts.texts, study.fold)
    assigned = digest(parts.text.tobytes(), parts.fold.tobytes())
    own = {"query_ids": digest(*study.record["queries"]), "assignment": assigned}
    return DataSteps.known_by({**digests, **answers, **own})


def flow_of(wired: Wired, data: DataSteps, computer: Computer) -> Flow:
    """The values of a wired configuration, all of which can be had from the workspace."""
    chunks: Chunks = computer.value(wired.chunks)
    found = _found(wired)
    context = wired.configuration.context
    filters = {knob: None for knob in FILTERS if getattr(context, knob, None) is not None}
    lifted = context.model_copy(update=filters) if filters else None
    return Flow(
        corpus=computer.value(data.corpus),
        judgments=computer.value(data.judgments),
        reading=_reading(wired, chunks, computer),
        parts=tuple(_parts(found, wired.chunks, wired.chunks, computer)),
        found=computer.value(found),
        ranking=computer.value(wired.ranking),
        contexts=computer.value(wired.contexts),
        pack=lambda ranking: repack(wired, computer, ranking),
        unfiltered=(lambda ranking: repack(wired, computer, ranking, lifted)) if lifted else None,
    )


def repack(wired: Wired, computer: Computer, ranking: Ranking, context: Any = None) -> Contexts:
    """What the context makes of another ranking; `context` is put in its own place, with other knobs."""
    values: dict[str, Any] = {wired.ranking.key: ranking}
    for step in closure([wired.contexts]):
        if step.key in values or not any(below.key in values for below in step.inputs):
            continue
        own = step.component == wired.configuration.context
        component = context if context is not None and own else step.component
        if step.uses_memo and component.priced:
            raise StepError(f"context {component} costs money at each use; it is not asked what might have been")
        inputs = [values[b.key] if b.key in values else computer.value(b) for b in step.inputs]
        extra = {"memo": Memo(computer.workspace.memo, step.memo_scope, lambda *_: None)} if step.uses_memo else {}
        values[step.key] = getattr(component, step.verb)(*inputs, **extra)
    packed: Contexts = values[wired.contexts.key]
    return packed


def _found(wired: Wired) -> Step:
    """The retriever's own step: the nearest one below the reranker's."""
    level = [wired.ranking]
    while level:
        for step in level:
            if step.component is wired.configuration.retriever and step.verb == step.component.verb:
                return step
        level = [below for step in level for below in step.inputs]
    raise AssertionError("a reranker takes the retriever's ranking")


def _reading(wired: Wired, chunks: Chunks, computer: Computer) -> Reading:
    """What is read of a chunk, as the context's verb `places` says where it has one; else as the chunks say."""
    for step in wired.contexts.inputs:
        if step.verb == "places" and step.component is wired.configuration.context:
            places = computer.value(step)
            return Reading(chunks, places.start, places.end)
    return Reading.of(chunks)


def _parts(step: Step, seen: Step, pipeline: Step, computer: Computer, level: int = 1) -> Iterator[Part]:
    """The rankings that a retriever's step is made of, each before those that it is made of itself."""
    for part in _rankings_below(step):
        ranked = _chunks_seen(step, part, seen)
        n_queries = len(computer.value(step).chunk)
        ranking = _translated(computer.value(part), ranked, pipeline, computer)
        yield Part(str(part.component), level, tuple(_by_wording(ranking, n_queries)))
        yield from _parts(part, ranked, pipeline, computer, level + 1)


def _rankings_below(step: Step) -> Iterator[Step]:
    seen: set[str] = set()
    stack = list(reversed(step.inputs))
    while stack:
        below = stack.pop()
        if below.key in seen:
            continue
        seen.add(below.key)
        if below.component.kind == "retriever" and below.verb == below.component.verb:
            yield below
        elif below.component == step.component:  # its own verbs, such as the pool of a fusion
            stack.extend(reversed(below.inputs))


def _chunks_seen(step: Step, part: Step, seen: Step) -> Step:
    """The chunks that a part ranks: its holder's, unless this one has a verb that shows it others."""
    for below in closure([part]):
        if below.component == step.component and below.verb.endswith("_chunks"):
            return below
    return seen


def _translated(ranking: Ranking, ranked: Step, pipeline: Step, computer: Computer) -> Ranking:
    """A ranking by the pipeline's own numbers of the chunks; what the pipeline does not have is left out."""
    if ranked.key == pipeline.key:
        return ranking
    theirs, ours = computer.value(ranked), computer.value(pipeline)
    spans = [np.stack([chunks.document, chunks.start, chunks.end], axis=1) for chunks in (ours, theirs)]
    place = np.unique(np.concatenate(spans), axis=0, return_inverse=True)[1].reshape(-1)
    own = np.full(len(place) + 1, -1)
    own[place[: len(ours)]] = np.arange(len(ours))
    chunk = np.append(own[place[len(ours) :]], -1)[ranking.chunk]
    order = np.argsort(chunk < 0, axis=1, kind="stable")
    score = np.where(chunk < 0, -np.inf, ranking.score)
    return Ranking(np.take_along_axis(chunk, order, axis=1).astype(np.int32), np.take_along_axis(score, order, axis=1))


def _by_wording(ranking: Ranking, n_queries: int) -> Iterator[Ranking]:
    """One ranking of all queries for each wording that they are asked in; most retrievers ask in one."""
    wordings = len(ranking.chunk) // max(1, n_queries)
    for i in range(wordings):
        yield Ranking(ranking.chunk[i::wordings], ranking.score[i::wordings])
