"""A disk that fills up in the middle of a sweep: a small tmpfs, where this user may mount one.

The short form, which injects the error, is in tests/engine/test_damage.py.
"""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.torture.test_kill import SMALL, assert_same, start, stored


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs; test_damage.py injects the error instead")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.torture
def test_a_full_disk_is_told_loses_nothing_and_is_gone_on_from(small_disk, tmp_path):
    workspace = small_disk / "workspace"
    elsewhere = tmp_path / "log"  # on a full disk even the log would be cut short
    process = start(workspace, 1, SMALL, elsewhere)
    assert process.wait(120) == 1
    told = elsewhere.read_text()
    assert re.search(
        r"WorkspaceError: cannot write /\S+ \([\d,]+ bytes; [\d,]+ bytes are free\): the disk is full", told
    ), told
    before = stored(workspace)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    process = start(workspace, 1, SMALL, elsewhere)
    assert process.wait(120) == 0, elsewhere.read_text()
    assert before <= stored(workspace)
    whole = start(tmp_path / "whole", 1, SMALL)
    assert whole.wait(120) == 0
    assert_same(tmp_path / "whole", workspace)
