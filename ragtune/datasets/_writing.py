"""A dataset written to a folder, which is there in full or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ragtune.datasets._comparing import differences
from ragtune.datasets._dataset import Dataset
from ragtune.datasets._layouts import LAYOUTS
from ragtune.datasets._locating import DESCRIPTION, load_dataset
from ragtune.errors import DatasetError, Fault, StepError, suggest


@dataclass(frozen=True)
class Written:
    """What a conversion did.

    Attributes:
        folder: Where the dataset is now.
        format: The word of its format.
        documents: Number of documents.
        queries: Number of queries.
        losses: What the format could not carry, in words; empty where the dataset loads back equal.
        left_out: Reason -> number of queries or documents that were left out when the source was read.
    """

    folder: str
    format: str
    documents: int
    queries: int
    losses: list[str] = field(default_factory=list)
    left_out: Mapping[str, int] = field(default_factory=dict)


def convert(dataset: Dataset, folder: Path, to: str = "jsonl", lossy: bool = False) -> Written:
    """Write a dataset so that it loads back equal, and make sure that it does.

    It is written beside the folder, read back and compared; then it is renamed into place. A `dataset.yaml` says what
    format the folder is in.

    Args:
        dataset: What to write.
        folder: A folder that is not there yet, or is empty.
        to: The format.
        lossy: Write it too where the format cannot carry everything.

    Raises:
        DatasetError: The folder is not empty, the format cannot be written, or something would be lost: then all that
            would be is listed, and nothing is written.
        StepError: The disk refused.
    """
    if to not in LAYOUTS:
        raise DatasetError(f"'{to}' cannot be written{suggest(to, sorted(LAYOUTS))}")
    _refuse_what_is_there(folder)
    try:
        with beside(folder) as written:
            names = LAYOUTS[to](dataset, written)
            (written / DESCRIPTION).write_text(f"{to}:\n", encoding="utf-8")
            losses = differences(dataset, load_dataset(written), names)
            if losses and not lossy:
                told = f"{to} cannot carry all of '{dataset.name}', so nothing was written; --lossy writes the rest:"
                raise DatasetError(Fault("", i, 0, line) for i, line in enumerate([told, *losses]))
            _publish(written, folder)
    except OSError as error:
        raise StepError(f"{folder} cannot be written: {error.strerror or error}") from error
    except ValueError as error:  # from the writer of JSON, or a character that is half of a pair
        raise DatasetError(f"'{dataset.name}' holds what a file cannot: {error}") from error
    counts = {reason: len(ids) for reason, ids in dataset.left_out.items()}
    return Written(str(folder), to, len(dataset.documents), len(dataset.queries), losses, counts)


def _refuse_what_is_there(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DatasetError(f"{folder} is there already and is no folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise DatasetError(f"{folder} is not empty; name a folder that is not there yet")


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone in the end unless it was renamed."""
    parent = folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    private = parent / f".{folder.resolve().name}.{os.getpid()}.partial"
    shutil.rmtree(private, ignore_errors=True)  # of a process that was killed and had the same number
    private.mkdir()
    try:
        yield private
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _publish(written: Path, folder: Path) -> None:
    for path in (*(item for item in written.rglob("*")), written):
        to_disk(path)
    if folder.is_dir():
        folder.rmdir()  # empty, as was made sure of; a file that came since makes this fail
    written.rename(folder.resolve())
    to_disk(folder.resolve().parent)


def to_disk(path: Path) -> None:
    """Make sure that a file or folder outlives a power cut."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
