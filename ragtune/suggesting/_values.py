"""What comes of looking for other wordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Held:
    """Selection accuracy on the held-out cases, before and after, and the paired difference.

    `low` and `high` are the ends of an interval, and `p` is by sign flips; both are corrected for how many wordings were
    tested (Bonferroni, Holm). Ends are None where there is but one case.
    """

    cases: int
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None
    p: float

    @property
    def gains(self) -> bool:
        """Whether it is better by more than chance."""
        return self.difference > 0 and ((self.low is not None and self.low > 0) or self.p < 0.05)


@dataclass(frozen=True)
class Candidate:
    """A wording of one tool.

    `recipe` says how it was made, `terms` are the words that it says anew. `tune_gain` is how many more of the tune cases
    are right, each half judged by a wording made of the other; None where neither half was enough to make one. `held` is
    None where it was not tested on the held-out cases. `why` says why it was accepted, or not.
    """

    tool: str
    recipe: str
    description: str
    terms: tuple[str, ...]
    tune_gain: float | None
    held: Held | None
    accepted: bool
    why: str


@dataclass(frozen=True)
class Suggestion:
    """All candidates, by tool, and what is accepted.

    `confused` says in how many tune cases a tool was missed, or called in another's place, most first. `together` is all
    chosen wordings at once, None unless there are two or more. `overlay` is tool id -> accepted description.
    """

    design: str
    tune_cases: int
    held_cases: int
    confused: Mapping[str, int]
    candidates: tuple[Candidate, ...]
    together: Held | None
    overlay: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "confused": dict(self.confused), "overlay": dict(self.overlay)}
