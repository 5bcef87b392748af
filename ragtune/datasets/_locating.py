"""From what a user names (a path, a bundled corpus, a format with its knobs) to the dataset."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ragtune import yaml_tree
from ragtune.component import find, parse, words
from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.errors import DatasetError, Fault, InputError, suggest
from ragtune.yaml_tree import Node

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
    return locate(source, root).load()


def locate(source: str | Path | Mapping[str, Any] | DatasetFormat, root: Path | None = None) -> DatasetFormat:
    """The format and the place of a dataset, as `load_dataset` finds them, without reading its content."""
    root = Path() if root is None else root
    if isinstance(source, DatasetFormat):
        return _under(root, source)
    if isinstance(source, Mapping):
        return _under(root, _format(source))
    if isinstance(source, str):
        if not source.strip():
            raise DatasetError("no dataset is named: the name is empty")
        if not _exists(root / source):
            if "(" in source:
                return _under(root, _format(source))
            bundled = _bundled()
            if source in bundled:
                return _described(bundled[source] / DESCRIPTION)
    path = root / source
    if not _exists(path):
        raise DatasetError(_not_found(str(source), path))
    return _from_path(path)


def _from_path(path: Path) -> DatasetFormat:
    if path.is_file() and path.suffix in (".yaml", ".yml"):
        return _described(path)
    if not path.is_dir():
        raise DatasetError(f"{path} is a file; a dataset is a folder, or the {DESCRIPTION} that describes it")
    if (path / DESCRIPTION).is_file():
        return _described(path / DESCRIPTION)
    formats = [_known(word) for word in words("dataset")]
    for known in formats:
        if known.recognises(path):
            return known(path=path)
    layouts = "; ".join(f"{known.name}: {known.layout}" for known in formats if known.layout)
    raise DatasetError(f"no format recognises the folder {path}, and it has no {DESCRIPTION} ({layouts})")


def _described(file: Path) -> DatasetFormat:
    """The format that a `dataset.yaml` names; none of its paths may leave the folder."""
    try:
        tree = yaml_tree.load(file)
    except InputError as error:
        raise DatasetError(error.faults) from None
    found = _under(file.parent, _format(tree.plain(), tree))
    # Corpora that come with ragtune may share files (one set of questions on two sets of documents).
    home = file.parent.resolve()
    fence = next((shelf for shelf in _shelves() if home.is_relative_to(shelf)), home)
    strays = _strays(found, fence)
    if strays:
        what = "leads out of the dataset's folder"
        raise DatasetError([_at(tree, knob, f"'{knob}' {what}: {path}") for knob, path in strays])
    return found


def _strays(found: DatasetFormat, fence: Path) -> list[tuple[str, Path]]:
    """The knobs whose paths lie outside the fence; the others start from `path`, so it alone counts when it does."""
    if not found.path.resolve().is_relative_to(fence):
        return [("path", found.path)]
    knobs = ((knob, getattr(found, knob)) for knob in type(found).model_fields if knob != "path")
    paths = ((knob, path) for knob, path in knobs if isinstance(path, Path))
    return [(knob, path) for knob, path in paths if not (found.path / path).resolve().is_relative_to(fence)]


def _under(root: Path, source: DatasetFormat) -> DatasetFormat:
    return source.model_copy(update={"path": root / source.path})


def _known(word: str) -> type[DatasetFormat]:
    found = find("dataset", word)
    if not issubclass(found, DatasetFormat):
        raise TypeError(f"the dataset '{word}' is no DatasetFormat")
    return found


def _format(spec: Any, tree: Node | None = None) -> DatasetFormat:
    """The format that a spec names, read from a YAML tree if there is one; what is wrong with it as DatasetError."""
    tree = tree or Node(None)
    try:
        found = parse("dataset", spec)
    except ValidationError as error:
        raise DatasetError(_knob_faults(error, spec, tree)) from None
    except InputError as error:
        word = next(iter(spec), "") if isinstance(spec, Mapping) else ""
        raise DatasetError([tree.key_fault(word, fault.message) for fault in error.faults]) from None
    if not isinstance(found, DatasetFormat):
        raise TypeError(f"the dataset '{found.name}' is no DatasetFormat")
    return found


def _knob_faults(error: ValidationError, spec: Any, tree: Node) -> list[Fault]:
    word = str(next(iter(spec)) if isinstance(spec, Mapping) else spec).partition("(")[0]
    faults = []
    for problem in error.errors(include_url=False):
        knob = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden":
            message = f"{word} has no knob '{knob}'{suggest(knob, sorted(_known(word).model_fields))}"
        else:
            message = f"{word}: {knob}: {problem['msg']}"
        faults.append(_at(tree, knob, message))
    return faults


def _at(tree: Node, knob: str, message: str) -> Fault:
    """A fault where the knob stands below the one word of a `dataset.yaml`."""
    inner = next(iter(tree.value.values()), tree) if isinstance(tree.value, dict) else tree
    return inner.key_fault(knob, message)


def _shelves() -> list[Path]:
    """Where bundled corpora lie: inside an installed package, or beside it in a source checkout."""
    inside, beside = _PACKAGE / "corpora", _PACKAGE.parent / "corpora"
    # The parent of an installed package is site-packages, where a folder `corpora` would be somebody else's.
    return [shelf for shelf in (inside, beside) if shelf.is_dir()][:1]


def _bundled() -> dict[str, Path]:
    """Name -> folder; a name is looked up here and never made into a path."""
    folders = (folder for shelf in _shelves() for folder in sorted(shelf.iterdir()))
    return {folder.name: folder for folder in folders if (folder / DESCRIPTION).is_file()}


def locate_bundled(name: str, root: Path | None = None) -> Path:
    """A path that exists, relative to `root`, or else the folder of that name that comes with ragtune.

    Raises:
        DatasetError: when there is neither.
    """
    path = (root or Path()) / name
    if _exists(path):
        return path
    folders = {folder.name: folder for shelf in _shelves() for folder in sorted(shelf.iterdir()) if folder.is_dir()}
    if name in folders:
        return folders[name]
    raise DatasetError(f"there is no file or folder {path}{suggest(name, sorted(folders))}")


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
