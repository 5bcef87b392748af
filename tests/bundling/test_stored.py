"""A bundle whose vectors a store searches finds what the study found, and changes with its store at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

import ragtune
from ragtune.bundling import _updating, export, load, read_manifest
from ragtune.cli.bundle import command as bundle
from ragtune.cli.export import command as export_command
from ragtune.engine.workspace import Workspace
from ragtune.errors import InputError, StepError, WorkspaceError
from ragtune.explaining import trace
from ragtune.stores import open_store
from tests.bundling.animals import ANIMALS, dataset, document
from tests.stores.places import FOLDERS

CONFIG = {
    "name": "stored",
    "space": {
        "chunker": "sentence(size_tokens=8)",
        "embedder": "wordllama",
        "retriever": ["dense", "hybrid", "rocchio(retriever=hybrid)", "ann(m=8, depth=20)", "bm25"],
        "reranker": ["none", "mmr"],
    },
    "baseline": {"chunker": "sentence(size_tokens=8)", "retriever": "bm25"},
    "metrics": ["nDCG@5"],
}
RETRIEVERS = ("dense", "hybrid", "{'rocchio", "{'ann")
"""How they begin, as they are spelt."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    place = tmp_path_factory.mktemp("workspace")
    return ragtune.sweep(dataset(), CONFIG, workspace=place), Workspace(place)


def design(study, retriever, reranker="none"):
    return next(
        e["id"]
        for e in study.record["configurations"]
        if e["slots"]["reranker"] == reranker and str(e["slots"]["retriever"]).startswith(retriever)
    )


@pytest.fixture(params=FOLDERS)
def stored(request, swept, tmp_path):
    """(folder, url) of a hybrid."""
    url = f"{request.param}:{tmp_path / 'store'}"
    export(*swept, design(swept[0], "hybrid"), tmp_path / "bundle", store=url)
    return tmp_path / "bundle", url


def pairs(passages):
    return [(passage.document, passage.start) for passage in passages]


@pytest.mark.parametrize(
    "kind, retriever, reranker",
    [
        *[("exact", retriever, reranker) for retriever in RETRIEVERS for reranker in ("none", "mmr")],
        *[(kind, "hybrid", "none") for kind in FOLDERS[1:]],
        *[(kind, "{'ann", "none") for kind in FOLDERS[1:]],
    ],
)
def test_it_finds_what_the_study_found(kind, retriever, reranker, swept, tmp_path):
    study, place = swept
    id = design(study, retriever, reranker)
    manifest = export(study, place, id, tmp_path / "bundle", store=f"{kind}:{tmp_path / 'store'}")
    assert manifest.store.overlap == 1 and (manifest.store.knobs["m"] == 8) == ("ann" in retriever)
    traced = trace(study, place, id)
    with load(tmp_path / "bundle") as loaded:
        found = loaded.ranking(traced.queries)
        if kind == "exact" and "ann" not in retriever:
            assert found.chunk.tobytes() == traced.flow.ranking.chunk.tobytes()
            assert found.score.tobytes() == traced.flow.ranking.score.tobytes()
        for mine, theirs in zip(found.chunk[:, :5].tolist(), traced.flow.ranking.chunk[:, :5].tolist(), strict=True):
            assert len({*mine} & {*theirs}) >= 4  # stores round products otherwise, and order ties otherwise
        assert ("vectors" in str([type(v) for v in loaded._loaded.values.values()]).lower()) == (
            reranker == "mmr" or "rocchio" in retriever
        )  # only what looks at vectors here holds them in memory


def test_documents_change_in_store_and_bundle_at_once(stored):
    folder, url = stored
    with load(folder) as retriever:
        assert pairs(retriever.retrieve("Who makes honey?", 1)) == [("bee", 22)]
        told = retriever.add([document("hen", "lays an egg")])
        assert (told.chunks, told.embedded) == (18, 2)
        assert pairs(retriever.retrieve("It lays an egg.", 1)) == [("hen", 22)]
        retriever.delete(["bee"])
        assert "bee" not in {passage.document for passage in retriever.retrieve("Who makes honey?", 20)}
        with ThreadPoolExecutor(4) as pool:
            questions = [f"Who {does}?" for does in ANIMALS.values()] * 3
            assert list(pool.map(retriever.retrieve, questions)) == [retriever.retrieve(each) for each in questions]
    with load(folder) as again:
        assert pairs(again.retrieve("It lays an egg.", 1)) == [("hen", 22)]
    with open_store(url) as store:  # whoever reads the store by itself sees the same
        assert store.held() == read_manifest(folder).store.key
        content = store.content()
        assert sorted(row.document for row in content.read(range(content.count())))[-2:] == ["owl", "owl"]
        assert content.count() == 16
        content.close()


