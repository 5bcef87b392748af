"""Test sets and evaluation sets of ragas, 0.2 and later."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder, Problem
from ragtune.datasets._cases import Case, Passage, add_cases
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._row import Row
from ragtune.datasets._tables import only_file, open_table

COLUMNS = ("user_input", "reference_contexts")
MULTI_TURN = "a conversation of several turns"
LEFT_OUT: dict[Problem, str] = {
    "quote not found": "a reference context is in no document",
    "quote found twice": "a reference context is found more than once",
}


@register
class Ragas(DatasetFormat):
    """`testset.jsonl` (or .csv, .json, .parquet): user_input, reference_contexts, reference, synthesizer_name, ….

    What `Testset.to_jsonl`, `to_csv`, `to_pandas` and `EvaluationDataset` write. Each distinct reference context is a
    document, and so are the retrieved ones, which are no evidence; given a folder of `sources` (`.md` and `.txt`), each
    reference context is looked for in it instead, and the evidence is where it stands. Each is a need of its own. A
    query with a `synthesizer_name` is simulated, with the recipe `ragas/<name>`. Samples have no id: theirs is the
    number of the row. Conversations (user_input is a list) are left out.

    Source: ragas.testset.synthesizers.testset_schema.Testset and ragas.dataset_schema.SingleTurnSample.
    """

    layout: ClassVar[str] = ""

    file: Annotated[Path | None, Affects()] = None
    """The test set, relative to `path`; `testset.*` unless given."""
    sources: Annotated[Path | None, Affects()] = None
    """A folder of documents, relative to `path`, in which the reference contexts stand."""
    unlocated: Literal["fault", "leave-out"] = "fault"
    """What to do with a query whose reference context is not found, or found twice, in the sources."""

    def load(self) -> Dataset:
        """Read the samples, then the documents, and look for the contexts in them."""
        builder = Builder(LEFT_OUT if self.unlocated == "leave-out" else None)
        file = only_file(self.path, "testset", builder.faults) if self.file is None else self.path / self.file
        table = None if file is None else open_table(file, builder.faults, ("samples",))
        if table is not None and not table.lacks(COLUMNS, builder.faults):
            rows = (Row(place, values, builder.faults) for place, values in table.rows)
            cases = [_case(row, number) for number, row in enumerate(rows, 1)]
            add_cases(builder, cases, None if self.sources is None else self.path / self.sources)
        return builder.build(self.title, self.path)


def _case(sample: Row, number: int) -> Case:
    sample.who = f"query '{number}'"
    if sample.is_conversation("user_input"):
        return Case(sample, str(number), MULTI_TURN, reason=MULTI_TURN)
    made = sample.optional_string("synthesizer_name")
    return Case(
        sample,
        str(number),
        sample.string("user_input"),
        sample.texts("reference"),
        [Passage(text) for text in sample.texts("reference_contexts")],
        [Passage(text) for text in sample.texts("retrieved_contexts")],
        simulated=f"ragas/{made}" if made else "",
    )
