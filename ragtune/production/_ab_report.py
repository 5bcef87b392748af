"""Which of two bundles is better, from a log; it may be looked at as often as one likes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

import numpy as np

from ragtune.errors import InputError
from ragtune.production._betting import Means, judge_mean
from ragtune.production._records import Feedback, Log, Score, Served
from ragtune.types import Floats

SETTLE_S = 600.0
"""Seconds for which feedback on a query is waited for."""
UNEVEN = 1000.0
"""How much likelier another split must make the numbers than the one that was asked for, before it is doubted."""
Design = Literal["split", "interleaved", "paired"]
OUTCOMES = ("click", "thumbs")


@dataclass(frozen=True)
class Comparison:
    """Bundle b against bundle a, by `outcome`; `difference` is b less a, and bounded by a sequential test.

    `means` are of either arm, and `counts` how many queries each has; of interleaved queries, how many each has won. Of a split,
    `difference` weighs every query by the chance of its arm, so that it is not just the difference of the means.
    `waiting` queries are too young to know their feedback.
    """

    design: Design
    outcome: str
    means: Mapping[str, float]
    counts: Mapping[str, int]
    difference: Means
    waiting: int
    margin: float
    notes: tuple[str, ...]

    @property
    def decision(self) -> Literal["a", "b", "alike", "open"]:
        """The better one; `alike` where the difference is surely within the margin."""
        if self.difference.sure:
            return "b" if self.difference.side > 0 else "a"
        return "alike" if -self.margin < self.difference.low and self.difference.high < self.margin else "open"

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"decision": self.decision}


def compare_arms(
    log: Log,
    outcome: str = "click",
    *,
    share: float = 0.5,
    settle_s: float = SETTLE_S,
    margin: float = 0.0,
    level: float = 0.95,
) -> Comparison:
    """Compare the two bundles of a log; a difference that is none is called one with probability 1 - `level` at most, ever.

    Interleaved: a query is won by the bundle whose passages were clicked more (or had more thumbs up, less down). Paired, where
    a measure was taken of both bundles on the same query: the differences. Split: each query's outcome, less the mean of all
    before it, over the chance of its arm; whatever changes with time changes nothing of the test, as only the draw of the
    arm is taken for random (Ham, Bojinov, Lindon & Tingley 2022, Design-Based Confidence Sequences). Queries of one unit are
    not independent, so that a split counts each unit's first.

    Args:
        log: What was served.
        outcome: `click` (1 where anything was clicked), `thumbs` (1 up, 0 down, 0.5 without) or a measure that was logged.
        share: The share of units that goes to b.
        settle_s: Clicks and thumbs count that come within so many seconds; younger queries wait.
        margin: Bundles that surely differ by less are alike.
        level: Of the test.

    Raises:
        InputError: the log has no such test, or the outcome is unknown.
    """
    if not 0 < share < 1:
        raise InputError(f"a share lies between 0 and 1, not at {share:g}")
    if outcome not in OUTCOMES and not any(isinstance(r, Score) and r.metric == outcome for r in log.records):
        metrics = sorted({r.metric for r in log.records if isinstance(r, Score)})
        raise InputError(f"the log has no outcome '{outcome}' ({', '.join([*OUTCOMES, *metrics])})")
    design = _design(log, outcome)
    settled, waiting = _settled(log, settle_s)
    notes = log.notes
    if design == "paired":
        values, means, counts = _paired(log, outcome)
        return Comparison(design, outcome, means, counts, judge_mean(values, 1.0, level=level), 0, margin, tuple(notes))
    signals = _signals(log, settle_s)
    if design == "interleaved":
        values, counts = _won(settled, signals, outcome)
        means = {arm: count / max(1, len(values)) for arm, count in counts.items()}
        found = judge_mean(values, 1.0, level=level)
        return Comparison(design, outcome, means, counts, found, waiting, margin, tuple(notes))
    rows = list(_rows(log, settled, signals, outcome, notes))
    in_b = np.array([arm == "b" for arm, _ in rows], dtype=bool)
    outcomes = np.array([value for _, value in rows], dtype=np.float64)
    found = judge_mean(weighed(outcomes, in_b, share), max(1 / share, 1 / (1 - share)), level=level)
    means = {arm: float(outcomes[of].mean()) if of.any() else math.nan for arm, of in (("a", ~in_b), ("b", in_b))}
    counts = {"a": int((~in_b).sum()), "b": int(in_b.sum())}
    if (odds := unevenness(counts["a"], counts["b"], share)) >= UNEVEN:
        notes.append(
            f"{counts['b']:,} of {len(rows):,} are in b, and {share:.0%} were to be (odds {odds:.0e} to 1): something "
            "but the draw says who is counted; trust nothing here before that is found"
        )
    return Comparison(
        design, outcome, means, counts, found, 0 if outcome not in OUTCOMES else waiting, margin, tuple(notes)
    )


def weighed(outcomes: Floats, in_b: np.ndarray[Any, np.dtype[np.bool_]], share: float) -> Floats:
    """(n,) values whose means are those of b less a: outcomes in [0, 1], over the chances of their arms.

    The mean of all outcomes before is taken off first, a half standing in for the first: it changes no expectation, and most
    of the spread.
    """
    n = np.arange(len(outcomes))
    centre = (np.concatenate([[0.0], np.cumsum(outcomes)[:-1]]) + 0.5) / (n + 1) if len(outcomes) else outcomes
    values: Floats = (outcomes - centre) * np.where(in_b, 1 / share, -1 / (1 - share))
    return values


def unevenness(a: int, b: int, share: float) -> float:
    """How much likelier a split of unknown share makes these counts than the share that was asked for.

    A share that is as likely anywhere, integrated: that this ever passes x has a probability of 1 / x at most, if the share
    is as asked (Lindon & Malek 2022, Anytime-Valid Inference For Multinomial Count Data).
    """
    log_odds = math.lgamma(a + 1) + math.lgamma(b + 1) - math.lgamma(a + b + 2)
    log_odds -= b * math.log(share) + a * math.log(1 - share)
    return math.exp(min(log_odds, 700.0))


def _design(log: Log, outcome: str) -> Design:
    """By what is in the log; two designs at once are refused."""
    if outcome not in OUTCOMES:
        both = Counter(record.id for record in log.records if isinstance(record, Score) and record.metric == outcome)
        armed = {(r.id, r.arm) for r in log.records if isinstance(r, Score) and r.metric == outcome and r.arm}
        if any((id, "a") in armed and (id, "b") in armed for id in both):
            return "paired"
    interleaved, split = any(one.interleaved for one in log.served), any(one.arm for one in log.served)
    if interleaved and outcome not in OUTCOMES:
        raise InputError(f"queries that are interleaved are judged by click or thumbs, not by {outcome}")
    if interleaved and split:
        raise InputError(
            "the log has queries that were interleaved and queries that were split; begin a log for each test"
        )
    if not interleaved and not split:
        raise InputError("the log has no A/B test: no query has an arm; see docs/production.md")
    return "interleaved" if interleaved else "split"


def _settled(log: Log, settle_s: float) -> tuple[list[Served], int]:
    """Queries that are old enough to know their feedback, and how many are not."""
    now = max(record.time for record in log.records)
    of_test = [one for one in log.served if one.arm or one.interleaved]
    settled = [one for one in of_test if now - one.time >= timedelta(seconds=settle_s)]
    return settled, len(of_test) - len(settled)


def _signals(log: Log, settle_s: float) -> dict[str, list[Feedback]]:
    """Feedback by the query's id, that which came in time."""
    found: dict[str, list[Feedback]] = {}
    for record in log.records:
        served = log.by_id.get(record.id) if isinstance(record, Feedback) else None
        if isinstance(record, Feedback) and served and (record.time - served.time).total_seconds() <= settle_s:
            found.setdefault(record.id, []).append(record)
    return found


