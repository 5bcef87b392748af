"""Which cases wordings are made of, and which they are held to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from ragtune.tools import Case
from ragtune.types import Ints


def deal(cases: Sequence[Case], parts: int, seed: int) -> Ints:
    """(n_cases,) int64 part of each case, dealt in turn among the cases of each tool by a hash of what is asked.

    What is asked twice, case and spacing aside, is in one part. Tools follow each other in the dealing, so that those
    with a single case do not all fall into the same part.
    """
    words = [" ".join(case.query.casefold().split()) for case in cases]
    first: dict[str, Case] = {}
    for text, case in zip(words, cases, strict=True):
        first.setdefault(text, case)
    order = sorted(first, key=lambda text: (_stratum(first[text]), _lot(text, seed)))
    part = {text: place % parts for place, text in enumerate(order)}
    return np.array([part[text] for text in words], dtype=np.int64)


def _stratum(case: Case) -> tuple[str, ...]:
    return tuple(sorted(call.tool for call in case.calls))


def _lot(text: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}\0suggest\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
