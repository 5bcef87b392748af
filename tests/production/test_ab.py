"""Who gets which bundle, what is shown of both, and which is better."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln

from ragtune.errors import InputError
from ragtune.production import Split, compare_arms, interleave
from ragtune.production._ab_report import unevenness, weighed
from tests.production.made import Found, click, log, result, score, served


def ranking(*names):
    return [Found(name, 0, 1, name) for name in names]


def test_a_unit_always_goes_to_the_same_bundle():
    assert [Split("october").arm(f"user-{i}") for i in range(6)] == list("bababa")
    for unit in ("user-1", "Ünit", ""):
        number = int.from_bytes(hashlib.sha256(b"october\0" + unit.encode()).digest()[:8], "big") / 2**64
        assert Split("october", 0.3).arm(unit) == ("b" if number < 0.3 else "a")


def test_shares_hold_grow_and_do_not_depend_on_each_other():
    units = [str(i) for i in range(20_000)]
    half, tenth, other = (
        np.array([split.arm(u) == "b" for u in units]) for split in (Split("s"), Split("s", 0.1), Split("t"))
    )
    assert half.mean() == pytest.approx(0.5, abs=0.015) and tenth.mean() == pytest.approx(0.1, abs=0.01)
    assert half[tenth].all() and other[half].mean() == pytest.approx(0.5, abs=0.02)
    for share in (0.0, 1.0, -1):
        with pytest.raises(InputError, match="between 0 and 1"):
            Split("s", share)


def test_team_draft_by_hand():
    """Whoever is behind picks; both want x first, so that the second takes its next."""
    found = {tuple(interleave(ranking("x", "y"), ranking("x", "z"), 3, salt="s", id=str(i))[1]): i for i in range(40)}
    assert {arms[:2] for arms in found} == {("a", "b"), ("b", "a")}
    for arms, i in found.items():
        shown, _ = interleave(ranking("x", "y"), ranking("x", "z"), 3, salt="s", id=str(i))
        assert [p.document for p in shown] == (["x", "z", "y"] if arms[0] == "a" else ["x", "y", "z"])


names = st.lists(st.sampled_from("uvwxyz"), unique=True)


@given(names, names, st.integers(0, 8), st.text())
def test_team_draft_shows_each_passage_once_and_is_fair(a, b, k, id):
    shown, arms = interleave(ranking(*a), ranking(*b), k, salt="s", id=id)
    documents = [p.document for p in shown]
    assert len(documents) == len(set(documents)) == min(k, len({*a, *b})) == len(arms)
    for document, arm in zip(documents, arms, strict=True):
        assert document in (a if arm == "a" else b)
    for n in range(2, len(arms) + 1, 2):
        both_had_more = {*a} - {*documents[: n - 1]} and {*b} - {*documents[: n - 1]}
        if both_had_more:
            assert arms[:n].count("a") == arms[:n].count("b")


def test_a_split_is_judged_over_the_chance_of_its_arm():
    """By hand: less the mean before (a half for the first), times 1 / share in b and -1 / (1 - share) in a."""
    values = weighed(np.array([1.0, 0.0, 1.0]), np.array([True, False, True]), 0.25)
    assert values == pytest.approx([0.5 * 4, -0.75 / -0.75, 0.5 * 4])
    assert len(weighed(np.zeros(0), np.zeros(0, bool), 0.5)) == 0


def test_the_difference_of_a_split_is_unbiased():
    """Over all 2^8 draws of the arms, with outcomes that are the arm's: the mean is the true difference."""
    of_a, of_b = np.array([1, 0, 0, 1, 0, 0, 1, 0.0]), np.array([1, 1, 0, 1, 0, 1, 1, 0.0])
    total = 0.0
    for draw in range(256):
        in_b = np.array([draw >> i & 1 for i in range(8)], dtype=bool)
        chance = 0.3 ** in_b.sum() * 0.7 ** (~in_b).sum()
        total += chance * weighed(np.where(in_b, of_b, of_a), in_b, 0.3).mean()
    assert total == pytest.approx(of_b.mean() - of_a.mean())


def test_uneven_counts_are_noticed():
    assert unevenness(3, 5, 0.4) == pytest.approx(math.exp(betaln(6, 4)) / (0.4**5 * 0.6**3))
    assert unevenness(5_000, 5_000, 0.5) < 1 < 1_000 < unevenness(5_300, 4_700, 0.5)


def split_log(n=600, rate=(0.2, 0.6), **more):
    rng = np.random.default_rng(0)
    records = []
    for i in range(n):
        arm = "ab"[i % 2]
        records.append(served(str(i), i, results=[result()], arm=arm, **more))
        if rng.random() < rate[i % 2]:
            records.append(click(str(i), i + 1))
    return records


