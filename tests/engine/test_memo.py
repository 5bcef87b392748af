"""Rows that a model could not get: not kept, asked for again, and in nobody else's way."""

from __future__ import annotations

from ragtune.engine.database import Database
from ragtune.engine.memo import Memo


class Some:
    """Gets no row for the texts in `lost`."""

    workers = 2

    def __init__(self, lost):
        self.lost = lost
        self.asked = []

    def batches(self, texts):
        return [[i] for i in range(len(texts))]

    def rows(self, texts):
        self.asked += texts
        return [None if text in self.lost else text.upper().encode() for text in texts]


def test_a_row_that_could_not_be_got_is_none_and_asked_for_again(tmp_path):
    database = Database(tmp_path / "memo.sqlite")
    first, second = Some({"b", "d"}), Some(set())
    memo = Memo(database, "scope", lambda *_: None)
    assert memo.rows_or_none(["a", "b", "c", "b", "d"], lambda: first) == [b"A", None, b"C", None, None]
    assert (memo.missing, memo.computed, sorted(first.asked)) == (2, 2, ["a", "b", "c", "d"])
    memo = Memo(database, "scope", lambda *_: None)
    assert memo.rows_or_none(["a", "b", "c", "d"], lambda: second) == [b"A", b"B", b"C", b"D"]
    assert (memo.missing, memo.computed, sorted(second.asked)) == (0, 2, ["b", "d"])
    assert memo.rows(["a", "b"], lambda: second) == [b"A", b"B"]
    database.close()


def test_where_nothing_is_kept_the_others_come_all_the_same():
    assert Memo(None, "scope", lambda *_: None).rows_or_none(["a", "b"], lambda: Some({"a"})) == [None, b"B"]


def test_one_text_where_nothing_is_kept():
    memo = Memo(None, "scope", lambda *_: None)
    assert memo.rows(["ab"], lambda: Some(set())) == [b"AB"]
    assert memo.rows_or_none(["c"], lambda: Some({"c"})) == [None]
    assert (memo.computed, memo.characters, memo.missing) == (1, 3, 1)
