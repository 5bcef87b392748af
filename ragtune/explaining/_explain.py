"""The whole explanation of one configuration of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, suggest
from ragtune.explaining._causes import CAUSES, MET, Losses, losses
from ragtune.explaining._failing import Failing, failing
from ragtune.explaining._headroom import Headroom, headroom
from ragtune.explaining._needs import Needs
from ragtune.explaining._oracles import gains
from ragtune.explaining._stories import Stories, Story
from ragtune.explaining._tracing import trace
from ragtune.study import Study
from ragtune.types import Floats


@dataclass(frozen=True)
class Loss:
    """What was lost for one cause: needs, and visible characters of evidence in spans.

    `oracle_needs` is how many more needs would be met if that stage were perfect and the rest as it is.
    """

    cause: str
    told: str
    needs: int
    characters: int
    oracle_needs: int


@dataclass(frozen=True)
class Explanation:
    """One configuration of a study, explained. The losses add up: `needs` = `met` + all losses, and so do characters.

    `headroom` and `failing` speak of the metric that the study maximizes; None where the configuration, or any, could
    not be scored.
    """

    study: str
    configuration: str
    slots: Mapping[str, Any]
    metric: str
    queries: int
    needs: int
    met: int
    partly: int
    characters: int
    kept_characters: int
    losses: tuple[Loss, ...]
    headroom: Headroom | None
    failing: Failing | None
    query_ids: tuple[str, ...] = field(repr=False)
    scores: Floats = field(repr=False)
    stories: Stories = field(repr=False)
    worst_first: tuple[int, ...] = field(repr=False)

    def story(self, query: str) -> Story:
        """One query by its id, or by the beginning of it where that is unique."""
        ids = self.query_ids
        found = [query] if query in ids else [id for id in ids if id.startswith(query)]
        if len(found) != 1:
            what = "several queries begin with" if found else "there is no query"
            raise InputError(f"{what} '{query}' in {self.study}{suggest(query, found or ids)}")
        return self._tell(ids.index(found[0]))

    def worst(self, n: int) -> tuple[Story, ...]:
        """The `n` queries that score least, of equals those that lost most evidence."""
        return tuple(self._tell(i) for i in self.worst_first[:n])

    def _tell(self, i: int) -> Story:
        return self.stories.tell(i, self.query_ids[i], float(self.scores[i]))

    def as_json(self) -> dict[str, Any]:
        """Everything but the stories, as JSON values."""
        named = (
            "study",
            "configuration",
            "metric",
            "queries",
            "needs",
            "met",
            "partly",
            "characters",
            "kept_characters",
        )
        room = self.headroom
        return {
            **{name: getattr(self, name) for name in named},
            "slots": dict(self.slots),
            "losses": [asdict(loss) for loss in self.losses],
            "headroom": {**asdict(room), "headroom": room.headroom, "noise": room.noise} if room else None,
            "failing": asdict(self.failing) if self.failing else None,
        }


def explain(
    study: Study, workspace: Workspace, configuration: str | None = None, *, below: float = 0.5, seed: int = 0
) -> Explanation:
    """Explain where a configuration of a study loses evidence.

    Args:
        study: The study.
        workspace: The workspace that it was made in; nothing is run in it and nothing written.
        configuration: Its id or the beginning of it; the best by the study's metric unless given.
        below: A query that scores less on that metric counts as failing.
        seed: For the folds and the interval of the headroom.
    """
    traced = trace(study, workspace, configuration or study.best().id)
    needs = Needs(traced.flow.judgments, traced.flow.corpus)
    found = losses(traced.flow, needs)
    metric, ids = study.maximize, study.scores.queries
    sign = -1.0 if study.record["better"][metric] == "lower" else 1.0
    table = sign * study.scores.of(metric)
    own = table[study.scores.configurations.index(traced.id)]
    tags = dict(zip(ids, study.record.get("tags", ()), strict=False))
    return Explanation(
        study=study.name,
        configuration=traced.id,
        slots=traced.configuration,
        metric=metric,
        queries=len(ids),
        needs=len(needs),
        met=int((found.cause == MET).sum()),
        partly=int(((found.cause != MET) & (found.share > 0)).sum()),
        characters=int(found.wanted.sum()),
        kept_characters=int(found.kept.sum()),
        losses=_waterfall(found, gains(traced.flow, needs, found)),
        headroom=_headroom(table, traced.queries, seed),
        failing=None if np.isnan(own).any() else failing(metric, own, sign * below, ids, traced.queries, tags),
        query_ids=ids,
        scores=sign * own,
        stories=Stories(traced, needs, found),
        worst_first=_worst_first(own, needs, found),
    )


def _waterfall(found: Losses, gained: Mapping[str, int]) -> tuple[Loss, ...]:
    lost = found.cause != MET
    needs = np.bincount(found.cause[lost], minlength=len(CAUSES)).tolist()
    characters = np.zeros(len(CAUSES), dtype=np.int64)
    np.add.at(characters, found.cause[lost], found.lost[lost])
    rows = zip(CAUSES.items(), needs, characters.tolist(), strict=True)
    return tuple(Loss(cause, told, n, c, gained[cause]) for (cause, told), n, c in rows)


def _headroom(table: Floats, texts: tuple[str, ...], seed: int) -> Headroom | None:
    complete = table[~np.isnan(table).any(axis=1)]
    return headroom(complete, texts, seed) if complete.size else None


def _worst_first(own: Floats, needs: Needs, found: Losses) -> tuple[int, ...]:
    lost = np.bincount(needs.query[needs.opens][found.cause != MET], minlength=needs.n_queries)
    order: list[int] = np.lexsort((-lost, own)).tolist()
    return tuple(order)
