"""From what a user writes to a dataset: a path, a bundled name, a `dataset.yaml`, or a format with its knobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import ragtune
from ragtune import yaml_tree
from ragtune.component import find, parse, words
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.errors import DatasetError, Fault, InputError

FILE = "dataset.yaml"


def load_dataset(source: str | Path | Mapping[str, Any] | DatasetFormat, root: Path | None = None) -> Dataset:
    """Load a dataset.

    Args:
        source: a folder in a format that is recognised, or with a `dataset.yaml` that names one; such a file; the name
            of a bundled corpus (`python-stdlib`); `{beir: {path: …, split: train}}` or `beir(path=…, split=train)`.
        root: what relative paths are relative to; the current folder unless given.

    Raises:
        DatasetError: listing every fault found, with file and line.
    """
    return locate(source, root).load()


def locate(source: str | Path | Mapping[str, Any] | DatasetFormat, root: Path | None = None) -> DatasetFormat:
    """The format and the place of a dataset, without reading it."""
    root = root or Path()
    if isinstance(source, DatasetFormat):
        return source
    if isinstance(source, Mapping) or (isinstance(source, str) and "(" in source and not (root / source).exists()):
        return _make(source, root, "")
    path = root / source
    if path.is_dir():
        return _folder(path)
    if path.is_file() and path.suffix in (".yaml", ".yml"):
        return _file(path)
    bundled = dict(_bundled())
    if str(source) in bundled:
        return _file(bundled[str(source)])
    raise DatasetError(_not_found(path, str(source), list(bundled)))


def _folder(path: Path) -> DatasetFormat:
    if (path / FILE).is_file():
        return _file(path / FILE)
    formats = [find("dataset", word) for word in words("dataset")]
    for cls in formats:
        if issubclass(cls, DatasetFormat) and cls.recognises(path):
            return cls(path=path)
    layouts = "; ".join(f"{c.name}: {c.layout}" for c in formats if issubclass(c, DatasetFormat) and c.layout)
    raise DatasetError([Fault(str(path), 0, 0, f"is in no format that is known ({layouts}), and has no {FILE}")])


def _file(path: Path) -> DatasetFormat:
    tree = yaml_tree.load(path)
    value = tree.plain()
    if not isinstance(value, dict) or len(value) != 1:
        raise DatasetError([tree.fault("a dataset file names one format: {format: {knob: value}}")])
    ((word, knobs),) = value.items()
    knobs = dict(knobs or {})
    knobs.setdefault("path", ".")
    made = _make({word: knobs}, path.parent, str(path))
    _stays_inside(made, path)
    return made


def _make(source: str | Mapping[str, Any], root: Path, file: str) -> DatasetFormat:
    try:
        made = parse("dataset", source)
    except ValidationError as error:
        told = [f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors(include_url=False)]
        raise DatasetError([Fault(file, 0, 0, f"dataset {error.title.lower()}: {message}") for message in told]) from None
    except InputError as error:
        raise DatasetError([Fault(file, 0, 0, fault.message) for fault in error.faults]) from None
    assert isinstance(made, DatasetFormat)
    return made.model_copy(update={"path": root / made.path})


def _stays_inside(made: DatasetFormat, file: Path) -> None:
    """A dataset may come from anywhere; its file must not make us read what lies elsewhere."""
    home = file.parent.resolve()
    for knob in type(made).model_fields:
        value = getattr(made, knob)
        if isinstance(value, Path):
            place = value if knob == "path" else made.path / value
            if not place.resolve().is_relative_to(home):
                raise DatasetError([Fault(str(file), 0, 0, f"{knob} leads out of {file.parent}: {value}")])


def _bundled() -> Iterator[tuple[str, Path]]:
    """Names of the corpora that come along: in a checkout beside the package, in an installed one inside it."""
    package = Path(ragtune.__file__).parent
    for folder in (package.parent / "corpora", package / "corpora"):
        for file in sorted(folder.glob("*/*.yaml")):
            yield (file.parent.name if file.name == FILE else file.stem), file


def _not_found(path: Path, source: str, bundled: list[str]) -> list[Fault]:
    siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, [*bundled, *siblings], n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return [Fault(str(path), 0, 0, f"there is no dataset at this path, and none named '{source}' comes along{hint}"
                  f" (bundled: {', '.join(dict.fromkeys(bundled))})")]  # fmt: skip
