"""A study of tools on disk: explained, counted, shown, and as a page."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from ragtune import sweep
from ragtune.cli.explain import command as explain_command
from ragtune.cli.show import command as show_command
from ragtune.cli.tools.confusion import command as confusion_command
from ragtune.cli.tools.panel import command as panel_command
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.report import gather, html, markdown
from ragtune.toolpanels import confusion, explain_tools, likeness, outcomes, pool_sizes, trace_tools
from ragtune.tools import Case, ExpectedCall, Tool, ToolSet
from ragtune.toolsets import ToolDataset

TOOLS = ToolSet(
    (
        Tool(name="send_email", description="Send an email letter to someone."),
        Tool(name="send_chat", description="Send a chat message to someone. Quick notes."),
        Tool(name="book_room", description="Book a meeting room. Ask before noon."),
        Tool(name="weather", description="Tell the weather forecast."),
    )
)
WANTED = (
    ("send an email letter", "send_email"),
    ("send ann a quick note by chat", "send_chat"),
    ("message someone", "send_email"),
    ("book a room please", "book_room"),
    ("a room before noon", "book_room"),
    ("forecast", "weather"),
    ("sing a song", None),
    ("book a flight to rome", None),
)
CASES = tuple(
    Case(id=f"case-{i}", query=text, calls=() if tool is None else (ExpectedCall(tool=tool),))
    for i, (text, tool) in enumerate(WANTED)
)
CONFIG = {
    "name": "four",
    "tools": ".",
    "space": {
        "edits": [["none", "first-sentence"]],
        "selector": ["all", {"retrieved": {"k": [1, 3], "retriever": "bm25"}}],
        "caller": [{"similarity": {"retriever": "bm25", "threshold": [0.1, 1.0]}}],
    },
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("four"))
    return sweep(ToolDataset("four", TOOLS, CASES), CONFIG, workspace=workspace), workspace


def run(command, workspace, *arguments):
    found = CliRunner().invoke(command, [*arguments, "--workspace", str(workspace.folder)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.stdout


def test_every_configuration_adds_up_and_agrees_with_its_scores(swept):
    study, workspace = swept
    for row, id in zip(study.scores.of("selection_accuracy"), study.scores.configurations, strict=True):
        found = explain_tools(study, workspace, id)
        assert found.fall.right == row.sum() == outcomes(found.traced.judged).count("right")
        assert found.fall.right + sum(loss.cases for loss in found.fall.losses) == 8


def test_a_case_is_told(swept):
    study, workspace = swept
    story = explain_tools(study, workspace, study.scores.configurations[0]).story("case-5")
    assert story.expected == (("weather",),)
    assert [call.tool for call in story.called] == ["weather"]
    assert [tool.tool for tool in story.shown if tool.expected] == ["weather"]
    assert story.outcome == "right"
    with pytest.raises(InputError, match="several cases begin with"):
        explain_tools(study, workspace).story("case")


def test_predictions_of_a_caller_without_a_threshold_are_what_it_does(swept):
    """With all tools shown, the best score is what the caller calls, wherever it calls."""
    study, workspace = swept
    traced = trace_tools(study, workspace, study.scores.configurations[0])
    assert traced.slots["selector"] == "all"
    found = confusion(traced.judged, likeness(traced.judged), traced.scores)
    assert found.foretold == found.confused


def test_the_curve_ends_where_the_study_is(swept):
    study, workspace = swept
    for id, row in zip(study.scores.configurations, study.scores.of("selection_accuracy"), strict=True):
        curve = pool_sizes(trace_tools(study, workspace, id), [1, 2, 4, 9], draws=3)
        assert [(each.size, each.all) for each in curve] == [(1, False), (2, False), (4, True)]
        assert curve[-1].selection.value == pytest.approx(row.mean())
        assert curve[0].selection.value >= curve[-1].selection.value - 1e-9  # rivals can only be fewer


def test_a_pool_of_as_many_as_there_are_changes_nothing(swept):
    """The arithmetic gives back what the sweep computed, when every tool is on offer after all."""
    from ragtune.toolpanels._pool_size import _again

    study, workspace = swept
    for id in study.scores.configurations:
        traced = trace_tools(study, workspace, id)
        names = tuple(tool.id for tool in TOOLS.tools)
        shown, replies = _again(traced, replace(traced.judged.requests, offered=(names,) * 8))
        assert np.array_equal(shown.tool, traced.judged.shown.tool)
        assert replies.replies == traced.judged.replies


def test_what_is_gone_is_told(swept, tmp_path):
    study, workspace = swept
    with pytest.raises(WorkspaceError, match="does not hold the data"):
        trace_tools(study, Workspace(tmp_path / "other"), study.scores.configurations[0])
    with pytest.raises(InputError, match="no study of tools"):
        trace_tools(replace(study, record={**study.record, "pipeline": "rag"}), workspace, "x")


def test_commands_speak_of_cases(swept):
    study, workspace = swept
    told = run(explain_command, workspace, study.name)
    assert "all cases" in told and "quer" not in told
    assert "expected  weather" in run(explain_command, workspace, study.name, "case-5")
    found = json.loads(run(explain_command, workspace, study.name, "--worst", "2", "--json"))
    assert found["cases"] == found["right"] + sum(loss["cases"] for loss in found["losses"])
    assert len(found["stories"]) == 2
    assert "8 cases" in run(show_command, workspace, study.name)


def test_confusions_as_text_json_and_csv(swept):
    study, workspace = swept
    told = run(confusion_command, workspace, study.name)
    assert max(map(len, told.splitlines())) <= 80
    found = json.loads(run(confusion_command, workspace, study.name, "--json"))
    rows = list(csv.DictReader(io.StringIO(run(confusion_command, workspace, study.name, "--csv"))))
    assert [int(row["observed"]) for row in rows] == [cell["observed"] for cell in found["cells"]]
    assert sum(cell["observed"] for cell in found["cells"]) == 8


@pytest.mark.parametrize("panel", [["abstention"], ["errors"], ["pool-size"], ["proxy", "--model", "baseline"]])
def test_panels_fit_a_terminal(swept, panel):
    study, workspace = swept
    told = run(panel_command, workspace, panel[0], study.name, *panel[1:])
    assert max(map(len, told.splitlines())) <= 80
    assert json.loads(run(panel_command, workspace, panel[0], study.name, *panel[1:], "--json"))["study"] == study.name


def test_the_page_has_what_a_study_of_tools_has(swept):
    data = gather(*swept)
    assert data["size"] == "12 designs, 8 cases, 4 tools" or data["size"].endswith("8 cases, 4 tools")
    for flow in data["losses"]:
        assert flow["total"] == flow["met"] + sum(stage["lost"] for stage in flow["stages"]) == 8
    names = data["confusion"]["names"]
    assert names[-1] == "nothing" and len(data["confusion"]["observed"]) == len(names)
    assert len(data["errors"]) == 10
    assert set(data["pages"]) == set(map(str, range(8)))
    assert not {"losses", "pages", "confusion", "errors"} & set(data["absent"])
    text = html(data)
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "Cases of the pick" in markdown(data)


def test_the_page_says_what_is_gone(swept, tmp_path):
    data = gather(swept[0], Workspace(tmp_path / "other"))
    assert data["losses"] == [] and data["confusion"] is None and data["errors"] == []
    assert "does not hold the data" in data["absent"]["confusion"]
    html(data)


def test_the_page_in_a_browser(swept, tmp_path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if chromium is None:
        pytest.skip("there is no chromium on this machine")
    path = tmp_path / "report.html"
    path.write_text(html(gather(*swept)), encoding="utf-8")
    said = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn]")
        assert page.locator("#confusion svg rect").count() >= 1
        assert page.locator("#errors tbody tr").count() == 10
        page.evaluate("location.hash = '#/query/5'")
        page.wait_for_selector("#detail h1")
        assert "weather" in page.locator("#detail").inner_text()
        browser.close()
    assert said == []
