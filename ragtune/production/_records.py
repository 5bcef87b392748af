"""What a log of queries holds, a JSON object a line, and reading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ragtune.errors import Fault, InputError, suggest

Arm = Literal["", "a", "b"]
MOST_FAULTS = 1_000


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Result(_Record):
    """A passage that was shown: `[start, end)` of a document, in code points.

    `digest` is that of its text, so that a document which has changed since is noticed. `arm` is the bundle that brought it,
    where two were interleaved.
    """

    document: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    score: float | None = None
    digest: str = ""
    arm: Arm = ""


class Served(_Record):
    """A query that was answered: what was found, best first, and how long it took.

    `id` is what feedback refers to. `unit` is whatever stays with one bundle in an A/B test, such as a user or a session.
    `query` is None where the redaction hook has taken it out.
    """

    kind: Literal["served"] = "served"
    time: AwareDatetime
    id: str
    query: str | None = None
    bundle: str = ""
    arm: Arm = ""
    unit: str = ""
    results: tuple[Result, ...] = ()
    latency_ms: float | None = Field(default=None, ge=0)
    trace: str = ""

    @property
    def interleaved(self) -> bool:
        """Whether it shows passages of both arms."""
        return any(result.arm for result in self.results)


class Feedback(_Record):
    """What somebody did: a click on the passage at `rank` (from 1), or a thumb for it; without a rank, for the whole answer."""

    kind: Literal["feedback"] = "feedback"
    time: AwareDatetime
    id: str
    signal: Literal["click", "up", "down"]
    rank: int | None = Field(default=None, ge=1)


class Score(_Record):
    """A measure of a served query, in [0, 1], from labels or a judge.

    `arm` says of which bundle it is, where both were run on the query and one was shown.
    """

    kind: Literal["score"] = "score"
    time: AwareDatetime
    id: str
    metric: str
    value: float = Field(ge=0, le=1)
    arm: Arm = ""


class Torn(_Record):
    """A writer was cut off: the line before holds the beginning of a record."""

    kind: Literal["torn"] = "torn"
    time: AwareDatetime


Record = Served | Feedback | Score | Torn
RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])
KINDS = ("served", "feedback", "score", "torn")


@dataclass(frozen=True)
class Log:
    """All records of a log in the order in which they were written.

    `torn` lines and `repeated` records, of queries whose id was served before, are left out.
    """

    records: tuple[Record, ...]
    torn: int = 0
    repeated: int = 0

    @cached_property
    def served(self) -> tuple[Served, ...]:
        """The queries."""
        return tuple(record for record in self.records if isinstance(record, Served))

    @cached_property
    def by_id(self) -> dict[str, Served]:
        """The queries by their ids."""
        return {record.id: record for record in self.served}

    def since(self, moment: datetime | None) -> Log:
        """Without what was written before."""
        kept = tuple(record for record in self.records if moment is None or record.time >= moment)
        return Log(kept, self.torn, self.repeated)

    @property
    def notes(self) -> list[str]:
        """What was left out, in words."""
        told = [f"{self.torn:,} torn lines were left out"] if self.torn else []
        if self.repeated:
            told.append(f"{self.repeated:,} queries were left out, as their ids were served before")
        return told


def read_log(path: Path) -> Log:
    """A log and the files that it was rotated into, oldest first.

    The last line of a file may be torn, as may one that a `torn` record follows: they are left out, and counted. So is a query
    whose id was served before, as by an app that tries again: the first stays.

    Raises:
        InputError: there is no such log, or lines are wrong; all faults with their places.
    """
    files = [file for file in (*rotated(path), path) if file.is_file()]
    if not files:
        raise InputError([Fault(str(path), 0, 0, "there is no such log")])
    records: list[Record] = []
    faults: list[Fault] = []
    known: set[str] = set()
    torn = repeated = 0
    for file in files:
        for number, found in _read(file):
            if found is None:
                torn += 1
            elif isinstance(found, str):
                faults.append(Fault(str(file), number, 0, found))
            elif isinstance(found, Served) and found.id in known:
                repeated += 1
            else:
                if isinstance(found, Served):
                    known.add(found.id)
                records.append(found)
            if len(faults) >= MOST_FAULTS:
                faults.append(Fault(str(file), number, 0, f"reading stopped after {MOST_FAULTS:,} faults"))
                raise InputError(faults)
    if faults:
        raise InputError(faults)
    return Log(tuple(records), torn, repeated)


def rotated(path: Path) -> list[Path]:
    """The full files of a log, oldest first: `log.jsonl.1`, `log.jsonl.2` and so on."""
    found = [file for file in path.parent.glob(f"{_literal(path.name)}.*") if file.name[len(path.name) + 1 :].isdigit()]
    return sorted(found, key=lambda file: int(file.suffix[1:]))


def _literal(name: str) -> str:
    """A name in which nothing stands for anything else."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _read(file: Path) -> Iterator[tuple[int, Record | str | None]]:
    """(line, its record, or what is wrong, or None for a line that is torn)."""
    wrong: list[tuple[int, str]] = []
    whole = True
    try:
        with file.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                whole = line.endswith(b"\n")
                found = _record(line) if line.strip() else None
                if isinstance(found, str):
                    wrong.append((number, found))
                elif isinstance(found, Torn):
                    yield from ((n, None) for n, _ in wrong)
                    wrong = []
                elif found is not None:
                    yield from wrong
                    wrong = []
                    yield number, found
    except OSError as error:
        yield 0, f"cannot be read ({error.strerror})"
    if wrong and not whole:
        yield wrong.pop()[0], None
    yield from wrong


def _record(line: bytes) -> Record | str:
    try:
        return RECORD.validate_json(line)
    except ValidationError as error:
        return "; ".join(_told(dict(one)) for one in error.errors(include_url=False)[:5])


def _told(error: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"][1:])
    if error["type"] == "json_invalid":
        return f"not JSON: {error['ctx']['error']}"
    if error["type"] == "union_tag_invalid":
        return f"there is no kind '{error['ctx']['tag']}'{suggest(error['ctx']['tag'], KINDS)}"
    if error["type"] == "union_tag_not_found":
        return f"'kind' is missing ({', '.join(KINDS)})"
    if error["type"] == "extra_forbidden":
        return f"unknown key '{place}'"
    return f"{place}: {error['msg'][0].lower()}{error['msg'][1:]}" if place else str(error["msg"])
