"""Traffic between two bundles: who gets which, and both at once."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from ragtune.errors import InputError
from ragtune.production._log import Shown

_Passage = TypeVar("_Passage", bound=Shown)


@dataclass(frozen=True)
class Split:
    """Sends a share of units to bundle `b` and the others to `a`; a unit always goes to the same.

    The first 8 bytes, big-endian, of the SHA-256 of `salt`, a zero byte and the unit, in UTF-8, over 2⁶⁴: below `share` is
    `b`. Any language can do that. Another salt gives another split, independent of the first; a share that is raised moves
    no unit from `b` to `a`.
    """

    salt: str
    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise InputError(f"a share lies between 0 and 1, not at {self.share:g}")

    def arm(self, unit: str) -> Literal["a", "b"]:
        """Where a unit goes."""
        return "b" if _digest(self.salt, unit) < self.share * 2**64 else "a"


def interleave(
    a: Sequence[_Passage], b: Sequence[_Passage], k: int, *, salt: str, id: str
) -> tuple[list[_Passage], list[Literal["a", "b"]]]:
    """The k passages to show of two rankings, and which bundle each is from, for `QueryLog.served(arms=…)`.

    Team draft (Radlinski, Kurup & Joachims 2008, How Does Clickthrough Data Reflect Retrieval Quality?, CIKM): the bundle with
    fewer passages so far adds its best that is not shown yet; where they have as many, a coin says. The coin is known by
    the salt and the query's id. A passage is known by its document and offsets.
    """
    coin = random.Random(_digest(salt, id))
    shown: dict[tuple[str, int, int], _Passage] = {}
    arms: list[Literal["a", "b"]] = []
    while len(shown) < k:
        best = {"a": _best(a, shown), "b": _best(b, shown)}
        lead = arms.count("a") - arms.count("b")
        turn: Literal["a", "b"] = "a" if lead < 0 or (lead == 0 and coin.random() < 0.5) else "b"
        if best[turn] is None:  # it has no more, and the other goes on alone
            turn = "b" if turn == "a" else "a"
        passage = best[turn]
        if passage is None:
            break
        shown[_place(passage)] = passage
        arms.append(turn)
    return list(shown.values()), arms


def _best(ranking: Sequence[_Passage], shown: Collection[tuple[str, int, int]]) -> _Passage | None:
    return next((passage for passage in ranking if _place(passage) not in shown), None)


def _place(passage: Shown) -> tuple[str, int, int]:
    return passage.document, passage.start, passage.end


def _digest(salt: str, unit: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}\0{unit}".encode()).digest()[:8], "big")
