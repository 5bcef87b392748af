"""The data as steps: known by a digest of their content, so that edited data never meet a stale result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from ragtune.component import Component, work
from ragtune.datasets import Dataset
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import StepError
from ragtune.types import Corpus, Judgments, Queries


class _Given(Component):
    """A value that comes from outside; it is put into the store before a run, where every process finds it."""

    kind: ClassVar[str] = "data"
    digest: str

    def _missing(self) -> NoReturn:
        raise StepError(f"the {self.name} of the dataset is not in the workspace; run the sweep again to put it there")


class CorpusData(_Given):
    """The documents."""

    name: ClassVar[str] = "corpus"

    @work(keep="file", online=False)
    def read(self) -> Corpus:
        """Put there by `DataSteps.store`."""
        self._missing()


class QueryData(_Given):
    """The texts of the queries."""

    name: ClassVar[str] = "queries"

    @work(keep="file", online=False)
    def read(self) -> Queries:
        """Put there by `DataSteps.store`."""
        self._missing()


class JudgmentData(_Given):
    """The evidence."""

    name: ClassVar[str] = "judgments"

    @work(keep="file", online=False)
    def read(self) -> Judgments:
        """Put there by `DataSteps.store`."""
        self._missing()


@dataclass(frozen=True)
class DataSteps:
    """The three steps of a dataset. Each has a digest of its own: new evidence re-scores, and embeds nothing."""

    corpus: Step
    queries: Step
    judgments: Step

    @classmethod
    def of(cls, dataset: Dataset) -> DataSteps:
        """The steps of a loaded dataset."""
        return cls(
            Step(CorpusData(digest=dataset.corpus_digest), "read"),
            Step(QueryData(digest=dataset.queries_digest), "read"),
            Step(JudgmentData(digest=dataset.judgments_digest), "read"),
        )

    def store(self, dataset: Dataset, workspace: Workspace) -> None:
        """Put the data where the engine, in this process or another, finds them."""
        values: list[tuple[Step, Any]] = [
            (self.corpus, dataset.corpus),
            (self.queries, dataset.query_texts),
            (self.judgments, dataset.judgments),
        ]
        for step, value in values:
            if not workspace.store.has(step.key):
                workspace.store.put(step.key, value)
