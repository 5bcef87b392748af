"""Your own documents: files in a folder, of any format that text can be taken out of, and a file of questions."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, ClassVar, Literal

from pydantic import PositiveInt

from ragtune.component import Affects, register
from ragtune.datasets._building import Builder
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._extracting import Extraction
from ragtune.datasets._locating import DESCRIPTION
from ragtune.datasets._questions import read_questions
from ragtune.datasets._reading import Place, find_files, read_text
from ragtune.readers import SUFFIXES as EXTRACTED

PLAIN = (".md", ".txt")
SUFFIXES = (*PLAIN, *EXTRACTED)
NOT_READ = "file of a format that is not read"


@register
class Folder(DatasetFormat):
    """Every file below a folder whose format is known is a document; questions are JSON lines.

    A document's id is its POSIX path relative to the documents' folder. Hidden files and folders are passed over,
    symbolic links that leave the folder refused, files with other suffixes left out and counted. The layout of a
    question is told in `_questions.py`.

    `.md` and `.txt`: the text is the decoded UTF-8 file, newlines and Unicode form as they are, without a byte order
    mark. `.pdf` (pypdf), `.docx`, `.pptx`, `.epub`, `.html` `.htm` `.xhtml`, `.csv` `.tsv`, `.ipynb`, `.rtf` (striprtf):
    the text is what is taken out of the file, so that offsets and quotes point into that. Headings, items and code
    are written as in Markdown. Pages of a PDF, slides of a `.pptx` and chapters of an `.epub` have one form feed between
    them, and `page_starts` in the document's metadata. The title is the one that the file tells, or its first heading.
    `.pdf` and `.rtf` need the extra `readers`. Texts are kept by content in the folder `extracted` of RAGTUNE_CACHE (or
    of `~/.cache/ragtune`).

    A file that is broken, encrypted, too large (64 MiB of text; 256 MiB of `.pdf`, `.docx`, `.pptx`, `.epub`), too
    long to read or too big in memory is one fault.
    """

    extra: ClassVar[str] = "readers"

    layout: ClassVar[str] = "queries.jsonl beside documents (.md, .txt, .pdf, .docx, .html, …)"

    queries: Annotated[Path, Affects()] = Path("queries.jsonl")
    """The questions, relative to `path`; never a document."""
    documents: Annotated[Path, Affects()] = Path()
    """The documents' folder, relative to `path`."""
    html: Annotated[Literal["text", "raw"], Affects()] = "text"
    """What the text of a web page is: its readable text, or its markup as it is (for the chunker `html`)."""
    memory_mb: Annotated[PositiveInt, Affects()] = 320
    """How much memory taking the text out of one file may need, in MB (1,048,576 bytes)."""
    seconds: Annotated[PositiveInt, Affects()] = 120
    """How long taking the text out of one file may take."""

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = self._read_documents()
        read_questions(self.path / self.queries, builder)
        return builder.build(self.title, self.path)

    def unasked(self) -> Dataset:
        """The documents alone, whether there are questions or not."""
        return self._read_documents().build(self.title, self.path, asked=False)

    def _read_documents(self) -> Builder:
        builder = Builder()
        questions = self.path / self.queries
        home = self.path / self.documents
        others: list[str] = []
        with Extraction(builder.faults, self.memory_mb, self.seconds) as extraction:
            for id, path in find_files(home, builder.faults, SUFFIXES, others):
                if path.resolve() != questions.resolve():
                    self._document(id, path, builder, extraction)
        for id in sorted(others):
            suffix = PurePosixPath(id).suffix.lower()
            if PurePosixPath(id).name != DESCRIPTION and (home / id).resolve() != questions.resolve():
                builder.leave_out(f"{NOT_READ}: {suffix or 'no suffix'}", id)
        return builder

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `queries.jsonl` without the file of documents that other formats have beside theirs."""
        others = ("corpus.jsonl", "documents.jsonl")
        return (path / "queries.jsonl").is_file() and not any((path / name).exists() for name in others)

    def _document(self, id: str, path: Path, builder: Builder, extraction: Extraction) -> None:
        place = Place(str(path))
        suffix = next(suffix for suffix in SUFFIXES if id.lower().endswith(suffix))
        if suffix in PLAIN:
            builder.document(place, id, read_text(path, builder.faults))
            return
        reader = EXTRACTED[suffix]
        found = extraction.read(path, "html-raw" if (reader, self.html) == ("html", "raw") else reader)
        if found is None:
            builder.document(place, id, None)
        else:
            builder.document(place, id, found.text, found.title, found.metadata)
