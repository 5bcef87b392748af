"""Agreement with labels, held against scikit-learn; and means of judged scores, set right by labels."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.calibrating import _agreement
from ragtune.stats import corrected

RNG = np.random.default_rng(3)
LABELS = RNG.random(60) < 0.5
SCORES = np.round(LABELS * 0.4 + RNG.random(60), 1)  # rounded, so that there are ties
ONCE = np.ones((1, 60))


@pytest.fixture
def sklearn():
    """Not while tests are collected: it takes a second or two."""
    return pytest.importorskip("sklearn.metrics")


def test_numbers_are_scikit_learn_s(sklearn):
    verdicts = SCORES >= 0.7
    assert _agreement.auroc(SCORES, LABELS, ONCE)[0] == pytest.approx(sklearn.roc_auc_score(LABELS, SCORES))
    found = _agreement.balanced_accuracy(verdicts, LABELS, ONCE)[0]
    assert found == pytest.approx(sklearn.balanced_accuracy_score(LABELS, verdicts))
    assert _agreement.kappa(verdicts, LABELS, ONCE)[0] == pytest.approx(sklearn.cohen_kappa_score(LABELS, verdicts))


def test_weights_are_as_if_items_came_again(sklearn):
    weights = RNG.integers(0, 3, (5, 60)).astype(float)
    again = [np.repeat(np.arange(60), row.astype(int)) for row in weights]
    expected = [sklearn.roc_auc_score(LABELS[rows], SCORES[rows]) for rows in again]
    assert _agreement.auroc(SCORES, LABELS, weights) == pytest.approx(expected)


def test_a_measure_that_knows_nothing_is_told_to():
    noise = np.random.default_rng(0).random(200)
    labels = np.arange(200) % 2 == 0
    found = _agreement.agreement(noise, labels)
    assert found.auroc.low < 0.5 < found.auroc.high
    assert found.kappa.low < 0.05
    assert _agreement.agreement(noise, labels) == found  # seeded


def test_a_measure_that_is_right_agrees():
    labels = np.arange(40) % 2 == 0
    found = _agreement.agreement(labels.astype(float), labels)
    assert (found.auroc.value, found.balanced_accuracy.value, found.kappa.value) == (1.0, 1.0, 1.0)


def test_a_biased_judge_is_set_right_by_labels():
    """The truth is .6, the judge says .2 more; intervals hold it as often as they say, and the raw mean never does."""
    rng = np.random.default_rng(5)
    held = raw = 0
    for _ in range(400):
        truth = (rng.random(440) < 0.6).astype(float)
        judged = np.clip(truth * 0.6 + 0.44 + rng.normal(0, 0.15, 440), 0, 2)
        found = corrected(judged[40:], judged[:40], truth[:40])
        held += found.low <= 0.6 <= found.high
        raw += abs(judged.mean() - 0.6) < 0.05
    assert 0.92 <= held / 400 <= 0.98 and raw == 0
