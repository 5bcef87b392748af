"""A tool set with its cases as steps: each part has a digest of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ragtune.component import Component, work
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.pipelines.data import Given
from ragtune.tools import Cases, Requests, ToolSet
from ragtune.toolsets import ToolDataset
from ragtune.types import Names, Queries


class ToolSetData(Given):
    """The tools as they are given."""

    name: ClassVar[str] = "toolset"

    @work(keep="file", online=False)
    def read(self) -> ToolSet:
        """Put there by `ToolSteps.store`."""
        self.missing()


class RequestData(Given):
    """What is asked."""

    name: ClassVar[str] = "requests"

    @work(keep="file", online=False)
    def read(self) -> Requests:
        """Put there by `ToolSteps.store`."""
        self.missing()


class RequestNames(Given):
    """The ids of the cases, which only what was recorded elsewhere is known by."""

    name: ClassVar[str] = "case-ids"

    @work(keep="file", online=False)
    def read(self) -> Names:
        """Put there by `ToolSteps.store`."""
        self.missing()


class CaseData(Given):
    """What should be called, or a pool of cases that edits may learn from."""

    name: ClassVar[str] = "cases"

    @work(keep="file", online=False)
    def read(self) -> Cases:
        """Put there by `ToolSteps.store`."""
        self.missing()


class RequestTexts(Component):
    """The texts of the requests, as retrieval takes them."""

    kind: ClassVar[str] = "data"
    name: ClassVar[str] = "request-texts"

    @work(keep="no")
    def read(self, requests: Requests) -> Queries:
        """The texts."""
        return Queries(requests.texts)


@dataclass(frozen=True)
class ToolSteps:
    """The steps of a tool set with cases. Each has a digest of its own."""

    original: Step
    requests: Step
    queries: Step
    query_ids: Step
    expected: Step
    pool: Step

    @classmethod
    def of(cls, dataset: ToolDataset, _: Any = None) -> ToolSteps:
        """The steps of a loaded tool set."""
        return cls.known_by(
            {
                "original": dataset.corpus_digest,
                "requests": dataset.queries_digest,
                "query_ids": dataset.query_ids_digest,
                "expected": dataset.judgments_digest,
                "pool": dataset.pool_digest,
            }
        )

    @classmethod
    def known_by(cls, digests: Mapping[str, str]) -> ToolSteps:
        """The steps of data that were stored before, by what `known_as` says of them."""
        requests = Step(RequestData(digest=digests["requests"]), "read")
        return cls(
            original=Step(ToolSetData(digest=digests["original"]), "read"),
            requests=requests,
            queries=Step(RequestTexts(), "read", (requests,)),
            query_ids=Step(RequestNames(digest=digests["query_ids"]), "read"),
            expected=Step(CaseData(digest=digests["expected"]), "read"),
            pool=Step(CaseData(digest=digests["pool"]), "read"),
        )

    @property
    def known_as(self) -> dict[str, str]:
        """The digest of each part."""
        parts = {**self.sources(), "pool": self.pool}
        return {name: step.component.digest for name, step in parts.items() if isinstance(step.component, Given)}

    @property
    def request(self) -> Step:
        """What holds the requests."""
        return self.requests

    @property
    def identity(self) -> tuple[str, ...]:
        """What a study of this data is known by."""
        return (self.original.key, self.requests.key, self.expected.key, self.pool.key)

    def sources(self) -> dict[str, Step]:
        """Under the names by which components ask for them; the pool is for edits alone."""
        names = ("original", "requests", "queries", "query_ids", "expected")
        return {name: getattr(self, name) for name in names}

    def store(self, dataset: ToolDataset, workspace: Workspace) -> None:
        """Put the data where the engine, in this process or another, finds them."""
        values: list[tuple[Step, Any]] = [
            (self.original, dataset.toolset),
            (self.requests, dataset.requests),
            (self.query_ids, dataset.query_ids),
            (self.expected, Cases(dataset.cases)),
            (self.pool, Cases(dataset.pool)),
        ]
        for step, value in values:
            if not workspace.store.has(step.key):
                workspace.store.put(step.key, value)
