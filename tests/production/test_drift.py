"""What has changed is found, what has not is not, and p-values are those of other formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import energy_distance, fisher_exact, hypergeom, ks_2samp

from ragtune.embedders.wordllama import Wordllama
from ragtune.engine import codec
from ragtune.errors import InputError
from ragtune.production import Profile, monitor, profile_of, profile_of_log, read_profile, write_profile
from ragtune.production import _drift as drift
from ragtune.production._profile import nearest
from tests.production.made import log, result, score, served


def cloud(rng, n, centre=0.0):
    """(n, 8) unit rows around one direction; another centre turns it."""
    rows = rng.normal(0, 0.3, (n, 8)) + np.eye(8)[0] + centre * np.eye(8)[1]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def judged(profile, vectors, top=None, found=None, alpha=0.05):
    n = len(vectors)
    top = np.full(n, np.nan) if top is None else top
    found = np.ones(n, dtype=bool) if found is None else found
    return {each.test: each for each in drift.compare(profile, vectors, top, found, alpha=alpha)}


def test_the_energy_distance_is_scipys():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(30, 1)).astype(np.float32), rng.normal(1, 2, size=(20, 1)).astype(np.float32)
    weights = np.concatenate([np.full(30, 1 / 30), np.full(20, -1 / 20)]).astype(np.float32)
    found = drift._energy(drift._distances(np.concatenate([one, other])), weights[None])[0]
    assert found == pytest.approx(energy_distance(one[:, 0], other[:, 0]) ** 2, rel=1e-4)


def test_the_share_unlike_is_a_precedence_test():
    """At least k of n before the r-th of m: among the first k + r - 1 of all, at most r - 1 are of the m."""
    rng = np.random.default_rng(1)
    profile, vectors = Profile(cloud(rng, 200), np.ones(200)), cloud(rng, 80, 0.6)
    found = drift._unlike(profile, vectors)
    known, held = profile.halves
    own = np.sort((held @ known.T).max(axis=1))
    k = int(((vectors @ known.T).max(axis=1) < own[4]).sum())
    assert found[2] == k / 80 and k > 8
    assert found[4] == pytest.approx(hypergeom.cdf(4, 180, 100, k + 4), rel=1e-6)


def test_scores_and_empty_answers_are_tested_as_by_scipy():
    rng = np.random.default_rng(2)
    before, now = rng.gamma(4, 2, 100), rng.gamma(4, 3, 120)
    assert drift._top(before, now)[3:] == pytest.approx(tuple(ks_2samp(before, now, method="asymp")))
    none_before, none_now = np.arange(100) < 3, np.arange(120) < 15
    expected = fisher_exact([[15, 105], [3, 97]], alternative="greater").pvalue
    assert drift._nothing(none_before, none_now)[1:] == pytest.approx((0.03, 0.125, 0.095, expected))


def test_the_nearest_is_found_in_blocks(monkeypatch):
    rows = np.eye(5, 4, dtype=np.float32) + np.float32(0.1)
    whole = nearest(rows, rows[:3])
    monkeypatch.setattr("ragtune.production._profile.BLOCK", 2)
    assert nearest(rows, rows[:3]).tolist() == whole.tolist() and whole[:3] == pytest.approx([1, 1, 1])
    assert len(nearest(rows[:0], rows)) == 0


def test_queries_that_move_are_found_and_others_are_not():
    rng = np.random.default_rng(3)
    profile = Profile(cloud(rng, 300), rng.normal(size=300))
    same = judged(profile, cloud(rng, 300), rng.normal(size=300))
    assert list(same) == ["query vectors", "unlike queries", "top scores", "nothing found"]
    assert not any(each.drifted for each in same.values())
    moved = judged(profile, cloud(rng, 300, 0.8), rng.normal(1, 1, size=300), np.arange(300) > 40)
    assert all(each.drifted for each in moved.values())
    assert moved["query vectors"].p < 1e-6  # below what permutations alone can tell
    assert judged(profile, cloud(rng, 300, 0.8), alpha=0.0)["unlike queries"].drifted is False


def test_the_effect_on_vectors_is_about_the_share_that_moved():
    rng = np.random.default_rng(4)
    both = np.concatenate([cloud(rng, 500, -2), cloud(rng, 500, 2)])
    profile = Profile(both, np.ones(1000))
    shifted = np.concatenate([cloud(rng, 250, -2), cloud(rng, 750, 2)])  # half of one half changed sides
    assert judged(profile, shifted)["query vectors"].effect == pytest.approx(0.25, abs=0.05)


def test_small_effects_do_not_alarm_however_many_there_are():
    rng = np.random.default_rng(5)
    before = rng.normal(size=50_000)
    found = drift.compare(
        Profile(cloud(rng, 60), before), None, rng.normal(0.1, 1, 50_000), np.ones(50_000, bool), alpha=0.05
    )
    assert [(each.test, each.drifted) for each in found] == [("top scores", False), ("nothing found", False)]
    assert found[0].p < 1e-9


def test_p_values_are_corrected_for_their_number():
    rng = np.random.default_rng(6)
    profile = Profile(cloud(rng, 100), np.full(100, np.nan))
    raw = [drift._vectors(profile, cloud(np.random.default_rng(7), 90), 0)[4], 1.0]
    found = judged(profile, cloud(np.random.default_rng(7), 90))
    assert found["query vectors"].p >= min(1.0, 2 * raw[0])


def test_a_profile_holds_no_text_and_comes_back_equal(tmp_path):
    texts = [f"How do cats {verb}?" for verb in ("purr", "sleep", "hunt")]
    made = profile_of(
        texts, np.array([1.0, -np.inf, 2.0]), [0.0, 1.0, 0.5], metric="nDCG@10", latency_ms=[3.0], key="k"
    )
    write_profile(made, tmp_path / "profile.safetensors")
    assert b"purr" not in (tmp_path / "profile.safetensors").read_bytes()
    back = read_profile(tmp_path / "profile.safetensors")
    assert codec.encode(back) == codec.encode(made)
    assert (back.embedder, back.metric, back.queries, back.key) == ("wordllama", "nDCG@10", 3, "k")
    assert np.isnan(back.top).tolist() == [False, True, False]
    assert back.vectors == pytest.approx(Wordllama().encoder(queries=True).encode(texts))


def test_a_measure_that_is_no_share_is_not_kept():
    made = profile_of(["a"], np.array([1.0]), [3.0], metric="tokens", embedder=Wordllama(dim=64))
    assert len(made.values) == 0 and made.metric == "" and made.vectors.shape == (1, 64)
    assert made.embedder == "wordllama(dim=64)"


def test_a_large_profile_is_a_sample(monkeypatch):
    monkeypatch.setattr("ragtune.production._profile.MOST", 5)
    made = profile_of([f"query {i}" for i in range(9)], np.arange(9.0), np.full(9, 0.5))
    assert made.vectors.shape[0] == 5 == len(set(made.top.tolist())) and made.queries == 9 and len(made.values) == 9


def test_no_profile_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_profile(tmp_path / "none")
    (tmp_path / "p").write_bytes(b"ragtune1 and other bytes")
    with pytest.raises(InputError, match="is damaged"):
        read_profile(tmp_path / "p")


# --- monitor

WORDS = ("cats", "dogs", "owls", "bees", "eels")


def traffic(n, *, start=0, top=0.0, words=WORDS, seed=0, bundle=""):
    rng = np.random.default_rng(seed)
    return [
        served(
            str(start + i), 60.0 * (start + i), f"why do {words[i % len(words)]} {start + i}?",
            [result(score=float(rng.normal(top)))], latency_ms=float(i % 100), bundle=bundle,
        )
        for i in range(n)
    ]  # fmt: skip


def embed(texts):
    """By the first animal, a little apart by number."""
    rows = np.zeros((len(texts), 6), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        word, number = text.split()[2].rstrip("?"), int(text.split()[3].rstrip("?"))
        row[WORDS.index(word) if word in WORDS else 5] = 1
        row += np.sin(np.arange(6) * number, dtype=np.float32) * np.float32(0.2)
    return rows


def profile(n=200, **more):
    texts = [one.query for one in traffic(n, start=10_000)]
    return Profile(embed(texts), np.random.default_rng(9).normal(size=n), **more)


def test_windows_are_tested_once_when_they_are_full():
    found = monitor(log(*traffic(250)), profile(), window=100, embed=embed)
    assert [(w.number, w.distinct) for w in found.windows] == [(1, 100), (2, 100)] and found.waiting == 50
    assert [w.alpha for w in found.windows] == pytest.approx([0.05 / 2, 0.05 / 6])
    assert not found.retune and found.queries == 250 and found.nothing_found == 0
    assert found.latency_ms == pytest.approx(np.percentile(np.arange(250) % 100, [50, 95, 99]))
    longer = monitor(log(*traffic(320)), profile(), window=100, embed=embed)
    assert longer.windows[:2] == found.windows


def test_alpha_over_all_windows_is_alpha():
    assert sum(0.05 / (k * (k + 1)) for k in range(1, 100_000)) == pytest.approx(0.05, rel=1e-4)


def test_what_changed_is_told_with_its_window():
    changed = traffic(200) + traffic(100, start=200, top=3.0, words=("cars",))
    found = monitor(log(*changed), profile(), window=100, embed=embed)
    assert (
        found.retune
        and [reason.split(",")[-2:] for reason in found.reasons] == [[" first in window 3", " of 2026-01-01"]] * 3
    )
    assert "100% of queries are unlike any tuned one" in found.reasons[1]
    assert found.as_json()["windows"][2]["findings"][0]["drifted"] is True


def test_a_question_that_is_asked_a_lot_is_no_drift():
    head = [one.model_copy(update={"query": "Why  do CATS 3?", "id": f"h{one.id}"}) for one in traffic(300)]
    records = [record for pair in zip(traffic(300), head, strict=True) for record in pair]
    found = monitor(log(*records), profile(), window=200, embed=embed)
    assert found.distinct == 301 and [w.distinct for w in found.windows] == [101, 101, 101] and not found.retune


def test_scores_that_drop_are_told():
    values = np.tile([0.0, 1.0, 1.0, 1.0], 500)
    records = [
        each for one in traffic(400) for each in (one, score(one.id, float(int(one.id) % 2), 60.0 * int(one.id)))
    ]
    found = monitor(log(*records), profile(values=values, metric="nDCG@10"), window=100, embed=embed)
    assert found.metric == "nDCG@10" and found.drop.drop == pytest.approx(0.25)
    assert found.windows[0].alpha == pytest.approx(0.025 / 2)
    (reason,) = found.reasons
    assert reason.startswith("nDCG@10 has dropped to 0.500 from 0.750, by at least 0.1")
    promised = monitor(log(*records), profile(), window=100, embed=embed, promise=0.5)
    assert promised.drop.before == 0.5 and not promised.retune
    few = monitor(log(*records), profile(values=values[:20], metric="nDCG@10"), window=100, embed=embed)
    assert few.drop is None and "too few" in few.notes[0]
    some = monitor(log(*records), profile(values=values[:60], metric="nDCG@10"), window=100, embed=embed)
    assert "no drop of nDCG@10 below 0.1" in some.notes[0]


def test_queries_of_other_bundles_and_without_text_are_noted():
    records = traffic(60, bundle="mine") + [one.model_copy(update={"query": None}) for one in traffic(60, start=60)]
    others = [one.model_copy(update={"bundle": "other"}) for one in traffic(10, start=120)]
    found = monitor(log(*records, *others, torn=2), profile(key="mine"), window=100, embed=embed)
    assert found.queries == 120 and len(found.notes) == 3 and "2 torn lines" in found.notes[0]
    assert "10 queries were answered by other" in found.notes[1]
    assert [each.test for each in found.windows[0].findings][-2:] == ["top scores", "nothing found"]
    for records, told in ((others, "bundle mine"), ((), "no query")):
        with pytest.raises(InputError, match=told):
            monitor(log(*records), profile(key="mine"))
    with pytest.raises(InputError, match="at least 50"):
        monitor(log(*others), profile(), window=10)


def test_traffic_is_held_against_earlier_traffic():
    records = [
        score("3", 0.5),
        score("3", 0.9),
        *traffic(3),
        *(traffic(1, start=3)),
        score("0", 1.0),
        score("0", 1, metric="m"),
    ]
    before = profile_of_log(
        log(*records[2:], *records[:2], served("5", query="WHY do cats  0?"), served("6", query=None))
    )
    assert before.queries == 4 and before.metric == "nDCG@10" and before.values.tolist() == [1.0, 0.5]
    with pytest.raises(InputError, match="no query with a text"):
        profile_of_log(log(served("a", query=None)))
