"""From names, paths and spellings to datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragtune.component import register, words
from ragtune.datasets import DatasetFormat, _locating, load_dataset
from ragtune.datasets.folder import Folder
from tests.datasets.writing import faults, only_fault, write

FILES = {"a.md": "Text.", "queries.jsonl": [{"id": "q", "text": "?", "evidence": [{"doc": "a.md"}]}]}


@pytest.fixture
def root(tmp_path):
    write(tmp_path / "mine", FILES)
    write(tmp_path / "told", {"dataset.yaml": "folder: {documents: docs, queries: q.jsonl}", "docs/a.md": "Text."})
    write(tmp_path / "told", {"q.jsonl": FILES["queries.jsonl"]})
    return tmp_path


@pytest.mark.parametrize(
    "source",
    [
        "mine",
        Path("mine"),
        "folder(path=mine)",
        {"folder": {"path": "mine"}},
        Folder(path=Path("mine")),
        "told",
        "told/dataset.yaml",
        "folder(path=told, documents=docs, queries=q.jsonl)",
    ],
    ids=str,
)
def test_sources(root, monkeypatch, source):
    found = load_dataset(source, root)
    assert found.name in ("mine", "told")
    assert [d.id for d in found.documents] == ["a.md"]
    monkeypatch.chdir(root)
    assert load_dataset(source) == found


def test_a_folder_with_brackets_in_its_name(tmp_path):
    write(tmp_path / "data (copy)", FILES)
    assert load_dataset("data (copy)", tmp_path).name == "data (copy)"


def test_formats_are_asked_in_order_and_by_their_own_layout(tmp_path):
    known = [word for word in words("dataset") if _locating._known(word).layout]
    assert known == ["autorag", "beir", "folder", "huggingface", "jsonl", "llama-index", "spans", "table", "trec"]
    write(tmp_path, {"corpus.jsonl": "", "qrels/test.tsv": "", "queries.jsonl": ""})
    assert type(_locating.locate(tmp_path)).name == "beir"


def test_bundled_names(monkeypatch, tmp_path):
    shelf = write(tmp_path / "corpora" / "tiny", {**FILES, "dataset.yaml": "folder"}).parent
    write(shelf / "not-one", {"x.md": "x"})
    monkeypatch.setattr(_locating, "_shelves", lambda: [shelf])
    assert load_dataset("tiny").name == "tiny"
    assert "there is no dataset 'tinny'; did you mean 'tiny'?" in only_fault("tinny")[2]
    assert "there is no dataset 'not-one'" in only_fault("not-one")[2]


def test_not_found(root):
    (fault,) = faults("miine", root)
    assert "there is no dataset 'miine'; did you mean 'mine'?" in fault.message
    assert f"tried the path {root / 'miine'}" in fault.message
    assert "python-stdlib" in fault.message
    for source in ("", "x\0y", "x" * 5000, "mine/a.md"):
        assert len(faults(source, root)) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("folder:\n  documnts: docs\n", 2, "folder has no knob 'documnts'; did you mean 'documents'?"),
        ("beir:\n  split: ''\n  path: [1]\n", 2, "beir: split: String should match pattern"),
        ("foldr: {}\n", 1, "there is no dataset 'foldr'; did you mean 'folder'?"),
        ("folder: {}\nbeir: {}\n", 1, "a dataset is written as a word or as"),
        ("folder: {}\nfolder: {}\n", 2, "duplicate key"),
        ("folder:\n  path: ..\n", 2, "'path' leads out of the dataset's folder"),
        ("folder:\n  queries: /etc/passwd\n", 2, "'queries' leads out of the dataset's folder: /etc/passwd"),
        ("folder:\n  queries: ../mine/queries.jsonl\n", 2, "'queries' leads out"),
        ("folder: !!python/object x\n", 1, "tag"),
        ("folder: [\n", 2, "not valid YAML"),
    ],
)
def test_wrong_descriptions(root, text, line, message):
    write(root / "told", {"dataset.yaml": text})
    found = faults("told", root)
    assert message in found[0].message
    assert Path(found[0].file).name == "dataset.yaml"
    assert found[0].line == line


def test_a_description_may_not_leave_by_a_link(root):
    (root / "told" / "away").symlink_to(root / "mine")
    write(root / "told", {"dataset.yaml": "folder: {documents: away}"})
    assert "'documents' leads out" in only_fault(root / "told")[2]


def test_a_bomb_is_refused(root):
    levels = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10 if i else ['a'] * 10)}]" for i in range(9)]
    write(root / "told", {"dataset.yaml": "\n".join(levels)})
    assert "expands to" in only_fault(root / "told")[2]


def test_a_format_from_outside(root, monkeypatch):
    class Mine(DatasetFormat):
        layout = "mine.db"

        @classmethod
        def recognises(cls, path):
            return (path / "mine.db").exists()

    Mine.__module__ = "outside.mine_db"
    from ragtune import component

    monkeypatch.setattr(component, "_registry", dict(component._registry))
    register(Mine)
    write(root / "out", {"mine.db": ""})
    assert _locating.locate("out", root) == Mine(path=root / "out")
