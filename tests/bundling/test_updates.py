"""Documents are added, replaced and deleted in a bundle: it finds what an export of the same documents finds."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import ragtune
from ragtune.bundling import export, faults, load, read_manifest
from ragtune.embedders import _bert, _static
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError
from tests.bundling.animals import ANIMALS, dataset, document
from tests.bundling.cutting import cut_off

CONFIG = {
    "name": "changing",
    "space": {
        "chunker": [
            "sentence(size_tokens=8, header=title)",
            "parent-child(size_tokens=6, parent_size_tokens=12)",
            "semantic(breakpoint_percentile=50)",
        ],
        "embedder": "wordllama",
        "retriever": ["bm25", "hybrid", "rm3", {"filtered": {"retriever": "dense", "where": {"legs": {"gte": 1}}}}],
        "reranker": "mmr",
        "context": ["token-budget(budget_tokens=20)"],
    },
    "baseline": {"chunker": "whole-document", "retriever": "bm25"},
    "metrics": ["nDCG@5"],
}
NEW = document("hen", "lays an egg"), document("yak", "climbs in the snow")
CHANGED = document("owl", "turns its head. It sees in the dark")
GONE = ("dog", "ant")
AFTER = [
    CHANGED if name == "owl" else document(name, does) for name, does in ANIMALS.items() if name not in GONE
] + list(NEW)
QUESTIONS = [f"Who {does}?" for does in (*ANIMALS.values(), "lays an egg", "turns its head", "climbs")]


def swept(place, documents=None, config=CONFIG):
    asked = {name: does for name, does in ANIMALS.items() if name not in GONE}
    return ragtune.sweep(dataset(documents, asked), config, workspace=place), Workspace(place)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("before"))


@pytest.fixture
def shipped(before, tmp_path):
    """A bundle of a hybrid on chunks with headers."""
    study, place = before
    (id,) = (
        e["id"]
        for e in study.record["configurations"]
        if e["slots"]["retriever"] == "hybrid" and "sentence" in e["slots"]["chunker"]
    )
    export(study, place, id, tmp_path / "bundle")
    return tmp_path / "bundle"


def found(retriever):
    """Everything that is found, and packed."""
    passages = [[(p.document, p.start, p.end, p.score) for p in retriever.retrieve(q, 20)] for q in QUESTIONS]
    return passages, [retriever.context(question) for question in QUESTIONS]


def test_every_design_finds_what_an_export_of_the_same_documents_finds(before, tmp_path):
    one, other = before, swept(tmp_path / "after", AFTER)
    designs = {str(e["slots"]): e["id"] for e in other[0].record["configurations"]}
    assert len(designs) >= 10
    for entry in one[0].record["configurations"]:
        export(*one, entry["id"], tmp_path / "one")
        export(*other, designs[str(entry["slots"])], tmp_path / "other")
        retriever, expected = load(tmp_path / "one"), found(load(tmp_path / "other"))
        retriever.delete([*GONE])
        retriever.add(NEW)
        told = retriever.update([CHANGED])
        assert (told.documents, told.chunks) == (8, read_manifest(tmp_path / "other").size["chunks"])
        assert found(retriever) == expected, entry["slots"]
        assert found(load(tmp_path / "one")) == expected, entry["slots"]  # it is in the folder, too
        assert not list(faults(tmp_path / "one", read_manifest(tmp_path / "one")))


def test_the_tokens_of_a_reranker_are_kept_for_what_stays(tmp_path, monkeypatch):
    design = {"chunker": "whole-document", "retriever": "bm25", "reranker": "maxsim"}
    config = {"name": "tokens", "space": design, "baseline": design, "metrics": ["nDCG@5"]}
    for name, documents in (("one", None), ("other", AFTER)):
        study, place = swept(tmp_path / "places" / name, documents, config)
        export(study, place, study.scores.configurations[0], tmp_path / name)
    retriever = load(tmp_path / "one")
    seen = []
    run = _bert.BertEncoder._run
    monkeypatch.setattr(_bert.BertEncoder, "_run", lambda self, texts: seen.extend(texts) or run(self, texts))
    retriever.delete([*GONE])
    retriever.add(NEW)
    assert retriever.update([CHANGED]).embedded == 1
    assert sorted(seen) == sorted(each.text for each in (*NEW, CHANGED))
    for one, other in zip(found(retriever)[0], found(load(tmp_path / "other"))[0], strict=True):
        assert [each[0] for each in one] == [each[0] for each in other]
        assert [each[3] for each in one] == pytest.approx([each[3] for each in other], rel=1e-2)  # a bit may turn


def test_only_new_texts_are_embedded(shipped, monkeypatch):
    retriever = load(shipped)
    seen = []
    encode = _static.StaticEncoder.encode
    monkeypatch.setattr(_static.StaticEncoder, "encode", lambda self, texts: seen.extend(texts) or encode(self, texts))
    assert retriever.update([CHANGED]).embedded == 1
    assert seen == ["Of the owl\nIt turns its head."]  # the other two sentences are as they were
    assert retriever.delete(["cow"]).embedded == 0
    assert retriever.add([document("cow", ANIMALS["cow"])]).embedded == 2  # what was deleted is forgotten


def test_what_was_learnt_from_questions_stays(tmp_path):
    config = {
        **CONFIG,
        "space": {
            **CONFIG["space"],
            "chunker": "sentence",
            "retriever": "bm25",
            "reranker": "ltr(min_data=1, trees=5)",
        },
    }
    study, place = swept(tmp_path / "w", config=config)
    id = next(e["id"] for e in study.record["configurations"] if "ltr" in str(e["slots"]["reranker"]))
    export(study, place, id, tmp_path / "bundle")
    models = {a.digest for a in read_manifest(tmp_path / "bundle").artefacts.values() if "models" in a.holds}
    retriever = load(tmp_path / "bundle")
    retriever.add(NEW)
    assert {a.digest for a in read_manifest(tmp_path / "bundle").artefacts.values() if "models" in a.holds} == models
    assert "hen" in [passage.document for passage in retriever.retrieve("Who lays an egg?")]


def test_wrong_changes_are_told_all_at_once_and_change_nothing(shipped):
    retriever, whole = load(shipped), (shipped / "bundle.json").read_bytes()
    nothing, odd = ragtune.Document("void", "  "), ragtune.Document("odd", "x", metadata={"x": {1, 2}})
    for change, told in (
        (lambda: retriever.add([document("owl", "x"), NEW[0], NEW[0]]), ["'owl' is there already", "'hen' is named 2 times"]),
        (lambda: retriever.add([nothing, odd]), ["'void' has no text", "'odd': its metadata are no JSON"]),
        (lambda: retriever.update([document("howl", "x")]), ["no document 'howl'; did you mean 'owl'?"]),
        (lambda: retriever.delete(["owl", "owl", "emu"]), ["no document 'emu'", "'owl' is named 2 times"]),
    ):  # fmt: skip
        with pytest.raises(InputError) as error:
            change()
        assert len(error.value.faults) == 2 or len(told) == 1
        assert all(part in str(error.value) for part in told)
    assert (shipped / "bundle.json").read_bytes() == whole


def test_all_documents_may_go_and_others_come(shipped):
    retriever = load(shipped)
    assert retriever.delete([*ANIMALS]).chunks == 0
    assert retriever.retrieve("Who makes honey?") == [] and retriever.context("Who?").passages == ()
    assert load(shipped).retrieve("Who makes honey?") == []
    retriever.add([document("bee", "makes honey")])
    assert load(shipped).retrieve("Who makes honey?")[0].document == "bee"


def test_other_readers_go_on_until_they_refresh(shipped):
    writer, reader = load(shipped), load(shipped)
    writer.add(NEW)
    assert "hen" not in {p.document for p in reader.retrieve("Who lays an egg?")}
    assert reader.refresh() and not reader.refresh()
    assert reader.retrieve("Who lays an egg?")[0].document == "hen"
    reader.delete(["hen"])
    assert writer.delete(["yak"]).documents == len(ANIMALS)  # it knew of what the other had done
    assert read_manifest(shipped).revision == 3


def test_changes_at_once_are_all_kept(shipped):
    retrievers = [load(shipped) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(retriever.add, [document(f"n{i}-{j}", "is new")])
            for i, retriever in enumerate(retrievers)
            for j in range(3)
        ]
        asked = [pool.submit(retrievers[0].retrieve, question) for question in QUESTIONS]
        assert all(future.result() for future in asked) and [job.result() for job in jobs]
    assert len(load(shipped)._loaded.corpus.documents) == len(ANIMALS) + 12


def test_a_change_that_is_cut_off_leaves_the_old_one(shipped, monkeypatch):
    retriever, before = load(shipped), (shipped / "bundle.json").read_bytes()
    for cut in range(4):
        with cut_off(monkeypatch, cut):
            retriever.add([document(f"new{cut}", "is new")])
        assert (shipped / "bundle.json").read_bytes() == before
        assert load(shipped).manifest == retriever.manifest
        assert not {p.document for p in retriever.retrieve("Who is new?")} - {*ANIMALS}
    assert retriever.add(NEW).documents == 10
    assert len(list((shipped / "artefacts").iterdir())) == len(read_manifest(shipped).artefacts)


def test_a_copy_is_a_bundle_of_its_own(shipped, tmp_path):
    copy = shutil.copytree(shipped, tmp_path / "copy")
    load(copy).add(NEW)
    assert read_manifest(shipped).revision == 0 and read_manifest(copy).revision == 1
    assert json.loads((copy / "bundle.json").read_text())["documents"] != read_manifest(shipped).documents
