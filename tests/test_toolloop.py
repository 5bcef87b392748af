"""Editing one tool: out of its file and back, its effect, what is shown to a query, and the gate."""

from __future__ import annotations

import json
import sys
import time
from threading import Event

import numpy as np
import pytest

from ragtune.cli.tools.diff import command as diff
from ragtune.cli.tools.edit import command as edit
from ragtune.cli.tools.test import command as gate
from ragtune.cli.tools.try_ import command as attempt
from ragtune.errors import InputError, StepError
from ragtune.toolloop import accuracy

TOOLS = """# our tools
tools:
  - name: weather  # the sky
    description: rain and sun tomorrow
  - name: mail
    # who wrote this?
    description: send a letter
  - name: clock
    description: hour and minute
"""
CASES = [("rain tomorrow", "weather"), ("will the sun shine", "weather"), ("send it", "mail"), ("which hour", "clock")]
CONFIG = {
    "tools": "tools.yaml",
    "baseline": {
        "embedder": "none",
        "selector": {"retrieved": {"k": 2, "retriever": "bm25"}},
        "caller": {"similarity": {"retriever": "bm25"}},
    },
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISUAL", raising=False)
    (tmp_path / "tools.yaml").write_text(TOOLS)
    rows = [{"id": f"c{i}", "query": q, "calls": [{"tool": t}]} for i, (q, t) in enumerate(CASES)]
    (tmp_path / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "config.yaml").write_text(json.dumps(CONFIG))
    return tmp_path


def editor(place, monkeypatch, old, new, code=0):
    script = place / "my editor.py"
    script.write_text(
        f"import sys\np = sys.argv[-1]\ns = open(p).read()\nopen(p, 'w').write(s.replace({old!r}, {new!r}))\nsys.exit({code})"
    )
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}'")


def run(command, *arguments):
    return command([*arguments, "--tools", "tools.yaml", "--config", "config.yaml"], standalone_mode=False)


def test_an_edit_keeps_every_other_byte_and_tells_its_effect(place, monkeypatch, capsys):
    editor(place, monkeypatch, "send a letter", "send an hour")
    assert run(edit, "mail", "--json") == 0
    assert (place / "tools.yaml").read_text() == TOOLS.replace("send a letter", "send an hour")
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"]["cases"] == 4 and found["own"]["cases"] == 1
    assert found["accuracy"]["before"] == 1.0
    assert found["tool"] == "mail" and found["embedded"] == 0


def test_a_flip_and_a_new_rival_are_told_in_80_columns(place, monkeypatch, capsys):
    editor(place, monkeypatch, "rain and sun tomorrow", "a forecast")
    run(edit, "weather")
    out = capsys.readouterr().out
    assert "2 to wrong" in out and "weather → nothing; right is weather" in out
    assert max(map(len, out.splitlines())) <= 80


def test_faults_are_told_by_line_and_the_text_is_kept(place, monkeypatch):
    editor(place, monkeypatch, "description: send a letter", "descripton: send it")
    with pytest.raises(InputError) as caught:
        run(edit, "mail")
    assert "mail.yaml:3:1" in str(caught.value) and "did you mean 'description'" in str(caught.value)
    assert (place / "tools.yaml").read_text() == TOOLS
    assert "descripton: send it" in (place / "mail.rejected.txt").read_text()


def test_what_fails_while_the_editor_is_open_is_told(place, monkeypatch):
    class Hesitant(Event):
        def set(self):
            super().set()
            time.sleep(0.2)

    def out_of_order(*_):
        raise StepError("out of order")

    editor(place, monkeypatch, "send a letter", "send an hour")
    monkeypatch.setattr("ragtune.cli.tools._measuring.Event", Hesitant)
    monkeypatch.setattr("ragtune.trying.outcome", out_of_order)
    with pytest.raises(StepError, match="out of order"):
        run(edit, "mail")


def test_an_id_that_cases_know_is_not_lost(place, monkeypatch):
    editor(place, monkeypatch, "name: mail", "name: post")
    with pytest.raises(InputError, match="id: mail"):
        run(edit, "mail")


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(place, monkeypatch):
    script = place / "editor.py"
    script.write_text(
        f"import sys\nopen(sys.argv[1], 'a').write('title: Mail\\n')\nopen({str(place / 'tools.yaml')!r}, 'a').write('# me')"
    )
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}'")
    with pytest.raises(InputError, match="changed by somebody else"):
        run(edit, "mail")
    assert (place / "tools.yaml").read_text() == TOOLS + "# me"
    assert (place / "mail.rejected.txt").exists()


def test_an_editor_that_fails_or_changes_nothing_changes_nothing(place, monkeypatch):
    editor(place, monkeypatch, "send", "sent", code=3)
    with pytest.raises(StepError, match="code 3"):
        run(edit, "mail")
    editor(place, monkeypatch, "x y z", "")
    assert run(edit, "mail") == 0
    assert (place / "tools.yaml").read_text() == TOOLS


def test_try_shows_what_is_called_and_when_nothing_is(place, capsys):
    run(attempt, "rain tomorrow", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["shown"][0]["id"] == "weather"
    assert [call["tool"] for call in found["calls"]] == ["weather"] and not found["abstains"]
    run(attempt, "xyzzy")
    assert "abstains" in capsys.readouterr().out


def test_the_gate_passes_fails_and_compares(place, capsys):
    cases = ("--cases", "cases.jsonl")
    assert run(gate, *cases, "--min", "selection_accuracy=1", "--write", "snapshot.json") == 0
    assert run(gate, *cases, "--min", "tool_tokens=1", "--junit", "j.xml") == 4
    assert "failure" in (place / "j.xml").read_text()
    (place / "tools.yaml").write_text(TOOLS.replace("rain and sun tomorrow", "a forecast"))
    assert run(gate, *cases, "--baseline", "snapshot.json") == 4
    assert "selection_accuracy" in capsys.readouterr().out


def test_diff_exits_with_4_only_where_it_is_asked_to(place, capsys):
    (place / "new.yaml").write_text(TOOLS.replace("name: clock", "name: watch"))
    assert diff(["tools.yaml", "new.yaml"], standalone_mode=False) == 0
    assert diff(["tools.yaml", "new.yaml", "--fail-on", "breaking", "--md"], standalone_mode=False) == 4
    assert "**major: 1 breaking, 1 compatible**" in capsys.readouterr().out


def test_accuracy_by_hand():
    found = accuracy(np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.0, 1.0]))
    assert found is not None
    assert (found.before, found.after, found.difference) == (0.5, 0.75, 0.25)
    same = accuracy(np.ones(3), np.ones(3))
    assert same is not None and (same.low, same.high, same.p) == (0.0, 0.0, 1.0)
