"""The verdict: choose by some queries, judge by others, say how sure it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ragtune.errors import InputError
from ragtune.objectives import Target
from ragtune.splitting import Split
from ragtune.stats import Intervals, bootstrap, expected_best, queries_needed, room, sign_flip
from ragtune.types import Floats, Ints
from ragtune.verdict import _words
from ragtune.verdict._front import pareto
from ragtune.verdict._measured import Mask, Measured
from ragtune.verdict._picking import Choice, Rules, choose, relative, shortfall
from ragtune.verdict._standings import estimate, estimates, standings
from ragtune.verdict._values import Estimate, Gap, Outcome, Result, Verdict, Winner

ALPHA = 0.05
Knobs = Mapping[str, Sequence[float | None]]


def judge(
    measured: Measured,
    split: Split,
    *,
    maximize: str,
    targets: Sequence[Target] = (),
    prefer: Sequence[str] = (),
    noise: Mapping[str, float] | None = None,
    knobs: Knobs | None = None,
    front: Sequence[str] = (),
    give_up: float | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> Verdict:
    """Pick a configuration and say what it gains over the baseline, the first configuration.

    The pick is the cheapest, by the costs in `prefer`, of those that meet the targets, cannot be told from the best of them
    and lie within a standard error of it; it is made by the queries that choose. What it gains is measured by the queries
    that were kept back, or in a small set by cross-validation of the choice.

    Args:
        measured: Scores and costs.
        split: Which queries choose and which judge.
        maximize: The metric that decides; where less of it is better, the least is sought.
        targets: Bounds that the pick must meet.
        prefer: Costs, or metrics, in the order in which they decide between what is tied.
        noise: Metric -> the smallest difference that counts; smaller ones are never called better.
        knobs: Knob -> a number for each configuration (None where it has no such knob), to warn of grids that end too early.
        front: Measures of the Pareto front; the metric and the preferred costs unless given.
        give_up: How far the metric may fall for the sake of `prefer`, below the best; None for one standard error of the
            difference, infinity for as far as the tie set goes.
        resamples: Of every bootstrap and test; tests of many configurations take more.
        seed: Of everything that is drawn.

    Raises:
        InputError: no configuration was scored on every query, or a measure is unknown.
    """
    if not measured.complete.any():
        raise InputError("no configuration was scored on every query, so none can be picked")
    floors = dict(noise or {})
    rules = Rules(maximize, tuple(targets), tuple(prefer), floors.get(maximize, 0.0), give_up, seed)
    judging = _Judging(measured, split, rules, floors, resamples)
    choice, delivered = judging.chosen()
    results = {metric: judging.result(metric, choice.pick, delivered) for metric in measured.metrics}
    intervals = {metric: estimates(measured, metric, judging.judged, resamples, seed) for metric in measured.metrics}
    measures, on_front, ranked = judging.front(front)
    gaps, winner = judging.gaps(choice.pick), judging.winner(choice)
    ids, tune, judged = measured.ids, judging.tune, judging.judged
    return Verdict(
        headline=_words.headline(ids[choice.pick], results[maximize], choice, rules, split, gaps),
        reason=_words.reason(measured, choice, rules, tune),
        warnings=_words.warnings(measured, split, choice, rules, results, winner, knobs or {}),
        metric=maximize,
        better="lower" if measured.sign(maximize) < 0 else "higher",
        tune_queries=int(tune.sum()),
        judge_queries=int(judged.sum()),
        folds=split.folds,
        baseline=ids[0],
        pick=ids[choice.pick],
        outcome=results[maximize].outcome,
        results=results,
        winner=winner,
        gaps=gaps,
        feasible=int(choice.feasible.sum()),
        nearest=tuple(ids[i] for i in choice.nearest),
        tied=tuple(ids[i] for i in judging.by_choice() if choice.tied[i]),
        front=tuple(ids[i] for i in ranked if on_front[i]),
        front_measures=measures,
        standings=standings(measured, rules, choice, on_front, tune, judged, intervals[maximize], resamples),
        intervals=intervals,
    )


@dataclass(frozen=True, eq=False)
class _Judging:
    """Which queries choose and which judge, and everything that rests on them."""

    measured: Measured
    split: Split
    rules: Rules
    noise: Mapping[str, float]
    resamples: int

    @property
    def judged(self) -> Mask:
        """(n_queries,) those that judge: kept back, or all in turn."""
        return self.split.confirm if self.split.confirm.any() else np.ones_like(self.split.confirm)

    @property
    def tune(self) -> Mask:
        """(n_queries,) those that choose the pick."""
        return ~self.split.confirm

    def chosen(self) -> tuple[Choice, Ints]:
        """The choice by all queries that choose, and (n_queries,) what is delivered to each query that judges."""
        choice = choose(self.measured, self.tune, self.rules)
        delivered = np.full(len(self.tune), choice.pick)
        if self.split.folds > 1:
            for choose_by, judge_by in self.split.rounds():
                delivered[judge_by] = choose(self.measured, choose_by, self.rules).pick
        return choice, delivered

    def by_choice(self) -> Ints:
        """Configurations, the best on the queries that choose first; incomplete ones last."""
        return np.argsort(-self.measured.of(self.rules.metric)[:, self.tune].mean(axis=1), kind="stable")

    def front(self, measures: Sequence[str]) -> tuple[tuple[str, ...], Mask, Ints]:
        """The measures, (n_configurations,) whether each is on the front, and their order by the first measure."""
        judged = self.judged
        known = (m for m in self.rules.prefer if not np.isnan(self.measured.level(m, judged)).all())
        named = tuple(dict.fromkeys(measures or (self.rules.metric, *known)))
        levels = np.stack([self.measured.sign(m) * self.measured.level(m, judged) for m in named], axis=1)
        levels[~self.measured.complete] = np.nan
        return named, pareto(levels), np.argsort(-levels[:, 0], kind="stable")

    def result(self, metric: str, pick: int, delivered: Ints) -> Result:
        """What was delivered to each query, against the baseline."""
        scores = self.measured.of(metric)
        at = np.flatnonzero(self.judged)
        values, baseline = scores[delivered[at], at], scores[0, at]
        lower = self.measured.sign(metric) < 0
        left = room(scores[self.measured.complete][:, at])
        own = self._mean(metric, values, self._excess)
        if not self.measured.complete[0]:
            return Result(own, None, None, None, "unknown", None, left, None)
        differences = values - baseline
        p = self._weakened(float(sign_flip(differences[None], flips=self.resamples, seed=self.rules.seed)[0]))
        outcome = _outcome(float(differences.mean()), p, self.noise.get(metric, 0.0)) if pick else "same"
        return Result(
            pick=own,
            baseline=self._mean(metric, baseline),
            difference=self._interval(differences, lower, excess=self._excess),
            p=p,
            outcome=outcome,
            ties=float((differences == 0).mean()),
            room=left,
            queries_needed=self._more(metric, differences) if outcome == "undecided" else None,
        )

    def _more(self, metric: str, differences: Floats) -> int | None:
        """Queries to add to the set, of which only a share judges; None where no number of them would help."""
        if abs(differences.mean()) <= self.noise.get(metric, 0.0):
            return None
        more = queries_needed(differences)
        return math.ceil(more * len(self.judged) / len(differences)) if more else None

    def gaps(self, pick: int) -> tuple[Gap, ...]:
        """Targets and the pick, the one missed by the largest share first; unknown ones before those met."""
        gaps = sorted((self._gap(pick, target) for target in self.rules.targets), key=_urgency)
        return tuple(gaps)

    def winner(self, choice: Choice) -> Winner:
        """The best by the metric among what could be chosen, and what such a best one is worth."""
        pool = choice.feasible if choice.feasible.any() else self.measured.complete
        scores = self.measured.of(self.rules.metric)
        inside = scores[pool][:, self.tune]
        best = int(np.flatnonzero(pool)[np.argmax(inside.mean(axis=1))])
        sign = self.measured.sign(self.rules.metric)
        confirm = self.split.confirm
        judged = sign * float(scores[best, confirm].mean()) if confirm.any() else None
        corrected = expected_best(inside, seed=self.rules.seed)
        return Winner(self.measured.ids[best], sign * float(scores[best, self.tune].mean()), sign * corrected, judged)

    def _gap(self, pick: int, target: Target) -> Gap:
        levels = self.measured.level(target.measure, self.judged)
        value, baseline = float(levels[pick]), float(levels[0])
        known = None if np.isnan(baseline) else baseline
        if np.isnan(value):
            return Gap(target.measure, str(target), target.bound, None, known, None, None, None, sure=False)
        if target.measure in self.measured.costs:
            measured = Estimate(value, value, value)
        else:
            measured = self._mean(target.measure, self.measured.of(target.measure)[pick, self.judged])
        missing = float(shortfall(np.array(value), target))
        ends = [float(shortfall(np.array(end), target)) for end in (measured.low, measured.high) if end is not None]
        return Gap(
            target.measure, str(target), target.bound, measured, known, missing, 100 * float(relative(missing, target)),
            met=missing <= 0, sure=len(ends) == 2 and all((end <= 0) == (missing <= 0) for end in ends),
        )  # fmt: skip

    @property
    def _excess(self) -> float:
        """Queries of different folds share most of what chose for them: a cross-validated mean varies more than it shows.

        Bates, Hastie & Tibshirani 2023, Cross-Validation: What Does It Estimate and How Well Does It Do It?, JASA 119. Where
        all configurations are alike, its z is spread by 1.2 to 1.26 with five folds, by 1.3 to 1.4 with ten.
        """
        if self.split.folds < 2:
            return 1.0
        return 1.25 if self.split.folds <= 5 else 1.5

    def _weakened(self, p: float) -> float:
        normal = NormalDist()
        return p if self._excess == 1 or p >= 1 else 2 * normal.cdf(normal.inv_cdf(p / 2) / self._excess)

    def _mean(self, metric: str, values: Floats, excess: float = 1.0) -> Estimate:
        """Of scores, which never leave the range of all the metric's scores."""
        scores = self.measured.of(metric)[self.measured.complete]
        lower = self.measured.sign(metric) < 0
        return self._interval(values, lower, (float(scores.min()), float(scores.max())), excess)

    def _interval(
        self, values: Floats, lower: bool, within: tuple[float, float] = (-math.inf, math.inf), excess: float = 1.0
    ) -> Estimate:
        mean, low, high = bootstrap(values[None], resamples=self.resamples, seed=self.rules.seed)
        ends = ((mean + excess * (end - mean)).clip(*within) for end in (low, high))
        return estimate(Intervals(mean, *ends), 0, lower)


def _outcome(difference: float, p: float, noise: float) -> Outcome:
    if p > ALPHA or abs(difference) <= noise:
        return "undecided"
    return "better" if difference > 0 else "worse"


def _urgency(gap: Gap) -> tuple[int, float]:
    if gap.percent is None:
        return (1, 0.0)
    return (0 if not gap.met else 2, -gap.percent)
