"""From a folder without questions to a dataset that loads and sweeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ragtune import sweep
from ragtune.cli._simulate import command
from ragtune.datasets import load_dataset, summarise
from ragtune.errors import DatasetError, InputError, RagtuneError
from ragtune.simulating import load_documents, make_up, simulate, write_dataset, write_questions
from ragtune.types import Document, Evidence
from tests.datasets.writing import write

ANIMALS = {
    "badger": ("forest", "beetles"),
    "otter": ("river", "trout"),
    "weasel": ("meadow", "mice"),
    "lynx": ("mountain", "hares"),
}
TEXTS = {
    f"{animal}.md": f"# The {animal}\r\n\r\nThe {animal} of the northern {place} eats mostly {food} in its winter den. "
    f"When spring comes, the {animal} leaves its {place} and looks for company — éà 🐈‍⬛.\r\n"
    for animal, (place, food) in ANIMALS.items()
}


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "animals", {**TEXTS, "sub/empty.txt": " \n", "ignored.bin": b"\0"})


def test_a_plain_folder_gives_its_documents(folder):
    dataset = load_documents(folder)
    assert {document.id: document.text for document in dataset.documents} == TEXTS
    assert (dataset.name, dataset.queries) == ("animals", ())
    assert dataset.left_out == {
        "empty document": ("sub/empty.txt",),
        "file of a format that is not read: .bin": ("ignored.bin",),
    }


def test_a_dataset_gives_its_documents_without_its_questions(folder):
    write(folder, {"queries.jsonl": [{"id": "q", "text": "Badgers?", "evidence": [{"doc": "badger.md"}]}]})
    assert {document.id for document in load_documents(folder).documents} == set(TEXTS)
    assert load_documents(folder).queries == ()
    assert len(load_documents("python-stdlib").documents) > 10


def test_folders_without_documents_or_with_broken_ones_are_told_of(tmp_path):
    with pytest.raises(DatasetError, match="there is no document"):
        load_documents(write(tmp_path / "a", {"x.bin": b""}))
    with pytest.raises(DatasetError, match="no UTF-8"):
        load_documents(write(tmp_path / "b", {"x.md": b"\xff"}))
    with pytest.raises(DatasetError, match="there is no dataset"):
        load_documents(tmp_path / "c")


def test_recipes_and_numbers_are_checked(folder):
    with pytest.raises(InputError, match="there is no simulator 'known-itme'; did you mean 'known-item'"):
        simulate(folder, "known-itme")
    with pytest.raises(InputError, match=r"recipe known-item.noise=2.: noise: Input should be less than 1"):
        simulate(folder, "known-item(noise=2)")
    with pytest.raises(InputError, match="n must be 1 or more"):
        simulate(folder, n=0)
    with pytest.raises(DatasetError, match="title-to-body finds no question in the 1 documents"):
        simulate(write(folder.parent / "plain", {"x.txt": "just a line"}), "title-to-body")


@pytest.mark.parametrize("recipe", ["known-item", "sentence-to-passage", "title-to-body"])
def test_what_is_written_loads_as_it_was(folder, tmp_path, recipe):
    dataset = simulate(folder, recipe, 3, seed=1)
    write_dataset(dataset.documents, dataset.queries, tmp_path / "made")
    loaded = load_dataset(tmp_path / "made")
    assert (loaded.documents, loaded.queries) == (dataset.documents, dataset.queries)
    assert loaded.simulated == {recipe: 3} == summarise(loaded).simulated
    write_questions(dataset.queries, folder / "queries.jsonl")
    beside = load_dataset(folder)
    assert (beside.documents, beside.queries) == (dataset.documents, dataset.queries)
    assert not list(tmp_path.rglob("*.partial"))


def test_nothing_is_overwritten_and_nothing_is_left_behind(folder, tmp_path):
    dataset = simulate(folder, n=3)
    taken = write(tmp_path / "taken", {"mine.txt": "mine"})
    with pytest.raises(InputError, match="taken is there already; nothing was written"):
        write_dataset(dataset.documents, dataset.queries, taken)
    with pytest.raises(InputError, match=r"mine.txt is there already"):
        write_questions(dataset.queries, taken / "mine.txt")
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
    broken = [*dataset.documents, Document("x", "text", metadata={"not": object()})]
    with pytest.raises(TypeError):
        write_dataset(broken, dataset.queries, tmp_path / "half")
    assert not (tmp_path / "half").exists() and not list(tmp_path.glob(".*"))


def test_simulated_questions_are_swept(folder, tmp_path):
    config = {
        "name": "made-up",
        "space": {"chunker": "whole-document", "embedder": "wordllama", "retriever": "bm25"},
        "baseline": {"retriever": "bm25"},
        "metrics": ["recall@1"],
    }
    study = sweep(simulate(folder, "title-to-body", 4), config, workspace=tmp_path / "workspace")
    assert study.best().means["recall@1"] == 1.0


def invoke(*arguments: str) -> str:
    """Output of the command; errors that a user can cause pass through, for the command line to explain."""
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_writes_a_folder_or_a_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = invoke("animals", "-o", "made", "--questions", "5", "--seed", "3")
    assert out.splitlines() == [
        "wrote made: 5 questions by known-item, seed 3",
        "next:  ragtune dataset check made",
    ]
    assert load_dataset("made").queries == simulate(folder, n=5, seed=3).queries
    told = json.loads(invoke("animals", "-o", "animals/queries.jsonl", "--recipe", "title-to-body", "--json"))
    assert told == {
        "output": "animals/queries.jsonl",
        "documents": 4,
        "questions": 4,
        "wanted": 200,
        "recipe": "title-to-body",
        "seed": 0,
    }
    assert len(load_dataset("animals").queries) == 4
    out = invoke("animals", "-o", "other.jsonl", "--recipe", "title-to-body")
    assert "4 questions by title-to-body, seed 0, 200 were wanted: the documents hold no more" in out
    assert "next:" not in out and Path("other.jsonl").is_file()
    with pytest.raises(RagtuneError, match="made is there already"):
        invoke("animals", "-o", "made")


def test_unanswerable_questions_are_left_out_and_counted(folder, tmp_path, monkeypatch):
    from ragtune.simulators import Draft
    from ragtune.simulators.known_item import KnownItem

    drafts = [
        Draft("Do badgers fly south?", (), (), ("unanswerable",)),
        Draft("What do otters eat?", (Evidence("otter.md"),)),
    ]
    monkeypatch.setattr(KnownItem, "drafts", lambda self, corpus, rng: iter(drafts))
    dataset = simulate(folder)
    assert [query.text for query in dataset.queries] == ["What do otters eat?"]
    assert dataset.left_out["no evidence"] == ("known-item-0001",)
    documents, queries = make_up(folder, "known-item", 9, 0)
    write_dataset(documents.documents, queries, tmp_path / "made")
    assert load_dataset(tmp_path / "made").left_out == {"no evidence": ("known-item-0001",)}
