"""kill -9 at random instants: nothing finished is lost, nothing is unreadable, and the scores end in the same bits."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from ragtune.engine import codec
from ragtune.engine.workspace import Workspace
from ragtune.study import studies
from ragtune.types import Value

CONFIG = {
    "name": "killed",
    "space": {
        "chunker": [f"token-window(size_tokens={size})" for size in (48, 64, 96, 128)],
        "embedder": ["wordllama", "wordllama(dim=64)"],
        "retriever": [
            "bm25",
            "dense",
            "hybrid",
            *(
                f"hybrid(fusion=weighted, alpha={a / 10}, normalization={n})"
                for a in (2, 5, 8)
                for n in ("min-max", "dbsf")
            ),
        ],
        "context": {"token-budget": {"budget_tokens": [500, 1000]}},
    },
    "baseline": {"chunker": "whole-document", "retriever": "bm25"},
}
SMALL = {**CONFIG, "space": {**CONFIG["space"], "chunker": CONFIG["space"]["chunker"][2:], "embedder": "wordllama"}}
SCRIPT = """
import json, sys, ragtune
ragtune.sweep("python-stdlib", json.loads(sys.argv[1]), workspace=sys.argv[2], workers=int(sys.argv[3]))
"""


def start(workspace: Path, workers: int, config: dict[str, object], log: Path | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SCRIPT, json.dumps(config), str(workspace), str(workers)]
    with (log or workspace.with_suffix(".log")).open("wb") as file:
        return subprocess.Popen(command, start_new_session=True, stdout=file, stderr=file)


def log(workspace: Path) -> str:
    return workspace.with_suffix(".log").read_text()


def stored(folder: Path) -> set[str]:
    """Keys of all that is finished, having read every byte of it."""
    keys = set()
    for path in (folder / "store").glob("*/[0-9a-f]*"):
        codec.decode(path.read_bytes(), Anything)
        keys.add(path.name)
    for name in ("results.sqlite", "memo.sqlite"):
        if (folder / name).exists():
            with closing(sqlite3.connect(folder / name)) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                db.text_factory = bytes
                if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'rows'").fetchone():
                    keys.update(name + key.hex() for (key,) in db.execute("SELECT key FROM rows"))
    assert not list(folder.glob("*.damaged-*"))
    return keys


class Anything(Value):
    @classmethod
    def from_arrays(cls, arrays):
        return arrays


def murder(process: subprocess.Popen[bytes], rng: random.Random) -> None:
    """The whole group at once, the parent alone, or one of its workers."""
    children = psutil.Process(process.pid).children() if process.poll() is None else []
    how = rng.choice(["group", "parent", "worker"])
    try:
        if how == "worker" and children:
            os.kill(rng.choice(children).pid, signal.SIGKILL)
            process.wait(60)
            return
        (os.killpg if how == "group" else os.kill)(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(60)
    _gone, alive = psutil.wait_procs(children, timeout=30)
    assert not alive, "workers outlived their parent"


def unbroken(workspace: Path, workers: int, config: dict[str, object]) -> tuple[Path, float]:
    """A workspace of a run that nobody killed, and how long it took."""
    began = time.monotonic()
    assert start(workspace, workers, config).wait(300) == 0, log(workspace)
    return workspace, time.monotonic() - began


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return unbroken(tmp_path_factory.mktemp("small") / "whole", 1, SMALL)


def torment(
    folder: Path, kills: int, workers: int, seed: int, config: dict[str, object], unbroken: tuple[Path, float]
) -> None:
    rng = random.Random(seed)
    whole, seconds = unbroken
    killed, at, before = 0, 0, set()
    while killed < kills:
        at += 1
        workspace = folder / f"killed-{at}"  # a workspace is killed in again and again until it comes to an end
        before = set()
        while killed < kills:
            process = start(workspace, workers, config)
            time.sleep(rng.uniform(0.3, 1.0) * seconds * rng.random())
            if process.poll() is not None:
                assert process.returncode == 0, log(workspace)
                break
            murder(process, rng)
            killed += 1
            after = stored(workspace)
            assert before <= after, "a finished step was lost"
            before = after
        last = start(workspace, workers, config)
        assert last.wait(300) == 0, log(workspace)
        assert before <= stored(workspace)
        assert_same(whole, workspace)
    print(f"{killed} kills in {at} workspaces, {workers} worker(s): same scores")


def assert_same(whole: Path, killed: Path) -> None:
    (expected,), (found,) = studies(Workspace(whole)), studies(Workspace(killed))
    assert found.name == expected.name and found.summary["failed"] == []
    assert found.record["configurations"] == expected.record["configurations"]
    assert found.scores.values.tobytes() == expected.scores.values.tobytes()
    assert Workspace(killed).failures() == []


def test_a_kill(tmp_path, small):
    torment(tmp_path, kills=1, workers=1, seed=1, config=SMALL, unbroken=small)


@pytest.mark.torture
@pytest.mark.parametrize("workers", [1, 2])
def test_a_hundred_kills(tmp_path, workers):
    whole = unbroken(tmp_path / "whole", workers, CONFIG)
    torment(tmp_path, kills=100, workers=workers, seed=10 + workers, config=CONFIG, unbroken=whole)


def test_two_sweeps_at_once_agree_and_each_step_runs_once(tmp_path, small):
    both = [start(tmp_path / "shared", 1, SMALL) for _ in range(2)]
    assert [process.wait(300) for process in both] == [0, 0]
    assert_same(small[0], tmp_path / "shared")
    assert stored(small[0]) == stored(tmp_path / "shared")
