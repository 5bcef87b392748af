"""A configuration of a study as the workspace keeps it, whichever pipeline it is of; nothing is run, nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.answers import Answer, Answers, Prompts
from ragtune.component import Component
from ragtune.designs import Design, find_design
from ragtune.engine.compute import Computer, provisional_key
from ragtune.engine.online import latencies
from ragtune.engine.plan import make_plan
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.explaining import data_steps
from ragtune.pipelines.pipeline import Wired
from ragtune.pipelines.rag import Rag, wire_rag
from ragtune.study import Study, open_study
from ragtune.toolpanels import trace_tools
from ragtune.tools import Replies, Reply
from ragtune.types import Floats, Queries, Ranking


@dataclass(frozen=True, eq=False)
class Stored:
    """A configuration's steps and values. `replies` is empty where nobody answers or calls."""

    study: Study
    design: Design
    texts: tuple[str, ...]
    outcome: Step
    replies: tuple[Reply | Answer, ...]
    scores: Floats | None
    """(n_queries, n) what the retriever gave, best first, -inf where it found nothing; None where it is not at hand."""
    request: Step
    computer: Computer

    @property
    def label(self) -> str:
        """`study:id`."""
        return self.design.label

    def of(self, metric: str) -> Floats:
        """(n_queries,) of one metric, the higher the better."""
        sign = -1 if self.design.better.get(metric) == "lower" else 1
        if metric not in self.design.metrics:
            self.study.scores.of(metric)  # says which was meant
        found: Floats = sign * self.design.of(metric, self.design.queries)
        return found

    def own_seconds(self) -> Floats | None:
        """Seconds of sample requests outside any endpoint; None where nobody knows."""
        return latencies([self.outcome], self.request, self.computer.workspace)[0]

    def prompts(self) -> Prompts | None:
        """What the generator was asked, written anew from what is kept; None where nothing is asked in words."""
        if self.study.record.get("pipeline") == "tools":
            return None
        for step in self.outcome.inputs:
            if step.component.kind == "prompt" and step.verb == "write":
                found: Prompts = self.computer.value(step)
                return found
        return None


def stored(reference: str, workspace: Workspace, within: Study | None = None) -> Stored:
    """The configuration that a reference names, as `ragtune compare` reads references.

    Raises:
        WorkspaceError: the workspace no longer holds what the sweep left, or another version of ragtune made it.
    """
    design = find_design(reference, workspace, within)
    study = within if within is not None and within.name == design.study else open_study(design.study, workspace)
    if study.record.get("pipeline") == "tools":
        return _tools(study, design, workspace)
    return _rag(study, design, workspace)


def pair(one: str, other: str, workspace: Workspace, within: Study | None = None) -> tuple[Stored, Stored]:
    """Two configurations of one study.

    Raises:
        InputError: they are of two, so that their queries may differ, or one and the same.
    """
    first, second = stored(one, workspace, within), stored(other, workspace, within)
    if first.study.name != second.study.name:
        raise InputError(f"{first.label} and {second.label} are of two studies; name two configurations of one study")
    if first.design.id == second.design.id:
        raise InputError(f"'{one}' and '{other}' are the same configuration, {first.label}")
    return first, second


def _rag(study: Study, design: Design, workspace: Workspace) -> Stored:
    data, computer = data_steps(study, workspace), Computer(workspace)
    wired = wire_rag(Rag.of(design.slots), data, ())
    _at_hand(wired, study, design.id, workspace)
    texts: Queries = computer.value(data.queries)
    given: Answers | None = computer.value(wired.answers) if wired.answers else None
    scores = None
    if not make_plan([wired.ranking], workspace).tasks:
        ranking: Ranking = computer.value(wired.ranking)
        scores = np.where(ranking.chunk >= 0, ranking.score, -np.inf)
    replies = given.answers if given else ()
    return Stored(study, design, texts.texts, wired.outcome, replies, scores, data.request, computer)


def _tools(study: Study, design: Design, workspace: Workspace) -> Stored:
    traced = trace_tools(study, workspace, design.id)
    ranked = traced.scores
    scores = None if ranked is None else -np.sort(-ranked[1], axis=1)
    replies: Replies = traced.computer.value(traced.wired.outcome)
    texts, data = traced.judged.requests.texts, traced.data
    return Stored(study, design, texts, traced.wired.outcome, replies.replies, scores, data.request, traced.computer)


def _at_hand(wired: Wired, study: Study, id_: str, workspace: Workspace) -> None:
    again = "run the sweep again, which computes what is missing"
    if wired.key[:8] != id_:
        raise WorkspaceError(
            f"configuration {id_} of {study.name} was computed by another version of one of its components, or on other "
            f"data; {again}"
        )
    for step in make_plan([wired.outcome], workspace).tasks:
        if step.keep != "file" or not workspace.store.has(provisional_key(step.key)):
            raise WorkspaceError(f"{workspace.folder} no longer holds all that {study.name} rests on; {again}")


def priced_below(outcome: Step) -> Sequence[Component]:
    """Components that a live request asks for money before the outcome: embedders of queries, query expansion."""
    steps = [step for step in closure([outcome]) if step.online and step.key != outcome.key]
    return list({step.component: None for step in steps if step.component.priced})
