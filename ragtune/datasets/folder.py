"""Your own documents: Markdown and text files in a folder, and a file of questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._questions import read_questions
from ragtune.datasets._reading import Place, find_files, read_text

SUFFIXES = (".md", ".txt")


@register
class Folder(DatasetFormat):
    """Every `.md` and `.txt` file below a folder is a document; questions are JSON lines.

    A document's id is its POSIX path relative to the documents' folder. Its text is the decoded UTF-8 file, newlines
    and Unicode form as they are, without a byte order mark; offsets count its code points. Hidden files and folders are
    passed over, symbolic links that leave the folder refused. The layout of a question is told in `_questions.py`.
    """

    layout: ClassVar[str] = "queries.jsonl beside .md and .txt files"

    queries: Annotated[Path, Affects()] = Path("queries.jsonl")
    """The questions, relative to `path`; never a document."""
    documents: Annotated[Path, Affects()] = Path()
    """The documents' folder, relative to `path`."""

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = Builder()
        questions = self.path / self.queries
        for id, path in find_files(self.path / self.documents, builder.faults, SUFFIXES):
            if path.resolve() != questions.resolve():
                builder.document(Place(str(path)), id, read_text(path, builder.faults))
        read_questions(questions, builder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `queries.jsonl` without the `corpus.jsonl` of a BEIR folder, which has one too."""
        return (path / "queries.jsonl").is_file() and not (path / "corpus.jsonl").exists()
