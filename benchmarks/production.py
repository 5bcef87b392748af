"""Monitoring and A/B tests where the truth is known: false alarms, and after how many queries a drop of 0.05 nDCG is found."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from benchmarks.common import conclude
from ragtune import load_dataset
from ragtune.production import Log, Profile, Result, Score, Served, judge_drop, monitor, queries_to_find
from ragtune.production import queries_to_tell as to_tell
from ragtune.production._ab_report import weighed
from ragtune.production._betting import first_above
from ragtune.production._profile import embedded
from ragtune.types import Floats

SEED = 7
DROP = 0.05
MOST_FALSE, LEAST_FOUND = 0.05, 0.9
LONG = 20_000
GAINS = np.array([1.0, 0.6309, 0.5, 0.4307, 0.3869, 0.3562, 0.3333, 0.3155, 0.3010, 0.2891, 0.0])
"""nDCG@10 of a query with one relevant document, by its rank; 0 where it is not among ten."""
SHAPES = {"easy": (0.76, 0.03), "middle": (0.42, 0.25), "hard": (0.12, 0.65)}
"""Share of queries answered at rank 1, and of those not answered; the others lie between, by 1 / rank."""


def ndcg(rng: np.random.Generator, n: int, shape: str, worse: float = 0.0) -> Floats:
    """Scores of n queries; some that were answered are missed, so that the mean is lower by `worse`."""
    first, missed = SHAPES[shape]
    between = 1 / np.arange(2, 11)
    p = np.array([first, *(between / between.sum() * (1 - first - missed)), missed])
    scores = rng.choice(GAINS, n, p=p)
    return np.where(rng.random(n) < worse / float(GAINS @ p), 0.0, scores)


@cache
def spread(shape: str, worse: float = 0.0) -> float:
    return float(ndcg(np.random.default_rng(SEED), 1_000_000, shape, worse).std())


@cache
def mean(shape: str) -> float:
    return float(ndcg(np.random.default_rng(SEED), 1_000_000, shape).mean())


def first(values: Floats, bound: float) -> int | None:
    """After how many values `judge_mean` is sure, without its intervals."""
    sides = (first_above(values, bound, 0.025), first_above(-values, bound, 0.025))
    return min((n for n in sides if n is not None), default=None)


class Bars:
    """Prints figures against bars and remembers whether all were met."""

    def __init__(self) -> None:
        self.met = True
        self.false = 0.0
        self.found = 1.0

    def false_alarms(self, what: str, alarms: Sequence[bool]) -> None:
        """The share of simulations without a change that alarm."""
        rate = float(np.mean(alarms))
        self.false = max(self.false, rate)
        self.met &= rate <= MOST_FALSE
        print(f"  {what:<58} {rate:6.2%} of {len(alarms):,}", flush=True)

    def within(self, what: str, promised: int, reached: Sequence[int | None]) -> None:
        """The share of simulations that find it within what is promised."""
        found = float(np.mean([n is not None and n <= promised for n in reached]))
        middle = np.median([n or math.inf for n in reached])
        self.found = min(self.found, found)
        self.met &= found >= LEAST_FOUND
        print(f"  {what:<44} {promised:6,} promised, {found:6.1%} found by then, half by {middle:,.0f}", flush=True)


def drops(bars: Bars, runs: int = 2_000) -> None:
    """A drop of the scores, against tuning queries and against a promise."""
    rng = np.random.default_rng([SEED, 1])

    def reached(shape: str, tuned: int | None, worse: float) -> int | None:
        scores = ndcg(rng, LONG, shape, worse)
        if tuned is None:
            return first_above(mean(shape) - scores, 1.0, 0.025)
        found = judge_drop(scores, ndcg(rng, tuned, shape), level=0.975)
        return found.reached if found else None

    print(f"no drop of nDCG in {LONG:,} scored queries, looked at after each; at 2.5 %, which monitor gives it:")
    for shape in SHAPES:
        for tuned in (50, 200, 1_000, None):
            against = "a promise" if tuned is None else f"{tuned:,.0f} tuning queries"
            bars.false_alarms(
                f"{shape}, against {against}", [reached(shape, tuned, 0) is not None for _ in range(runs)]
            )
    print(f"a drop of {DROP} nDCG:")
    for shape in SHAPES:
        for tuned in (1_000, 2_000, 5_000, None):
            promised = queries_to_find(DROP, max(spread(shape), spread(shape, DROP)), tuned, level=0.975)
            against = "a promise" if tuned is None else f"{tuned:,.0f} tuning queries"
            if promised is None or promised > LONG:
                print(f"  {shape}, against {against:<28} not promised")
                continue
            bars.within(
                f"{shape}, against {against}", promised, [reached(shape, tuned, DROP) for _ in range(runs // 4)]
            )


def ab(bars: Bars, runs: int = 1_000) -> None:
    """Split, interleaved and paired tests."""
    rng = np.random.default_rng([SEED, 2])
    day = 0.15 * np.sin(np.arange(8_000) / 500)

    def split(share: float, worse: float, shape: str, n: int) -> int | None:
        in_b = rng.random(n) < share
        scores = np.where(in_b, ndcg(rng, n, shape, worse), ndcg(rng, n, shape))
        return first(weighed(scores, in_b, share), max(1 / share, 1 / (1 - share)))

    def clicks(share: float) -> int | None:
        in_b = rng.random(len(day)) < share
        outcomes = (rng.random(len(day)) < 0.3 + day).astype(np.float64)
        return first(weighed(outcomes, in_b, share), max(1 / share, 1 / (1 - share)))

    def interleaved(win: float, lose: float) -> int | None:
        return first(rng.choice([1.0, -1.0, 0.0], 4_000, p=[win, lose, 1 - win - lose]), 1.0)

    def paired(worse: float) -> int | None:
        return first(pairs(rng, 4_000, worse), 1.0)

    print("no difference between bundles, looked at after each query:")
    for what, run in _nothing(split, clicks, interleaved, paired).items():
        bars.false_alarms(what, [run() is not None for _ in range(runs)])
    print(f"a difference of {DROP} nDCG, or of 0.05 of queries won:")
    for shape in SHAPES:
        promised = to_tell(DROP, spread(shape) + spread(shape, DROP), 2)
        reached = [split(0.5, DROP, shape, 12_000) for _ in range(runs // 4)]
        bars.within(f"split, {shape}, queries in all", promised, reached)
    deviation = float(pairs(rng, 1_000_000, DROP).std())
    bars.within("both answer", to_tell(DROP, deviation, 1), [paired(DROP) for _ in range(runs // 2)])
    won = to_tell(0.05, math.sqrt(0.25 - 0.05**2), 1)
    bars.within("interleaved, 15 % and 10 % won", won, [interleaved(0.15, 0.1) for _ in range(runs // 2)])


def _nothing(
    split: Callable[[float, float, str, int], int | None],
    clicks: Callable[[float], int | None],
    interleaved: Callable[[float, float], int | None],
    paired: Callable[[float], int | None],
) -> dict[str, Callable[[], int | None]]:
    return {
        "split in half, nDCG": lambda: split(0.5, 0, "middle", 8_000),
        "split 10 to 90, nDCG": lambda: split(0.1, 0, "middle", 8_000),
        "split in half, clicks that come and go by the day": lambda: clicks(0.5),
        "split 20 to 80, clicks that come and go by the day": lambda: clicks(0.2),
        "interleaved, a fifth of queries clicked": lambda: interleaved(0.1, 0.1),
        "both answer": lambda: paired(0),
    }


def pairs(rng: np.random.Generator, n: int, worse: float) -> Floats:
    """What b scores above a on the same queries: three fifths have the same score, the others move either way."""
    a = ndcg(rng, n, "middle")
    other = ndcg(rng, n, "middle", 2.5 * worse)
    return np.where(rng.random(n) < 0.6, 0.0, other - a)


def drift(bars: Bars, runs: int = 200) -> None:
    """Whole logs through `monitor`: vectors of real sentences, scores, queries that find nothing, and nDCG."""
    rng = np.random.default_rng([SEED, 3])
    old, new = topics()
    texts = [*old, *new]
    vectors = embedded(texts, "wordllama")
    place = {text: i for i, text in enumerate(texts)}

    def run(tuned: int, length: int, moved: float = 0.0, *, scored: bool = True) -> tuple[str, ...]:
        asked = rng.integers(len(old), size=tuned)
        top = np.where(rng.random(tuned) < 0.02, np.nan, rng.gamma(4, 2, tuned))
        scores = ndcg(rng, tuned if scored else 0, "middle")
        profile = Profile(vectors[asked], top, scores, metric="nDCG@10", queries=tuned)
        queries = np.where(
            rng.random(length) < moved, rng.integers(len(old), len(texts), length), rng.integers(len(old), size=length)
        )
        log = Log(tuple(traffic(rng, [texts[i] for i in queries.tolist()], scored=scored)))
        found = monitor(log, profile, window=250, embed=lambda some: vectors[[place[text] for text in some]])
        return found.reasons

    print("whole logs of 5,000 queries in 20 windows, nothing has changed:")
    for tuned in (60, 200, 1_000):
        bars.false_alarms(f"any alarm at all, {tuned:,} tuning queries", [bool(run(tuned, 5_000)) for _ in range(runs)])
    print("a share of the queries is about other subjects, in 5,000 queries (no bar):")
    for moved in (0.05, 0.2, 0.5, 1.0):
        reasons = [run(300, 5_000, moved, scored=False) for _ in range(runs // 20)]
        print(f"  {moved:4.0%} moved: {np.mean([bool(each) for each in reasons]):6.1%} found", flush=True)


def topics() -> tuple[list[str], list[str]]:
    """Sentences of one half of the standard library's modules, and of the other, cut so that the halves differ most."""
    by_module = []
    for document in load_dataset("python-stdlib-full").documents:
        sentences = (s.strip() for s in re.split(r"(?<=[.?!])\s+", document.text))
        by_module.append([s for s in dict.fromkeys(sentences) if 20 < len(s) < 150])
    by_module = [sentences for sentences in by_module if len(sentences) > 20]
    centres = np.array([embedded(sentences, "wordllama").mean(axis=0) for sentences in by_module])
    along = np.linalg.svd(centres - centres.mean(axis=0), full_matrices=False)[0][:, 0]
    order = np.argsort(along, kind="stable").tolist()
    halves = [dict.fromkeys(s for i in part for s in by_module[i]) for part in np.array_split(order, 2)]
    return list(halves[0]), [text for text in halves[1] if text not in halves[0]]


def traffic(rng: np.random.Generator, texts: Sequence[str], *, scored: bool) -> Iterator[Served | Score]:
    """What an app would have logged."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    scores = ndcg(rng, len(texts), "middle").tolist()
    tops = np.where(rng.random(len(texts)) < 0.02, np.nan, rng.gamma(4, 2, len(texts))).tolist()
    for i, (text, score, top) in enumerate(zip(texts, scores, tops, strict=True)):
        results = () if top != top else (Result(document="d", start=0, end=1, score=top),)
        moment += timedelta(seconds=30)
        yield Served(time=moment, id=str(i), query=text, results=results)
        if scored:
            yield Score(time=moment, id=str(i), metric="nDCG@10", value=score)


def main() -> None:
    """Simulate, and hold against the bars."""
    bars = Bars()
    drops(bars)
    ab(bars)
    drift(bars)
    told = f"production: at most {bars.false:.1%} false alarms, at least {bars.found:.1%} found within what is promised"
    conclude(told, passed=bars.met)


if __name__ == "__main__":
    main()
