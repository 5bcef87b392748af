"""What every store must hold to; all of them are real."""

from __future__ import annotations

import json
from contextlib import contextmanager

import numpy as np
import pytest

from ragtune.errors import InputError, WorkspaceError
from ragtune.retrievers._nearest import nearest
from ragtune.stores import Knobs, Rows, content_key, fill, open_store, overlap, rank
from ragtune.stores.chroma_server import close
from ragtune.types import Vectors
from tests.stores.places import FOLDERS, rows

pytestmark = pytest.mark.filterwarnings("ignore:Local mode performs exact")  # in place of Qdrant's server


@contextmanager
def opened(url, limit=None, **knobs):
    with open_store(url, Knobs(**knobs)) as store:
        if limit:
            store.limit = limit
        yield store


def everything(store):
    """All rows that readers see."""
    content = store.content()
    try:
        return content.read(range(content.count()))
    finally:
        content.close()


def found(store, queries, k):
    content = store.content()
    try:
        return rank(content, Vectors(queries), k)
    finally:
        content.close()


def test_gives_back_what_was_put_there_and_finds_what_exact_search_finds(url):
    given = rows(150)
    with opened(url, limit=64) as store:
        assert store.held() is None
        told = fill(store, "a", given)
        assert (told.key, told.rows, told.added) == (content_key("a", store.knobs), 150, 150)
        assert store.held() == told.key
        assert everything(store) == list(given.rows)
        queries = rows(7, seed=9).vectors
        ranking = found(store, queries, 20)
        exact = nearest(Vectors(given.vectors), Vectors(queries), 20)
        assert ranking.chunk.dtype == exact.chunk.dtype and ranking.score.dtype == exact.score.dtype
        assert told.overlap > 0.98  # ten of 150 rows, by a graph at worst
        assert np.allclose(ranking.score, exact.score, atol=0.05 if told.approximate else 1e-5)
        pairs = zip(ranking.chunk, ranking.score, strict=True)
        assert all(sorted(zip(-s, c, strict=True)) == list(zip(-s, c, strict=True)) for c, s in pairs)
        scores = np.take_along_axis(queries @ given.vectors.T, ranking.chunk, axis=1)
        assert np.allclose(scores, ranking.score, atol=1e-5)


def test_fewer_rows_than_asked_for_leave_places_empty(url):
    with opened(url) as store:
        fill(store, "a", rows(3))
        ranking = found(store, rows(2, seed=9).vectors, 5)
    assert (ranking.chunk[:, 3:] == -1).all() and np.isneginf(ranking.score[:, 3:]).all()
    assert {frozenset(row) for row in ranking.chunk[:, :3].tolist()} == {frozenset({0, 1, 2})}


def test_a_new_content_takes_the_place_of_the_old_one(url):
    with opened(url) as store:
        fill(store, "a", rows(50))
        told = fill(store, "b", rows(20, seed=1))
        assert told.added == 20 and everything(store) == list(rows(20, seed=1).rows)
        assert fill(store, "b", rows(20, seed=1)).added == 0
    with opened(url) as store:
        assert store.held() == told.key and everything(store) == list(rows(20, seed=1).rows)


def test_a_fill_that_broke_off_goes_on_and_shows_nothing_before_it_is_whole(url):
    old, new = rows(10), rows(40, seed=1)

    def stop(done, _):
        if done == 30:
            raise KeyboardInterrupt

    with opened(url, limit=10) as store:
        fill(store, "old", old)
        with pytest.raises(KeyboardInterrupt):
            fill(store, "new", new, watcher=stop)
        assert everything(store) == list(old.rows)
    with opened(url, limit=10) as store:
        assert everything(store) == list(old.rows)
        told = fill(store, "new", new)
        assert told.added == 10 and everything(store) == list(new.rows)


def test_what_an_unseen_content_lost_is_made_anew(url):
    """As a killed writer may leave it: its rows are counted and are not those that were put there."""
    new = rows(20, seed=1)
    with opened(url, limit=10) as store:
        fill(store, "old", rows(10))
        draft = store.draft(content_key("new", store.knobs), new.vectors.shape[1])
        draft.add(0, rows(20, seed=5))
        draft.close()
        told = fill(store, "new", new)
        assert told.added == 20 and everything(store) == list(new.rows)


