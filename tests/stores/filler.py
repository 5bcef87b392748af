"""A process that fills a store over and over, to be killed."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import contextmanager
from itertools import cycle

from ragtune.stores import fill, open_store
from tests.stores.places import rows

N, LIMIT = 120, 20
BOTH = {"a": rows(N, seed=1), "b": rows(N, seed=2)}
STEPS = N // LIMIT + 1
"""How often a fill from nothing tells how far it is."""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__, "chromadb.api.rust", "qdrant_client", "psycopg", "pgvector.psycopg"])
# lancedb does not like to be forked


def _fills(url, order, steps):
    with open_store(url) as store:
        store.limit = LIMIT
        for key in cycle(order):
            fill(store, key, BOTH[key], watcher=lambda *_: steps.send(None))


@contextmanager
def filling(url, order):
    """(process, the end of a pipe that says when it has come a step further)."""
    steps, theirs = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_fills, args=(url, order, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield process, steps
    finally:
        process.kill()
        process.join(30)
        steps.close()


def kill(process, steps, after, then_s):
    """So many steps on, and a little later."""
    for _ in range(after):
        assert steps.poll(60)
        steps.recv()  # EOFError, with what the process said on standard error, where it ended by itself
    time.sleep(then_s)
    assert process.is_alive()
    process.kill()
    process.join(30)
