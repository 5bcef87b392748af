"""A bundle of tools shows what its study showed, is always whole, holds no case, and needs nothing that it does not use."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

import ragtune
from ragtune.bundling import artefact_path, export, load, load_tools, read_manifest
from ragtune.cli.bundle import command as bundle
from ragtune.cli.export import command as export_command
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.toolpanels import trace_tools
from tests.bundling.cutting import cut_off
from tests.bundling.desk import ASKED, dataset, shipped

CONFIG = {
    "name": "desk",
    "tools": "desk",
    "space": {
        "edits": [
            ["none", {"add-examples": {"k": 1}}],
            ["none", "flatten"],
            ["none", "split-by-enum", "merge-near-duplicates", {"rename": {"style": "camel", "parameters": True}}],
        ],
        "embedder": "wordllama",
        "selector": [
            {"all": {"order": "shuffled"}},
            {"retrieved": {"k": 2, "retriever": ["bm25", "hybrid"], "order": "reversed"}},
            {"retrieved": {"k": 3, "min_score": 0.3}},
            {"always-on": {"always": ["set_light"], "k": 1, "retriever": "bm25", "order": "name"}},
            {"server-then-tool": {"servers": 3, "k": 2}},
        ],
        "caller": {"similarity": {"retriever": "bm25"}},
    },
    "baseline": {"caller": {"similarity": {"retriever": "bm25"}}, "embedder": "wordllama"},
    "split": {"pool": 0.3},
    "metrics": ["selection_accuracy", "tool_tokens"],
}  # fmt: skip


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """(study, workspace)."""
    place = tmp_path_factory.mktemp("workspace")
    return ragtune.sweep(dataset(), CONFIG, workspace=place), Workspace(place)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A bundle whose selector takes two by bm25; nothing may write to it."""
    return shipped(tmp_path_factory.mktemp("plain"), selector={"retrieved": {"k": 2, "retriever": "bm25"}})


def test_every_design_shows_what_it_showed_in_the_study(swept, tmp_path):
    study, place = swept
    entries = study.record["configurations"]
    assert len(entries) >= 90
    for entry in entries[:: len(entries) // 30]:
        traced = trace_tools(study, place, entry["id"]).judged
        export(study, place, entry["id"], tmp_path / "bundle")  # one takes the place of the other
        toolbox = load_tools(tmp_path / "bundle")
        assert (toolbox.tools, toolbox.toolset.adapters) == (traced.toolset.tools, traced.toolset.adapters)
        together = toolbox.shown(traced.requests)
        assert together.tool.tobytes() == traced.shown.tool.tobytes(), entry["slots"]
        assert together.score.tobytes() == traced.shown.score.tobytes(), entry["slots"]
        for i, (text, offered) in enumerate(zip(traced.requests.texts, traced.requests.offered, strict=True)):
            expected = [traced.toolset.tools[place] for place in traced.shown.of(i)]
            assert list(toolbox.select(text, offered)) == expected, entry["slots"]
    assert sorted(path.name for path in (tmp_path / "bundle").iterdir()) == ["README.md", "artefacts", "bundle.json"]


def test_only_what_is_offered_is_shown(plain):
    toolbox = load_tools(plain)
    assert [tool.name for tool in toolbox.select("cancel my order", ["set_light", "ship_order"])] == ["ship_order"]
    with pytest.raises(InputError, match=r"there is no tool 'ship_orders'; did you mean 'ship_order'\?"):
        toolbox.select("cancel my order", ["ship_orders"])
    assert toolbox.select_many([]) == []


def test_threads_and_coroutines_share_a_toolbox(plain):
    toolbox = load_tools(plain)
    queries = [query for asked in ASKED.values() for query in asked]
    expected = [toolbox.select(query) for query in queries]
    assert toolbox.select_many(queries) == expected
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(toolbox.select, queries * 5)) == expected * 5

    async def all_at_once():
        return await asyncio.gather(*map(toolbox.aselect, queries))

    assert asyncio.run(all_at_once()) == expected == asyncio.run(toolbox.aselect_many(queries))


def test_it_needs_no_study_and_holds_no_case_but_what_an_edit_took_for_an_example(swept, tmp_path):
    study, place = swept
    for entry in study.record["configurations"][::9]:
        learns = "add-examples" in str(entry["slots"]["edits"])
        export(study, place, entry["id"], tmp_path / "bundle")
        copied = shutil.copytree(tmp_path / "bundle", tmp_path / entry["id"])
        held = b"".join(path.read_bytes() for path in copied.rglob("*") if path.is_file())
        told = [query for asked in ASKED.values() for query in asked if query.encode() in held]
        assert bool(told) == learns and b"last emperor" not in held and str(place.folder).encode() not in held
        assert load_tools(copied).select("cancel my order")


def test_files_that_edits_read_are_not_needed_any_more(tmp_path):
    overlay = tmp_path / "names.yaml"
    overlay.write_text("cancel_order: {name: stop, parameters: {order: which}}\n")
    made = shipped(tmp_path, [{"rename": {"path": str(overlay), "style": "keep"}}])
    overlay.unlink()
    call = load_tools(made).call("stop", {"which": 7})
    assert (call.tool, call.arguments) == ("cancel_order", {"order": 7})