def test_other_knobs_are_another_content(url):
    with opened(url, m=8) as store:
        fill(store, "a", rows(10))
    with opened(url, m=4) as store:
        assert fill(store, "a", rows(10)).added == 10


def test_awkward_vectors_are_found_or_refused(url):
    given = rows(5)
    given.vectors[2] = 0
    with opened(url) as store:
        fill(store, "a", given)
        assert found(store, np.zeros((1, 16), dtype=np.float32), 5).chunk[0].tolist() == [0, 1, 2, 3, 4]
        broken = given.vectors.copy()
        broken[0, 0] = np.nan
        with pytest.raises(InputError, match="not finite"):
            fill(store, "b", Rows(given.rows, broken))
        with pytest.raises(InputError, match="no chunks"):
            fill(store, "b", given.part(0, 0))
        assert everything(store) == list(given.rows)


def test_nothing_is_read_from_a_store_that_nothing_was_put_in(url):
    with opened(url) as store, pytest.raises(InputError, match="holds nothing yet"):
        store.content()


def test_it_tells_its_place_and_no_secret(url):
    with opened(url) as store:
        assert store.describe().partition("?")[0].partition("//")[0] in url and "@" not in store.describe()


@pytest.mark.parametrize("kind, knobs", [("lancedb", {"graph_from": 1}), ("pgvector", {"graph_from": 1})])
def test_a_graph_is_made_from_so_many_rows_and_what_it_loses_is_told(kind, knobs, place):
    url, given = place(kind), rows(600)
    lost = {}
    for wide in (1, 200):
        with opened(url, m=4, ef_construction=8, ef_search=wide, **knobs) as store:
            told = fill(store, "a", given, queries=rows(64, seed=3).vectors)
            content = store.content()
            assert told.approximate and content.approximate
            assert overlap(content, given.vectors, rows(64, seed=3).vectors) == told.overlap
            content.close()
            lost[wide] = told.overlap
    assert lost[1] < lost[200] <= 1


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_folder_that_is_no_store_is_left_alone(kind, tmp_path):
    (tmp_path / "thesis").mkdir()
    with opened(f"{kind}:{tmp_path}") as store, pytest.raises(InputError, match="is no store"):
        fill(store, "a", rows(3))
    assert (tmp_path / "thesis").is_dir()


def test_a_table_or_collection_of_somebody_else_is_left_alone(servers):
    import chromadb
    import psycopg

    with psycopg.connect(servers("pgvector"), autocommit=True) as db:
        db.execute("CREATE TABLE theirs (a int)")
        with opened(servers("pgvector") + "#theirs") as store, pytest.raises(InputError, match="did not make"):
            fill(store, "a", rows(3))
        assert db.execute("SELECT count(*) FROM theirs").fetchone() == (0,)
    host, port = servers("chroma-server").removeprefix("chroma://").split(":")
    client = chromadb.HttpClient(host, int(port))
    client.create_collection("theirs", embedding_function=None)
    with opened(servers("chroma-server") + "/theirs") as store, pytest.raises(InputError, match="did not make"):
        fill(store, "a", rows(3))
    assert "theirs" in [each.name for each in client.list_collections()]
    close(client)


def test_a_damaged_pointer_and_a_store_of_another_kind_are_told(tmp_path):
    with opened(f"exact:{tmp_path / 's'}") as store:
        fill(store, "a", rows(3))
    with (
        opened(f"lancedb:{tmp_path / 's'}") as store,
        pytest.raises(InputError, match="store of exact, not of lancedb"),
    ):
        store.held()
    pointer = tmp_path / "s" / "current.json"
    assert json.loads(pointer.read_text())["dim"] == 16
    pointer.write_text("{")
    with opened(f"exact:{tmp_path / 's'}") as store, pytest.raises(WorkspaceError, match="fill the store again"):
        store.held()
