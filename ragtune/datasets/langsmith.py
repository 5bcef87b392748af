"""Exports of LangSmith: the examples of a dataset, or the runs of traces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._cases import Case, Passage, add_cases
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._exports import REFERENCE_KEYS, RETRIEVED_KEYS, answers_in, passages_in, question_in, read_export
from ragtune.datasets._record import Record

NO_QUESTION = "no question in its inputs"
NO_REFERENCE = "no reference documents in its outputs"
NO_FEEDBACK = "no positive feedback says that its documents are right"
NO_DOCUMENTS = "no retrieved documents"


@register
class Langsmith(DatasetFormat):
    """A file of examples {id, inputs, outputs, metadata, split}, or of runs {id, trace_id, run_type, inputs, outputs, …}.

    JSON lines, a JSON array, `{"examples": […]}` as `langsmith dataset export` writes it, or `{"runs": […]}`. The
    question is in the inputs: under the knob's key, or `question`, `query`, `user_input`, `input`, or the last user
    message. Documents are lists of texts or of LangChain's {page_content, metadata}; each distinct text is a document.

    Examples: `outputs` are reference outputs, so documents in them (`reference_contexts`, `documents`, …) are the
    evidence, and each is a need of its own; the answers are there too. Runs of one trace are taken together: the
    question is the root's, documents are those of its `retriever` runs and of the root's outputs. They are evidence
    where `feedback_stats` of the run have a mean of at least `positive` under the key `feedback`, on the root for all
    and on a retriever run for its own. Which of them answered is not known, so they are alternatives: this is weak
    evidence. Questions without evidence are left out and counted, by reason.

    Source: https://docs.langchain.com/langsmith/run-data-format, .../example-data-format, .../log-retriever-trace.
    """

    file: Annotated[Path, Affects()] = Path("langsmith.jsonl")
    """The export, relative to `path`."""
    question: str = ""
    """The key of the question in `inputs`."""
    reference: str = ""
    """The key of the reference documents in an example's `outputs`."""
    feedback: str = ""
    """The key of the feedback that says a trace's documents are right; without one no run gives evidence."""
    positive: Annotated[float, Field(allow_inf_nan=False)] = 0.5
    """From which mean on feedback is positive."""

    def load(self) -> Dataset:
        """Read everything, then make documents and questions of it."""
        builder = Builder()
        cases: list[Case] = []
        traces: dict[str, list[Record]] = {}
        found = read_export(self.path / self.file, builder.faults, ("examples", "runs"))
        for number, (_, place, values) in enumerate(found, 1):
            record = Record(place, values, builder.faults, f"line {number}")
            if "run_type" not in values:
                case = self._example(record, number)
                cases += [] if case is None else [case]
            elif (trace := _id(record, "trace_id", "run_id", "id")) is not None:
                traces.setdefault(trace, []).append(record)
        cases += [self._trace(id, runs) for id, runs in traces.items()]
        add_cases(builder, cases)
        return builder.build(self.title, self.path)

    def _example(self, example: Record, number: int) -> Case | None:
        id = example.string("id") if example.has("id") else str(number)
        if id is None:
            return None
        example.who = f"example '{id}'"
        if not example.has("inputs"):
            example.fault("'inputs' is missing")
        inputs, outputs = example.mapping("inputs"), example.mapping("outputs")
        text = question_in(inputs, self.question)
        references = passages_in(outputs, (self.reference,) if self.reference else REFERENCE_KEYS, example)
        reason = "" if references else NO_REFERENCE
        split = example.rest(())["split"] if example.has("split") else ()
        tags = (split,) if isinstance(split, str) else tuple(str(name) for name in split)
        answers = answers_in(outputs)
        return Case(
            example, id, text or NO_QUESTION, answers, references, tags=tags, reason=reason if text else NO_QUESTION
        )

    def _trace(self, id: str, runs: list[Record]) -> Case:
        root = next((run for run in runs if not run.has("parent_run_id")), None)
        text = "" if root is None else question_in(root.mapping("inputs"), self.question)
        retrieved: list[Passage] = []
        marked: list[Passage] = []
        for run, passages in self._retrieved(runs, root):
            retrieved += passages
            if self._positive(run) or (root is not None and self._positive(root)):
                marked += passages
        record = runs[0] if root is None else root
        record.who = f"trace '{id}'"
        reason = "" if marked else NO_FEEDBACK if retrieved else NO_DOCUMENTS
        tags = record.strings("tags")
        return Case(
            *(record, id, text or NO_QUESTION, (), marked, retrieved, tags),
            alternatives=True,
            reason=reason if text else NO_QUESTION,
        )

    def _retrieved(self, runs: list[Record], root: Record | None) -> Iterator[tuple[Record, list[Passage]]]:
        for run in runs:
            if run.string("run_type") == "retriever" or run is root:
                keys = RETRIEVED_KEYS if run is not root else RETRIEVED_KEYS[:-1]  # a root's output is its answer
                yield run, passages_in(run.mapping("outputs"), keys, run)

    def _positive(self, run: Record) -> bool:
        stats = run.mapping("feedback_stats").get(self.feedback) if self.feedback else None
        mean: Any = stats.get("avg") if isinstance(stats, dict) else None
        return isinstance(mean, int | float) and mean >= self.positive


def _id(record: Record, *keys: str) -> str | None:
    key = next((key for key in keys if record.has(key)), keys[0])
    return record.string(key)
