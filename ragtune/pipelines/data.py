"""The data as steps: known by a digest of their content, so that edited data never meet a stale result."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, NoReturn

import numpy as np
from pydantic import PositiveInt

from ragtune.component import Component, digest, work
from ragtune.datasets import Dataset
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import StepError
from ragtune.types import Corpus, Folds, Judgments, Names, Queries


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


class QueryIdData(_Given):
    """The ids of the queries, which only rankings made elsewhere are known by."""

    name: ClassVar[str] = "query-ids"

    @work(keep="file", online=False)
    def read(self) -> Names:
        """Put there by `DataSteps.store`."""
        self._missing()


class JudgmentData(_Given):
    """The evidence."""

    name: ClassVar[str] = "judgments"

    @work(keep="file", online=False)
    def read(self) -> Judgments:
        """Put there by `DataSteps.store`."""
        self._missing()


class FoldData(Component):
    """Parts of the queries, for what learns from judgments: a query is ranked by a model that never saw its part."""

    kind: ClassVar[str] = "data"
    name: ClassVar[str] = "folds"
    n: PositiveInt = 5

    @work(keep="no")
    def assign(self, queries: Queries) -> Folds:
        """By a hash of the text, so that neither order nor neighbours matter; equal texts share a fold."""
        texts = sorted(set(queries.texts), key=lambda text: digest("fold", text))
        fold = {text: i % self.n for i, text in enumerate(texts)}
        return Folds(np.array([fold[text] for text in queries.texts], dtype=np.int64))


@dataclass(frozen=True)
class DataSteps:
    """The steps of a dataset. Each has a digest of its own: new evidence re-scores, and embeds nothing."""

    corpus: Step
    queries: Step
    query_ids: Step
    judgments: Step
    folds: Step

    @classmethod
    def of(cls, dataset: Dataset) -> DataSteps:
        """The steps of a loaded dataset."""
        queries = Step(QueryData(digest=dataset.queries_digest), "read")
        return cls(
            Step(CorpusData(digest=dataset.corpus_digest), "read"),
            queries,
            Step(QueryIdData(digest=dataset.query_ids_digest), "read"),
            Step(JudgmentData(digest=dataset.judgments_digest), "read"),
            Step(FoldData(), "assign", (queries,)),
        )

    def sources(self) -> dict[str, Step]:
        """Under the names by which components ask for them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def store(self, dataset: Dataset, workspace: Workspace) -> None:
        """Put the data where the engine, in this process or another, finds them."""
        values: list[tuple[Step, Any]] = [
            (self.corpus, dataset.corpus),
            (self.queries, dataset.query_texts),
            (self.query_ids, dataset.query_ids),
            (self.judgments, dataset.judgments),
        ]
        for step, value in values:
            if not workspace.store.has(step.key):
                workspace.store.put(step.key, value)