def test_a_caller_is_only_named(tmp_path):
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(f'{{"id": "{case.id}", "calls": []}}\n' for case in dataset().cases))
    replay = {"replay": {"path": str(replies)}}
    config = {"tools": "desk", "name": "desk", "space": {"caller": replay}, "baseline": {"caller": replay}}
    study = ragtune.sweep(dataset(), config, workspace=tmp_path / "w")
    export(study, Workspace(tmp_path / "w"), study.scores.configurations[0], tmp_path / "bundle")
    replies.unlink()
    toolbox = load_tools(tmp_path / "bundle")
    assert toolbox.manifest.slots["caller"] == replay and len(toolbox.select("anything")) == 6


def test_recorded_rankings_cannot_be_shipped(tmp_path):
    (tmp_path / "run.trec").write_text("none Q0 set_light 1 2.0 x\n")
    run = {"retrieved": {"retriever": {"run": {"path": str(tmp_path / "run.trec")}}}}
    with pytest.raises(InputError, match="run replays what was recorded"):
        shipped(tmp_path, selector=run)
    assert not (tmp_path / "bundle").exists()


def test_a_writer_that_is_cut_off_leaves_the_old_one(swept, tmp_path, monkeypatch):
    study, place = swept
    first, last = study.scores.configurations[0], study.scores.configurations[-1]
    export(study, place, first, tmp_path / "bundle")
    before = (tmp_path / "bundle" / "bundle.json").read_bytes()
    for cut in (0, 1):
        with cut_off(monkeypatch, cut):
            export(study, place, last, tmp_path / "bundle")
        assert (tmp_path / "bundle" / "bundle.json").read_bytes() == before
        assert load_tools(tmp_path / "bundle").manifest.configuration == first


def test_damage_and_other_versions_and_other_bundles_are_told(plain, tmp_path):
    made = shutil.copytree(plain, tmp_path / "bundle")
    path = artefact_path(made, next(iter(read_manifest(made).artefacts.values())))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(WorkspaceError, match="is damaged; export the bundle again"):
        load_tools(made)
    assert CliRunner().invoke(bundle, ["verify", str(made)]).exit_code == 4
    path.write_bytes(whole)
    told = json.loads((made / "bundle.json").read_text())
    old = {**told, "key": "x", "versions": {**told["versions"], "selector": 0}}
    (made / "bundle.json").write_text(json.dumps(old))
    with pytest.raises(WorkspaceError, match=r"selector retrieved was version 0 and is \d\); export it again"):
        load_tools(made)
    with pytest.raises(InputError, match=r"holds tools; ragtune\.load_tools loads them"):
        load(made)
    (made / "bundle.json").write_text(json.dumps({**told, "pipeline": "rag"}))
    with pytest.raises(InputError, match=r"holds a retriever; ragtune\.load loads it"):
        load_tools(made)
    with pytest.raises(InputError, match="is no bundle"):
        load_tools(tmp_path)


def test_commands(swept, tmp_path):
    study, place = swept
    at = ["--workspace", str(place.folder)]
    done = CliRunner().invoke(export_command, [study.name, "baseline", "-o", str(tmp_path / "a"), *at])
    assert done.exit_code == 0 and "6 tools" in done.stdout and "ragtune.load_tools(" in done.stderr
    inspected = CliRunner().invoke(bundle, ["inspect", str(tmp_path / "a")])
    assert "6 tools, " in inspected.stdout and "selection_accuracy" in inspected.stdout
    assert CliRunner().invoke(bundle, ["verify", str(tmp_path / "a")]).exit_code == 0
    assert CliRunner().invoke(bundle, ["diff", str(tmp_path / "a"), str(tmp_path / "a")]).exit_code == 0
    export(study, place, study.scores.configurations[-1], tmp_path / "b")
    told = CliRunner().invoke(bundle, ["diff", str(tmp_path / "a"), str(tmp_path / "b")])
    assert told.exit_code == 4 and "slots edits: " in told.stdout and "held tools: " in told.stdout
    refused = CliRunner().invoke(export_command, [study.name, "-o", str(tmp_path / "c"), "--store", "exact:x", *at])
    assert isinstance(refused.exception, InputError) and "a store is for documents" in str(refused.exception)


def test_the_lines_of_its_readme_run(plain, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(plain.parent)
    text = (plain / "README.md").read_text()
    exec(text.split("```python\n")[1].split("```")[0].replace("your request", "cancel the order"), {})
    assert capsys.readouterr().out.startswith("cancel_order Cancel an order")


def test_nothing_heavy_is_imported_for_a_lexical_selector(plain):
    program = (
        "import sys, ragtune\n"
        f"toolbox = ragtune.load_tools({str(plain)!r})\n"
        "assert toolbox.form('openai-chat').write(toolbox.select('cancel the order'))\n"
        "toolbox.call('cancel_order', {'order': 1})\n"
        "heavy = ['torch', 'transformers', 'sentence_transformers', 'chromadb', 'ragas', 'llama_index', 'openai', 'mcp',\n"
        "         'wordllama', 'lancedb', 'optuna', 'ragtune.study', 'ragtune.sweeping']\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout == "[]\n", done.stdout + done.stderr
