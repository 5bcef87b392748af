"""Several at one store, fillers and readers; and what a power cut finds on the disk."""

from __future__ import annotations

import os

import pytest

from ragtune.errors import WorkspaceError
from ragtune.stores import _servers, content_key, fill
from tests.stores.places import FOLDERS, rows
from tests.stores.test_contract import everything, opened

pytestmark = pytest.mark.filterwarnings("ignore:Local mode performs exact")  # in place of Qdrant's server
OLD, NEW = rows(10), rows(40, seed=1)
WITHOUT_LOCKS = pytest.mark.parametrize("kind", ["chroma-server", "qdrant-server"])


@pytest.mark.parametrize("kind", [*FOLDERS, "pgvector"])
def test_two_fillers_do_not_meet(kind, place):
    url = place(kind)
    with opened(url) as one, opened(url) as two:
        one.draft(content_key("a", one.knobs), 16).close()
        with pytest.raises(WorkspaceError, match="another process is filling"):
            fill(two, "b", OLD)
    with opened(url) as two:
        assert fill(two, "b", OLD).rows == 10


def test_who_finds_what_it_would_fill_removes_nothing(url):
    """As `fill` and `publish` do nothing then, they take no lock."""
    with opened(url, limit=10) as one, opened(url) as two:
        fill(two, "old", OLD)

        def meanwhile(done, _):
            if done == 20:
                assert fill(two, "old", OLD).added == 0

        assert fill(one, "new", NEW, watcher=meanwhile).added == 40
        assert everything(two) == list(NEW.rows)


@WITHOUT_LOCKS
def test_where_no_locks_are_two_fillers_leave_each_others_contents_alone(kind, place):
    url = place(kind)
    with opened(url, limit=10) as one, opened(url) as two:

        def meanwhile(done, _):
            if done == 20:
                fill(two, "old", OLD)
                assert everything(two) == list(OLD.rows)

        assert fill(one, "new", NEW, watcher=meanwhile).added == 40
        assert everything(two) == list(NEW.rows)
        assert list(one._begun()) == [one.held()]


@WITHOUT_LOCKS
def test_where_no_locks_are_what_was_abandoned_goes_after_a_day(kind, place, monkeypatch):
    with opened(place(kind)) as store:
        left = content_key("left", store.knobs)
        store.draft(left, 16).add(0, OLD)
        fill(store, "old", OLD)
        assert sorted(store._begun()) == sorted([left, store.held()])
        store.draft(left, 16)  # a fill of it goes on
        monkeypatch.setattr(_servers, "ABANDONED_S", -1)
        fill(store, "new", NEW)
        assert list(store._begun()) == [store.held()]


def test_readers_never_see_two_contents_at_once(url):
    with opened(url) as filler, opened(url) as reader:
        fill(filler, "old", OLD)
        content = reader.content()
        fill(filler, "new", NEW)
        try:
            found = content.read(range(10))
        except Exception:  # it is gone
            found = list(OLD.rows)
        content.close()
        assert found == list(OLD.rows)


def test_a_content_that_is_replaced_while_it_is_opened_is_not_the_one_that_is_read(url, monkeypatch):
    with opened(url) as filler, opened(url) as reader:
        fill(filler, "old", OLD)
        finds, pending = reader.find, ["new"]

        def late(key):
            if pending:
                fill(filler, pending.pop(), NEW)
            return finds(key)

        monkeypatch.setattr(reader, "find", late)
        assert everything(reader) == list(NEW.rows)


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_content_is_on_the_disk_before_it_is_named(kind, tmp_path, monkeypatch):
    synced, real = [], os.fsync

    def fsync(handle):
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr("os.fsync", fsync)
    folder = tmp_path / "s"
    with opened(f"{kind}:{folder}") as store:
        place = folder / fill(store, "new", NEW).key
    before = set(synced[: synced.index((folder / "current.json").stat().st_ino)])
    files = [path for path in place.rglob("*") if path.is_file()]
    assert files and {path.stat().st_ino for path in (*place.rglob("*"), place, folder)} <= before
