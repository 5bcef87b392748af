"""The values that flow through the tool half: what is asked, what is shown, what is called. One row a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ragtune.tools._calls import Call, Case
from ragtune.types import Floats, Value, pack_json, unpack_json


@dataclass(frozen=True, eq=False)
class Requests(Value):
    """What is asked: the texts, and the ids of the tools offered with each, None for all."""

    texts: tuple[str, ...]
    offered: tuple[tuple[str, ...] | None, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def one(self, i: int) -> Requests:
        """The i-th request alone."""
        return Requests((self.texts[i],), (self.offered[i],))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines: text and offered tools."""
        return pack_json([list(row) for row in zip(self.texts, self.offered, strict=True)])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        rows = unpack_json(arrays)
        offered = tuple(None if tools is None else tuple(tools) for _, tools in rows)
        return cls(tuple(text for text, _ in rows), offered)


@dataclass(frozen=True, eq=False)
class Cases(Value):
    """Cases as a value: what is expected, or a pool that edits may take examples from."""

    cases: tuple[Case, ...]

    def __len__(self) -> int:
        return len(self.cases)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one case each."""
        return pack_json([case.model_dump(exclude_defaults=True) for case in self.cases])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(Case.model_validate(row) for row in unpack_json(arrays)))

    @property
    def nbytes(self) -> int:
        """Only the order of magnitude matters."""
        return 1000 * len(self.cases)


@dataclass(frozen=True, eq=False)
class Shown(Value):
    """The tools that each request is shown, in this order.

    `tool` is (n_requests, width) int32: places in the tool set, -1 after the last. `score` is (n_requests, width)
    float64: the selector's, nan where it gives none.
    """

    tool: NDArray[np.int32]
    score: Floats

    def of(self, i: int) -> list[int]:
        """Places of the tools shown for a request."""
        row = self.tool[i]
        return [int(place) for place in row[row >= 0]]


@dataclass(frozen=True)
class Reply:
    """What a caller did for one request.

    `calls` are named by the id of the tool as edited. `failed` says why there is no reply at all (then the case is not
    scored); `confidence` is
    higher the surer the caller is that some tool fits, where it can tell. Tokens and seconds are the endpoint's own.
    """

    calls: tuple[Call, ...] = ()
    failed: str = ""
    confidence: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Replies(Value):
    """A reply for each request."""

    replies: tuple[Reply, ...]

    def __len__(self) -> int:
        return len(self.replies)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one reply each."""
        rows = []
        for reply in self.replies:
            row = {name: value for name, value in vars(reply).items() if value not in (None, "", ())}
            if reply.calls:
                row["calls"] = [call.model_dump(exclude_defaults=True) for call in reply.calls]
            rows.append(row)
        return pack_json(rows)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(
            tuple(
                Reply(**{**row, "calls": tuple(Call.model_validate(call) for call in row.get("calls", ()))})
                for row in unpack_json(arrays)
            )
        )

    @property
    def nbytes(self) -> int:
        """Only the order of magnitude matters."""
        return 500 * len(self.replies)
