"""Means of judged scores, set right by labels: worked by hand, by simulation, and for a study."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ragtune.calibrating import Agreement, Calibration, Estimate, Scored, _store, calibrations, corrected_scores
from ragtune.engine.workspace import Workspace
from ragtune.stats import corrected
from ragtune.study import ScoreTable


def of(*values):
    return np.array(values, dtype=float)


def test_by_hand():
    """A judge that is right on the labelled: its mean, and t of three degrees of freedom times sqrt((1/3) / 4)."""
    found = corrected(of(0, 1, 1, 0), of(1, 0), of(1, 0), trust=1.0)
    assert found.estimate == 0.5
    assert (found.low, found.high) == pytest.approx((0.5 - 3.182446 / math.sqrt(12), 0.5 + 3.182446 / math.sqrt(12)))


def test_trust_by_hand():
    """Covariance 1/6 of the labelled, variance 8/33 of all scores, half as many labels: (1/6) / (1.5 * 8/33) = 11/24."""
    found = corrected(of(1, 1, 1, 1, 1, 1, 0, 0), of(1, 1, 0, 0), of(1, 0, 0, 0))
    assert found.trust == pytest.approx(11 / 24)
    assert found.estimate == pytest.approx(11 / 24 * 0.75 + 0.25 - 11 / 24 * 0.5)


def test_a_judge_that_knows_nothing_is_not_trusted():
    found = corrected(of(0, 1, 0, 1), of(1, 0, 1, 0), of(1, 0, 0, 1))
    assert (found.estimate, found.trust) == (0.5, 0.0)
    assert corrected(of(1, 1, 1), of(1, 1), of(0, 1)).trust == 0.0  # nor one that always says the same


def test_ends_stay_within_what_a_label_can_be():
    found = corrected(of(0, 1, 1, 0), of(1, 0), of(1, 0), trust=1.0, within=(0.0, 1.0))
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize("labels", [of(), of(1)])
def test_too_few_labels(labels):
    with pytest.raises(ValueError, match="2 labels"):
        corrected(of(0, 1), labels, labels)


JUDGES = {
    "generous": lambda truth, noise: np.clip(0.4 + 0.5 * truth + noise, 0, 1),
    "sharp": lambda truth, noise: np.where(noise > 0.35, 1 - truth, truth),
    "blind": lambda truth, noise: np.abs(noise),
    "contrary": lambda truth, noise: 1 - truth + noise,
}


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("trust", [None, 1.0])
def test_intervals_hold_the_truth_as_often_as_they_say(judge, trust):
    """With 30 labels, whatever the judge: 95 % within two points, over 2,000 worlds whose truth is known."""
    rng = np.random.default_rng(7)
    held, widths, without = 0, [], []
    for _ in range(2_000):
        truth = (rng.random(330) < 0.55).astype(float)
        scores = JUDGES[judge](truth, rng.normal(0, 0.2, 330))
        found = corrected(scores[30:], scores[:30], truth[:30], trust=trust)
        held += found.low <= 0.55 <= found.high
        widths.append(found.high - found.low)
        without.append(corrected(scores[30:], scores[:30], truth[:30], trust=0.0))
    assert 0.93 <= held / 2_000 <= 0.97
    if judge in ("generous", "sharp") and trust is None:  # a judge that knows something makes intervals shorter
        assert np.mean(widths) < 0.8 * np.mean([each.high - each.low for each in without])


class Stand:
    """A study, as far as it is read here."""

    def __init__(self, values):
        values = np.array(values, dtype=float)
        ids = tuple(f"c{i}" for i in range(len(values)))
        queries = tuple(f"q{i}" for i in range(values.shape[1]))
        self.scores = ScoreTable(ids, ("support", "nDCG@10"), queries, np.stack([values, values], axis=1))


def calibration(items, metric="support", better="higher", labels="x"):
    nothing = Estimate(math.nan)
    told = Agreement(nothing, nothing, nothing, 0.5)
    scored = tuple(Scored(f"q{i}", label, score, by) for i, (label, score, by) in enumerate(items))
    return Calibration(metric, better, labels, len(scored), 1, len(scored), told, nothing, items=scored)


def test_labels_of_others_move_every_design_by_the_judge_s_mean_error(tmp_path):
    place = Workspace(tmp_path)
    _store.write(place, calibration([(1.0, 0.9, ""), (0.0, 0.5, "")] * 10))  # 0.2 too much on average
    found = corrected_scores(Stand([[0.8] * 6, [0.6, 0.7] * 3]), place)
    assert [each.metric for each in found] == ["support", "support"] and not any(each.own for each in found)
    assert [each.raw for each in found] == pytest.approx([0.8, 0.65])
    assert [each.corrected for each in found] == pytest.approx([0.6, 0.45])
    assert all(each.low < each.corrected < each.high and each.labels == 20 for each in found)


def test_labels_of_a_design_s_own_answers_count_for_it_alone(tmp_path):
    place = Workspace(tmp_path)
    own = [(1.0, 0.9, "c1"), (0.0, 0.5, "c1")] * 5
    _store.write(place, calibration(own))
    values = [[0.8, 0.4] * 10, [0.9, 0.5] * 5 + [0.9, 0.5] * 5]
    other, mine = corrected_scores(Stand(values), place)
    assert (other.own, mine.own) == (False, True) and (mine.labels, other.trust) == (10, 1.0)
    expected = corrected(of(*[0.9, 0.5] * 5), of(*[0.9, 0.5] * 5), of(*[1, 0] * 5), within=(0, 1))
    assert (mine.corrected, mine.low, mine.high, mine.trust) == pytest.approx(tuple(expected))


def test_a_lower_score_may_be_the_better_one(tmp_path):
    place = Workspace(tmp_path)
    _store.write(place, calibration([(1.0, 0.1, ""), (0.0, 0.9, "")] * 10, better="lower"))
    (found,) = corrected_scores(Stand([[0.2] * 6]), place)
    assert found.raw == pytest.approx(0.2) and found.corrected == pytest.approx(0.8)


def test_gaps_are_told_and_the_most_labels_win(tmp_path):
    place = Workspace(tmp_path)
    _store.write(place, calibration([(1.0, 0.5, ""), (0.0, 0.5, "")] * 5, labels="few"))
    _store.write(place, calibration([(1.0, 1.0, ""), (0.0, 0.0, "")] * 10, labels="many"))
    (found,) = corrected_scores(Stand([[0.5, math.nan, 0.7]]), place)
    assert (found.scored, found.total, found.labels) == (2, 3, 20)


def test_kept_calibrations_are_read_as_they_were(tmp_path):
    told = []
    place = Workspace(tmp_path, told.append)
    kept = replace(calibration([(1.0, 0.9, "c1")]), incomplete=("one",))
    _store.write(place, kept)
    (place.folder / "calibrations" / "torn.json").write_text('{"metric": ')
    (found,) = calibrations(place)
    assert str(found) == str(kept) and "torn.json" in told[0]
