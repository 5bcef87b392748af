from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.verdict_truth import winners
from ragtune.errors import InputError
from ragtune.objectives import Target
from ragtune.splitting import Split
from ragtune.verdict import Measured, Verdict, judge, pareto

N = 100
HALVES = Split(np.array([0, -1] * (N // 2)))
FOLDS = Split(np.arange(N) % 5)


def measured(*lifts, metrics=("nDCG",), better=None, noise=0.02, n=N, **costs):
    """Configurations that score a query's ease and a lift, all but exactly."""
    rng = np.random.default_rng(5)
    ease = rng.uniform(0.2, 0.6, n)
    scores = ease + np.array(lifts)[:, None, None] + rng.normal(0, noise, (len(lifts), len(metrics), n))
    ids = tuple("abcdefgh"[: len(lifts)])
    return Measured(
        ids, metrics, better or dict.fromkeys(metrics, "higher"), scores, {k: np.array(v) for k, v in costs.items()}
    )


def verdict(given, split=HALVES, **knobs):
    return judge(given, split, maximize="nDCG", resamples=1000, **knobs)


def test_a_clear_winner_is_taken():
    found = verdict(measured(0, 0.1, 0.2))
    assert (found.pick, found.baseline, found.outcome, found.tied) == ("c", "a", "better", ("c",))
    assert (found.tune_queries, found.judge_queries, found.folds) == (50, 50, 0)
    assert found.result.difference.mean == pytest.approx(0.2, abs=0.02)
    assert found.result.difference.low < 0.2 < found.result.difference.high + 0.01
    assert found.result.p == pytest.approx(1 / 1001)
    assert found.headline.startswith("Take c: it beats the baseline (nDCG 0.6")
    assert "on 50 queries kept back" in found.headline
    assert found.reason.endswith("this one alone has the best nDCG " + found.reason[found.reason.index("(") :])
    assert found.warnings == ()


def test_what_an_approximate_search_loses_is_told():
    given = measured(0, 0.2, metrics=("nDCG", "exact_overlap@10"))
    for share, told in ((1.0, False), (0.95, True)):
        scores = given.scores.copy()
        scores[:, 1] = share
        warnings = verdict(replace(given, scores=scores)).warnings
        assert any("finds 0.950 [0.950, 0.950] (exact_overlap@10)" in text for text in warnings) == told


def test_figures_are_those_of_the_queries_kept_back():
    given = measured(0, 0.1)
    found = verdict(given)
    kept = given.scores[:, 0, 1::2]
    assert found.result.pick.mean == pytest.approx(kept[1].mean())
    assert found.result.baseline.mean == pytest.approx(kept[0].mean())
    assert found.standing("b").tune == pytest.approx(given.scores[1, 0, ::2].mean())
    assert found.standing("b").difference.mean == pytest.approx((kept[1] - kept[0]).mean())
    assert found.winner.judged == pytest.approx(kept[1].mean())
    assert found.standing("a").p == found.standing("a").p_holm == 1


def test_of_what_is_tied_the_cheapest_is_picked():
    given = measured(0, 0.2, 0.2, 0.1, latency_p95_ms=[1.0, 20.0, 10.0, 1.0], noise=0.2)
    found = verdict(given, prefer=["latency_p95_ms"], give_up=np.inf)
    assert set(found.tied) >= {"b", "c"}
    assert "a" not in found.tied
    cheapest = "d" if "d" in found.tied else "c"
    assert found.pick == cheapest
    assert "cheapest by latency_p95_ms" in found.reason


def test_a_design_far_below_the_best_is_not_picked_for_its_cost_however_wide_the_tie_set():
    rng = np.random.default_rng(0)
    scores = (rng.random((3, 1, N)) < np.array([0.5, 0.6, 0.5])[:, None, None]).astype(float)
    scores[1, 0, :60:2] = 1
    given = replace(measured(0, 0, 0, latency_p95_ms=[9.0, 9.0, 1.0]), scores=scores)
    assert verdict(given, prefer=["latency_p95_ms"]).pick == "b"


def test_costs_within_five_percent_are_equal_and_the_next_one_decides():
    given = measured(0, 0.2, 0.2, noise=1e-9, latency_p95_ms=[1, 10.0, 10.4], context_tokens=[1, 900.0, 500.0])
    given.scores[2] = given.scores[1]
    assert verdict(given, prefer=["latency_p95_ms", "context_tokens"]).pick == "c"
    assert verdict(given, prefer=["context_tokens", "latency_p95_ms"]).pick == "c"
    assert verdict(given).pick == "b"  # no cost parts them: the first id


def test_what_costs_an_unknown_amount_is_not_the_cheapest():
    given = measured(0, 0.2, 0.2, noise=1e-9, usd_per_1k=[1, np.nan, 3.0])
    given.scores[1] = given.scores[2]
    assert verdict(given, prefer=["usd_per_1k"]).pick == "c"


def test_the_pick_meets_the_targets_and_gaps_are_listed_largest_first():
    given = measured(0, 0.1, 0.2, metrics=("nDCG", "recall"), latency_p95_ms=[10.0, 40, 80], usd_per_1k=[np.nan] * 3)
    targets = [Target("latency_p95_ms", False, 50), Target("recall", True, 0.2)]
    found = verdict(given, targets=targets)
    assert (found.pick, found.feasible, found.nearest) == ("b", 2, ())
    assert [gap.measure for gap in found.gaps] == ["latency_p95_ms", "recall"]
    latency, recall = found.gaps
    assert (latency.missing, latency.percent, latency.met, latency.sure, latency.baseline) == (-10, -20, True, True, 10)
    assert recall.met
    assert recall.sure
    assert recall.value.low < recall.value.mean < recall.value.high


def test_where_nothing_meets_the_targets_the_nearest_is_told():
    given = measured(0, 0.1, 0.2, latency_p95_ms=[100.0, 60, 80], usd_per_1k=[np.nan] * 3)
    found = verdict(given, targets=[Target("latency_p95_ms", False, 50)])
    assert (found.pick, found.feasible, found.nearest) == ("b", 0, ("b", "c", "a"))
    assert "No configuration met every target" in found.headline
    assert "latency_p95_ms <= 50 is missed by 10.000 (20 %), at 60.000." in found.headline
    unknown = verdict(given, targets=[Target("usd_per_1k", False, 2)])
    assert unknown.feasible == 0
    assert unknown.gaps[0].met is None
    assert any("usd_per_1k is not known" in text for text in unknown.warnings)


def test_gaps_that_are_missed_come_before_unknown_and_met_ones():
    given = measured(0, 0.1, context_tokens=[900.0, 900], latency_p95_ms=[100.0, 100], usd_per_1k=[np.nan] * 2)
    targets = [
        Target("usd_per_1k", False, 1), Target("context_tokens", False, 1000), Target("latency_p95_ms", False, 80),
        Target("nDCG", True, 5.0),
    ]  # fmt: skip
    found = verdict(given, targets=targets)
    assert [gap.measure for gap in found.gaps] == ["nDCG", "latency_p95_ms", "usd_per_1k", "context_tokens"]
    assert [gap.percent for gap in found.gaps][1:] == [pytest.approx(25), None, pytest.approx(-10)]


def test_an_incomplete_configuration_is_never_above_a_complete_one():
    given = measured(0, 0.1, 0.5)
    given.scores[2, 0, 7] = np.nan
    found = verdict(given)
    assert found.pick == "b"
    assert (found.standing("c").scored, found.standing("c").complete, found.standing("c").judged) == (99, False, None)
    assert "c" not in (*found.front, *found.tied, found.winner.id)
    assert "1 of 3 configurations were not scored on every query: left out." in found.warnings


def test_without_a_baseline_there_is_a_pick_but_no_comparison():
    given = measured(0, 0.1)
    given.scores[0, 0, 3] = np.nan
    found = verdict(given)
    assert (found.pick, found.outcome, found.result.difference, found.result.p) == ("b", "unknown", None, None)
    assert "the baseline could not be scored" in found.headline
    with pytest.raises(InputError, match="no configuration was scored"):
        verdict(replace(given, scores=np.full_like(given.scores, np.nan)))


def test_where_less_is_better_the_least_is_picked():
    given = measured(0, 0.1, -0.1, better={"nDCG": "lower"})
    found = verdict(given)
    assert (found.pick, found.outcome, found.better) == ("c", "better", "lower")
    assert found.result.difference.low < found.result.difference.mean == pytest.approx(-0.1, abs=0.02)
    assert found.winner.naive <= found.winner.corrected + 1e-9


def test_the_baseline_stays_when_it_is_best():
    found = verdict(measured(0, -0.1, -0.2))
    assert (found.pick, found.outcome) == ("a", "same")
    assert found.headline.startswith("Keep the baseline (a)")


def test_differences_below_the_noise_floor_are_never_called_better():
    given = measured(0, 0.01, noise=0.001)
    assert verdict(given).outcome == "better"
    quiet = verdict(given, noise={"nDCG": 0.02})
    assert (quiet.outcome, quiet.pick, quiet.result.queries_needed) == ("undecided", "b", None)
    assert set(quiet.tied) == {"a", "b"}
    assert any("noise floor of 0.020" in text for text in quiet.warnings)


def test_it_says_how_many_more_queries_would_settle_it():
    given = measured(0, 0.03, noise=0.2)
    found = verdict(given)
    assert found.outcome == "undecided"
    assert found.result.queries_needed > 50
    assert "more queries would settle it" in found.headline


def test_small_sets_are_judged_by_cross_validating_the_choice():
    found = verdict(measured(0, 0.1, 0.2), FOLDS)
    assert (found.pick, found.folds, found.tune_queries, found.judge_queries) == ("c", 5, 100, 100)
    assert found.outcome == "better"
    assert "on 100 queries, 5-fold cross-validated" in found.headline
    assert found.winner.judged is None
    single = verdict(measured(0, 0.1, 0.2), Split(np.zeros(N, dtype=np.int64)))
    assert any("cannot be parted" in text for text in single.warnings)


def test_cross_validated_values_are_what_was_chosen_without_the_query():
    rng = np.random.default_rng(3)
    scores = rng.random((4, 1, 25))
    split = Split(np.arange(25) % 5)
    delivered = [
        scores[scores[:, 0, split.fold != fold].mean(axis=1).argmax(), 0, split.fold == fold].sum() for fold in range(5)
    ]
    given = Measured(tuple("abcd"), ("nDCG",), {"nDCG": "higher"}, scores)
    assert judge(given, split, maximize="nDCG", resamples=200).result.pick.mean == pytest.approx(sum(delivered) / 25)


def test_configurations_that_score_alike_are_one_hypothesis():
    given = measured(0, 0.004, noise=0.01)
    many = replace(given, ids=tuple("abcdefg"), scores=given.scores[[0, 1, 1, 1, 1, 1, 0]])
    few, copied = verdict(given), verdict(many)
    assert copied.standing("f").p_holm == few.standing("b").p_holm == few.standing("b").p
    assert copied.standing("g").p == 1


def test_saturated_metrics_and_edges_of_grids_are_told():
    given = measured(0, 0.1, 0.2, 0.3)
    found = verdict(given, knobs={"top_k": [1, 2, 5, 10], "flag": [0, 1, 0, 1], "other": [None, 3, 2, 1]})
    assert found.warnings == ("top_k = 10 is the greatest that was tried: try beyond it.",
                              "other = 1 is the smallest that was tried: try beyond it.")  # fmt: skip
    full = verdict(replace(given, scores=np.ones_like(given.scores)))
    assert (full.pick, full.outcome) == ("a", "same")
    assert any("saturated" in text for text in full.warnings)


def test_the_front_is_over_the_metric_and_the_preferred_costs():
    given = measured(0, 0.1, 0.2, 0.05, latency_p95_ms=[5.0, 3, 9, 4], usd_per_1k=[np.nan] * 4)
    found = verdict(given, prefer=["latency_p95_ms", "usd_per_1k"])
    assert (found.front, found.front_measures) == (("c", "b"), ("nDCG", "latency_p95_ms"))
    assert verdict(given, front=["nDCG"]).front == ("c",)
    with pytest.raises(InputError, match="did you mean 'latency_p95_ms'"):
        verdict(given, prefer=["latency_p95"])


def test_a_verdict_goes_to_json_and_back():
    given = measured(0, 0.1, 0.2, metrics=("nDCG", "recall"), latency_p95_ms=[10.0, 40, np.nan])
    given.scores[1, 0, 0] = np.nan
    found = verdict(given, targets=[Target("latency_p95_ms", False, 50)], prefer=["latency_p95_ms"])
    assert Verdict.from_json(json.loads(json.dumps(found.as_json(), allow_nan=False))) == found


def test_a_verdict_is_the_same_every_time():
    given = measured(0, 0.01, 0.02, noise=0.1)
    assert verdict(given) == verdict(given)


@given(arrays(np.float64, (12, 3), elements=st.sampled_from([0.0, 1.0, 2.0, np.nan])))
def test_the_front_is_what_nothing_dominates(gains):
    whole = ~np.isnan(gains).any(axis=1)
    expected = [
        whole[i] and not any(whole[j] and (g >= gains[i]).all() and (g > gains[i]).any() for j, g in enumerate(gains))
        for i in range(len(gains))
    ]
    assert pareto(gains).tolist() == expected


@pytest.mark.parametrize("n_queries", [100, 40])
def test_alike_configurations_seldom_have_a_winner(n_queries):
    declared, _ = winners(30, n_queries)
    assert declared <= 0.15
