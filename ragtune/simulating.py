"""From documents alone to a dataset with questions, and to a folder that loads as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ragtune.component import find, parse, words
from ragtune.datasets import Dataset, DatasetFormat, load_dataset
from ragtune.datasets._building import EMPTY_DOCUMENT, NO_EVIDENCE
from ragtune.datasets._layouts import jsonl
from ragtune.datasets._writing import beside, to_disk
from ragtune.datasets.folder import Folder
from ragtune.datasets.jsonl import DOCUMENTS, QUERIES
from ragtune.errors import DatasetError, InputError
from ragtune.simulators import Simulator
from ragtune.types import Document, Query

DEFAULT = "known-item"
DESCRIPTION = "dataset.yaml"


def load_documents(source: str | Path) -> Dataset:
    """The documents of a dataset without its questions, or of a plain folder that has no questions yet.

    Raises:
        DatasetError: With every fault.
    """
    if _is_plain(Path(source)):
        return Folder(path=Path(source)).unasked()
    dataset = load_dataset(source)
    left_out = {reason: ids for reason, ids in dataset.left_out.items() if reason == EMPTY_DOCUMENT}
    return replace(dataset, queries=(), left_out=left_out)


def simulate(
    documents: Dataset | str | Path, recipe: Simulator | str | Mapping[str, Any] = DEFAULT, n: int = 200, seed: int = 0
) -> Dataset:
    """The documents with up to `n` questions that a recipe makes up, in place of those that they had.

    A question without evidence (an unanswerable one) counts as left out, as it does when it is loaded.

    Args:
        documents: A dataset, or what `load_documents` takes.
        recipe: A component of the kind `simulator`, as YAML names it: `known-item(noise=0.2)`.
        n: How many questions; the documents may hold fewer.
        seed: The same seed, recipe and documents give the same questions.

    Raises:
        InputError: The recipe is none, or the documents hold no question that it could ask.
    """
    dataset, queries = make_up(documents, recipe, n, seed)
    left_out = dict(dataset.left_out)
    if unanswerable := tuple(query.id for query in queries if not query.evidence):
        left_out[NO_EVIDENCE] = unanswerable
    return replace(dataset, queries=tuple(query for query in queries if query.evidence), left_out=left_out)


def make_up(
    documents: Dataset | str | Path, recipe: Simulator | str | Mapping[str, Any], n: int, seed: int
) -> tuple[Dataset, list[Query]]:
    """The documents, and the questions by themselves: what `simulate` puts together."""
    if n < 1 or seed < 0:
        raise InputError(f"n must be 1 or more and the seed 0 or more, not {n} and {seed}")
    simulator = parse_recipe(recipe)
    dataset = documents if isinstance(documents, Dataset) else load_documents(documents)
    queries = simulator.simulate(dataset.corpus, n, seed)
    if not queries:
        what = f"{len(dataset.documents)} documents of {dataset.name}"
        raise DatasetError(f"{simulator} finds no question in the {what}; try another recipe, or other knobs")
    return dataset, queries


def parse_recipe(recipe: Simulator | str | Mapping[str, Any]) -> Simulator:
    """The simulator that a spelling or a spec names; InputError says what is wrong with it."""
    try:
        found = recipe if isinstance(recipe, Simulator) else parse("simulator", recipe)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise InputError(f"recipe {recipe}: {told}") from None
    if not isinstance(found, Simulator):
        raise TypeError(f"the simulator '{found.name}' is no Simulator")
    return found


def write_questions(queries: Iterable[Query], file: Path) -> None:
    """Write questions in the layout of a folder's `queries.jsonl`; InputError if the file is there already."""
    with _laid_out(file, Dataset(file.name, (), tuple(queries), {})) as written:
        (written / QUERIES).rename(file)


def write_dataset(documents: Iterable[Document], queries: Iterable[Query], folder: Path) -> None:
    """Write documents and questions into a new folder that `load_dataset` reads; InputError if it is there already."""
    with _laid_out(folder, Dataset(folder.name, tuple(documents), tuple(queries), {})) as written:
        (written / DESCRIPTION).write_text("jsonl: {}\n", encoding="utf-8")
        written.rename(folder)


@contextmanager
def _laid_out(path: Path, dataset: Dataset) -> Iterator[Path]:
    """A private folder with the dataset in it, on the disk of a path that is not there yet; gone in the end."""
    _refuse(path)
    with beside(path) as private:
        jsonl(dataset, private)
        for name in (DOCUMENTS, QUERIES):
            to_disk(private / name)
        _refuse(path)
        yield private


def _is_plain(path: Path) -> bool:
    """Whether it is a folder in which no format sees a dataset."""
    if not path.is_dir() or (path / DESCRIPTION).exists():
        return False
    formats = (find("dataset", word) for word in words("dataset"))
    return not any(issubclass(known, DatasetFormat) and known.recognises(path) for known in formats)


def _refuse(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} is there already; nothing was written, name another place")
