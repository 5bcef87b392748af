"""kill -9 while a bundle is exported or changed: it is the old one or the new one, whole."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest


def torment(folder, kills, seed):
    command = [sys.executable, "-m", "tests.bundling.killing", str(folder), str(kills), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_bundle_is_the_old_one_or_the_new_one(tmp_path):
    torment(tmp_path, 6, time.time_ns())


@pytest.mark.torture
def test_a_bundle_is_the_old_one_or_the_new_one_however_often(tmp_path):
    told = torment(tmp_path, 200, 7)
    assert "'old'" in told and "'new'" in told
    print(told)
