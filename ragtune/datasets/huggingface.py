"""Datasets that Hugging Face's `datasets` saved on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, ClassVar

from ragtune.component import Affects, register
from ragtune.datasets import _arrow
from ragtune.datasets._building import Builder
from ragtune.datasets._columns import Columns
from ragtune.datasets._dataset import Dataset
from ragtune.datasets._reading import MAX_FILE_BYTES, Faults, Place, open_file, read_text
from ragtune.datasets._tables import Rows, Table

STATE = "state.json"
SPLITS = "dataset_dict.json"


@register
class Huggingface(Columns):
    """What `save_to_disk` writes: a folder with `state.json` and Arrow files, or one such folder a split.

    What the columns mean is told in `_columns.py`. A fault's line is the number of the row. `state.json` names the data
    files, each an Arrow IPC stream; `dataset_dict.json` lists the splits, each a folder of its name. The files are read
    by pyarrow (extra `tables`), `datasets` itself is not needed and none of its code is run.
    """

    extra: ClassVar[str] = "tables"

    layout: ClassVar[str] = f"{STATE} or {SPLITS}, as save_to_disk writes them"

    documents: Annotated[Path | None, Affects()] = None
    """The folder or split of the documents, relative to `path`; without one the questions bring contexts."""
    queries: Annotated[Path, Affects()] = Path()
    """The folder or split of the questions, relative to `path`."""

    def load(self) -> Dataset:
        """Read all documents, then all questions."""
        builder = Builder()
        documents = None if self.documents is None else _saved(self.path / self.documents, builder.faults)
        questions = _saved(self.path / self.queries, builder.faults)
        builder.faults.check()
        self.fill(documents, questions, builder)
        return builder.build(self.title, self.path)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """By `state.json` with `dataset_info.json`, or `dataset_dict.json`."""
        return (path / SPLITS).is_file() or ((path / STATE).is_file() and (path / "dataset_info.json").is_file())


def _saved(folder: Path, faults: Faults) -> Table | None:
    """The dataset in a folder; of several splits the only one."""
    if (folder / SPLITS).is_file():
        found = _json(folder / SPLITS, faults)
        splits = None if found is None else found.get("splits")
        if not isinstance(splits, list) or not all(_plain_name(name) for name in splits):
            if found is not None:
                faults.add(Place(str(folder / SPLITS), 1), "'splits' must be a list of names")
            return None
        if len(splits) != 1:
            told = ", ".join(splits) or "none"
            faults.add(Place(str(folder / SPLITS), 1), f"say which split: {told} (`queries` and `documents` name one)")
            return None
        folder = folder / splits[0]
    state = _json(folder / STATE, faults)
    if state is None:
        return None
    files = state.get("_data_files")
    names = (
        [file.get("filename") if isinstance(file, dict) else None for file in files] if isinstance(files, list) else []
    )
    place = Place(str(folder / STATE), 1)
    if not names or not all(_plain_name(name) for name in names):
        faults.add(place, "'_data_files' must be a list of {filename}, each a file beside it")
    elif state.get("_indices_data_files") or state.get("_indices_files"):
        faults.add(place, "it was saved as a selection of rows; save it again with a newer version of datasets")
    else:
        return _joined(folder, [str(name) for name in names], faults)
    return None


def _joined(folder: Path, names: list[str], faults: Faults) -> Table | None:
    """The files, one after the other; a fault where their columns are not the same."""
    columns: tuple[str, ...] | None = None
    parts: list[Rows] = []
    for name in names:
        opened = open_file(folder / name, faults, MAX_FILE_BYTES)
        if opened is None:
            return None
        opened.close()
        found = _arrow.stream(folder / name, faults)
        if found is None:
            return None
        if columns is not None and found[0] != columns:
            faults.add(Place(str(folder / name)), f"the columns are not those of {names[0]}")
            return None
        columns = found[0]
        parts.append(found[1])
    return Table(folder / names[0], columns, _chained(parts))


def _chained(parts: list[Rows]) -> Iterator[tuple[Place, dict[str, Any]]]:
    for rows in parts:
        yield from rows


def _json(path: Path, faults: Faults) -> dict[str, Any] | None:
    text = read_text(path, faults)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        faults.add(Place(str(path), error.lineno), f"not JSON: {error.msg}", error.colno)
        return None
    except (ValueError, RecursionError) as error:
        faults.add(Place(str(path)), f"not JSON: {error}")
        return None
    if not isinstance(found, dict):
        faults.add(Place(str(path), 1), "must be a JSON object")
        return None
    return found


def _plain_name(name: Any) -> bool:
    """Whether it names a file in the folder, and none elsewhere."""
    return isinstance(name, str) and name not in ("", ".", "..") and "/" not in name and "\\" not in name
