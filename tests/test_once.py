"""Within a request, work is done once; outside of one, each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from ragtune.once import once, one_request


def test_a_request_does_work_once_and_the_next_does_it_again():
    done = []

    def work():
        done.append(len(done))
        return done[-1]

    for first in (0, 2):
        with one_request():
            assert [once("a", work), once("a", work), once("b", work)] == [first, first, first + 1]
    assert [once("a", work), once("a", work)] == [4, 5]


def test_threads_share_it_by_their_context_alone():
    with one_request(), ThreadPoolExecutor(1) as pool:
        assert once("a", lambda: 1) == 1
        assert pool.submit(copy_context().run, once, "a", lambda: 2).result() == 1
        assert pool.submit(once, "a", lambda: 3).result() == 3


def test_what_fails_is_not_held():
    def fail():
        raise ValueError("not yet")

    with one_request():
        for _ in range(2):
            with pytest.raises(ValueError, match="not yet"):
                once("a", fail)
        assert once("a", lambda: 1) == 1
