"""LlamaIndex's `LabelledRagDataset`, as `save_json` writes it and llama-hub hands it out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder, Problem
from ragtune.datasets._cases import Case, Passage, add_cases
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._items import read_items
from ragtune.datasets._record import Record

SOURCES = "source_files"
EXAMPLE_KEYS = (
    *("query", "query_by", "reference_contexts", "reference_answer", "reference_answer_by"),
    *("class_name", "metadata"),
)
LEFT_OUT: dict[Problem, str] = {
    "quote not found": "a reference context is in no document",
    "quote found twice": "a reference context is found more than once",
}


@register
class LlamaIndex(DatasetFormat):
    """`rag_dataset.json` {examples: [{query, query_by, reference_contexts, reference_answer, …}]} and `source_files/`.

    With source files (`.md` and `.txt`) each reference context is looked for in them, as it is written and then with
    any white space for any other, and the evidence is where it stands; each is a need of its own. Without them each
    distinct reference context is a document. Examples have no id: theirs is their number. A query by an AI
    (`query_by.type`) is simulated, with the recipe `llama-index/<model>`.

    Source: llama_index.core.llama_dataset.rag.LabelledRagDataExample, and the layout of run-llama/llama-datasets.
    """

    layout: ClassVar[str] = "rag_dataset.json, with or without source_files/"

    file: Annotated[Path, Affects()] = Path("rag_dataset.json")
    sources: Annotated[Path | None, Affects()] = None
    """The folder of the documents, relative to `path`; `source_files` if there is one."""
    unlocated: Literal["fault", "leave-out"] = "fault"
    """What to do with a query whose reference context is not found, or found twice, in the source files."""

    def load(self) -> Dataset:
        """Read the examples, then the documents, and look for the contexts in them."""
        builder = Builder(LEFT_OUT if self.unlocated == "leave-out" else None)
        found = read_items(self.path / self.file, builder.faults, ("examples",))
        cases = [_case(Record(item.place, item.values, builder.faults), n) for n, item in enumerate(found, 1)]
        folder = SOURCES if self.sources is None and (self.path / SOURCES).is_dir() else self.sources
        add_cases(builder, cases, None if folder is None else self.path / folder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `rag_dataset.json`."""
        return (path / "rag_dataset.json").is_file()


def _case(example: Record, number: int) -> Case:
    example.who = f"query '{number}'"
    example.only(EXAMPLE_KEYS)
    answer = example.optional_string("reference_answer")
    return Case(
        example,
        str(number),
        example.string("query"),
        (answer,) if answer else (),
        [Passage(text) for text in example.strings("reference_contexts")],
        simulated=_recipe(example),
    )


def _recipe(example: Record) -> str:
    by = example.mapping("query_by")
    return f"llama-index/{by.get('model_name') or 'ai'}" if by.get("type") == "ai" else ""
