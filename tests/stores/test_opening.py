"""Urls of stores, right and wrong."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from ragtune.errors import InputError, MissingModelError
from ragtune.stores import open_store, rows_of
from ragtune.stores._urls import Server, is_version
from ragtune.types import Chunks, Corpus, Document, Vectors
from tests.stores.places import free_port

PAGE = Path(__file__).parents[2] / "docs" / "stores.md"


@pytest.mark.parametrize(
    "url, told",
    [
        ("quadrant:x", "no store 'quadrant'; did you mean 'qdrant'?"),
        ("chroma", "is no url of a store"),
        ("exact:", "names no place"),
        ("lancedb://host/x", "lancedb is a folder here"),
        ("chroma://", "written chroma://HOST:PORT/COLLECTION"),
        ("qdrant://user:secret@host/x", "keys come from the environment"),
        ("chroma://host:99999/x", "is no url"),
        ("chroma://host/a;b", "cannot name a collection"),
        ("postgresql://host/db#x; DROP TABLE y", "cannot name a collection"),
    ],
)
def test_a_wrong_url_is_told(url, told):
    with pytest.raises(InputError, match=re.escape(told)) as raised:
        open_store(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["chroma://127.0.0.1:{}/abc", "qdrant://127.0.0.1:{}/abc", "postgresql://u:hush@127.0.0.1:{}/d"]
)
def test_a_server_that_is_not_there_is_told(url):
    with pytest.raises(InputError, match="cannot be reached") as raised:
        open_store(url.format(free_port()))
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    "module, url",
    [("chromadb", "chroma:x"), ("qdrant_client", "qdrant:x"), ("lancedb", "lancedb:x"), ("pgvector", "postgresql://x")],
)
def test_a_missing_package_names_the_line_to_install_it(module, url, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingModelError, match=r"pip install 'ragtune\[(chroma|qdrant|lancedb|pgvector)\]'"):
        open_store(url)


def test_names_of_servers_and_contents():
    assert Server.of("qdrant+https://h:1/abc") == Server("h", 1, "abc", True)
    assert str(Server.of("chroma://h")) == "h/chunks"
    assert is_version("abc__0123456789abcdef", "abc")
    assert not is_version("abc__notes", "abc") and not is_version("abcd__0123456789abcdef", "abc")


def test_rows_of_a_design_lie_where_its_chunks_lie_and_hold_what_every_store_can():
    corpus = Corpus((Document("a", "one\0two\ud800 日本", metadata={"year": 2020}), Document("b", "three")))
    chunks = Chunks(*(np.array(column) for column in ([0, 0, 1], [0, 4, 0], [4, 11, 5])))
    rows = rows_of(chunks, corpus, Vectors(np.eye(3, dtype=np.float32))).rows
    assert [row.id for row in rows] == ["a:0-4", "a:4-11", "b:0-5"]
    assert [row.text for row in rows] == ["one\ufffd", "two\ufffd 日本", "three"]
    assert rows[1].metadata == '{"year": 2020}' and (rows[1].document, rows[1].start, rows[1].end) == ("a", 4, 11)


def test_the_example_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    exec(compile(source, PAGE.name, "exec"), {})
    assert capsys.readouterr().out == "3 3 1.0\n[[1 0]] [[1. 0.]]\n"
