"""kill -9 while a bundle is exported or changed: it is the old one or the new one, whole."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest


def torment(folder, kills, seed, store=""):
    command = [sys.executable, "-m", "tests.bundling.killing", str(folder), str(kills), str(seed), store]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_bundle_is_the_old_one_or_the_new_one(tmp_path):
    torment(tmp_path, 1, time.time_ns(), "exact")


@pytest.mark.torture
@pytest.mark.parametrize("store, kills", [("", 100), ("exact", 60), ("chroma", 30), ("lancedb", 20), ("qdrant", 20)])
def test_a_bundle_is_the_old_one_or_the_new_one_however_often(store, kills, tmp_path):
    told = torment(tmp_path, kills, 7, store)
    print(store or "in memory", told)
    assert "'old'" in told and ("'new'" in told or kills < 50)
