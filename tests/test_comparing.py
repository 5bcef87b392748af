"""Two designs, query by query: which queries count, and what is said of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ragtune.cli import COMMANDS, main
from ragtune.comparing import compare
from ragtune.designs import find_design, read_snapshot, write_snapshot
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.pipelines.data import QueryData
from ragtune.types import Queries
from tests.hand_made import design, study


@pytest.fixture
def place(tmp_path):
    return Workspace(tmp_path / "w")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setitem(COMMANDS, "compare", "")

    def go(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["compare", *arguments, "--workspace", str(tmp_path / "w")])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return go


def keep_texts(place, digest, texts):
    place.store.put(Step(QueryData(digest=digest), "read").key, Queries(tuple(texts)))


def test_counts_and_flips_by_hand(place):
    scores = {"nDCG@10": [[0, 0.5, 1, 1], [1, 0.5, 0.75, 1]], "context_tokens": [[10, 10, 10, 10], [5, 20, 10, 10]]}
    study(place, "s", scores, better={"context_tokens": "lower"})
    found = compare(find_design("baseline", place), find_design("s:11", place))
    assert found.queries == ("q0", "q1", "q2", "q3") and (found.only_before, found.only_after) == (0, 0)
    ndcg, tokens = found.changes
    assert (ndcg.before, ndcg.after, ndcg.difference) == (0.625, 0.8125, 0.1875)
    assert (ndcg.wins, ndcg.losses, ndcg.ties) == (1, 1, 2)
    assert [(flip.query, flip.before, flip.after) for flip in ndcg.flips] == [("q0", 0, 1), ("q2", 1, 0.75)]
    # fewer tokens are better: q0 won, q1 lost, and lost more
    assert (tokens.wins, tokens.losses, tokens.difference) == (1, 1, 1.25)
    assert [flip.query for flip in tokens.flips] == ["q1", "q0"]
    # of 1 and -.25 every flip makes at least |1 - .25|
    assert ndcg.low <= ndcg.difference <= ndcg.high and ndcg.p == 1


def test_only_queries_that_both_have(place):
    study(place, "old", {"m": [[1, 0, 1]]}, queries=["a", "b", "c"])
    study(place, "new", {"m": [[1, 1, 0, 0]]}, queries=["d", "c", "b", "e"])
    found = compare(find_design("old", place), find_design("new", place))
    assert found.queries == ("c", "b") and (found.common, found.only_before, found.only_after) == (2, 1, 2)
    assert (found.changes[0].wins, found.changes[0].ties) == (0, 2)
    study(place, "other", {"m": [[1]]}, queries=["z"])
    with pytest.raises(InputError, match="no query in common"):
        compare(find_design("old", place), find_design("other", place))


def test_other_data_are_said_aloud(place):
    study(place, "old", {"m": [[1, 0]]})
    study(place, "new", {"m": [[1, 1]]}, digests={"judgments": "d" * 64, "queries": "e" * 64})
    notes = " ".join(compare(find_design("old", place), find_design("new", place)).notes)
    assert "other evidence (bbbbbbbb before, dddddddd after)" in notes and "matched by id alone" in notes
    assert "other documents" not in notes and "2 queries are few" in notes


def test_the_same_id_with_another_text_is_another_query(place):
    study(place, "old", {"m": [[1, 0]]})
    study(place, "new", {"m": [[1, 1]]}, digests={"queries": "e" * 64})
    keep_texts(place, "a" * 64, ["one", "two"])
    keep_texts(place, "e" * 64, ["one", "zwei"])
    found = compare(find_design("old", place), find_design("new", place))
    assert found.queries == ("q0",) and any("under the same id: 1 of" in note for note in found.notes)
    assert found.changes[0].low is None  # of one query nothing is known


def test_a_pick_is_judged_by_what_did_not_choose_it(place):
    study(place, "s", {"m": [[0, 0, 0, 0], [1, 1, 0, 1]]}, pick="11111111", confirm=("q2", "q3"))
    found = compare(find_design("baseline", place), find_design("s", place))
    assert found.after.role == "pick" and found.queries == ("q2", "q3") and found.changes[0].difference == 0.5
    assert any("only 2 queries count" in note for note in found.notes)
    best = compare(find_design("baseline", place), find_design("s:best", place))
    assert len(best.queries) == 4 and any("which flatters it" in note for note in best.notes)


def test_differences_within_the_noise_are_called_so(place):
    study(place, "s", {"m": [[0.5] * 40, [0.52] * 40]}, noise={"m": 0.03})
    assert compare(find_design("baseline", place), find_design("s:11", place)).changes[0].within_noise


def test_gaps_are_never_averaged_over(place):
    study(place, "s", {"m": [[0, 1], [1, np.nan]], "n": [[0, 1], [1, 1]]})
    found = compare(find_design("s:00", place), find_design("s:11", place))
    assert [change.metric for change in found.changes] == ["n"] and "so left out: m" in " ".join(found.notes)


def test_references(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = study(place, "first-1a", {"m": [[0.1, 0.2], [0.3, 0.4]]})
    assert find_design("first", place).id == "11111111"  # its best, without a verdict
    assert find_design(str(first.folder), place).label == "first-1a:11111111"
    assert find_design("first:baseline", place).id == "00000000"
    assert find_design("111", place).id == "11111111" == find_design("best", place, first).id
    write_snapshot(find_design("first:0", place), tmp_path / "x.json")
    assert find_design("x.json", place).label == "first-1a:00000000"
    for wrong, told in [
        ("first:pick", "has no verdict"),
        ("first:9", "there is no configuration '9'"),
        ("frist", "did you mean 'first-1a'"),
        ("y.json", "there is no file y.json"),
    ]:
        with pytest.raises(InputError, match=told):
            find_design(wrong, place)


def test_a_snapshot_is_stable_and_reads_back(place, tmp_path):
    study(place, "s", {"m": [[1 / 3, 1, 0]], "n": [[2000, 1e-9, 0.25]]}, queries=["ü", "b", 'a"'])
    write_snapshot(find_design("s", place), tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text()
    assert text.splitlines()[-5:-2] == ['  "a\\"": [0, 0.25],', '  "b": [1, 0],', '  "ü": [0.333333, 2000]']
    read = read_snapshot(tmp_path / "x.json")
    assert json.loads(text)["digests"] == dict(read.digests) and read.slots == design(retriever="r0")
    write_snapshot(read, tmp_path / "y.json")
    assert (tmp_path / "y.json").read_text() == text
    assert [c.ties for c in compare(read, find_design("s", place)).changes] == [3, 3]
    study(place, "t", {"m": [[1, np.nan], [np.nan, 1]]})
    with pytest.raises(InputError, match="scored on 1 of 2 queries only"):
        write_snapshot(find_design("t:0", place), tmp_path / "z.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda f: f.pop("format"), "format"),
        (lambda f: f.pop("scores"), "has no 'scores'"),
        (lambda f: f["scores"].update(q0=[None]), "query 'q0' has not a number"),
        (lambda f: f["scores"].update(q0=[1, 2]), "query 'q0' has not a number"),
        (lambda f: f.update(maximize="x"), "'x' is not among its metrics"),
    ],
)
def test_a_wrong_snapshot_is_refused(place, tmp_path, change, told):
    study(place, "s", {"m": [[1, 0]]})
    path = tmp_path / "x.json"
    write_snapshot(find_design("s", place), path)
    found = json.loads(path.read_text())
    change(found)
    path.write_text(json.dumps(found))
    with pytest.raises(InputError, match=told) as caught:
        read_snapshot(path)
    assert caught.value.faults[0].file == str(path)


def test_the_command(place, run):
    long = "evidence_recall@10"
    values = [[0.0] * 40, [1.0] * 30 + [0.0] * 10]
    study(place, "s", {long: values, "context_tokens": [[1999.5] * 40, [2100.25] * 40]})
    keep_texts(place, "a" * 64, [f"How\x1b <b>|do|</b> I\n{'x' * 90}" for _ in range(40)])
    code, out, _ = run("baseline", "11", "--top", "3")
    lines = out.splitlines()
    assert code == 0 and max(map(len, lines)) <= 80 and "\x1b" not in out
    assert "    retriever: r0 → r1" in lines and "40 queries compared; 40 in both, 0 only before, 0 only after" in lines
    assert "    30 better, 0 worse, 10 same" in lines and sum(line.startswith("  q") for line in lines) == 3
    assert f"{long}, the largest of 30 changes:" in lines
    code, out, _ = run("baseline", "11", "--md", "--top", "1")
    assert "| q0 | 0.0000 | 1.0000 | How \\<b\\>\\|do\\|\\</b\\> I xxx" in out
    assert sum(line.startswith("|") for line in out.splitlines()) == (2 + 2) + (2 + 1)
    code, out, err = run("baseline", "11", "--json")
    found = json.loads(out)
    assert err == "" and len(found["metrics"][0]["flips"]) == 30 and found["metrics"][0]["difference"] == 0.75
    assert run("baseline", "nothing")[0] == 2
