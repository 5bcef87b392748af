"""From a study of tools to the values of one configuration, read out of the workspace; nothing is asked, nothing written.

The tools and cases are those that were swept, which the workspace keeps, whatever has become of the files since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ragtune import spelling
from ragtune.component import digest
from ragtune.embedders import Embedder
from ragtune.engine.compute import Computer, provisional_key
from ragtune.engine.plan import make_plan
from ragtune.engine.step import Step, closure
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.tools import Sizes, Tools, WiredTools, wire_tools
from ragtune.study import Study
from ragtune.toolpanels._judging import Judged
from ragtune.toolsets import ToolDataset
from ragtune.types import Floats, Ranking, Vectors

_AGAIN = "run the sweep again, which computes what is missing"


@dataclass(frozen=True, eq=False)
class TracedTools:
    """A configuration's values: its tools, what it showed, what it called, and what that is worth.

    `computer` and `data` are for panels that ask what other tools on offer would have meant.
    """

    study: str
    id: str
    slots: Mapping[str, Any]
    judged: Judged
    wired: WiredTools
    data: ToolSteps
    computer: Computer

    @property
    def components(self) -> dict[str, str]:
        """Slot -> the component as it is written."""
        return {slot: spelling.write(spec) for slot, spec in self.slots.items()}

    @cached_property
    def scores(self) -> tuple[str, Floats] | None:
        """Who ranked the tools, and (n_cases, n_tools) what it gave each edited tool, -inf where it found it not.

        The caller's own retriever where it has one, else the selector's; None where neither ranks.
        """
        for name, step in (("caller", self.wired.replies), ("selector", self.wired.shown)):
            found = [below for below in step.inputs if below.component.kind == "retriever"]
            value = self.computer.value(found[0]) if found else None
            if isinstance(value, Ranking):
                return f"{name}'s {found[0].component.name}", _dense(value, len(self.judged.toolset))
        return None

    @cached_property
    def vectors(self) -> tuple[str, Floats] | None:
        """The embedder, and (n_tools, dim) the unit vectors of the edited tools as it read them; None without one."""
        for step in closure([self.wired.replies]):
            if isinstance(step.component, Embedder) and step.verb == "embed":
                value = self.computer.value(step)
                if isinstance(value, Vectors) and len(value.matrix) == len(self.judged.toolset):
                    return step.component.name, value.matrix
        return None


def trace_tools(study: Study, workspace: Workspace, configuration: str) -> TracedTools:
    """The values of one configuration of a study of tools.

    Raises:
        InputError: there is no such configuration, or the study is none of tools.
        WorkspaceError: the workspace no longer holds what the sweep left, or another version of ragtune made it.
    """
    computer = Computer(workspace)
    wired, data, dataset = wired_tools(study, workspace, configuration, computer)
    if any(not _provisional(step, workspace) for step in make_plan([wired.replies], workspace).tasks):
        raise WorkspaceError(f"{workspace.folder} no longer holds all that {study.name} rests on; {_AGAIN}")
    judged = Judged(
        cases=dataset.cases,
        original=dataset.toolset,
        toolset=computer.value(wired.toolset),
        requests=dataset.requests,
        shown=computer.value(wired.shown),
        replies=computer.value(wired.replies).replies,
    )
    entry = study.entry(configuration)
    return TracedTools(study.name, entry["id"], entry["slots"], judged, wired, data, computer)


def wired_tools(
    study: Study, workspace: Workspace, configuration: str, computer: Computer
) -> tuple[WiredTools, ToolSteps, ToolDataset]:
    """The steps of one configuration of a study of tools, and the data that they rest on.

    Raises:
        InputError: there is no such configuration, or the study is none of tools.
        WorkspaceError: the workspace no longer holds the data, or another version of ragtune made the study.
    """
    if study.record.get("pipeline") != "tools":
        raise InputError(f"{study.name} is no study of tools; ragtune explain tells where a study of retrieval loses")
    entry = study.entry(configuration)
    data, dataset = _data(study, workspace, computer)
    wired = wire_tools(Tools.of(entry["slots"]), data, (), Sizes(dataset, data))
    if wired.key[:8] != entry["id"]:
        raise WorkspaceError(
            f"configuration {entry['id']} of {study.name} was computed by another version of one of its components, or "
            f"on other data; {_AGAIN}"
        )
    return wired, data, dataset


def _provisional(step: Step, workspace: Workspace) -> bool:
    """Whether its result is there, though some of its rows failed: what the scores rest on until it is done again."""
    return step.keep == "file" and workspace.store.has(provisional_key(step.key))


def _data(study: Study, workspace: Workspace, computer: Computer) -> tuple[ToolSteps, ToolDataset]:
    """The steps of the data that a study was made on, by the digests in its record, and the data themselves."""
    described = study.record["dataset"]
    digests = described["digests"]
    steps = ToolSteps.known_by(
        {
            "original": digests["corpus"],
            "requests": digests["queries"],
            "query_ids": digest(*study.record["queries"]),
            "expected": digests["judgments"],
            "pool": described.get("pool") or digest(),
        }
    )
    for step in (steps.original, steps.requests, steps.expected):
        if not workspace.store.has(step.key):
            raise WorkspaceError(f"{workspace.folder} does not hold the data of {study.name}; {_AGAIN}")
    # Equal cases under other ids are the same value, so the ids are those of the study.
    stored = zip(computer.value(steps.expected).cases, study.record["queries"], strict=True)
    cases = tuple(case.model_copy(update={"id": id}) for case, id in stored)
    kept = computer.value(steps.pool).cases if workspace.store.has(steps.pool.key) else ()
    return steps, ToolDataset(described["name"], computer.value(steps.original), cases, kept)


def _dense(ranking: Ranking, n_tools: int) -> Floats:
    scores = np.full((len(ranking.chunk), n_tools + 1), -np.inf)
    np.put_along_axis(scores, ranking.chunk.astype(np.int64), ranking.score, axis=1)  # -1, nothing, is the last column
    found: Floats = scores[:, :-1]
    return found
