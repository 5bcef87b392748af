"""`convert`: what is written loads back equal, or says what is lost; a folder is there in full or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.datasets import Dataset, _writing, load_dataset
from ragtune.datasets._layouts import LAYOUTS
from ragtune.datasets._writing import convert
from ragtune.errors import DatasetError, StepError
from ragtune.types import Document, Evidence, Query

WHOLE = Dataset(
    "whole",
    (Document("d 1", "T Alpha\n", "T", {"n": [1, {"x": None}]}), Document("../d2", "Beta")),
    (
        Query("q1", "one?", (Evidence("../d2", grade=3), Evidence("d 1", need=1))),
        Query("q2", "two?", (Evidence("d 1", 2, 5),), ("a",), ("t",), "known-item"),
    ),
    {"no evidence": ("q3",)},
)
PLAIN = Dataset("plain", (Document("a", "Alpha"), Document("b/c.txt", "\ufeffBeta\r\n")), (), {})


def with_evidence(dataset, *pieces, **more):
    return replace(dataset, queries=(Query("q", "what?", pieces, **more),))


CARRIED = {
    "beir": with_evidence(PLAIN, Evidence("b/c.txt", grade=2), Evidence("a", need=1)),
    "trec": with_evidence(replace(PLAIN, documents=(replace(WHOLE.documents[0], id="d1"),)), Evidence("d1", grade=2)),
    "spans": with_evidence(PLAIN, Evidence("b/c.txt", 1, 4), Evidence("a", 0, 5, need=1), answers=("x",), tags=("t",)),
    "jsonl": WHOLE,
}


def same(a, b):
    assert a.documents == b.documents and a.queries == b.queries
    for name in ("corpus_digest", "queries_digest", "judgments_digest"):
        assert getattr(a, name) == getattr(b, name)


@pytest.mark.parametrize("to", sorted(LAYOUTS))
def test_what_a_layout_can_carry_loads_back_equal(tmp_path, to):
    written = convert(CARRIED[to], tmp_path / "out", to)
    assert written.losses == [] and written.format == to
    same(load_dataset(tmp_path / "out"), CARRIED[to])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


LOST = {
    "beir": [
        "1 of 2 documents lose or change their title (the first: 'd 1')",
        "1 of 2 queries get evidence in another part of a document (the first: 'q2')",
        "1 of 2 queries lose or change their answers (the first: 'q2')",
        "1 of 2 queries lose or change their tags (the first: 'q2')",
        "1 of 2 queries lose the mark that they were made up (the first: 'q2')",
    ],
    "spans": [
        "2 of 2 documents get another id (the first: 'd 1')",
        "1 of 2 documents lose or change their title (the first: 'd 1')",
        "1 of 2 documents lose or change their metadata (the first: 'd 1')",
        "1 of 2 queries lose the mark that they were made up (the first: 'q2')",
        "1 of 2 queries get evidence in another part of a document (the first: 'q1')",
    ],
    "trec": [
        "1 of 2 documents get another id (the first: 'd 1')",
        "1 of 2 queries lose or change their answers (the first: 'q2')",
        "1 of 2 queries lose or change their tags (the first: 'q2')",
        "1 of 2 queries lose the mark that they were made up (the first: 'q2')",
        "1 of 2 queries get evidence in another part of a document (the first: 'q2')",
    ],
}


@pytest.mark.parametrize("to", sorted(LOST))
def test_what_is_lost_is_listed_first(tmp_path, to):
    lost = LOST[to]
    with pytest.raises(DatasetError) as caught:
        convert(WHOLE, tmp_path / "new" / "out", to)
    first, *told = [fault.message for fault in caught.value.faults]
    assert f"{to} cannot carry all of 'whole', so nothing was written" in first and sorted(told) == sorted(lost)
    assert list((tmp_path / "new").iterdir()) == []
    written = convert(WHOLE, tmp_path / "new" / "out", to, lossy=True)
    assert sorted(written.losses) == sorted(lost) and written.left_out == {"no evidence": 1}
    found = load_dataset(tmp_path / "new" / "out")
    assert sorted(d.text for d in found.documents) == ["Beta", "T Alpha\n"] and len(found.queries) == 2


def test_alternatives_and_order_are_told(tmp_path):
    documents = (Document("b", "Beta"), Document("a", "Alpha"))
    dataset = Dataset("d", documents, (Query("q", "?", (Evidence("a", 0, 2), Evidence("b", 0, 2))),), {})
    found = convert(dataset, tmp_path / "out", "spans", lossy=True)
    assert found.losses == [
        "the order of documents changes",
        "1 of 1 queries change which pieces of evidence are alternatives, or their numbers (the first: 'q')",
    ]


@pytest.mark.parametrize("ids", [("A", "a"), ("x", "x/y"), ("x/y", "x"), ("d1", "\u00e4"), ("n" * 300, "m")])
def test_file_names_that_cannot_be(tmp_path, ids):
    """Equal but for the case, a file where a folder must be, not ASCII, too long."""
    dataset = Dataset(
        "d", tuple(Document(id, f"{id}.") for id in ids), (Query("q", "?", (Evidence(ids[1], 0, 1),)),), {}
    )
    convert(dataset, tmp_path / "out", "spans", lossy=True)
    found = load_dataset(tmp_path / "out")
    assert {d.text for d in found.documents} == {f"{id}." for id in ids}
    where = found.queries[0].evidence[0].document
    assert next(d.text for d in found.documents if d.id == where) == f"{ids[1]}."


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="is not empty"):
        convert(WHOLE, tmp_path / "full")
    with pytest.raises(DatasetError, match="is no folder"):
        convert(WHOLE, tmp_path / "full" / "x")
    with pytest.raises(DatasetError, match="did you mean 'beir'"):
        convert(WHOLE, tmp_path / "new", "bier")
    convert(WHOLE, tmp_path / "empty")
    same(load_dataset(tmp_path / "empty"), WHOLE)


def test_an_error_half_way_leaves_nothing(tmp_path, monkeypatch):
    def full(dataset: Dataset, folder: Path) -> None:
        (folder / "documents.jsonl").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(_writing.LAYOUTS, "jsonl", full)
    with pytest.raises(StepError, match="No space left on device"):
        convert(WHOLE, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("document", [Document("d", "half \ud800"), Document("d", "x", metadata={"x": float("nan")})])
def test_what_no_file_can_hold(tmp_path, document):
    dataset = Dataset("d", (document,), (Query("q", "?", (Evidence("d"),)),), {})
    with pytest.raises(DatasetError, match="holds what a file cannot"):
        convert(dataset, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip)
ID = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=6).filter(str.strip)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def datasets(draw):
    ids = draw(st.lists(ID, min_size=1, max_size=4, unique=True))
    title, metadata = st.just("") | TEXT, st.dictionaries(TEXT, JSON, max_size=2)
    documents = [Document(id, draw(TEXT), draw(title), draw(metadata)) for id in ids]
    queries = [draw(query(id, documents)) for id in draw(st.lists(ID, min_size=1, max_size=3, unique=True))]
    return Dataset("d", tuple(documents), tuple(queries), {})


@st.composite
def query(draw, id, documents):
    """A query as formats give it: needs are counted from 0 in order of appearance, and no piece stands there twice."""
    places: dict[tuple, Evidence] = {}
    last = -1
    for _ in range(draw(st.integers(1, 3))):
        document = draw(st.sampled_from(documents))
        start = draw(st.none() | st.integers(0, len(document.text) - 1))
        end = None if start is None else draw(st.integers(start + 1, len(document.text)))
        need = draw(st.integers(0, last + 1))
        if (document.id, start, end, need) not in places:
            places[document.id, start, end, need] = Evidence(document.id, start, end, draw(st.integers(1, 9)), need)
            last = max(last, need)
    texts = st.lists(TEXT, max_size=2).map(tuple)
    return Query(id, draw(TEXT), tuple(places.values()), draw(texts), draw(texts), draw(st.just("") | TEXT))


@settings(max_examples=60, deadline=None)
@given(dataset=datasets(), to=st.sampled_from(sorted(LAYOUTS)))
def test_round_trip(dataset, to):
    """Jsonl loses nothing; the others lose what they say, and what they do not say is there."""
    with TemporaryDirectory() as folder:
        written = convert(dataset, Path(folder) / "out", to, lossy=to != "jsonl")
        found = load_dataset(Path(folder) / "out")
    assert len(found.documents) == len(dataset.documents) and len(found.queries) == len(dataset.queries)
    if not written.losses:
        same(found, dataset)
