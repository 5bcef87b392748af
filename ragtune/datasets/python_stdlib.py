"""The quickstart corpus: docstrings of the standard library of the Python that runs, with questions by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from ragtune.component import Affects, register
from ragtune.datasets import _stdlib_docs
from ragtune.datasets._building import Builder, Problem
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._questions import read_questions
from ragtune.datasets._reading import Place

EXCUSES: dict[Problem, str] = {
    "no document": "module not in this corpus",
    "quote not found": "quote not in this Python's docstrings",
    "quote found twice": "quote more than once in this Python's docstrings",
}


@register
class PythonStdlib(DatasetFormat):
    """One Markdown document a module, made of its docstrings and signatures; questions as in the format `folder`.

    The texts differ from one Python to the next. A question whose evidence the running one lacks, or has twice, is left
    out and counted: that is no fault of the questions.
    """

    modules: tuple[str, ...] | Literal["all"] = "all"
    """Dotted names of the modules; those that this Python lacks are passed over."""
    questions: Annotated[Path, Affects()] = Path("questions.jsonl")
    """The questions, relative to `path`."""

    def load(self) -> Dataset:
        """Build the documents, then read the questions."""
        builder = Builder(EXCUSES)
        for id, title, text in _stdlib_docs.build(None if self.modules == "all" else self.modules):
            builder.document(Place(f"module {id}"), id, text, title)
        read_questions(self.path / self.questions, builder)
        return builder.build(self.title, self.path)
