"""The whole explanation of one configuration of a study of tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, suggest
from ragtune.explaining import Failing, Headroom, headroom
from ragtune.explaining._failing import failing
from ragtune.study import Study
from ragtune.toolpanels._outcomes import Waterfall, outcome, waterfall, worst_first
from ragtune.toolpanels._tracing import TracedTools, trace_tools
from ragtune.tools import Call
from ragtune.tools.matching import Error
from ragtune.types import Floats


@dataclass(frozen=True)
class ShownTool:
    """A tool that a case was shown: its id after the edits, the selector's and the caller's score, whether it is right."""

    tool: str
    score: float | None
    caller_score: float | None
    expected: bool


@dataclass(frozen=True)
class ToolStory:
    """One case: what was expected, shown and called, and what became of it. `expected` are alternatives, a call each."""

    id: str
    text: str
    score: float
    outcome: str
    expected: tuple[tuple[str, ...], ...]
    called: tuple[Call, ...]
    shown: tuple[ShownTool, ...]
    confidence: float | None
    failed: str
    errors: tuple[Error, ...]


@dataclass(frozen=True)
class ToolExplanation:
    """One configuration of a study of tools, explained. `fall.total` = `fall.right` + all losses."""

    study: str
    configuration: str
    slots: Mapping[str, Any]
    metric: str
    fall: Waterfall
    headroom: Headroom | None
    failing: Failing | None
    traced: TracedTools = field(repr=False)
    scores: Floats = field(repr=False)

    @cached_property
    def worst_first(self) -> list[int]:
        """All cases, those that are lost first."""
        return worst_first(self.traced.judged)

    def story(self, case: str) -> ToolStory:
        """One case by its id, or by the beginning of it where that is unique."""
        ids = [each.id for each in self.traced.judged.cases]
        found = [case] if case in ids else [id for id in ids if id.startswith(case)]
        if len(found) != 1:
            what = "several cases begin with" if found else "there is no case"
            raise InputError(f"{what} '{case}' in {self.study}{suggest(case, found or ids)}")
        return self.tell(ids.index(found[0]))

    def worst(self, n: int) -> tuple[ToolStory, ...]:
        """The first `n` of the cases that are lost."""
        return tuple(self.tell(i) for i in self.worst_first[:n])

    def tell(self, i: int) -> ToolStory:
        """The i-th case."""
        judged = self.traced.judged
        case, reply = judged.cases[i], judged.replies[i]
        return ToolStory(
            id=case.id,
            text=case.query,
            score=float(self.scores[i]),
            outcome=outcome(judged, i),
            expected=tuple(call.tools for call in case.calls),
            called=tuple(judged.calls(i)),
            shown=tuple(self._shown(i)),
            confidence=reply.confidence,
            failed=reply.failed,
            errors=judged.errors(i),
        )

    def _shown(self, i: int) -> list[ShownTool]:
        judged, scores = self.traced.judged, self.traced.scores
        right = {place for call in judged.cases[i].calls for place in judged.places(call)}
        given = scores[1][i] if scores is not None and scores[0].startswith("caller") else None
        found = []
        for place, score in zip(judged.shown.tool[i].tolist(), judged.shown.score[i].tolist(), strict=True):
            if place >= 0:
                own = None if given is None else _known(float(given[place]))
                found.append(ShownTool(judged.toolset.tools[place].id, _known(score), own, place in right))
        return found

    def as_json(self) -> dict[str, Any]:
        """Everything but the stories, as JSON values."""
        room = self.headroom
        return {
            "study": self.study,
            "configuration": self.configuration,
            "metric": self.metric,
            "slots": dict(self.slots),
            "cases": self.fall.total,
            "right": self.fall.right,
            "arguments_judged": self.fall.arguments,
            "losses": [asdict(loss) for loss in self.fall.losses],
            "headroom": {**asdict(room), "headroom": room.headroom, "noise": room.noise} if room else None,
            "failing": asdict(self.failing) if self.failing else None,
        }


def story_json(story: ToolStory) -> dict[str, Any]:
    """A story as JSON values."""
    called = [call.model_dump(mode="json", exclude_defaults=True) for call in story.called]
    return {
        **{name: value for name, value in vars(story).items() if name not in ("called", "shown", "errors")},
        "called": called,
        "shown": [asdict(tool) for tool in story.shown],
        "errors": [asdict(error) for error in story.errors],
    }


def explain_tools(
    study: Study, workspace: Workspace, configuration: str | None = None, *, below: float = 0.5, seed: int = 0
) -> ToolExplanation:
    """Explain where a configuration of a study of tools loses cases.

    Args:
        study: The study.
        workspace: The workspace that it was made in; nothing is run in it and nothing written.
        configuration: Its id or the beginning of it; the best by the study's metric unless given.
        below: A case that scores less on that metric counts as failing.
        seed: For the folds and the interval of the headroom.
    """
    traced = trace_tools(study, workspace, configuration or study.best().id)
    metric, ids = study.maximize, study.scores.queries
    sign = -1.0 if study.record["better"][metric] == "lower" else 1.0
    table = sign * study.scores.of(metric)
    own = table[study.scores.configurations.index(traced.id)]
    texts = tuple(case.query for case in traced.judged.cases)
    tags = dict(zip(ids, study.record.get("tags", ()), strict=False))
    complete = table[~np.isnan(table).any(axis=1)]
    return ToolExplanation(
        study=study.name,
        configuration=traced.id,
        slots=traced.slots,
        metric=metric,
        fall=waterfall(traced.judged),
        headroom=headroom(complete, texts, seed) if complete.size else None,
        failing=None if np.isnan(own).any() else failing(metric, own, sign * below, ids, texts, tags),
        traced=traced,
        scores=sign * own,
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
