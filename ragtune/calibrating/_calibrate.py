"""How far a measure of answers can be trusted: held against what people said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ragtune.calibrating import _store
from ragtune.calibrating._agreement import Agreement, Estimate, Flags, agreement
from ragtune.calibrating._biases import ATTACKS, Shift, flips, length_bias, reordered, shift
from ragtune.calibrating._labels import FEWEST, FEWEST_OF_A_KIND, Labelled, Labels
from ragtune.calibrating._scoring import Scorer
from ragtune.component import digest
from ragtune.endpoint import reset_budgets
from ragtune.engine.workspace import DEFAULT, Workspace
from ragtune.errors import RagtuneError, StepError, WorkspaceError
from ragtune.metrics import Metric
from ragtune.types import Floats


@dataclass(frozen=True)
class Repeats:
    """Judging the same again: how often, over how many answers, which share of verdicts is unsteady, and the spread."""

    draws: int
    items: int
    flips: float
    spread: float


@dataclass(frozen=True)
class Scored:
    """One labelled answer and what the measure gave it."""

    id: str
    label: float
    score: float
    configuration: str = ""


@dataclass(frozen=True)
class Calibration:
    """What was found out about one measure on one set of labels.

    Moves of scores (`order`, `injected`) are towards better: positive is judged better than before. `scored` answers of
    `total` had a score; those without are left out of everything. `asked` is how many judgements a model was asked for in
    this run, rather than known from before. `incomplete` says what could not be done.
    """

    metric: str
    better: str
    labels: str
    total: int
    yes: int
    scored: int
    agreement: Agreement
    length: Estimate
    repeats: Repeats | None = None
    order: Shift | None = None
    injected: Mapping[str, Shift | None] = field(default_factory=dict)
    asked: int = 0
    incomplete: tuple[str, ...] = ()
    items: tuple[Scored, ...] = ()

    @property
    def key(self) -> str:
        """Equal for the same measure on the same labels."""
        return digest(self.metric, self.labels)[:16]


@dataclass(frozen=True)
class Plan:
    """What is looked into besides agreement, on up to `probes` answers drawn by lot: each costs as many judgements again."""

    draws: int = 3
    probes: int = 100
    order: bool = True
    attacks: bool = True
    seed: int = 0


def calibrate(
    labels: Labels,
    metrics: Sequence[Metric],
    *,
    plan: Plan = Plan(),
    workspace: Workspace | Path | str = DEFAULT,
    progress: Callable[[Metric, int, int], None] = lambda *_: None,
) -> tuple[list[Calibration], dict[str, str]]:
    """Hold measures against labels, and keep what is found in the workspace.

    Args:
        labels: What people said.
        metrics: Measures of answers, with or without a model.
        plan: What else is looked into.
        workspace: The folder that keeps judgements and calibrations.
        progress: Is told, for a measure, how many rows of how many its model was asked for.

    Returns:
        What was found, in the order of the metrics, and by label why others could not be calibrated.
    """
    place = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
    found: list[Calibration] = []
    failed: dict[str, str] = {}
    scorers = [Scorer(metric, place, lambda *n, m=metric: progress(m, *n)) for metric in metrics]
    reset_budgets()
    with place.writing():
        for scorer in scorers:
            try:
                one = _one(labels, scorer, place, plan)
            except WorkspaceError:
                raise
            except RagtuneError as error:
                failed[scorer.metric.label] = str(error)
            else:
                _store.write(place, one)
                found.append(one)
    return found, failed


def _one(labels: Labels, scorer: Scorer, workspace: Workspace, plan: Plan) -> Calibration:
    metric = scorer.metric
    raw = scorer(labels.items)
    known = np.isfinite(raw)
    yes = labels.yes[known]
    if known.sum() < FEWEST or min(yes.sum(), (~yes).sum()) < FEWEST_OF_A_KIND:
        raise StepError(f"{metric.label} scored {known.sum()} of {len(labels)} answers: too few to say anything")
    sign = 1.0 if metric.better == "higher" else -1.0
    scores = sign * raw[known]
    told = agreement(scores, yes, seed=plan.seed)
    items = [item for item, scored in zip(labels.items, known.tolist(), strict=True) if scored]
    lengths = np.array([len(item.answer.split()) for item in items], dtype=np.float64)
    prober = _Prober(scorer, workspace, items, scores, yes, told.threshold, plan)
    repeats, order, injected = prober.repeats(), prober.order(), prober.injected()
    missing = [f"{len(labels) - len(items)} of {len(labels)} answers have no score"] if len(items) < len(labels) else []
    return Calibration(
        metric=metric.label,
        better=metric.better,
        labels=labels.digest,
        total=len(labels),
        yes=int(labels.yes.sum()),
        scored=len(items),
        agreement=Agreement(told.auroc, told.balanced_accuracy, told.kappa, sign * told.threshold),
        length=length_bias(scores, lengths, yes, plan.seed),
        repeats=repeats,
        order=order,
        injected=injected,
        asked=scorer.asked + prober.asked,
        incomplete=(*missing, *prober.failures),
        items=tuple(
            Scored(i.id, i.label, score, i.configuration) for i, score in zip(items, raw[known].tolist(), strict=True)
        ),
    )


class _Prober:
    """Changes what should change nothing, on a sample, and scores again."""

    def __init__(
        self,
        scorer: Scorer,
        workspace: Workspace,
        items: Sequence[Labelled],
        scores: Floats,
        yes: Flags,
        threshold: float,
        plan: Plan,
    ) -> None:
        self._scorer, self._workspace, self._plan, self._threshold = scorer, workspace, plan, threshold
        self._sign = 1.0 if scorer.metric.better == "higher" else -1.0
        places = _sample(yes, plan.probes, plan.seed)
        self._items = [items[i] for i in places]
        self._before = scores[places]
        self._others: list[Scorer] = []
        self.failures: list[str] = []

    @property
    def asked(self) -> int:
        """Rows that repeats took."""
        return sum(other.asked for other in self._others)

    def repeats(self) -> Repeats | None:
        """None for a measure that no lot decides."""
        metric, draws = self._scorer.metric, self._plan.draws
        first = getattr(metric, "draw", None)
        if first is None or draws < 2:
            return None
        found = [self._before]
        for draw in range(1, draws):
            again = metric.model_copy(update={"draw": first + draw})
            self._others.append(Scorer(again, self._workspace))
            found.append(self._score(self._others[-1], self._items, f"draw {draw}"))
        items, unsteady, spread = flips(found, self._threshold)
        return Repeats(draws, items, unsteady, spread) if items else None

    def order(self) -> Shift | None:
        """With passages in another order, where there is more than one."""
        several = [i for i, item in enumerate(self._items) if len(item.passages) > 1]
        if not self._plan.order or not several:
            return None
        after = self._score(self._scorer, reordered([self._items[i] for i in several], self._plan.seed), "order")
        return shift(self._before[several], after, self._threshold, self._plan.seed)

    def injected(self) -> dict[str, Shift | None]:
        """With an instruction to the judge in what it reads."""
        if not self._plan.attacks:
            return {}
        return {
            where: shift(
                self._before,
                self._score(self._scorer, put_in(self._items), f"instruction in the {where}"),
                self._threshold,
                self._plan.seed,
            )
            for where, put_in in ATTACKS.items()
        }

    def _score(self, scorer: Scorer, items: Sequence[Labelled], what: str) -> Floats:
        try:
            found = self._sign * scorer(items)
        except StepError as error:
            self.failures.append(f"{what}: {error}")
            return np.full(len(items), np.nan)
        if missing := int(np.isnan(found).sum()):
            self.failures.append(f"{what}: {missing} of {len(items)} answers have no score")
        return found


def _sample(yes: Flags, most: int, seed: int) -> list[int]:
    """Places of up to so many answers, both kinds in their shares, in order."""
    if len(yes) <= most:
        return list(range(len(yes)))
    rng = np.random.default_rng([seed, 15])
    kinds = [rng.permutation(np.flatnonzero(kind)).tolist() for kind in (yes, ~yes)]
    wanted = round(most * len(kinds[0]) / len(yes))
    return sorted([*kinds[0][:wanted], *kinds[1][: most - wanted]])
