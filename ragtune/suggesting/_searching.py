"""From the confusions to candidates, and from candidates to what holds on cases that nothing was made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ragtune.errors import InputError, suggest
from ragtune.suggesting._dealing import deal
from ragtune.suggesting._endpoint import Writer
from ragtune.suggesting._judging import judge
from ragtune.suggesting._telling import Trial, accepted, told
from ragtune.suggesting._values import Held, Suggestion
from ragtune.suggesting._wordings import RECIPES, Asked, Wording, unsafe
from ragtune.tools import Case, ToolSet
from ragtune.toolsets import ToolDataset
from ragtune.types import Floats, Ints

Score = Callable[[ToolSet], tuple[Floats, Sequence[Sequence[str]]]]
"""From tools to (n_cases,) selection accuracy and the ids of the tools called for each case."""
HALVES = 2
"""Parts of the tune cases. As many again are held out."""


@dataclass(frozen=True, eq=False)
class _World:
    """What was measured, and which cases are whose."""

    dataset: ToolDataset
    score: Score
    part: Ints
    scores: Floats
    called: Sequence[Sequence[str]]

    def which(self, parts: Sequence[int]) -> list[int]:
        """Places of the cases in some parts."""
        found: list[int] = np.flatnonzero(np.isin(self.part, parts)).tolist()
        return found


def suggest_wordings(
    dataset: ToolDataset,
    score: Score,
    *,
    design: str = "",
    only: str = "",
    writer: Writer | None = None,
    most: int = 10,
    seed: int = 0,
) -> Suggestion:
    """Other descriptions for the tools that are confused most.

    Half of the cases are for making and choosing wordings, half are held out. Every recipe's wording is judged by
    cross-fitting: made of one half of the tune cases and scored on the other. For each tool the recipe that gains most
    there is made anew of all tune cases and tested once on the held-out ones.

    Args:
        dataset: The tools and their cases.
        score: Runs the design.
        design: How the design is called.
        only: Look at this tool alone, by id.
        writer: Writes wordings beside those of term statistics.
        most: At how many tools to look at most.
        seed: Of the dealing and of the tests.
    """
    if only and only not in dataset.toolset.place:
        raise InputError(f"there is no tool '{only}'{suggest(only, list(dataset.toolset.place))}")
    scores, called = score(dataset.toolset)
    world = _World(dataset, score, deal(dataset.cases, 2 * HALVES, seed), scores, called)
    tune, held = world.which(range(HALVES)), world.which(range(HALVES, 2 * HALVES))
    if not tune or not held:
        raise InputError(f"{len(dataset.cases)} cases cannot be parted into some to learn from and some to judge by")
    confused = _confused(world, tune)
    found = [only] if only else list(confused)[:most]
    trials = _trials(world, [id for id in found if _own(dataset.cases, tune, id)], writer)
    chosen = _chosen(trials)
    tested, together = _tested(world, chosen, held, seed)
    taken = accepted(tested, together)
    return Suggestion(
        design=design,
        tune_cases=len(tune),
        held_cases=len(held),
        confused={id: confused.get(id, 0) for id in found},
        candidates=tuple(told(trial, chosen, tested, together, taken) for trial in trials),
        together=together,
        overlay={id: chosen[id].wording.description for id in taken},
    )


def _confused(world: _World, tune: Sequence[int]) -> Counter[str]:
    """Id -> in how many tune cases the tool was missed, or called in another's place; most first."""
    found: Counter[str] = Counter()
    for wanted, made in (_confusion(world, i) for i in tune):
        found.update(wanted | made)
    return Counter(dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))))


def _confusion(world: _World, i: int) -> tuple[set[str], set[str]]:
    """(tools that should have been called and were not, tools that were called in their place)."""
    case, made = world.dataset.cases[i], set(world.called[i])
    right = {tool for call in case.calls for tool in call.tools}
    missed = {call.tool for call in case.calls if made.isdisjoint(call.tools)}
    wrong = {tool for tool in made - right if tool in world.dataset.toolset.place}
    return (missed, wrong) if missed else (set(), set())


def _own(cases: Sequence[Case], among: Sequence[int], id: str) -> list[int]:
    return [i for i in among if any(id in call.tools for call in cases[i].calls)]


def _alone(cases: Sequence[Case], among: Sequence[int]) -> list[int]:
    """Those that want one call alone, where there are any: what else wants several, says of each what is another's."""
    return [i for i in among if len(cases[i].calls) == 1] or list(among)


