"""Cases of a tool set: read in any format, held to the tools, written in ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ragtune.caseformats import CaseFormat
from ragtune.caseformats._bfcl_files import load_bfcl_tools
from ragtune.caseformats._models import json_schema
from ragtune.caseformats._resolving import Resolver
from ragtune.caseformats._spelling import as_yaml, spec_of
from ragtune.caseformats._tool_rows import load_candidates_tools
from ragtune.component import find, parse, words
from ragtune.errors import DatasetError, Fault, InputError
from ragtune.spelling import read
from ragtune.tools import Case, ToolSet
from ragtune.tools._files import JSON, JSON_LINES, YAML
from ragtune.tools._writing import write_atomically

__all__ = [
    "Loaded",
    "json_schema",
    "load_bfcl_tools",
    "load_candidates_tools",
    "load_cases",
    "read_cases",
    "recognise",
    "write_cases",
]

Spec = str | Path | Mapping[str, Any]


@dataclass(frozen=True)
class Loaded:
    """Cases with the ids of a tool set, and what is not among them.

    `left_out` has the ids of rows that are no case, by reason; `skipped` the ids of cases by the name of a tool that the
    tool set does not have, where the format's knob `skip_unknown` says to pass over them.
    """

    cases: tuple[Case, ...]
    format: CaseFormat
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_cases(spec: Spec, tools: ToolSet, root: Path | None = None) -> tuple[Case, ...]:
    """The cases of a file, held to a tool set.

    Args:
        spec: A path, whose format is recognised, or a format with its knobs and `path`: `{bfcl: {path: data}}`, or
            spelled `bfcl(path=data)`.
        tools: The tools; names in the file become ids of these.
        root: The folder that a relative path is relative to.

    Raises:
        DatasetError: With every fault, by file and line: what is no case, unknown tools, ids given twice, arguments that
            a tool does not have, and values that its input schema refuses.
    """
    return read_cases(spec, tools, root).cases


def read_cases(spec: Spec, tools: ToolSet, root: Path | None = None) -> Loaded:
    """The same, with the format and what was left out."""
    format, path = _parsed(spec, root or Path())
    reading = format.reading(path)
    resolver = Resolver(tools, format)
    resolved = [resolver.case(found) for found in reading.found]
    faults = [*reading.faults, *resolver.faults]
    if faults:
        raise DatasetError(faults)
    left_out = {**reading.left_out, **{why: tuple(ids) for why, ids in resolver.left_out.items()}}
    skipped = {name: tuple(ids) for name, ids in resolver.skipped.items()}
    return Loaded(tuple(case for case in resolved if case is not None), format, left_out, skipped)


def recognise(path: Path) -> CaseFormat:
    """The format of a file; DatasetError unless exactly one sees itself in it."""
    if not path.exists():
        raise DatasetError([Fault(str(path), 0, 0, "there is no such file")])
    formats = [find("caseformat", word) for word in words("caseformat")]
    found = [known() for known in formats if issubclass(known, CaseFormat) and known.recognises(path)]
    if len(found) == 1:
        return found[0]
    told = "looks like no format of cases" if not found else f"looks like {' and '.join(f.name for f in found)}"
    known = ", ".join(words("caseformat"))
    raise DatasetError([Fault(str(path), 0, 0, f"{told}; say which it is, as in {{bfcl: {{path: …}}}} ({known})")])


def write_cases(cases: Iterable[Case], path: Path, *, force: bool = False) -> None:
    """Write cases in our own format, YAML, JSON or JSON lines by the file's ending; whole or not at all.

    Raises:
        InputError: The file is there already and `force` does not allow to replace it.
    """
    specs = [spec_of(case) for case in cases]
    if (path.exists() or path.is_symlink()) and not force:
        raise InputError(f"{path} is there already; nothing was written (--force writes over it)")
    suffix = path.suffix.lower()
    if suffix in YAML:
        text = as_yaml(specs)
    elif suffix in JSON:
        text = json.dumps({"cases": specs}, ensure_ascii=False, indent=2) + "\n"
    elif suffix in JSON_LINES:
        text = "".join(json.dumps(spec, ensure_ascii=False) + "\n" for spec in specs)
    else:
        raise InputError(f"{path}: cases are written as {', '.join((*YAML, *JSON, *JSON_LINES))}")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    write_atomically(path, text)


def _parsed(spec: Spec, root: Path) -> tuple[CaseFormat, Path]:
    """The format and the path that a spec names."""
    if isinstance(spec, str) and spec.partition("(")[0].strip() in words("caseformat"):
        try:
            spec = read(spec)
        except ValueError as error:
            raise InputError(f"{spec}: {error}") from None
    if isinstance(spec, str | Path):
        path = root / spec
        return recognise(path), path
    if len(spec) != 1 or not isinstance(next(iter(spec.values())), Mapping):
        raise InputError("cases are a path, or a format with its knobs, as in {bfcl: {path: data/bfcl}}")
    ((word, given),) = spec.items()
    knobs = dict(given)
    path = knobs.pop("path", None)
    if not isinstance(path, str | Path):
        raise InputError(f"{word}: `path` names the file of cases")
    try:
        format = parse("caseformat", {word: knobs})
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise InputError(f"{word}: {told}") from None
    if not isinstance(format, CaseFormat):
        raise TypeError(f"the case format '{format.name}' is no CaseFormat")
    return format, root / path
