"""Answers in files: what a run recorded, and what another system answered."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ragtune.answers import Answer, Citation
from ragtune.errors import DatasetError, Fault
from ragtune.files import content

WHAT = "recording"
_Key = tuple[str | None, str | None, str | None]


def _listed(value: Any) -> Any:
    """A list as a cell of a table writes it: JSON, or one text."""
    if not isinstance(value, str):
        return value
    return json.loads(value) if value.lstrip().startswith("[") else [value]


class _Cited(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int
    end: int
    row: int


class Recorded(BaseModel):
    """One line or row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = None
    query: str | None = None
    prompt: str | None = None
    answer: str | None = None
    citations: tuple[_Cited, ...] = ()
    refused: bool | None = None
    failed: str = ""
    contexts: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = None
    input_tokens: Annotated[int, Field(ge=0)] | None = None
    output_tokens: Annotated[int, Field(ge=0)] | None = None
    cached_tokens: Annotated[int, Field(ge=0)] | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None
    first_token_seconds: Annotated[float, Field(ge=0)] | None = None

    def read(self, refuses: Callable[[str], bool]) -> Answer:
        """As an answer; where the recording does not say whether it refused, `refuses` does."""
        text = (self.answer or "").strip()
        return Answer(
            text=text,
            citations=tuple(Citation(each.start, each.end, each.row) for each in self.citations),
            refused=self.refused if self.refused is not None else bool(text) and refuses(text),
            failed=self.failed,
            passages=self.contexts,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cached_tokens=self.cached_tokens,
            seconds=self.seconds,
            first_token_seconds=self.first_token_seconds,
        )


@dataclass(frozen=True)
class Recording:
    """Rows by query id, query text and digest of what was asked; None where a row does not say."""

    rows: Mapping[_Key, Recorded]

    def find(self, id: str, query: str, prompt: str | None) -> Recorded | None:
        """The row of a query: that for this prompt, or one that does not say for which; `prompt` None takes the first."""
        for case in ((id, query), (id, None), (None, query)):
            row = self.rows.get((*case, prompt)) or self.rows.get((*case, None))
            if row is None and prompt is None:
                row = next((row for key, row in self.rows.items() if key[:2] == case), None)
            if row is not None:
                return row
        return None


def read_recording(path: Path) -> Recording:
    """All rows of a JSON-lines or CSV file; DatasetError lists all faults."""
    return _read(path, content(path, WHAT))


@lru_cache(maxsize=4)
def _read(path: Path, digest: str) -> Recording:
    faults: list[Fault] = []
    rows: dict[_Key, Recorded] = {}
    lines: dict[_Key, int] = {}
    for number, load in _rows(path):
        try:
            row = Recorded.model_validate(load())
            if row.answer is None and not row.failed:
                raise ValueError("neither `answer` nor `failed` is given; an empty answer is written as an empty text")
            if row.id is None and row.query is None:
                raise ValueError("neither `id` nor `query` says which query this answers")
            key = (row.id, row.query, row.prompt)
            if rows.get(key, row) != row:
                raise ValueError(f"this query has another answer in line {lines[key]}")
        except ValidationError as error:
            faults += [
                Fault(str(path), number, 0, f"{'.'.join(map(str, e['loc']))}: {e['msg']}") for e in error.errors()
            ]
        except (ValueError, RecursionError) as error:
            faults.append(Fault(str(path), number, 0, str(error)))
        else:
            rows[key] = row
            lines.setdefault(key, number)
    if faults:
        raise DatasetError(faults)
    return Recording(rows)


def _rows(path: Path) -> Iterator[tuple[int, Callable[[], Any]]]:
    """Line -> what reads it, so that a fault of one line hides none of the others."""
    data = path.read_bytes()
    if path.suffix.lower() == ".csv":
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        for row in table:
            yield table.line_num, partial(_filled, row)
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield number, partial(json.loads, line)


def _filled(row: Mapping[str | None, Any]) -> dict[str | None, Any]:
    """Cells that say something; an empty answer says that nothing was answered."""
    return {name: value for name, value in row.items() if value not in ("", None) or name == "answer"}
