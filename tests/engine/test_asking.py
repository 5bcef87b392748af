"""Rows of models that are awaited: written before others begin, asked for once, and no worse for what fails."""

from __future__ import annotations

import asyncio
import time

import pytest

from ragtune.engine.database import Database
from ragtune.engine.memo import Memo
from ragtune.loop import run, together


class Slow(Database):
    """Takes its time to write."""

    def put(self, rows):
        time.sleep(0.005)
        super().put(rows)
        for text in (value.decode().lower() for value in rows.values()):
            self.model.unwritten.discard(text)
            self.model.written.append(text)


class Model:
    """Capital letters, after a moment; None for the texts in `lost`, an error for those in `broken`."""

    workers = 3

    def __init__(self, lost=(), broken=()):
        self.lost, self.broken = lost, broken
        self.asked, self.written = [], []
        self.unwritten, self.most = set(), 0

    def batches(self, texts):
        return [[i] for i in range(len(texts))]

    async def rows(self, texts):
        (text,) = texts
        self.asked.append(text)
        self.unwritten.add(text)
        self.most = max(self.most, len(self.unwritten))
        await asyncio.sleep(0.002)
        if text in self.broken:
            raise ZeroDivisionError(text)
        if text in self.lost:
            self.unwritten.discard(text)
            return [None]
        return [text.upper().encode()]


@pytest.fixture
def memo_of(tmp_path):
    database = Slow(tmp_path / "memo.sqlite")

    def make(model):
        database.model = model
        return Memo(database, "scope", lambda *_: None)

    yield make
    database.close()


TEXTS = [f"text {i}" for i in range(20)]


def test_no_more_are_under_way_than_workers_those_not_yet_written_among_them(memo_of):
    model = Model(lost=("text 3",))
    memo = memo_of(model)
    found = memo.rows_or_none([*TEXTS, TEXTS[0]], lambda: model)
    assert found == [None if text == "text 3" else text.upper().encode() for text in [*TEXTS, TEXTS[0]]]
    assert model.most == 3 and sorted(model.asked) == sorted(TEXTS)
    assert (memo.computed, memo.missing, memo.characters) == (19, 1, sum(map(len, TEXTS)))
    again = Model()
    assert memo_of(again).rows(TEXTS, lambda: again) == [text.upper().encode() for text in TEXTS]
    assert again.asked == ["text 3"]


def test_one_that_fails_is_raised_when_those_under_way_are_written(memo_of):
    model = Model(broken=("text 4",))
    with pytest.raises(ZeroDivisionError, match="text 4"):
        memo_of(model).rows(TEXTS, lambda: model)
    assert 5 <= len(model.asked) <= 7 and sorted(model.written) == sorted({*model.asked} - {"text 4"})


def test_coroutines_ask_at_any_time_share_the_workers_and_never_ask_twice(memo_of):
    model, loaded = Model(lost=("text 1",)), []

    def load():
        loaded.append(model)
        return model

    asking = memo_of(model).asking(load)

    async def one(i):
        await asyncio.sleep(0.001 * (i % 7))
        return await asking.rows_or_none([TEXTS[i % 5], TEXTS[10 + i % 3]])

    found = run(together, [one(i) for i in range(30)])
    assert [row for row, _ in found] == [None if i % 5 == 1 else TEXTS[i % 5].upper().encode() for i in range(30)]
    assert [row for _, row in found] == [TEXTS[10 + i % 3].upper().encode() for i in range(30)]
    assert len(loaded) == 1 and model.most <= 3
    kept = [text for text in model.asked if text != "text 1"]
    assert sorted(kept) == sorted({*TEXTS[:5], *TEXTS[10:13]} - {"text 1"})


def test_the_model_is_not_loaded_for_what_is_known(memo_of):
    model = Model()
    memo_of(model).rows(TEXTS[:2], lambda: model)
    asking = memo_of(model).asking(lambda: pytest.fail("it was loaded"))
    assert run(asking.rows_or_none, TEXTS[1::-1]) == [b"TEXT 1", b"TEXT 0"]


def test_a_full_disk_ends_it(memo_of, monkeypatch):
    model = Model()
    memo = memo_of(model)

    def full(self, rows):
        raise OSError(28, "no space left")

    monkeypatch.setattr(Slow, "put", full)
    with pytest.raises(OSError, match="no space left"):
        memo.rows(TEXTS, lambda: model)
    assert len(model.asked) <= 2 * model.workers
