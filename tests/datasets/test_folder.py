"""The folder format, and with it everything that questions can get wrong."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.datasets import load_dataset
from ragtune.types import Evidence
from tests.datasets.writing import faults, only_fault, write

A = "The warranty lasts two years.\nIt starts on delivery."


def dataset(tmp_path: Path, *questions, **documents):
    return write(tmp_path, {"a.md": A, **documents, "queries.jsonl": list(questions)})


def asked(*pieces, **more):
    return {"id": "q", "text": "How long?", "evidence": list(pieces), **more}


GOOD = asked({"doc": "a.md"})


def test_documents_by_sorted_path(tmp_path):
    files = {"b/z.txt": "z", "b.md": "b", "B.MD": "B", "c.xyz": b"\xff", ".git/x.md": "x", ".h.md": "h"}
    found = load_dataset(dataset(tmp_path, GOOD, **files))
    assert [(d.id, d.text) for d in found.documents] == [("B.MD", "B"), ("a.md", A), ("b.md", "b"), ("b/z.txt", "z")]
    assert found.name == tmp_path.name


def test_documents_folder_and_queries_that_are_no_document(tmp_path):
    write(tmp_path, {"docs/a.md": A, "docs/q.txt": [asked({"doc": "a.md"})], "README.md": "not this"})
    found = load_dataset({"folder": {"path": str(tmp_path), "documents": "docs", "queries": "docs/q.txt"}})
    assert [d.id for d in found.documents] == ["a.md"]


@pytest.mark.parametrize("key", ["text", "question", "query"])
def test_question_keys(tmp_path, key):
    row = {"id": "q", key: "Why?", "evidence": [{"doc": "a.md"}], "answers": ["x"], "tags": ["easy"]}
    (query,) = load_dataset(dataset(tmp_path, row)).queries
    assert (query.id, query.text, query.answers, query.tags) == ("q", "Why?", ("x",), ("easy",))
    assert query.evidence == (Evidence("a.md"),)


@pytest.mark.parametrize(
    ("pieces", "more", "evidence"),
    [
        ([{"doc": "a.md", "grade": 3}], {}, [Evidence("a.md", grade=3)]),
        ([{"doc": "a.md", "start": 4, "end": 12}], {}, [Evidence("a.md", 4, 12)]),
        ([{"doc": "a.md", "quote": "two years"}], {}, [Evidence("a.md", 19, 28)]),
        ([{"doc": "a.md", "quote": " years. It\t starts "}], {}, [Evidence("a.md", 23, 39)]),
        ([{"doc": "a.md", "quote": "two"}, {"doc": "a.md"}], {}, [Evidence("a.md", 19, 22), Evidence("a.md", need=1)]),
        (
            [{"doc": "a.md", "quote": "two"}, {"doc": "a.md"}],
            {"any": True},
            [Evidence("a.md", 19, 22), Evidence("a.md")],
        ),
        (
            [{"doc": "a.md", "quote": q, **n} for q, n in [("two", {"need": 7}), ("It", {}), ("The", {"need": 7})]],
            {},
            [Evidence("a.md", 19, 22), Evidence("a.md", 30, 32, need=1), Evidence("a.md", 0, 3)],
        ),
        ([{"doc": "a.md"}, {"doc": "a.md"}], {}, [Evidence("a.md")]),
    ],
)
def test_evidence(tmp_path, pieces, more, evidence):
    (query,) = load_dataset(dataset(tmp_path, asked(*pieces, **more))).queries
    assert list(query.evidence) == evidence


def test_text_stays_as_it_is_but_for_the_byte_order_mark(tmp_path):
    text = "\r\nCafe\u0301 \U0001f600 café\r"
    root = dataset(tmp_path, asked({"doc": "u.md", "quote": "\U0001f600"}), **{"u.md": "\ufeff" + text})
    found = load_dataset(root)
    assert found.documents[1].text == text
    assert found.queries[0].evidence == (Evidence("u.md", 8, 9),)


FAULTS = {
    "no JSON": ('{"id": ', "not JSON"),
    "not an object": ("[1]", "each line must be a JSON object, not a list"),
    "a key twice": ('{"id": "q", "id": "r"}', "key 'id' is given twice"),
    "NaN": ('{"id": "q", "text": NaN}', "NaN is no JSON number"),
    "too deep": ("[" * 100_000, "nested too deep"),
    "surrogate": (
        '{"id": "q", "text": "\\ud800", "evidence": [{"doc": "a.md"}]}',
        "\\ud800 is half of a surrogate pair",
    ),
    "no id": ({"text": "x", "evidence": [{"doc": "a.md"}]}, "query: 'id' is missing"),
    "empty id": (GOOD | {"id": " "}, "the query's id is empty"),
    "control in id": (GOOD | {"id": "a\nb"}, r"the query's id 'a\nb' holds the control character '\n'"),
    "id no text": (GOOD | {"id": 7}, "'id' must be text, not a number"),
    "no text": ({"id": "q", "evidence": [{"doc": "a.md"}]}, "'text' is missing (or question, query)"),
    "text null": (GOOD | {"text": None}, "'text' must be text, not null"),
    "empty text": (GOOD | {"text": " \n"}, "query 'q': the text is empty"),
    "two texts": (GOOD | {"query": "x"}, "'text' and 'query' mean the same; give one"),
    "unknown key": (GOOD | {"evidnce": []}, "unknown key 'evidnce'; did you mean 'evidence'?"),
    "unknown piece key": (
        asked({"doc": "a.md", "qoute": "two"}),
        "evidence 1: unknown key 'qoute'; did you mean 'quote'?",
    ),
    "evidence no list": (GOOD | {"evidence": "a.md"}, "'evidence' must be a list, not text"),
    "piece no object": (asked({"doc": "a.md"}, "a.md"), "query 'q', evidence 2: must be an object, not text"),
    "tags": (GOOD | {"tags": ["a", 1]}, "'tags' must be a list of texts"),
    "any": (GOOD | {"any": 1}, "'any' must be true or false, not a number"),
    "no doc": (asked({"quote": "two"}), "evidence 1: 'doc' is missing"),
    "missing document": (asked({"doc": "b.md"}), "there is no document 'b.md'; did you mean 'a.md'?"),
    "grade 0": (asked({"doc": "a.md", "grade": 0}), "'grade' must be a whole number, 1 or more, not a number 0"),
    "grade true": (
        asked({"doc": "a.md", "grade": True}),
        "'grade' must be a whole number, 1 or more, not a boolean true",
    ),
    "huge": (asked({"doc": "a.md", "grade": 10**30}), "'grade' must be a whole number"),
    "two grades": (asked({"doc": "a.md"}, {"doc": "a.md", "grade": 2}), "was given grade 1 before, and grade 2 here"),
    "start alone": (asked({"doc": "a.md", "start": 1}), "'end' must be a whole number, 0 or more"),
    "start 1.0": (
        asked({"doc": "a.md", "start": 1.0, "end": 2}),
        "'start' must be a whole number, 0 or more, not a number",
    ),
    "backwards": (asked({"doc": "a.md", "start": 3, "end": 3}), "start 3 is not before end 3"),
    "outside": (asked({"doc": "a.md", "start": 3, "end": 99}), "[3, 99) reaches outside document 'a.md', which has 52"),
    "both": (asked({"doc": "a.md", "start": 1, "end": 2, "quote": "h"}), "give a quote, or start and end, not both"),
    "empty quote": (asked({"doc": "a.md", "quote": " "}), "the quote is empty"),
    "not found": (
        asked({"doc": "a.md", "quote": "three years"}),
        "'a.md', the quote 'three years' is not in the document",
    ),
    "twice": (asked({"doc": "a.md", "quote": "ar"}), "the quote 'ar' is found more than once, at offsets 5, 25, 35"),
    "need and any": (asked({"doc": "a.md", "need": 1}, any=True), "leave 'need' or 'any' out"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_each_fault(tmp_path, case):
    row, message = FAULTS[case]
    file, line, told = only_fault(dataset(tmp_path, "", GOOD | {"id": "good"}, row))
    assert (file, line) == ("queries.jsonl", 3)
    assert message in told


def test_all_faults_at_once(tmp_path):
    rows = [row for row, _ in FAULTS.values()]
    found = faults(dataset(tmp_path, *rows, **{"bad.md": b"ok\n\xff"}))
    ours = [fault for fault in found if "given twice, first in" not in fault.message]
    assert {fault.line for fault in ours if fault.file.endswith("jsonl")} == set(range(1, len(rows) + 1))
    assert [fault.line for fault in ours if fault.file.endswith("bad.md")] == [2]


def test_other_unicode_form_is_said(tmp_path):
    row = asked({"doc": "n.md", "quote": unicodedata.normalize("NFC", "Cafe\u0301 au lait")})
    told = only_fault(dataset(tmp_path, row, **{"n.md": "Un Cafe\u0301 au lait"}))[2]
    assert "another Unicode form (NFC or NFD)" in told


def test_document_id_in_other_unicode_form_is_said(tmp_path):
    told = only_fault(dataset(tmp_path, asked({"doc": "é.md"}), **{"e\u0301.md": "x"}))[2]
    assert "another Unicode form" in told


def test_duplicate_id_names_both_lines(tmp_path):
    assert only_fault(dataset(tmp_path, GOOD, GOOD)) == (
        "queries.jsonl",
        2,
        "query id 'q' is given twice, first in line 1",
    )


def test_invalid_utf8(tmp_path):
    file, line, told = only_fault(dataset(tmp_path, GOOD, **{"b.md": b"one\ntwo \xe9"}))
    assert (file, line) == ("b.md", 2)
    assert "byte 0xe9 at offset 8 is no UTF-8" in told
    write(tmp_path, {"b.md": "b", "queries.jsonl": b'{"id": "q"}\n\xff\n'})
    assert ("queries.jsonl", 2) in [(Path(f.file).name, f.line) for f in faults(tmp_path)]


def test_what_cannot_be_scored_is_left_out_and_counted(tmp_path):
    root = dataset(tmp_path, GOOD, {"id": "r", "text": "No?"}, asked(id="s"), **{"e.md": " \n"})
    found = load_dataset(root)
    assert found.left_out == {"empty document": ("e.md",), "no evidence": ("r", "s")}
    assert [d.id for d in found.documents] == ["a.md"]


def test_evidence_in_an_empty_document(tmp_path):
    told = only_fault(dataset(tmp_path, GOOD, asked({"doc": "e.md"}, id="r"), **{"e.md": ""}))[2]
    assert "document 'e.md' is empty" in told


def test_nothing_to_score(tmp_path):
    assert only_fault(dataset(tmp_path, asked()))[2] == "there is no query that can be scored (1 left out: no evidence)"


def test_links(tmp_path):
    secret = write(tmp_path / "out", {"secret.md": "s", "more/x.md": "x"})
    root = dataset(tmp_path / "in", GOOD)
    (root / "same.md").symlink_to(root / "a.md")
    assert [d.id for d in load_dataset(root).documents] == ["a.md", "same.md"]
    (root / "link.md").symlink_to(secret / "secret.md")
    (root / "dir").symlink_to(secret / "more")
    found = faults(root)
    assert [Path(fault.file).name for fault in found] == ["dir", "link.md"]
    assert all("leads out of" in fault.message for fault in found)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=4), data=st.data())
def test_a_quote_resolves_to_its_very_offsets(texts, data):
    rows, wanted = [], []
    texts = [text.lstrip("\ufeff") for text in texts]
    for d, text in enumerate(texts):
        if not text:
            continue
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        quote = text[start:end]
        if quote.strip() and text.find(quote) == text.rfind(quote):
            rows.append({"id": f"q{d}", "text": "?", "evidence": [{"doc": f"{d}.txt", "quote": quote}]})
            wanted.append((Evidence(f"{d}.txt", start, end),))
    if rows:
        with tempfile.TemporaryDirectory() as folder:
            files = {f"{d}.txt": text for d, text in enumerate(texts)}
            found = load_dataset(write(Path(folder), {**files, "queries.jsonl": rows}))
        assert [query.evidence for query in found.queries] == wanted
