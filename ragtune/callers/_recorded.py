"""Recordings as they are read: our own, OpenAI's responses and batch outputs, and BFCL's result files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ragtune.endpoint import called_or_why
from ragtune.errors import DatasetError, Fault
from ragtune.files import content

_WRITTEN_CALL = re.compile(r"\s*\[\s*[A-Za-z_][\w.]*\s*\(")

WHAT = "recording"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Model):
    """A call as it was recorded; arguments of foreign recordings are the text that the model wrote."""

    tool: str
    arguments: dict[str, Any] | str = Field(default_factory=dict)
    invalid: str = ""


class Recorded(_Model):
    """One line. `named` says what the calls are named by: the tool's id, or the name under which it was sent."""

    id: str | None = None
    query: str | None = None
    shown: str | None = None
    calls: tuple[Said, ...] = ()
    failed: str = ""
    confidence: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None
    named: Literal["id", "name"] = "id"


@dataclass(frozen=True)
class Recording:
    """Rows by case id, query text and digest of the tools shown; None where a row does not say."""

    rows: Mapping[tuple[str | None, str | None, str | None], Recorded]
    others: frozenset[tuple[str | None, str | None]]
    """Cases with rows for certain tools."""

    def find(self, id: str, query: str, shown: str | None) -> Recorded | str:
        """The row of a case: that for these tools, or one that does not say for which; else why there is none.

        `shown` None takes the first row of the case, whatever was shown.
        """
        for case in ((id, query), (id, None), (None, query)):
            row = self.rows.get((*case, shown)) or self.rows.get((*case, None))
            if row is not None:
                return row
            if shown is None and case in self.others:
                return next(row for key, row in self.rows.items() if key[:2] == case)
        elsewhere = any(case in self.others for case in ((id, query), (id, None), (None, query)))
        return "recorded with other tools shown" if elsewhere else "not in the recording"


def read_recording(path: Path) -> Recording:
    """All rows; DatasetError lists all faults."""
    return _read(path, content(path, WHAT))


@lru_cache(maxsize=4)
def _read(path: Path, digest: str) -> Recording:
    faults: list[Fault] = []
    rows: dict[tuple[str | None, str | None, str | None], Recorded] = {}
    lines: dict[tuple[str | None, str | None, str | None], int] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = _row(json.loads(line))
            key = (row.id, row.query, row.shown)
            if rows.get(key, row) != row:
                raise ValueError(f"this case has another reply in line {lines[key]}")
        except ValidationError as error:
            faults += [Fault(str(path), number, 0, _told(each)) for each in error.errors()]
        except (ValueError, RecursionError) as error:
            faults.append(Fault(str(path), number, 0, str(error)))
        else:
            rows[key] = row
            lines.setdefault(key, number)
    if faults:
        raise DatasetError(faults)
    return Recording(rows, frozenset(key[:2] for key in rows if key[2] is not None))


def _told(error: Any) -> str:
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}" if error["loc"] else str(error["msg"])


def _row(value: Any) -> Recorded:
    if not isinstance(value, dict):
        raise ValueError("a line holds a JSON object: {id or query, calls: [{tool, arguments}]}")
    if "choices" in value or "response" in value:
        row = _openai(value)
    elif "result" in value:
        row = _bfcl(value)
    elif "calls" not in value and "failed" not in value:
        raise ValueError("neither `calls` nor `failed` is given; a reply without a call has an empty list")
    else:
        row = Recorded.model_validate(value)
    if row.id is None and row.query is None:
        raise ValueError("neither `id` nor `query` says which case this is")
    return row


def _openai(value: dict[str, Any]) -> Recorded:
    """A response with `custom_id`, `case_id` or `query` beside its own keys, or a line of a batch's output file."""
    response = value.get("response")
    body = response.get("body") if isinstance(response, dict) else value
    case = next((str(value[name]) for name in ("custom_id", "case_id") if value.get(name) is not None), None)
    query = value.get("query")
    if case is None and query is None and response is None:
        case = value.get("id")
    called = called_or_why(body) if isinstance(body, dict) and "choices" in body else f"{value.get('error') or body}"
    if isinstance(called, str):
        return Recorded(id=case, query=query, failed=called[:300])
    return Recorded(
        id=case,
        query=query,
        calls=tuple(Said(tool=name, arguments=arguments) for name, arguments in called.calls),
        input_tokens=called.usage.input,
        output_tokens=called.usage.output,
        cached_tokens=called.usage.cached,
        named="name",
    )


def _bfcl(value: dict[str, Any]) -> Recorded:
    """A line of a result file of BFCL's function-calling mode: a list of {name: arguments}, or the text that was said."""
    result, calls = value["result"], []
    if isinstance(result, str):
        if _WRITTEN_CALL.match(result):
            raise ValueError("`result` is a call written as text (prompting mode); only function-calling mode is read")
    elif not isinstance(result, list) or not all(isinstance(call, dict) and len(call) == 1 for call in result):
        raise ValueError("`result` is a list of {name: arguments} or a text (several turns are not read)")
    else:
        calls = [Said(tool=name, arguments=given) for call in result for name, given in call.items()]
    failed = result if isinstance(result, str) and result.startswith("Error during inference") else ""
    return Recorded(
        id=value.get("id"),
        calls=tuple(calls),
        failed=failed[:300],
        input_tokens=value.get("input_token_count"),
        output_tokens=value.get("output_token_count"),
        seconds=value.get("latency"),
        named="name",
    )