@pytest.mark.parametrize("kind", [kind for kind in FOLDERS if kind != "qdrant"])  # lets in one process at a time
def test_a_reader_of_old_documents_goes_over_to_the_new_ones(kind, swept, tmp_path):
    export(*swept, design(swept[0], "hybrid"), tmp_path / "bundle", store=f"{kind}:{tmp_path / 'store'}")
    with load(tmp_path / "bundle") as reader, load(tmp_path / "bundle") as writer:
        writer.add([document("hen", "lays an egg")])
        found = pairs(reader.retrieve("It lays an egg.", 1))
        if reader.manifest.revision == 0:  # what is mapped or open stays readable; else it had to look again
            reader.refresh()
            found = pairs(reader.retrieve("It lays an egg.", 1))
        assert found == [("hen", 22)]


@pytest.mark.parametrize("cut", ["prepare", "publish"])
def test_a_change_that_is_cut_off_leaves_a_bundle_whose_store_is_there(cut, stored, monkeypatch):
    folder, url = stored
    whole = read_manifest(folder)

    def stop(*_, **__):
        raise KeyboardInterrupt

    with load(folder) as retriever, monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        if cut == "prepare":
            patched.setattr(_updating, "publish", stop)  # the store is full, the bundle not written
        else:
            patched.setattr(type(retriever._loaded.search.store), "publish", stop)  # the store does not show it yet
        retriever.add([document("hen", "lays an egg")])
    assert (read_manifest(folder) == whole) == (cut == "prepare")
    with load(folder) as retriever:
        found = {passage.document for passage in retriever.retrieve("It lays an egg.", 20)}
        assert ("hen" in found) == (cut == "publish")
        retriever.add([document("yak", "climbs")])
        assert pairs(retriever.retrieve("It climbs.", 1)) == [("yak", 22)]
    with open_store(url) as store:
        assert store.held() == read_manifest(folder).store.key


def test_a_store_that_lost_its_content_is_told(stored):
    folder, _ = stored
    manifest = read_manifest(folder)
    (folder / "bundle.json").write_text(manifest.text().replace(manifest.store.key, "0" * 16))
    with pytest.raises(WorkspaceError, match="does not hold the chunks of this bundle; export it again with --store"):
        load(folder)


def test_both_can_be_moved_together(swept, tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()
    monkeypatch.chdir(tmp_path / "one")
    at = ["--workspace", str(swept[1].folder)]
    done = CliRunner().invoke(
        export_command,
        [swept[0].name, design(swept[0], "hybrid"), "-o", "bundle", "--store", "exact:store", *at],
    )
    assert done.exit_code == 0 and "exact:../store searches: overlap@10 with exact search 1.000" in done.output
    (tmp_path / "one").rename(tmp_path / "two")
    monkeypatch.chdir(tmp_path)
    with load("two/bundle") as retriever:
        assert pairs(retriever.retrieve("Who makes honey?", 1)) == [("bee", 22)]
    assert "searched in exact:../store" in CliRunner().invoke(bundle, ["inspect", "two/bundle"]).output
    assert CliRunner().invoke(bundle, ["verify", "two/bundle"]).exit_code == 0


def test_what_no_store_can_hold_is_refused_and_nothing_is_written(swept, tmp_path):
    for retriever, url, told in (
        ("bm25", f"exact:{tmp_path / 's'}", "no search that a vector store could answer"),
        ("dense", "postgresql://me:secret@localhost/x", "keeps no password"),
        ("dense", "postgresql://me@localhost/x?password=secret", "keeps no password"),
        ("dense", "kroma:store", "no store 'kroma'; did you mean 'chroma'"),
    ):
        with pytest.raises(InputError, match=told):
            export(*swept, design(swept[0], retriever), tmp_path / "bundle", store=url)
        assert not (tmp_path / "bundle").exists() and not (tmp_path / "s").exists()


def test_a_store_that_cannot_be_searched_is_told(stored, monkeypatch):
    with load(stored[0]) as retriever:
        content = retriever._loaded.search.content

        def broken(*_):
            raise OSError("connection refused\nand more")

        monkeypatch.setattr(type(content), "search", broken)
        with pytest.raises(StepError, match="could not be searched: connection refused"):
            retriever.retrieve("Who?")
