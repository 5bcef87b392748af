"""kill -9 while a store in a folder is filled: it is the old one or the new one, whole, and the next fill goes on."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from ragtune.stores import content_key, fill, open_store
from tests.stores.places import FOLDERS, rows

N = 400
BOTH = {"a": rows(N, seed=1), "b": rows(N, seed=2)}
SCRIPT = """
import sys
from itertools import cycle
from ragtune.stores import fill, open_store
from tests.stores.places import rows
both = {"a": rows(int(sys.argv[2]), seed=1), "b": rows(int(sys.argv[2]), seed=2)}
with open_store(sys.argv[1]) as store:
    store.limit = 50
    for key in cycle(sys.argv[3]):
        print(key, flush=True)
        fill(store, key, both[key])
"""


def start(url, order):
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, url, str(N), order]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def kill(process, after):
    """Once it fills, and then some."""
    line = process.stdout.readline()
    assert line.strip() in BOTH, line + process.stdout.read()
    time.sleep(after)
    assert process.poll() is None, process.stdout.read()
    process.kill()
    process.wait(30)
    process.stdout.close()


def whole(url):
    """Which content readers see, having read and searched all of it."""
    with open_store(url) as store:
        seen = {content_key(key, store.knobs): key for key in BOTH}[store.held()]
        given, content = BOTH[seen], store.content()
        assert content.count() == N and content.read(range(N)) == list(given.rows)
        some = range(0, N, 50)
        places = content.search(given.vectors[list(some)], 10)
        assert sum(i in found.place for i, found in zip(some, places, strict=True)) >= len(some) - 1
        content.close()
    return seen


def torment(folder, kinds, kills, seed):
    rng = random.Random(seed)
    urls = [f"{kind}:{folder / kind}" for kind in kinds]
    for url in urls:
        with open_store(url) as store:
            fill(store, "a", BOTH["a"])
    seen = set()
    for _ in range(kills):
        order = rng.choice(["ab", "ba"])
        processes = [start(url, order) for url in urls]
        for process in processes:
            kill(process, rng.uniform(0, 1.2))
        seen.update(whole(url) for url in urls)
    for url in urls:
        for key in ("a", "b"):
            with open_store(url) as store:
                fill(store, key, BOTH[key])
            assert whole(url) == key
    return seen


def test_a_store_is_the_old_one_or_the_new_one(tmp_path):
    torment(tmp_path, FOLDERS, 1, seed=time.time_ns())


@pytest.mark.torture
@pytest.mark.parametrize("kind", FOLDERS)
def test_a_store_is_the_old_one_or_the_new_one_however_often(kind, tmp_path):
    assert torment(tmp_path, [kind], 12, seed=7) == {"a", "b"}
