"""The command line: what it prints, where, and how it exits."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from ragtune.cli import COMMANDS, cli, main
from ragtune.cli.tools import SUBCOMMANDS
from ragtune.cli.tools import command as tools
from ragtune.engine.workspace import Workspace
from ragtune.errors import WorkspaceError
from ragtune.judging import verdict_of
from ragtune.study import newest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs a command in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def go(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return go


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The scaffold, swept by a real process."""
    folder = tmp_path_factory.mktemp("scaffold")
    for command in (["init"], ["sweep", "ragtune.yaml"]):
        result = subprocess.run([sys.executable, "-m", "ragtune", *command], cwd=folder, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    return folder, result


def test_the_table_of_commands_is_the_commands():
    folder = ROOT / "ragtune" / "cli"
    files = {path.stem for path in [*folder.glob("[a-z]*.py"), *(p.parent for p in folder.glob("*/__init__.py"))]}
    assert files == set(COMMANDS) and list(COMMANDS) == sorted(COMMANDS)
    for word, told in COMMANDS.items():
        command = import_module(f"ragtune.cli.{word}").command
        assert command.name == word and command.get_short_help_str(200) == told


def test_the_table_of_tool_commands_is_the_commands():
    files = {path.stem.removesuffix("_") for path in (ROOT / "ragtune" / "cli" / "tools").glob("[a-z]*.py")}
    assert files == set(SUBCOMMANDS) and list(SUBCOMMANDS) == sorted(SUBCOMMANDS)
    for word, told in SUBCOMMANDS.items():
        command = tools.get_command(click.Context(tools), word)
        assert command.name == word and command.get_short_help_str(200) == told


def commands(group: click.Group, path: tuple[str, ...] = ()):
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        yield (*path, word), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, word))


def test_every_help_has_an_example(run):
    for path, _ in [((), cli), *commands(cli)]:
        code, out, _ = run(*path, "--help")
        assert code == 0 and f"Examples:\n    ragtune {' '.join(path)}" in out, path
        assert max(map(len, out.splitlines())) <= 100


def test_help_imports_nothing_heavy():
    script = """if True:
        import sys
        from ragtune.cli import main
        try:
            main(["--help"])
        except SystemExit:
            print(sorted(sys.modules), file=sys.stderr)
        """
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr
    for heavy in ("numpy", "pydantic", "rich", "torch", "ruamel.yaml", "sqlite3"):
        assert f"'{heavy}'" not in loaded
    plain = subprocess.run(
        [sys.executable, "-c", "import ragtune, sys; print(sorted(sys.modules))"], capture_output=True, text=True
    )
    assert "'numpy'" not in plain.stdout and "'pydantic'" not in plain.stdout


def test_a_sweep_ends_with_what_a_user_needs(swept):
    _folder, result = swept
    lines = result.stdout.splitlines()
    assert "31 configurations, 12 queries, 3 documents; by span_recall:" in lines
    board = [i for i, line in enumerate(lines) if line.startswith("baseline")]
    assert len(board) == 1 and "sentence(size_tokens=1024, overlap_tokens=200)" in lines[board[0] + 1]
    assert lines[board[0] + 2].startswith("1. ")
    said = " ".join(lines)
    assert "12 queries, 5-fold cross-validated" in said and "  chunker: " in said
    assert "note: None of 12 queries is kept back" in said
    assert lines[-2].startswith("study: ") and Path(lines[-2].removeprefix("study: ")).is_dir()
    assert lines[-1].startswith("next:  ragtune show my-rag-")
    assert max(map(len, lines[:-2])) <= 80
    assert "steps to run" in result.stderr and "Traceback" not in result.stderr


def test_the_pick_parses_back_as_a_baseline(swept, tmp_path):
    from ragtune.config import load_config

    folder, result = swept
    lines = result.stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  chunker: "))
    (tmp_path / "c.yaml").write_text("baseline:\n" + "\n".join(lines[at : at + 7]))
    study = newest(Workspace(folder / ".ragtune"))
    pick = next(row for row in study.leaderboard() if row.id == verdict_of(study).pick)
    assert load_config(tmp_path / "c.yaml").baseline.spec() == pick.configuration


def test_show_sorts_and_speaks_json_and_csv(swept, run):
    folder = str(swept[0] / ".ragtune")
    code, out, _ = run("show", "--workspace", folder, "--top", "3", "--sort", "nDCG@10")
    assert code == 0 and "nDCG@10" in out and "3. " in out and "4. " not in out
    code, out, err = run("show", "my-rag", "--workspace", folder, "--json")
    found = json.loads(out)
    assert code == 0 and err == "" and len(found["leaderboard"]) == 31 and found["maximize"] == "span_recall"
    code, out, _ = run("show", "--workspace", folder, "--csv", "--sort", "latency")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 31 and rows[0]["baseline"] == "True"
    times = [float(row["latency_p50_ms"]) for row in rows[1:]]
    assert times == sorted(times)
    code, out, _ = run("studies", "--workspace", folder)
    assert code == 0 and "31 configurations on data, best span_recall" in out
    assert json.loads(run("studies", "--workspace", folder, "--json")[1])[0]["configurations"] == 31


