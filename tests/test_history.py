"""Trends over studies, and techniques from matched pairs, worked out by hand."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from ragtune.cli import COMMANDS, main
from ragtune.cli.history import sparkline
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.history import finished_at, history
from ragtune.study import studies
from ragtune.techniques import techniques
from tests.hand_made import design, study


@pytest.fixture
def place(tmp_path):
    return Workspace(tmp_path / "w")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("NO_COLOR", "1")
    for word in ("history", "catalog"):
        monkeypatch.setitem(COMMANDS, word, "")

    def go(*arguments):
        with pytest.raises(SystemExit) as caught:
            main([*arguments, "--workspace", str(tmp_path / "w")])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return go


def day(n):
    return f"2026-11-{n:02}T10:00:00+00:00"


def test_a_trend_is_of_the_queries_that_all_have(place):
    # written in another order than they finished
    study(place, "c", {"m": [[0, 1, 1]]}, queries=["a", "b", "c"], finished_at=day(3), digests={"corpus": "x" * 64})
    study(place, "a", {"m": [[0, 0, 1]]}, queries=["a", "b", "z"], finished_at=day(1))
    study(place, "b", {"m": [[0, 0, 0], [1, 0, 0]]}, queries=["b", "a", "z"], finished_at=day(2))
    (trend,) = history(studies(place))
    assert (trend.dataset, trend.metric, trend.queries) == ("faq", "m", 2)
    assert [point.study for point in trend.points] == ["a", "b", "c"]
    assert [point.means["m"] for point in trend.points] == [0, 0.5, 0.5]  # of queries a and b
    assert [point.baseline["m"] for point in trend.points] == [0, 0, 0.5]
    assert [point.difference for point in trend.points] == [None, 0.5, 0]
    assert [point.changed for point in trend.points] == [(), ("which queries",), ("documents", "which queries")]
    assert trend.left_out == ()


def test_what_has_too_few_of_the_queries_is_left_out(place):
    study(place, "a", {"m": [[1]]}, queries=["q0"], finished_at=day(1))
    study(place, "b", {"n": [[1] * 4]}, finished_at=day(2))
    study(place, "c", {"m": [[1] * 4]}, finished_at=day(3))
    study(place, "d", {"m": [[np.nan] * 4]}, finished_at=day(4))
    (trend,) = history(studies(place), metric="m")
    assert [point.study for point in trend.points] == ["c"]
    assert dict(trend.left_out) == {
        "a": "it has only 1 of the 4 queries that the later ones have",
        "b": "it does not measure m",
        "d": "no configuration was scored on every query",
    }


def test_datasets_are_apart_and_wrong_names_are_refused(place):
    study(place, "a", {"m": [[1]]})
    study(place, "b", {"n": [[1]]}, dataset="other")
    assert [(t.dataset, t.metric) for t in history(studies(place))] == [("faq", "m"), ("other", "n")]
    assert [t.dataset for t in history(studies(place), metric="n")] == ["other"]
    with pytest.raises(InputError, match="did you mean 'faq'"):
        history(studies(place), "fac")
    with pytest.raises(InputError, match="no study has a metric 'x'"):
        history(studies(place), metric="x")


def test_without_a_time_in_the_record_the_file_tells(place):
    written = study(place, "a", {"m": [[1]]}, finished_at=None)
    os.utime(written.folder / "study.json", (86400, 86400))
    assert finished_at(written) == "1970-01-02T00:00:00+00:00"
    assert finished_at(study(place, "b", {"m": [[1]]}, finished_at="2026-11-01T13:00:00+01:00")).startswith(
        "2026-11-01T12"
    )


def test_sparkline():
    assert sparkline([0, 0.5, 1]) == "▁▅█" and sparkline([3, 3]) == "▄▄" and sparkline([1.0]) == "▄"


def test_history_prints_in_80_columns(place, run):
    assert run("history")[1].startswith("there is no study in")
    study(place, "a-12345678", {"nDCG@10": [[0.5] * 30], "evidence_recall@10": [[0.25] * 30]}, finished_at=day(1))
    study(place, "b-12345678", {"nDCG@10": [[0.75] * 30], "evidence_recall@10": [[0.2] * 30]}, finished_at=day(2),
          digests={"judgments": "x" * 64})  # fmt: skip
    code, out, _ = run("history")
    lines = out.splitlines()
    assert code == 0 and max(map(len, lines)) <= 80 and lines[0] == "faq: 2 studies, 30 queries in all of them"
    assert lines[1] == "  nDCG@10             ▁█  0.5000 → 0.7500" and lines[2].split()[1] == "█▁"
    assert "-- the data changed: evidence" in lines
    assert lines[-2].split() == ["2026-11-02", "10:00", "0.7500", "0.7500", "+0.2500", "[+0.250,", "+0.250]"]
    assert json.loads(run("history", "faq", "--json")[1])[0]["points"][1]["changed"] == ["evidence"]


def found(place, **given):
    return {(t.where, t.after, t.before): t for t in techniques(studies(place), **given)}


def test_pairs_that_differ_in_one_slot(place):
    designs = [
        design(),  # dense, minilm
        design(retriever="hybrid"),
        design(embedder="wordllama"),
        design(embedder="wordllama", retriever="hybrid"),
        design(embedder="none", retriever="bm25"),
    ]
    rows = [[0.2, 0.2], [0.6, 0.4], [0.3, 0.1], [0.2, 0.2], [0.1, 0.1]]
    study(place, "s", {"m": rows}, designs=designs)
    got = {key: (round(t.gain, 9), t.pairs, t.better) for key, t in found(place).items()}
    assert got == {
        # (.4 + .2 - .1 + .1) / 4; the mean rose by .3 with minilm, and not with wordllama
        ("retriever", "hybrid", "dense"): (0.15, 2, 1),
        # dense: -.1 and +.1; hybrid: +.4 and +.2
        ("embedder", "minilm", "wordllama"): (0.15, 2, 1),
        ("retriever", "dense with minilm", "bm25"): (0.1, 1, 1),
        ("retriever", "dense with wordllama", "bm25"): (0.1, 1, 1),
        ("retriever", "hybrid with minilm", "bm25"): (0.4, 1, 1),
        ("retriever", "hybrid with wordllama", "bm25"): (0.1, 1, 1),
    }


def test_pairs_that_differ_in_one_knob(place):
    designs = [
        design(retriever="hybrid"),
        design(retriever={"hybrid": {"alpha": 0.2}}),
        design(retriever={"hybrid": {"alpha": 0.8}}),
        design(retriever={"hybrid": {"alpha": 0.8, "rrf_k": 20}}),
    ]
    study(place, "s", {"m": [[0.5], [0.2], [0.6], [0.6]]}, designs=designs)
    got = {key: round(t.gain, 9) for key, t in found(place).items()}
    assert got == {
        ("retriever hybrid.alpha", "default", "0.2"): 0.3,
        ("retriever hybrid.alpha", "0.8", "default"): 0.1,
        ("retriever hybrid.alpha", "0.8", "0.2"): 0.4,
        ("retriever hybrid.rrf_k", "20", "default"): 0.0,
    }


def test_a_knob_of_many_values_is_compared_with_its_neighbours(place):
    ks = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    designs = [design(retriever={"bm25": {"k": k}}) for k in ks]
    study(place, "s", {"m": [[k / 10, k / 10] for k in ks]}, designs=designs)
    assert sorted((int(after), int(before)) for _, after, before in found(place)) == [(k + 1, k) for k in range(1, 10)]


def test_lower_is_better_where_it_is(place):
    study(place, "s", {"ms": [[9, 9], [4, 6]]}, better={"ms": "lower"})
    (one,) = techniques(studies(place))
    assert (one.after, one.before, one.gain) == ("r1", "r0", 4.0)


def test_studies_of_the_same_data_are_pooled_and_nothing_counts_twice(place):
    two = [design(), design(retriever="hybrid")]
    more = [design(chunker="token-window"), design(chunker="token-window", retriever="hybrid")]
    study(place, "a", {"m": [[0.9, 0.9], [0.0, 0.0]]}, designs=two, finished_at=day(1))
    study(place, "b", {"m": [[0.2, 0.2], [0.4, 0.4]]}, designs=two, finished_at=day(2))  # scored anew
    study(place, "c", {"m": [[0.1, 0.1], [0.2, 0.2]]}, designs=more, finished_at=day(3))
    study(place, "d", {"m": [[0.1, 0.1], [0.0, 0.0]]}, designs=two, digests={"corpus": "x" * 64})
    study(place, "e", {"m": [[np.nan, 0.1], [0.0, 0.0]]}, designs=two, dataset="gaps", digests={"corpus": "y" * 64})
    every = [t for t in techniques(studies(place)) if t.where == "retriever"]
    assert sorted((t.after, round(t.gain, 9), t.pairs, t.studies) for t in every) == [
        ("dense", 0.1, 1, 1),
        ("hybrid", 0.15, 2, 3),
    ]
    assert len({t.data for t in every}) == 2
    assert techniques(studies(place), dataset="gaps") == [] == techniques(studies(place), metric="x")


def test_what_helps_is_beyond_chance_and_noise(place):
    rng = np.random.default_rng(0)
    base = rng.random(100)
    rows = [base, base + 0.05 + rng.normal(0, 0.05, 100), base + rng.normal(0, 0.1, 100)]
    study(place, "s", {"m": rows})
    helps = {(t.after, t.before) for t in techniques(studies(place)) if t.helps}
    assert ("r1", "r0") in helps and not {("r2", "r0"), ("r0", "r2")} & helps
    one = next(t for t in techniques(studies(place)) if (t.after, t.before) == ("r1", "r0"))
    assert 0 < one.low < one.gain < one.high and one.p <= one.p_holm < 0.01
    study(place, "s", {"m": rows}, noise={"m": 0.2})
    assert not any(t.helps for t in techniques(studies(place)))


def test_catalog_prints_in_80_columns(place, run):
    assert "nothing to compare" in run("catalog")[1]
    long = {"hybrid": {"retrievers": ["bm25", {"bm25": {"b": 0.4}}, "dense", {"dense": {"similarity": "dot"}}]}}
    study(place, "s", {"nDCG@10": [[0.1] * 40, [0.2] * 40]}, designs=[design(), design(retriever=long)])
    study(place, "t", {"nDCG@10": [[0.1] * 40, [0.1] * 40]}, dataset="b", digests={"corpus": "x" * 64})
    code, out, _ = run("catalog")
    lines = out.splitlines()
    assert code == 0 and max(map(len, lines)) <= 80
    assert (
        "1 of 1 changes made a difference beyond chance" in lines and "    retriever: hybrid instead of dense" in lines
    )
    assert "0 of 1 changes made a difference beyond chance" in lines and "r1" not in out
    assert run("catalog", "--all")[1].count("instead of") == 2
    assert (
        "| retriever | `hybrid` | `dense` | +0.1000 | [+0.100, +0.100] | 1 of 1 | <.001 |" in run("catalog", "--md")[1]
    )
    rows = json.loads(run("catalog", "--json")[1])
    assert [(row["dataset"], row["helps"]) for row in rows] == [("b", False), ("faq", True)]
