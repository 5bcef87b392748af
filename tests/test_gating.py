"""The gate in CI: what passes, what fails and why, and how it is written down."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from ragtune.cli import COMMANDS, main
from ragtune.designs import find_design
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from ragtune.gating import gate, junit
from tests.hand_made import study

pytest_plugins = ["pytester"]
DOCS = Path(__file__).parent.parent / "docs" / "ci.md"


@pytest.fixture
def place(tmp_path):
    return Workspace(tmp_path / "w")


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setitem(COMMANDS, "check", "")

    def go(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["check", *arguments, "--workspace", str(tmp_path / "w")])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return go


def checked(place, before, after, margins=None, **given):
    study(place, "old", {"m": [before]})
    study(place, "new", {"m": [after]}, **given)
    found = gate(find_design("new:0", place), find_design("old", place), margins or {})
    return {check.name: check for check in found.checks}, found


def test_equal_scores_pass(place):
    checks, found = checked(place, [0.5, 1, 0] * 20, [0.5, 1, 0] * 20)
    assert found.passed and list(checks) == ["scored", "queries", "no worse: m"]
    assert checks["no worse: m"].told == "m 0.5000, before 0.5000; +0.0000, with 95 % at least +0.0000; margin 0.01"


def test_clearly_worse_fails(place):
    checks, found = checked(place, [1.0] * 60, [0.0] * 30 + [1.0] * 30, {"m": 0.1})
    assert not found.passed and checks["no worse: m"].told.startswith("m 0.5000, before 1.0000; worse: -0.5000 [-0.6")


def test_worse_by_less_than_the_margin_passes(place):
    checks, _ = checked(place, [0.5] * 60, [0.46] * 60, {"m": 0.05})
    assert checks["no worse: m"].passed and "at least -0.0400; margin 0.05" in checks["no worse: m"].told


def test_too_few_queries_to_tell_do_not_pass(place):
    # +1 and -1 in turns: no difference seen, and nothing excluded
    before, after = [0.0, 1.0] * 20, [1.0, 0.0] * 20
    checks, found = checked(place, before, after, {"m": 0.1})
    told = checks["no worse: m"].told
    assert not found.passed and "40 queries do not show that it is no worse: +0.0000 [-0." in told
    # the interval is about 1.68/sqrt(39) wide to each side; to be .1 it takes 40 · 2.7² queries
    needed = int(re.search(r"about (\d+) queries", told)[1])
    assert 250 < needed < 330


def test_lower_may_be_better(place):
    study(place, "old", {"ms": [[10.0] * 40]}, better={"ms": "lower"})
    study(place, "new", {"ms": [[9.0] * 40]}, better={"ms": "lower"})
    new, old = find_design("new", place), find_design("old", place)
    assert gate(new, old, {"ms": 0.5}).passed and not gate(old, new, {"ms": 0.5}).passed
    with pytest.raises(InputError, match="--margin ms=…"):
        gate(new, old, {})


def test_wrong_margins_are_refused(place):
    study(place, "s", {"nDCG@10": [[1, 0]]})
    one = find_design("s", place)
    for margins, told in [
        ({"nDCG@5": 0.1}, "did you mean 'nDCG@10'"),
        ({"latency_p95_ms": 1}, "give it a target"),
        ({"nDCG@10": 0}, "must be above 0"),
        ({"nDCG@10": float("nan")}, "must be above 0"),
    ]:
        with pytest.raises(InputError, match=told):
            gate(one, one, margins)
    with pytest.raises(InputError, match="nothing to check"):
        gate(one, None, {})


def test_targets_and_what_was_never_measured(place):
    targets = {"m": ">= 0.75", "latency_p95_ms": "<= 50", "usd_per_1k": "<= 2", "index_bytes": "<= 10", "n": ">= 0"}
    costs = {"latency_p95_ms": [60.0], "usd_per_1k": [np.nan], "index_bytes": [10.0]}
    study(place, "s", {"m": [[1, 0.5]]}, targets=targets, costs=costs)
    found = gate(find_design("s", place), None, {})
    told = {check.name: (check.passed, check.told) for check in found.checks}
    assert told == {
        "scored": (True, "scored on 2 of 2 queries"),
        "target: m >= 0.75": (True, "m is 0.75, target >= 0.75"),
        "target: latency_p95_ms <= 50": (False, "latency_p95_ms is 60, target <= 50, missed by 10"),
        "target: usd_per_1k <= 2": (False, "usd_per_1k was never measured, so usd_per_1k <= 2 is not shown"),
        "target: index_bytes <= 10": (True, "index_bytes is 10, target <= 10"),
        "target: n >= 0": (False, "n was never measured, so n >= 0 is not shown"),
    }
    study(place, "t", {"m": [[1]]}, targets={"m": "much"})
    with pytest.raises(InputError, match="target m: a target is written"):
        gate(find_design("t", place), None, {})


def test_targets_are_met_by_queries_that_did_not_choose(place):
    scores = {"m": [[0, 0, 0, 0], [1, 1, 1, 0]]}
    study(place, "s", scores, targets={"m": ">= 0.6"}, pick="11111111", confirm=("q2", "q3"))
    assert not gate(find_design("s", place), None, {}).passed  # 0.5 of the two, though 0.75 of all


def test_gaps_fail(place):
    checks, found = checked(place, [0.5] * 40, [0.5] * 39 + [np.nan])
    assert not found.passed and checks["scored"].told == "scored on 39 of 40 queries"
    assert checks["no worse: m"].told == "m was not scored on all 40 queries"


def test_lost_queries_fail(place):
    study(place, "old", {"m": [[0.5] * 40]})
    study(place, "new", {"m": [[0.5] * 19]})
    found = gate(find_design("new", place), find_design("old", place), {})
    assert [check.passed for check in found.checks] == [True, False, True]
    study(place, "other", {"m": [[0.5] * 40]}, queries=[f"x{i}" for i in range(40)])
    found = gate(find_design("other", place), find_design("old", place), {})
    assert [check.passed for check in found.checks] == [True, False]


def test_a_metric_that_the_baseline_lacks_fails(place):
    study(place, "old", {"m": [[0.5] * 40]})
    study(place, "new", {"n": [[0.5] * 40]})
    found = gate(find_design("new", place), find_design("old", place), {})
    assert found.checks[-1].told == "n was never measured in the baseline old:00000000"


def test_junit_is_sound(place):
    _, found = checked(place, [1.0] * 40, [0.0] * 40, targets={"m": "<= 1"}, dataset='<&"')
    root = ET.fromstring(junit(found).partition("\n")[2])
    (suite,) = root
    assert root.tag == "testsuites" and (suite.get("tests"), suite.get("failures")) == ("4", "1")
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["scored", "queries", "no worse: m", "target: m <= 1"]
    (failure,) = suite.iter("failure")
    assert failure.get("message") == failure.text == found.checks[2].told
    odd = junit(type(found)("a\x00\ud800<b>", None, 0, (), found.checks))
    assert ET.fromstring(odd.partition("\n")[2])[0].get("name") == "ragtune check a??<b>"


def test_the_command(place, run, tmp_path):
    study(place, "old-1", {"nDCG@10": [[0.5, 1.0] * 30]})
    study(place, "bad-1", {"nDCG@10": [[0.5, 0.0] * 30]}, targets={"recall@5": ">= 0.85"})
    code, out, err = run("old", "--write", "base.json")
    assert (code, out, err) == (0, "", "wrote the scores of old-1:00000000 to base.json\n")
    code, out, _ = run("old", "--baseline", "base.json", "--junit", "ok.xml", "--write", "next.json")
    assert code == 0 and out.splitlines()[-1] == "all 3 checks passed" and max(map(len, out.splitlines())) <= 80
    assert (tmp_path / "next.json").read_text() == (tmp_path / "base.json").read_text()
    code, out, _ = run(
        "bad", "--baseline", "base.json", "--junit", "bad.xml", "--write", "no.json", "--margin", "nDCG@10=.1"
    )
    assert code == 4 and out.count("FAILED  ") == 2 and out.splitlines()[-1] == "2 of 4 checks failed"
    assert not (tmp_path / "no.json").exists() and ET.parse(tmp_path / "bad.xml").getroot().get("failures") == "2"
    code, out, _ = run("bad", "--baseline", "old-1", "--json")
    assert code == 4 and json.loads(out)["passed"] is False and len(json.loads(out)["checks"]) == 4
    assert run()[0] == 4  # the newest, by its targets
    assert run("old")[0] == 2 and run("old", "--margin", "x")[0] == 2 and run("old", "--baseline", "gone.json")[0] == 2


def test_the_fixture(pytester, place):
    study(place, "good", {"m": [[0.5, 1.0] * 30]})
    study(place, "bad", {"m": [[0.5, 0.0] * 30]})
    pytester.makepyfile(
        f"""
        WORKSPACE = {str(place.folder)!r}

        def test_good(ragtune_check):
            assert ragtune_check("good", baseline="good", margins={{"m": 0.02}}, workspace=WORKSPACE).queries == 60

        def test_bad(ragtune_check):
            ragtune_check("bad", baseline="good", workspace=WORKSPACE)

        def test_missing(ragtune_check):
            ragtune_check("good", baseline="scores.json", workspace=WORKSPACE)
        """
    )
    result = pytester.runpytest("-p", "ragtune.testing")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        ["bad:00000000: m 0.2500, before 0.7500; worse: -0.5000*", "*there is no file*scores.json*"]
    )


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_what_the_docs_show_is_right():
    workflow, hooks = (YAML(typ="safe").load(text) for text in blocks("yml"))
    steps = workflow["jobs"]["retrieval"]["steps"]
    lines = [line for step in steps for line in step.get("run", "").splitlines()]
    lines += [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    lines += [line for block in blocks("console") for line in block.splitlines()]
    commands = [line.split() for line in lines if line.startswith("ragtune ")]
    assert {words[1] for words in commands} >= {"sweep", "check", "compare"}
    for words in commands:
        assert (Path(__file__).parent.parent / "ragtune" / "cli" / f"{words[1]}.py").is_file()
        command = import_module(f"ragtune.cli.{words[1]}").command
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, words
    assert all(hook["language"] == "system" for repo in hooks["repos"] for hook in repo["hooks"])


def test_the_python_of_the_docs_runs(pytester, place):
    study(place, "faq", {"nDCG@10": [[0.5, 1.0] * 30]})
    (source,) = blocks("python")
    pytester.makepyfile(source.replace("tests/retrieval.json", "faq"))
    place.folder.rename(pytester.path / ".ragtune")
    pytester.runpytest("-p", "ragtune.testing").assert_outcomes(passed=1)
