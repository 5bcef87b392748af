"""Exports of Langfuse: the items of a dataset, or the observations and scores of traces."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._cases import Case, Passage, add_cases
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._exports import REFERENCE_KEYS, RETRIEVED_KEYS, answers_in, passages_in, question_in, read_export
from ragtune.datasets._record import Record

ARRAYS = ("data", "items", "observations", "scores")
ARCHIVED = "archived"
NO_QUESTION = "no question in its input"
NO_REFERENCE = "no reference documents in its expected output"
NO_SCORE = "no positive score says that its documents are right"
NO_DOCUMENTS = "no retrieved documents"
_SNAKE = {
    "expectedOutput": "expected_output",
    "traceId": "trace_id",
    "observationId": "observation_id",
    "parentObservationId": "parent_observation_id",
}


@register
class Langfuse(DatasetFormat):
    """A file of dataset items {id, input, expectedOutput, metadata, status}, or of observations, with scores.

    JSON lines, a JSON array, `{"data": […]}` as the API pages items, or `{"observations": […], "scores": […]}` as a
    trace is downloaded; names in camelCase or, as in exports to blob storage, in snake_case; payloads as JSON or as text
    that is JSON. The question is in the input: the text it is, or under the knob's key, or `question`, `query`,
    `user_input`, `input`, or the last user message. Each distinct text of a document is a document.

    Items: documents in the expected output (`reference_contexts`, `documents`, …) are the evidence, and each is a need
    of its own; archived items are left out. Observations of one trace are taken together: the question is the root's
    (or else the retriever's), documents are the output of those of type `RETRIEVER`. They are evidence where a score of
    the name `score` is at least `positive`, on the trace for all and on a retriever's observation for its own. Which of
    them answered is not known, so they are alternatives: this is weak evidence. Questions without evidence are left out
    and counted, by reason.

    Source: https://langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields, the DatasetItem of the
    public API, and the download of a trace (langfuse/langfuse, buildTraceExport.ts).
    """

    file: Annotated[Path, Affects()] = Path("langfuse.jsonl")
    """The items or observations, relative to `path`."""
    scores: Annotated[Path | None, Affects()] = None
    """A file of scores beside the observations, relative to `path`."""
    question: str = ""
    """The key of the question in `input`."""
    reference: str = ""
    """The key of the reference documents in an item's expected output."""
    score: str = ""
    """The name of the score that says a trace's documents are right; without one no trace gives evidence."""
    positive: Annotated[float, Field(allow_inf_nan=False)] = 0.5
    """From which value on a score is positive."""

    def load(self) -> Dataset:
        """Read everything, then make documents and questions of it."""
        builder = Builder()
        cases: list[Case] = []
        traces: dict[str, list[Record]] = {}
        good: set[tuple[str, str]] = set()
        paths = [self.path / file for file in (self.file, self.scores) if file is not None]
        for path in paths:
            for number, (key, place, values) in enumerate(read_export(path, builder.faults, ARRAYS), 1):
                record = Record(place, _snake(values), builder.faults, f"{key or 'row'} {number}")
                if key == "scores" or path != paths[0]:
                    good |= self._good(record)
                elif "type" in values and record.has("trace_id"):
                    traces.setdefault(record.string("trace_id") or "", []).append(record)
                elif (case := self._item(record, number)) is not None:
                    cases.append(case)
        cases += [self._trace(id, seen, good) for id, seen in traces.items() if id]
        add_cases(builder, cases)
        return builder.build(self.title, self.path)

    def _item(self, item: Record, number: int) -> Case | None:
        id = item.string("id") if item.has("id") else str(number)
        if id is None:
            return None
        item.who = f"item '{id}'"
        if not item.has("input"):
            item.fault("'input' is missing")
        payload = item.rest(())
        text, expected = question_in(payload.get("input"), self.question), payload.get("expected_output")
        references = passages_in(expected, (self.reference,) if self.reference else REFERENCE_KEYS, item)
        reason = "" if references else NO_REFERENCE
        reason = ARCHIVED if payload.get("status") == "ARCHIVED" else reason if text else NO_QUESTION
        return Case(item, id, text or NO_QUESTION, answers_in(expected), references, reason=reason)

    def _trace(self, id: str, observations: list[Record], good: set[tuple[str, str]]) -> Case:
        payloads = [observation.rest(()) for observation in observations]
        retrievers = [n for n, payload in enumerate(payloads) if str(payload.get("type")).upper() == "RETRIEVER"]
        roots = [n for n, payload in enumerate(payloads) if not payload.get("parent_observation_id")]
        asked = (question_in(payloads[n].get("input"), self.question) for n in (*roots, *retrievers))
        text = next((said for said in asked if said), "")
        retrieved: list[Passage] = []
        marked: list[Passage] = []
        for n in retrievers:
            passages = passages_in(payloads[n].get("output"), RETRIEVED_KEYS, observations[n])
            retrieved += passages
            if (id, "") in good or (id, str(payloads[n].get("id"))) in good:
                marked += passages
        record = observations[roots[0] if roots else 0]
        record.who = f"trace '{id}'"
        reason = "" if marked else NO_SCORE if retrieved else NO_DOCUMENTS
        return Case(
            *(record, id, text or NO_QUESTION, (), marked, retrieved, record.strings("tags")),
            alternatives=True,
            reason=reason if text else NO_QUESTION,
        )

    def _good(self, score: Record) -> set[tuple[str, str]]:
        """The trace, and the observation if it is of one, that a score finds right."""
        trace = score.string("trace_id") if score.has("trace_id") else None
        name = score.string("name")
        value: Any = score.rest(()).get("value")
        if trace is None or name != self.score or not isinstance(value, int | float) or value < self.positive:
            return set()
        return {(trace, score.optional_string("observation_id"))}


def _snake(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_SNAKE.get(key, key): value for key, value in values.items()}
