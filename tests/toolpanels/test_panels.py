"""Panels over eight cases that can be counted by hand; areas under curves against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from ragtune.errors import InputError
from ragtune.toolpanels import (
    NOTHING,
    Judged,
    abstention,
    auc,
    confusion,
    likeness,
    matrix,
    outcomes,
    proxy,
    taxonomy,
    waterfall,
    worst_tools,
)
from ragtune.tools import Call, Case, ExpectedCall, Reply, Requests, Shown, Tool, ToolSet
from tests.toolpanels.made_up import SCORES, judged, with_arguments


def test_every_case_has_the_outcome_that_was_meant():
    expected = ["right", "rival", "not-shown", "hidden", "right", "false-call", "not-offered", "missing-call"]
    assert outcomes(judged()) == expected


def test_the_waterfall_adds_up():
    fall = waterfall(judged())
    assert (fall.total, fall.right, fall.arguments) == (8, 2, False)
    assert fall.right + sum(loss.cases for loss in fall.losses) == fall.total


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(), "no-call"),
        (Reply(calls=(Call(tool="a"), Call(tool="c"))), "extra-call"),
        (Reply(failed="gone"), "failed"),
        (Reply(calls=(Call(tool="nobody"),)), "rival"),
    ],
)
def test_outcomes_of_other_replies(reply, outcome):
    assert outcomes(judged(right=reply))[0] == outcome


def test_wrong_arguments_are_told_where_the_caller_gives_any():
    found = with_arguments()
    assert outcomes(found) == ["right", "arguments", "failed"]
    rows = {row.kind: row.shares[0] for row in taxonomy([found])}
    assert rows["wrong-value"].value == 0.5
    assert rows["wrong-value"].n == 2  # the case without a reply counts nowhere


def test_confusions_by_hand():
    found = confusion(judged(), likeness(judged()), ("made up", SCORES))
    assert found.observed == {
        ("a", "a"): 2,
        ("a", "b"): 1,
        ("b", "a"): 1,
        ("b", NOTHING): 1,
        ("c", NOTHING): 1,
        ("d", NOTHING): 1,
        (NOTHING, NOTHING): 1,
        (NOTHING, "c"): 1,
    }
    assert found.predicted == {
        ("a", "a"): 1,
        ("a", "b"): 1,
        ("b", "a"): 1,
        ("c", "a"): 1,  # c scores most, and is not offered
        ("d", "c"): 1,
        (NOTHING, NOTHING): 1,
        (NOTHING, "c"): 1,
    }
    assert (found.confused, found.by_text, found.by_score, found.foretold) == (2, 2, 2, 2)
    assert [(pair.expected, pair.called) for pair in found.pairs][:2] == [("a", "b"), ("b", "a")]
    assert found.pairs[0].cases == (("rival", "write"),)
    names = worst_tools(found, 2)
    assert names == ["b", "a", NOTHING]  # b was missing once, too
    assert matrix(found.observed, names) == [[0, 1, 1], [1, 2, 0], [0, 0, 1]]


def test_the_nearest_rival_by_text_and_by_score():
    rivals = {rival.tool: rival for rival in confusion(judged(), likeness(judged()), ("made up", SCORES)).rivals}
    assert (rivals["a"].by_text, rivals["a"].by_score, rivals["a"].margin) == ("b", "b", 0.5)
    assert (rivals["b"].by_text, rivals["b"].by_score, rivals["b"].margin) == ("a", "a", -1.0)
    assert (rivals["a"].expected, rivals["a"].right, rivals["a"].observed) == (3, 2, "b")
    assert rivals["d"].by_text == ""  # an edit took it away, so it reads like nothing


def test_without_a_ranking_nothing_is_predicted():
    found = confusion(judged(), likeness(judged()))
    assert found.predicted is found.foretold is found.by_score is None
    assert {rival.by_score for rival in found.rivals} == {None}


def test_likeness_by_vectors():
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    found = likeness(judged(), ("made up", vectors))
    assert found.of("a", "b") == pytest.approx(0.6)
    assert found.nearest("c") == ("b", pytest.approx(0.8))
    assert found.of("a", "d") is None


def test_abstention_by_hand():
    found = abstention(judged())
    assert (found.cases, found.unfit, found.abstained, found.confident) == (8, 2, 3, 8)
    assert found.precision.value == pytest.approx(1 / 3)
    assert found.recall.value == pytest.approx(1 / 2)
    assert found.f1.value == pytest.approx(2 / 5)
    assert found.auc.value == pytest.approx(7 / 12)
    at = {round(row.at, 3): row for row in found.thresholds}[0.4]
    assert (at.precision, at.recall, at.refused) == (pytest.approx(1 / 3), 0.5, pytest.approx(2 / 6))
    assert [row.at for row in found.thresholds if row.best] == [0.7]  # 2 of 2, with 3 more: 4 / 7


def test_an_unknown_confidence_is_unknown():
    found = abstention(judged(confidence=(None,) * 8))
    assert (found.auc.value, found.confident, found.thresholds) == (None, 0, ())


def test_kinds_of_error_by_hand():
    better = judged(rival=Reply(calls=(Call(tool="a"),)))
    rows = {row.kind: row for row in taxonomy([judged(), better])}
    shares = {kind: row.shares[0].value for kind, row in rows.items()}
    assert {kind: share for kind, share in shares.items() if share} == {
        "wrong-tool": 0.25,
        "no-call": 0.25,
        "false-call": 0.125,
        "missing-call": 0.125,
    }
    assert shares["wrong-value"] is None  # no arguments were ever given
    assert rows["wrong-tool"].change.value == -0.125
    assert rows["wrong-tool"].change.low <= -0.125 <= rows["wrong-tool"].change.high


def test_auc_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    for seed in range(5):
        rng = np.random.default_rng(seed)
        scores = rng.integers(0, 8, 60) / 8  # many ties
        labels = rng.random(60) < 0.3 + 0.4 * scores
        found = auc(scores, labels, seed=seed)
        assert found.value == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-12)
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_auc_covers():
    """Scores of two normals a distance apart have a known area; 95 % intervals should hold it about that often."""
    truth, hits = 0.760, 0  # Phi(1 / sqrt(2))
    for seed in range(25):
        rng = np.random.default_rng([7, seed])
        labels = np.arange(80) < 40
        scores = rng.normal(size=80) + labels
        found = auc(scores, labels, seed=seed)
        hits += found.low <= truth <= found.high
    assert hits >= 20


def many(called: list[str]) -> Judged:
    tools = ToolSet((Tool(name="a"), Tool(name="b")))
    cases = tuple(Case(id=f"q{i}", query=f"q{i}", calls=(ExpectedCall(tool="a"),)) for i in range(len(called)))
    n = len(cases)
    shown = Shown(np.tile(np.array([0, 1], dtype=np.int32), (n, 1)), np.ones((n, 2)))
    replies = tuple(Reply(calls=(Call(tool=tool),)) for tool in called)
    return Judged(cases, tools, tools, Requests(tuple(c.query for c in cases), (None,) * n), shown, replies)


def test_the_proxys_signals_against_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(3)
    scores = rng.random((40, 2))
    model = many(["a" if rng.random() < 0.5 + row[0] / 2 else "b" for row in scores])
    cheap = many(["a" if a >= b else "b" for a, b in scores])
    found = proxy(("cheap", "model"), cheap, model, scores)
    signals = {signal.name: signal.auc for signal in found.signals}
    right = model.selected
    margin = scores.max(axis=1) - scores.min(axis=1)
    assert signals["margin"].value == pytest.approx(metrics.roc_auc_score(right, margin))
    rank = 1 + (scores[:, 1] > scores[:, 0])
    assert signals["rank"].value == pytest.approx(metrics.roc_auc_score(right, -rank))
    assert signals["confidence"].value == pytest.approx(metrics.roc_auc_score(right, scores.max(axis=1)))
    assert signals["doubt"].value is None  # some tool fits everywhere
    assert found.agree.value == pytest.approx((cheap.selected == right).mean())


def test_a_proxy_of_other_cases_is_refused():
    with pytest.raises(InputError, match="no case in common"):
        proxy(("cheap", "model"), judged(), many(["a"] * 12))
