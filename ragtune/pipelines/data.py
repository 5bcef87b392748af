"""The data as steps: known by a digest of their content, so that edited data never meet a stale result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from ragtune.answers import Example, Examples, References
from ragtune.component import Component, digest, work
from ragtune.datasets import Dataset
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import StepError
from ragtune.types import Assignment, Corpus, Folds, Ints, Judgments, Names, Queries


class Given(Component):
    """A value that comes from outside; it is put into the store before a run, where every process finds it."""

    kind: ClassVar[str] = "data"
    digest: str

    def missing(self) -> NoReturn:
        """Nothing can make it: a run puts it there."""
        raise StepError(f"the {self.name} of the dataset is not in the workspace; run the sweep again to put it there")


class CorpusData(Given):
    """The documents."""

    name: ClassVar[str] = "corpus"

    @work(keep="file", online=False)
    def read(self) -> Corpus:
        """Put there by `DataSteps.store`."""
        self.missing()


class QueryData(Given):
    """The texts of the queries."""

    name: ClassVar[str] = "queries"

    @work(keep="file", online=False)
    def read(self) -> Queries:
        """Put there by `DataSteps.store`."""
        self.missing()


class QueryIdData(Given):
    """The ids of the queries, which only rankings made elsewhere are known by."""

    name: ClassVar[str] = "query-ids"

    @work(keep="file", online=False)
    def read(self) -> Names:
        """Put there by `DataSteps.store`."""
        self.missing()


class JudgmentData(Given):
    """The evidence."""

    name: ClassVar[str] = "judgments"

    @work(keep="file", online=False)
    def read(self) -> Judgments:
        """Put there by `DataSteps.store`."""
        self.missing()


class ReferenceData(Given):
    """The answers that the dataset has."""

    name: ClassVar[str] = "references"

    @work(keep="file", online=False)
    def read(self) -> References:
        """Put there by `DataSteps.store`."""
        self.missing()


class ExampleData(Given):
    """Answered queries that prompts may show as examples."""

    name: ClassVar[str] = "examples"

    @work(keep="file", online=False)
    def read(self) -> Examples:
        """Put there by `DataSteps.store`."""
        self.missing()


class ExampleTexts(Component):
    """The texts of the queries among the examples, as retrieval takes them."""

    kind: ClassVar[str] = "data"
    name: ClassVar[str] = "example-texts"

    @work(keep="no", online=False)
    def read(self, examples: Examples) -> Queries:
        """The texts."""
        return Queries(tuple(each.query for each in examples.examples))


class AssignmentData(Given):
    """Which part each query text belongs to."""

    name: ClassVar[str] = "assignment"

    @work(keep="file", online=False)
    def read(self) -> Assignment:
        """Put there by `DataSteps.store`."""
        self.missing()


class FoldData(Component):
    """Parts of the queries, for what learns from judgments: a query is ranked by a model that never saw its part."""

    kind: ClassVar[str] = "data"
    name: ClassVar[str] = "folds"

    @work(keep="no")
    def assign(self, queries: Queries, assignment: Assignment) -> Folds:
        """Looked up by text, so that it works for one query as for all; a text never seen is in no part (-1)."""
        at = np.searchsorted(assignment.text, text_keys(queries.texts))
        fold = np.append(assignment.fold, -1)
        known = np.append(assignment.text, 0)[at] == text_keys(queries.texts)
        return Folds(np.where(known, fold[at], -1))


def examples_of(dataset: Dataset, parts: Assignment) -> Examples:
    """Queries that have an answer and belong to a part."""
    keys = text_keys([query.text for query in dataset.queries])
    part = parts.fold[np.searchsorted(parts.text, keys)].tolist() if len(keys) else []
    rows = zip(dataset.queries, dataset.references.references, part, strict=True)
    return Examples(
        tuple(
            Example(query.text, reference.answers[0], fold)
            for query, reference, fold in rows
            if fold >= 0 and reference.answers and reference.answerable
        )
    )


def text_keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """(n,) uint64: a hash of each text."""
    data = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(data), dtype="<u8").astype(np.uint64)


def assignment(texts: Sequence[str], folds: Ints) -> Assignment:
    """The part of each text, (n,) int64, as a value; of equal texts the first decides."""
    keys, first = np.unique(text_keys(texts), return_index=True)
    return Assignment(keys, np.asarray(folds, dtype=np.int64)[first])


@dataclass(frozen=True)
class DataSteps:
    """The steps of a dataset. Each has a digest of its own: new evidence re-scores, and embeds nothing."""

    corpus: Step
    queries: Step
    query_ids: Step
    judgments: Step
    folds: Step
    references: Step
    examples: Step
    given: Mapping[str, Any]
    """What is put into the workspace, by the key of its step, where it is not the dataset's own."""

    @classmethod
    def of(cls, dataset: Dataset, folds: Ints | None = None) -> DataSteps:
        """The steps of a loaded dataset.

        Args:
            dataset: The dataset.
            folds: (n_queries,) the part of each query in cross-validation, -1 for those that nothing may learn from;
                five parts by a hash of the text unless given.
        """
        texts = dataset.query_texts.texts
        parts = assignment(texts, (text_keys(texts) % 5).astype(np.int64) if folds is None else folds)
        queries = Step(QueryData(digest=dataset.queries_digest), "read")
        assigned = AssignmentData(digest=digest(parts.text.tobytes(), parts.fold.tobytes()))
        folds_step = Step(FoldData(), "assign", (queries, Step(assigned, "read")))
        examples = examples_of(dataset, parts)
        chosen = Step(ExampleData(digest=digest(examples.to_arrays()["jsonl"].tobytes())), "read")
        return cls(
            Step(CorpusData(digest=dataset.corpus_digest), "read"),
            queries,
            Step(QueryIdData(digest=dataset.query_ids_digest), "read"),
            Step(JudgmentData(digest=dataset.judgments_digest), "read"),
            folds_step,
            Step(ReferenceData(digest=dataset.references_digest), "read"),
            chosen,
            {folds_step.inputs[1].key: parts, chosen.key: examples},
        )

    @classmethod
    def known_by(cls, digests: Mapping[str, str]) -> DataSteps:
        """The steps of data that were stored before, by what `known_as` says of them."""
        queries = Step(QueryData(digest=digests["queries"]), "read")
        return cls(
            corpus=Step(CorpusData(digest=digests["corpus"]), "read"),
            queries=queries,
            query_ids=Step(QueryIdData(digest=digests["query_ids"]), "read"),
            judgments=Step(JudgmentData(digest=digests["judgments"]), "read"),
            folds=Step(FoldData(), "assign", (queries, Step(AssignmentData(digest=digests["assignment"]), "read"))),
            references=Step(ReferenceData(digest=digests["references"]), "read"),
            examples=Step(ExampleData(digest=digests["examples"]), "read"),
            given={},
        )

    @property
    def known_as(self) -> dict[str, str]:
        """The digest of each part."""
        parts = {**self.sources(), "assignment": self.folds.inputs[1]}
        return {name: step.component.digest for name, step in parts.items() if isinstance(step.component, Given)}

    @property
    def request(self) -> Step:
        """What holds the requests."""
        return self.queries

    @property
    def identity(self) -> tuple[str, ...]:
        """What a study of this data is known by."""
        return (self.corpus.key, self.queries.key, self.judgments.key, self.references.key)

    @property
    def digests(self) -> dict[str, str]:
        """Of the data beside corpus, queries and judgments: what a study needs to find them again."""
        return {name: getattr(self, name).component.digest for name in ("references", "examples")}

    def sources(self) -> dict[str, Step]:
        """Under the names by which components ask for them."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "given"}

    def store(self, dataset: Dataset, workspace: Workspace) -> None:
        """Put the data where the engine, in this process or another, finds them."""
        values: list[tuple[Step, Any]] = [
            (self.corpus, dataset.corpus),
            (self.queries, dataset.query_texts),
            (self.query_ids, dataset.query_ids),
            (self.judgments, dataset.judgments),
            (self.references, dataset.references),
        ]
        for key, value in [*((step.key, value) for step, value in values), *self.given.items()]:
            if not workspace.store.has(key):
                workspace.store.put(key, value)