def _rows(
    log: Log, settled: list[Served], signals: Mapping[str, list[Feedback]], outcome: str, notes: list[str]
) -> Iterator[tuple[str, float]]:
    """(arm, outcome in [0, 1]) of each unit's first query, in the order in which the outcomes were known."""
    seen: set[str] = set()
    again = 0
    for one, value in _outcomes(log, settled, signals, outcome):
        unit = one.unit or f"\0{one.id}"
        if unit in seen:
            again += 1
            continue
        seen.add(unit)
        yield one.arm, value
    if again:
        notes.append(f"{again:,} later queries of units that were counted already are left out")


def _outcomes(
    log: Log, settled: list[Served], signals: Mapping[str, list[Feedback]], outcome: str
) -> Iterator[tuple[Served, float]]:
    if outcome in OUTCOMES:
        for one in settled:
            yield one, _value(signals.get(one.id, []), outcome)
        return
    for record in log.records:
        if isinstance(record, Score) and record.metric == outcome:
            served = log.by_id.get(record.id)
            if served and served.arm and record.arm in ("", served.arm):
                yield served, record.value


def _value(feedback: list[Feedback], outcome: str) -> float:
    if outcome == "click":
        return float(any(each.signal == "click" for each in feedback))
    thumbs = [each.signal for each in feedback if each.signal != "click"]
    return {"up": 1.0, "down": 0.0}[thumbs[-1]] if thumbs else 0.5


def _won(settled: list[Served], signals: Mapping[str, list[Feedback]], outcome: str) -> tuple[Floats, dict[str, int]]:
    """(n,) 1 where b won an interleaved query, -1 where a did, 0 where neither, and how many each won."""
    values = []
    for one in settled:
        credit = {"a": 0, "b": 0}
        # Who clicks a passage twice likes it no more.
        for signal, rank in sorted({(each.signal, each.rank or 0) for each in signals.get(one.id, [])}):
            if (signal == "click") == (outcome == "click") and 0 < rank <= len(one.results):
                arm = one.results[rank - 1].arm
                if arm:
                    credit[arm] += -1 if signal == "down" else 1
        values.append(float(np.sign(credit["b"] - credit["a"])))
    return np.array(values, dtype=np.float64), {"a": values.count(-1.0), "b": values.count(1.0)}


def _paired(log: Log, outcome: str) -> tuple[Floats, dict[str, float], dict[str, int]]:
    """(n,) differences, b less a, of queries with a measure of both, in the order in which the second was known."""
    known: dict[str, dict[str, float]] = {}
    pairs: dict[str, tuple[float, float]] = {}
    for record in log.records:
        if isinstance(record, Score) and record.metric == outcome and record.arm:
            both = known.setdefault(record.id, {})
            both.setdefault(record.arm, record.value)
            if len(both) == 2:
                pairs.setdefault(record.id, (both["a"], both["b"]))
    table = np.array(list(pairs.values()), dtype=np.float64).reshape(-1, 2)
    counts = {"a": len(table), "b": len(table)}
    return table[:, 1] - table[:, 0], {"a": float(table[:, 0].mean()), "b": float(table[:, 1].mean())}, counts
