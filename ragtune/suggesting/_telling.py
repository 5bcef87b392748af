"""Which of the wordings that were tested are accepted, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ragtune.suggesting._values import Candidate, Held
from ragtune.suggesting._wordings import Wording


@dataclass(frozen=True)
class Trial:
    """A recipe's final wording of a tool, and its gain on the tune cases."""

    tool: str
    wording: Wording
    gain: float | None
    refused: str = ""


def accepted(tested: Mapping[str, Held], together: Held | None) -> list[str]:
    """All, where all of them at once gain; else the one that gains most by itself, for others were not tested beside it."""
    if together is not None and together.gains:
        return list(tested)
    alone = [id for id, held in tested.items() if held.gains]
    return sorted(alone, key=lambda id: -tested[id].difference)[:1]


def told(
    trial: Trial,
    chosen: Mapping[str, Trial],
    tested: Mapping[str, Held],
    together: Held | None,
    taken: Sequence[str],
) -> Candidate:
    """A trial as it is told."""
    mine = chosen.get(trial.tool) is trial
    candidate = Candidate(
        trial.tool, trial.wording.recipe, trial.wording.description, trial.wording.terms, trial.gain,
        tested[trial.tool] if mine else None, mine and trial.tool in taken, "",
    )  # fmt: skip
    return replace(candidate, why=_why(trial, mine, candidate, trial.tool in chosen, together))


def _why(trial: Trial, mine: bool, candidate: Candidate, other: bool, together: Held | None) -> str:
    if candidate.accepted:
        alone = candidate.held is not None and candidate.held.gains
        return "gains on the held-out cases" if alone else "all chosen wordings together gain on the held-out cases"
    if trial.refused:
        return trial.refused
    if trial.gain is None:
        return "could be made of all tune cases only, and so be judged by none"
    if trial.gain <= 0:
        return f"no gain where it was not made from ({trial.gain:+g} tune cases)"
    if not mine:
        return "another wording of the tool gained as much or more" if other else "not chosen"
    if candidate.held is not None and candidate.held.gains:
        return "gains alone; another one gains more, and all at once do not"
    return "no sure gain on the held-out cases" + (", alone or with the others" if together else "")