def test_sweep_as_json_and_plan(swept, run):
    folder = swept[0]
    code, out, _ = run(
        "sweep", str(folder / "ragtune.yaml"), "--workspace", str(folder / ".ragtune"), "--json", "--quiet"
    )
    found = json.loads(out)
    assert code == 0 and found["run"]["ran"] == 0 and found["leaderboard"][0]["baseline"]
    code, out, _ = run("plan", str(folder / "ragtune.yaml"), "--workspace", str(folder / ".ragtune"), "--json")
    ahead = json.loads(out)
    assert code == 0 and ahead["steps"] == ahead["stored"] and ahead["embedding"] == []
    code, out, _ = run("plan", str(folder / "ragtune.yaml"), "--workspace", "new")
    assert code == 0 and "texts to embed by wordllama: about" in out


def test_init_overwrites_nothing(run, tmp_path):
    assert run("init", "here")[0] == 0
    code, _, err = run("init", "here")
    assert code == 2 and "error: here/data/bicycles.md: is there already; nothing was written" in err
    assert run("validate", "here/ragtune.yaml")[1].startswith("here/ragtune.yaml is right: 31 distinct configurations")


def test_wrong_configurations_end_with_2_and_write_nothing(run, tmp_path):
    (tmp_path / "c.yaml").write_text("space:\n  chunker: sentense\n  embeder: minilm\n")
    for command in ("validate", "plan", "sweep"):
        code, out, err = run(command, "c.yaml")
        assert (code, out) == (2, "")
        assert err.splitlines()[0].startswith(
            "error: c.yaml:2:12: there is no chunker 'sentense'; did you mean 'sentence'?"
        )
        assert err.splitlines()[1].startswith(
            "error: c.yaml:3:3: space has no slot 'embeder'; did you mean 'embedder'?"
        )
    assert [path.name for path in tmp_path.iterdir()] == ["c.yaml"]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["sweep", "none.yaml"], "none.yaml: cannot be read: No such file or directory"),
        (["shwo"], "No such command 'shwo'. Did you mean 'show'?"),
        (["sweep"], "Missing argument 'CONFIG'"),
        (["show"], "there is no study in"),
        (["dataset", "check", "nowhere"], "nowhere"),
        (["sweep", "x.yaml", "--set", "space"], "cannot be read"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_message(run, arguments, told):
    code, out, err = run(*arguments)
    assert code == 2 and out == "" and told in err and "Traceback" not in err


def test_dataset_check(run):
    code, out, _ = run("dataset", "check", "python-stdlib")
    assert code == 0 and "documents  71" in out and "tag        hard: " in out
    found = json.loads(run("dataset", "check", "python-stdlib", "--json")[1])
    assert found["documents"] == 71 and found["queries"] >= 150


def test_doctor_is_well_here(run):
    code, out, _ = run("doctor")
    assert code == 0 and "sha256 is the published one" in out and "MISS" not in out
    assert all(check["ok"] or not check["needed"] for check in json.loads(run("doctor", "--json")[1]))


def test_completion_and_version(run):
    assert "_RAGTUNE_COMPLETE" in run("completion", "zsh")[1]
    assert run("--version")[1].startswith("ragtune 0.")


def test_an_interrupted_sweep_says_how_to_go_on(run, monkeypatch, tmp_path):
    def interrupt(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("ragtune.sweeping.sweep", interrupt)
    (tmp_path / "my config.yaml").write_text("{}")
    code, _, err = run("sweep", "my config.yaml", "--set", "space.embedder=[wordllama, minilm]")
    assert code == 130
    assert err.splitlines()[-1] == "  ragtune sweep 'my config.yaml' --set 'space.embedder=[wordllama, minilm]'"


def test_partial_and_failed_have_codes_of_their_own(run, monkeypatch, tmp_path):
    import ragtune.sweeping

    assert run("init")[0] == 0
    from ragtune.retrievers.dense import Dense

    def broken(*_args, **_kwargs):
        raise RuntimeError("out of order")

    with monkeypatch.context() as patch:
        patch.setattr("ragtune.embedders._static.load", broken)
        code, out, err = run("sweep", "ragtune.yaml")
    assert code == 3 and "failed: RuntimeError: out of order" in out and "only 0/12 queries scored" in out
    monkeypatch.setattr(
        ragtune.sweeping, "sweep", lambda *_, **__: (_ for _ in ()).throw(WorkspaceError("the disk is full"))
    )
    code, _, err = run("sweep", "ragtune.yaml")
    assert (code, err) == (1, "error: the disk is full\n") and Dense is not None


def test_a_reader_that_goes_away_is_no_error(swept):
    folder = swept[0]
    command = f"{sys.executable} -m ragtune show --csv | head -1"
    result = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, env=os.environ)
    assert result.returncode == 0 and result.stderr == "" and result.stdout.startswith("id,")
