"""Reading a `dataset.yaml`: plain values only, and where each knob stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ragtune.datasets._reading import Faults, Place, read_text

MAX_YAML_BYTES = 1_000_000
MAX_DEPTH = 20

Positions = Mapping[str, tuple[int, int]]
"""Knob -> line and column, from 1."""


def read_yaml(path: Path) -> tuple[Any, Positions]:
    """The file's value, and the positions of the knobs below its one word; DatasetError when it cannot be read.

    Tags, anchors and aliases are refused: a dataset has no use for them, and they are how YAML files do harm.
    """
    faults = Faults()
    if path.is_file() and path.stat().st_size > MAX_YAML_BYTES:
        faults.add(Place(str(path)), f"the file is larger than {MAX_YAML_BYTES:,} bytes, too large to describe a dataset")
        faults.check()
    text = read_text(path, faults)
    faults.check()
    value, positions = _parse(text or "", str(path), faults)
    faults.check()
    return value, positions


def _parse(text: str, file: str, faults: Faults) -> tuple[Any, Positions]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        _refuse_tricks(YAML(typ="safe", pure=True).parse(text), file, faults)
        if not faults:
            positions = _positions(YAML(typ="safe", pure=True).compose(text))
            return YAML(typ="safe", pure=True).load(text), positions
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(file, mark.line + 1 if mark else 0)
        faults.add(place, f"not YAML: {error.problem}", mark.column + 1 if mark else 0)
    except (YAMLError, ValueError) as error:
        faults.add(Place(file), f"not YAML: {str(error).splitlines()[0]}")
    return None, {}


def _refuse_tricks(events: Any, file: str, faults: Faults) -> None:
    depth = 0
    for event in events:
        name, mark = type(event).__name__, event.start_mark
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if name == "AliasEvent" or getattr(event, "anchor", None):
            faults.add(Place(file, mark.line + 1), "anchors and aliases are not allowed here", mark.column + 1)
        if getattr(event, "tag", None):
            faults.add(Place(file, mark.line + 1), f"tags are not allowed here ({event.tag})", mark.column + 1)
        if depth > MAX_DEPTH:
            faults.add(Place(file, mark.line + 1), f"nested more than {MAX_DEPTH} deep", mark.column + 1)
            return


def _positions(root: Any) -> Positions:
    """Positions of the keys of the mapping that is the one value of the root mapping."""
    pairs = root.value if root is not None and isinstance(root.value, list) else []
    knobs = pairs[0][1].value if len(pairs) == 1 and isinstance(pairs[0], tuple) else []
    marks = {pair[0].value: pair[0].start_mark for pair in knobs if isinstance(pair, tuple)}
    return {key: (mark.line + 1, mark.column + 1) for key, mark in marks.items() if isinstance(key, str)}