def _asked(world: _World, learn: Sequence[int], id: str) -> Asked:
    """What a wording of a tool may be made of, out of some of the cases."""
    cases, toolset = world.dataset.cases, world.dataset.toolset
    rivals: Counter[str] = Counter()
    for missed, wrong in (_confusion(world, i) for i in learn):
        if id in missed:
            rivals.update(wrong)
        elif id in wrong:
            rivals.update(missed)
    order = sorted(rivals, key=lambda rival: (-rivals[rival], rival))
    own = _alone(cases, _own(cases, learn, id))
    of_rivals = {i for rival in order for i in _alone(cases, _own(cases, learn, rival))}
    theirs = sorted((of_rivals or set(learn)) - set(own))  # missed for nothing: to be told from all others
    queries = [case.query for case in cases]
    return Asked(
        tool=toolset.tools[toolset.place[id]],
        rivals=tuple(toolset.tools[toolset.place[rival]] for rival in order),
        own=tuple(queries[i] for i in own),
        missed=tuple(queries[i] for i in own if id in _confusion(world, i)[0]),
        theirs=tuple(queries[i] for i in theirs),
        everything=tuple(queries[i] for i in learn),
    )


def _wordings(asked: Sequence[Asked], writer: Writer | None) -> list[dict[str, Wording]]:
    """Recipe -> wording, of each tool."""
    written = writer.write(asked) if writer else [[] for _ in asked]
    found = []
    for each, others in zip(asked, written, strict=True):
        made = [*(recipe(each) for recipe in RECIPES if each.own), *others]
        found.append({wording.recipe: wording for wording in made if wording is not None})
    return found


def _trials(world: _World, ids: Sequence[str], writer: Writer | None) -> list[Trial]:
    """Every recipe for every tool, with the gain of wordings made of one half on the cases of the other."""
    gains: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for half in range(HALVES):
        judged = world.which([half])
        learn = world.which([other for other in range(HALVES) if other != half])
        made = _wordings([_asked(world, learn, id) for id in ids], writer)
        for id, wordings in zip(ids, made, strict=True):
            for recipe, wording in wordings.items():
                after, _ = world.score(_worded(world.dataset.toolset, {id: wording.description}))
                gains[id, recipe].append(float(np.nansum(after[judged] - world.scores[judged])))
    asked = [_asked(world, world.which(range(HALVES)), id) for id in ids]
    return [
        Trial(each.tool.id, wording, _sum(gains.get((each.tool.id, recipe))), unsafe(each.tool, wording.description))
        for each, wordings in zip(asked, _wordings(asked, writer), strict=True)
        for recipe, wording in wordings.items()
    ]


def _sum(gains: Sequence[float] | None) -> float | None:
    """Over the halves; one of which nothing could be made changes nothing."""
    return sum(gains) if gains else None


def _chosen(trials: Sequence[Trial]) -> dict[str, Trial]:
    """Tool -> the trial with the largest gain, where there is any; of equal ones the first."""
    chosen: dict[str, Trial] = {}
    for trial in trials:
        if trial.refused or trial.gain is None or trial.gain <= 0:
            continue
        best = chosen.get(trial.tool)
        if best is None or best.gain is None or trial.gain > best.gain:
            chosen[trial.tool] = trial
    return chosen


def _worded(toolset: ToolSet, descriptions: Mapping[str, str]) -> ToolSet:
    return toolset.with_tools(
        tool.model_copy(update={"description": descriptions[tool.id]}) if tool.id in descriptions else tool
        for tool in toolset.tools
    )


def _tested(
    world: _World, chosen: Mapping[str, Trial], held: Sequence[int], seed: int
) -> tuple[dict[str, Held], Held | None]:
    """Each chosen wording by itself, and all of them at once, on the held-out cases: one family of tests."""
    said = {id: trial.wording.description for id, trial in chosen.items()}
    sets: list[Mapping[str, str]] = [{id: text} for id, text in said.items()]
    if len(said) > 1:
        sets.append(said)
    if not sets:
        return {}, None
    after = np.stack([world.score(_worded(world.dataset.toolset, each))[0][held] for each in sets])
    found = judge(world.scores[held], after, seed=seed)
    return dict(zip(said, found, strict=False)), found[-1] if len(said) > 1 else None
