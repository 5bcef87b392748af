"""Where cases are lost: exactly one outcome for each, so that the parts add up to all cases.

The first of these that holds is a case's outcome:

1. `failed`       there is no reply, so nothing can be said.
2. `right`        exactly the right calls were made, or nothing where no tool fits. Where the caller never gives
                  arguments, the right tools are enough.
3. `arguments`    the right tools were called, with wrong arguments.
4. `false-call`   something was called though no tool fits.
5. `hidden`       an expected tool is gone after the edits.
6. `not-offered`  an expected tool is not among those that the case offers.
7. `not-shown`    an expected tool was not shown by the selector.
8. `no-call`      all were shown, and nothing was called.
9. `rival`        all were shown, and another tool was called in place of one.
10. `missing-call` some of several expected calls were not made.
11. `extra-call`  all expected calls were made, and others too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ragtune.toolpanels._judging import Judged
from ragtune.types import Ints

OUTCOMES: Mapping[str, str] = {
    "failed": "no reply",
    "hidden": "taken away by an edit",
    "not-offered": "not offered with the case",
    "not-shown": "not shown by the selector",
    "no-call": "shown, but nothing called",
    "rival": "shown, but a rival called",
    "missing-call": "some of several calls missing",
    "extra-call": "called right, and more",
    "false-call": "called where no tool fits",
    "arguments": "right tool, wrong arguments",
}
"""Outcome -> what it is called, in the order in which a request flows; what is right is none of them."""
RIGHT = "right"


@dataclass(frozen=True)
class Fall:
    """How many cases were lost for one reason."""

    cause: str
    told: str
    cases: int


@dataclass(frozen=True)
class Waterfall:
    """`total` = `right` + all that was lost. `arguments` says whether arguments were judged."""

    total: int
    right: int
    losses: tuple[Fall, ...]
    arguments: bool


def outcomes(judged: Judged) -> list[str]:
    """The outcome of each case."""
    return [outcome(judged, i) for i in range(len(judged))]


def outcome(judged: Judged, i: int) -> str:
    """The outcome of one case."""
    found, case = judged.judgements[i], judged.cases[i]
    if judged.failed[i]:
        return "failed"
    if found.selected:
        return RIGHT if found.correct or not judged.gives_arguments else "arguments"
    if not case.calls:
        return "false-call"
    wanted = [judged.places(call) for call in case.calls]
    if not all(wanted):
        return "hidden"
    for name, mask in (("not-offered", judged.offered), ("not-shown", judged.visible)):
        if not all(mask[i, places].any() for places in wanted):
            return name
    kinds = {error.kind for error in found.errors}
    for name, kind in (("no-call", "no-call"), ("rival", "wrong-tool"), ("missing-call", "missing-call")):
        if kind in kinds:
            return name
    return "extra-call"


def waterfall(judged: Judged) -> Waterfall:
    """All cases, and what became of them."""
    found = outcomes(judged)
    counts = [Fall(cause, told, found.count(cause)) for cause, told in OUTCOMES.items()]
    return Waterfall(len(found), found.count(RIGHT), tuple(counts), judged.gives_arguments)


def worst_first(judged: Judged) -> list[int]:
    """Cases that are lost before those that are right, those with most errors first, ties in the order of the data."""
    lost = np.array([name != RIGHT for name in outcomes(judged)], dtype=bool)
    errors: Ints = np.array([len(judged.errors(i)) for i in range(len(judged))], dtype=np.int64)
    order: list[int] = np.lexsort((-errors, ~lost)).tolist()
    return order
