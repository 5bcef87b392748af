"""kill -9 while a store is filled: it is the old one or the new one, whole, and the next fill goes on."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from ragtune.errors import WorkspaceError
from ragtune.stores import content_key, fill, open_store
from tests.stores.filler import BOTH, LIMIT, STEPS, N, filling, kill
from tests.stores.places import FOLDERS

STORES = (*FOLDERS, "chroma-server", "pgvector")


def whole(url):
    """Which content readers see, having read and searched all of it."""
    with open_store(url) as store:
        seen = {content_key(key, store.knobs): key for key in BOTH}[store.held()]
        given, content = BOTH[seen], store.content()
        assert content.count() == N and content.read(range(N)) == list(given.rows)
        some = range(0, N, LIMIT)
        places = content.search(given.vectors[list(some)], 10)
        assert sum(i in found.place for i, found in zip(some, places, strict=True)) >= len(some) - 1
        content.close()
    return seen


def refill(url, key):
    """How many rows a fill added; a server may not know yet that the one before was killed."""
    for _ in range(50):
        try:
            with open_store(url) as store:
                store.limit = LIMIT
                return fill(store, key, BOTH[key]).added
        except WorkspaceError as error:
            assert "another process is filling" in str(error)
            time.sleep(0.1)
    raise AssertionError("the lock of a killed process was never freed")


def torment(urls, kills, seed):
    """Per store: which contents were seen after a kill, and how many of the fills that followed went on with what was left."""
    rng = random.Random(seed)
    seen, resumed = {url: set() for url in urls}, Counter()
    for url in urls:
        refill(url, "a")
    for _ in range(kills):
        for url in urls:
            with filling(url, rng.choice(["ab", "ba"])) as (process, steps):
                kill(process, steps, rng.randint(1, 3 * STEPS), rng.choice([0, rng.uniform(0, 0.05)]))
            found = whole(url)
            seen[url].add(found)
            other = "b" if found == "a" else "a"
            resumed[url] += refill(url, other) < N
            assert whole(url) == other
    return seen, resumed


def test_a_store_is_the_old_one_or_the_new_one(place):
    torment([place(kind) for kind in ("exact", "chroma", "pgvector")], 1, seed=time.time_ns())


@pytest.mark.torture
def test_a_store_is_the_old_one_or_the_new_one_however_often(place):
    kills, urls = 20, [place(kind) for kind in STORES]
    seen, resumed = torment(urls, kills, seed=7)
    for kind, url in zip(STORES, urls, strict=True):
        print(f"{kind}: {kills} kills, then {sorted(seen[url])}; {resumed[url]} fills went on with what was left")
        assert seen[url] == {"a", "b"} and resumed[url]