def test_clicks_tell_a_split_apart():
    found = compare_arms(log(*split_log()), "click", settle_s=10)
    assert (found.design, found.decision, found.waiting) == ("split", "b", 9)
    assert found.counts == {"a": 296, "b": 295} and found.means["b"] - found.means["a"] > 0.3
    assert found.difference.low > 0 and found.difference.reached < 591 and not found.notes
    assert compare_arms(log(*split_log(rate=(0.6, 0.2)))).decision == "open"  # nothing is ten minutes old
    assert compare_arms(log(*split_log(rate=(0.6, 0.2))), settle_s=5).decision == "a"
    alike = compare_arms(log(*split_log(4_000, (0.0, 0.0))), settle_s=0, margin=0.05)
    assert alike.decision == "alike" and compare_arms(log(*split_log(40))).decision == "open"
    assert found.as_json()["decision"] == "b"


def test_a_click_that_comes_late_does_not_count():
    records = [
        served("0", 0, arm="a"),
        click("0", 50),
        served("1", 1, arm="b"),
        click("1", 5),
        served("2", 999, arm="a"),
    ]
    found = compare_arms(log(*records), settle_s=10)
    assert found.means == {"a": 0.0, "b": 1.0} and found.waiting == 1


def test_a_unit_counts_once():
    records = [served(str(i), i, arm="a", unit="ann") for i in range(5)] + [served("9", 9, arm="b", unit="bob")]
    found = compare_arms(log(*records), settle_s=0)
    assert found.counts == {"a": 1, "b": 1} and "4 later queries of units" in found.notes[0]


def test_thumbs_and_scores_as_outcomes():
    records = [served("0", 0, arm="a"), served("1", 0, arm="b"), served("2", 0, arm="b"), served("3", 0, arm="a")]
    thumbs = [click("0", 1, None, "down"), click("1", 1, None, "up"), click("1", 2), click("3", 3, None, "down"),
              click("3", 4, None, "up")]  # fmt: skip
    found = compare_arms(log(*records, *thumbs), "thumbs", settle_s=0.0)
    assert found.means == {"a": 0.5, "b": 0.5}  # none came in time
    found = compare_arms(log(*records, *thumbs, served("4", 99, arm="a")), "thumbs", settle_s=10)
    assert found.means == {"a": 0.5, "b": 0.75}  # the last thumb is the one that counts; none is a half
    scored = compare_arms(log(*records, score("0", 0.2), score("2", 0.8), score("gone", 1.0)), "nDCG@10")
    assert scored.means == {"a": 0.2, "b": 0.8} and scored.counts == {"a": 1, "b": 1} and scored.waiting == 0


def test_both_bundles_on_the_same_query():
    records = [served(str(i), i) for i in range(200)]
    scores = [score(str(i), v, i, arm=arm) for i in range(200) for arm, v in (("b", 0.4), ("a", 0.6))]
    again = [score("0", 1.0, arm="a"), score("5", 1.0, metric="other")]
    found = compare_arms(log(*records, *scores, *again), "nDCG@10")
    assert (found.design, found.decision) == ("paired", "a") and found.difference.mean == pytest.approx(-0.2)
    assert found.means == {"a": pytest.approx(0.6), "b": pytest.approx(0.4)} and found.counts == {"a": 200, "b": 200}


def test_interleaved_queries_are_won_by_clicks():
    both = [result(arm="a"), result("e", arm="b"), result("f", arm="b")]
    records = [served(str(i), i, results=both) for i in range(4)]
    clicks = [click("0", 1, 2), click("0", 1, 3), click("0", 1, 1), click("1", 2, 1), click("1", 2, 1), click("1", 2, 2),
              click("2", 3, 1), click("3", 4, 7), click("3", 4, None, "up")]  # fmt: skip
    late = served("9", 99, results=both)
    found = compare_arms(log(*records, *clicks, late), settle_s=50)
    assert found.design == "interleaved" and found.counts == {"a": 1, "b": 1} and found.difference.n == 4
    assert found.waiting == 1 and found.decision == "open"
    thumbs = [click("0", 1, 2, "down"), click("1", 1, 3, "up")]
    assert compare_arms(log(*records, *clicks, *thumbs, late), "thumbs", settle_s=50).counts == {"a": 1, "b": 1}
    many = [each for i in range(200) for each in (served(str(i), i, results=both), click(str(i), i + 1, 2))]
    assert compare_arms(log(*many), settle_s=2).decision == "b"


@pytest.mark.parametrize(
    ("records", "outcome", "told"),
    [
        ([served("0")], "click", "no A/B test"),
        ([served("0", arm="a"), served("1", results=[result(arm="a")])], "click", "a log for each test"),
        ([served("0", arm="a"), score("0", 1.0)], "nDCG", r"no outcome 'nDCG' \(click, thumbs, nDCG@10\)"),
        ([served("0", results=[result(arm="a")]), score("0", 1.0)], "nDCG@10", "by click or thumbs"),
    ],
)
def test_a_log_without_a_test_is_refused(records, outcome, told):
    with pytest.raises(InputError, match=told):
        compare_arms(log(*records), outcome)


def test_a_draw_that_is_not_random_is_noted():
    records = [served(str(i), i, arm="ab"[i % 5 == 0]) for i in range(1_000)]
    assert "something but the draw" in compare_arms(log(*records), settle_s=0).notes[0]
    assert not compare_arms(log(*records), settle_s=0, share=0.2).notes
    with pytest.raises(InputError, match="between 0 and 1"):
        compare_arms(log(*records), share=1.0)
