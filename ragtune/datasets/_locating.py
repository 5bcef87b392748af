"""From what a user names (a path, a bundled corpus, a format with its knobs) to the dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ragtune.component import find, parse, words
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._yaml import Positions, read_yaml
from ragtune.errors import DatasetError, Fault, InputError, suggest

DESCRIPTION = "dataset.yaml"
_PACKAGE = Path(__file__).resolve().parents[1]


def load_dataset(source: str | Path | Mapping[str, Any] | DatasetFormat, root: Path | None = None) -> Dataset:
    """Load a dataset and check all of it.

    Args:
        source: A format with its knobs (`beir(path=data/scifact, split=train)`, `{beir: {path: data/scifact}}` or the
            component itself); a folder with a `dataset.yaml` in it, or that file; a folder that a format recognises by
            its layout; or the name of a corpus that comes with ragtune. A path that exists goes before a name.
        root: What relative paths are relative to, the working directory unless given. Paths inside a `dataset.yaml` are
            relative to it and stay inside its folder.

    Raises:
        DatasetError: With every fault, each with its file and line, or with what was tried when nothing was found.
    """
    root = Path() if root is None else root
    if isinstance(source, DatasetFormat):
        return _under(root, source).load()
    if isinstance(source, Mapping):
        return _under(root, _format(source)).load()
    if isinstance(source, str):
        if not source.strip():
            raise DatasetError("no dataset is named: the name is empty")
        if not _exists(root / source):
            if "(" in source:
                return _under(root, _format(source)).load()
            bundled = _bundled()
            if source in bundled:
                return _described(bundled[source] / DESCRIPTION)
    path = root / source
    if not _exists(path):
        raise DatasetError(_not_found(str(source), path))
    return _from_path(path)


def _from_path(path: Path) -> Dataset:
    if path.is_file() and path.suffix in (".yaml", ".yml"):
        return _described(path)
    if not path.is_dir():
        raise DatasetError(f"{path} is a file; a dataset is a folder, or the {DESCRIPTION} that describes it")
    if (path / DESCRIPTION).is_file():
        return _described(path / DESCRIPTION)
    formats = [_known(word) for word in words("dataset")]
    for known in formats:
        if known.recognises(path):
            return known(path=path).load()
    layouts = "; ".join(f"{known.name}: {known.layout}" for known in formats if known.layout)
    raise DatasetError(f"no format recognises the folder {path}, and it has no {DESCRIPTION} ({layouts})")


def _described(file: Path) -> Dataset:
    """The dataset that a `dataset.yaml` describes; none of its paths may leave the folder."""
    value, positions = read_yaml(file)
    folder = file.parent
    found = _under(folder, _format(value, str(file), positions))
    # Corpora that come with ragtune may share files (one set of questions on two sets of documents).
    home = folder.resolve()
    fence = next((shelf for shelf in _shelves() if home.is_relative_to(shelf)), home)
    faults = []
    for knob in type(found).model_fields:
        path = getattr(found, knob)
        if isinstance(path, Path) and not (found.path / path).resolve().is_relative_to(fence):
            line, column = positions.get(knob, (0, 0))
            faults.append(Fault(str(file), line, column, f"'{knob}' leads out of the dataset's folder: {path}"))
    if faults:
        raise DatasetError(faults)
    return replace(found.load(), name=home.name)


def _under(root: Path, source: DatasetFormat) -> DatasetFormat:
    return source.model_copy(update={"path": root / source.path})


def _known(word: str) -> type[DatasetFormat]:
    found = find("dataset", word)
    if not issubclass(found, DatasetFormat):
        raise TypeError(f"the dataset '{word}' is no DatasetFormat")
    return found


def _format(spec: Any, file: str = "", positions: Positions | None = None) -> DatasetFormat:
    """The format that a spec names; what is wrong with it as DatasetError."""
    try:
        found = parse("dataset", spec)
    except ValidationError as error:
        raise DatasetError(_knob_faults(error, spec, file, positions or {})) from None
    except (InputError, TypeError, ValueError) as error:
        raise DatasetError([Fault(file, 0, 0, str(error))]) from None
    if not isinstance(found, DatasetFormat):
        raise TypeError(f"the dataset '{found.name}' is no DatasetFormat")
    return found


def _knob_faults(error: ValidationError, spec: Any, file: str, positions: Positions) -> list[Fault]:
    word = next(iter(spec)) if isinstance(spec, Mapping) else str(spec).partition("(")[0]
    faults = []
    for problem in error.errors(include_url=False):
        knob = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden":
            message = f"{word} has no knob '{knob}'{suggest(knob, sorted(_known(word).model_fields))}"
        else:
            message = f"{word}: {knob}: {problem['msg']}"
        faults.append(Fault(file, *positions.get(knob, (0, 0)), message))
    return faults


def _shelves() -> list[Path]:
    """Where bundled corpora lie: inside an installed package, or beside it in a source checkout."""
    inside, beside = _PACKAGE / "corpora", _PACKAGE.parent / "corpora"
    # The parent of an installed package is site-packages, where a folder `corpora` would be somebody else's.
    return [shelf for shelf in (inside, beside) if shelf.is_dir()][:1]


def _bundled() -> dict[str, Path]:
    """Name -> folder; a name is looked up here and never made into a path."""
    folders = (folder for shelf in _shelves() for folder in sorted(shelf.iterdir()))
    return {folder.name: folder for folder in folders if (folder / DESCRIPTION).is_file()}


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or with a character that no path may have
        return False


def _not_found(source: str, path: Path) -> str:
    known = sorted(_bundled())
    try:
        siblings = sorted(item.name for item in path.parent.iterdir() if item.is_dir())
    except (OSError, ValueError):
        siblings = []
    near = get_close_matches(path.name, [*siblings, *known], n=1)
    found = ""
    if near and near[0] in siblings:
        found = f"; did you mean '{Path(source).with_name(near[0])}'?"
    elif near:
        found = f"; did you mean '{near[0]}'?"
    tried = f"tried the path {path} and the corpora that come with ragtune: {', '.join(known) or 'none'}"
    return f"there is no dataset '{source}'{found} ({tried})"
