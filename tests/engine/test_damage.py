"""Damage is found, said and mended; a full disk is an error with path and size, and corrupts nothing."""

from __future__ import annotations

import os
import random

import pytest

from ragtune.engine import codec, store
from ragtune.engine.compute import Computer
from ragtune.engine.database import Database
from ragtune.engine.run import run
from ragtune.engine.step import Step
from ragtune.engine.workspace import Workspace
from ragtune.errors import WorkspaceError
from tests.engine.toys import Add, Model, Numbers, source, words

CASES = 60


def targets():
    stored = Step(Add(amount=1), "stored", (source(40),))
    small = [Step(Add(amount=a), "small", (stored,)) for a in range(5)]
    # A single damaged row is computed again by itself, so the model here does not look at its batch.
    return [*small, Step(Model(alone=True), "embed", (words(30),))]


def finish(workspace):
    with workspace.writing():
        report = run(targets(), workspace, Computer(workspace))
        assert not report.failed
        return [Computer(workspace).value(target).n.tolist() for target in targets()]


def damage(path, rng):
    """Cut a file short or flip one bit of it."""
    data = bytearray(path.read_bytes())
    if rng.random() < 0.5:
        data = data[: rng.randrange(len(data))]
    else:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def torment(folder, cases, seed):
    """Damage one file at a time; the values must come out right each time, whatever was hit."""
    expected = finish(Workspace(folder))
    rng = random.Random(seed)
    for case in range(cases):
        files = sorted(
            p
            for p in folder.rglob("*")
            if p.is_file() and p.suffix != ".jsonl" and p.name not in ("lock", ".gitignore")
        )
        victim = rng.choice([p for p in files if "damaged" not in p.name and p.stat().st_size])
        damage(victim, rng)
        assert finish(Workspace(folder)) == expected, f"case {case}: {victim.name}"


def test_damaged_files_are_found_and_computed_again(tmp_path):
    torment(tmp_path / "ws", CASES, seed=0)


@pytest.mark.torture
def test_damaged_files_at_length(tmp_path):
    torment(tmp_path / "ws", 1000, seed=1)


def test_every_flipped_bit_and_every_cut_of_an_artefact_is_detected():
    data = codec.encode(Numbers(__import__("numpy").arange(3)))
    for bit in range(len(data) * 8):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(codec.DamagedError):
            codec.decode(bytes(wrong), Numbers)
    for size in range(len(data)):
        with pytest.raises(codec.DamagedError):
            codec.decode(data[:size], Numbers)


def test_damage_is_said(tmp_path):
    finish(Workspace(tmp_path))
    victim = next(p for p in (tmp_path / "store").rglob("*") if p.is_file())
    victim.write_bytes(b"not what was written")
    for row in ("results.sqlite", "memo.sqlite"):
        (tmp_path / row).write_bytes(b"no database " * 100)
    said: list[str] = []
    finish(Workspace(tmp_path, said.append))
    assert any("set aside as results.damaged-1" in line for line in said)
    assert any(f"{victim} was damaged; it is computed again" in line for line in said)


def full(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_one_error_with_path_and_size(tmp_path, monkeypatch):
    path = tmp_path / "ab" / "abc"
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(
        WorkspaceError, match=r"cannot write .*abc \(1,000 bytes; .* bytes are free\): the disk is full"
    ):
        store.write_atomically(path, b"x" * 1000)
    assert list(path.parent.iterdir()) == []


def test_a_full_disk_under_the_database_rolls_back_and_keeps_what_was_there(tmp_path):
    database = Database(tmp_path / "rows.sqlite")
    database.put({b"kept": b"1"})
    database._open().execute("PRAGMA max_page_count = 3")  # SQLite's own way to a full disk
    with pytest.raises(WorkspaceError, match=r"cannot write .*rows.sqlite .*the disk is full"):
        database.put({b"lost": b"x" * 100_000})
    assert database.get([b"kept", b"lost"]) == {b"kept": b"1"}


def test_a_full_disk_stops_the_run_keeps_what_is_done_and_resumes(tmp_path, monkeypatch):
    workspace = Workspace(tmp_path)
    expected = finish(Workspace(tmp_path / "other"))
    real = os.fsync
    calls = iter(range(100))
    monkeypatch.setattr("os.fsync", lambda handle: real(handle) if next(calls) < 2 else full())
    with workspace.writing(), pytest.raises(WorkspaceError, match="the disk is full"):
        run(targets(), workspace, Computer(workspace))
    monkeypatch.setattr("os.fsync", real)
    assert finish(Workspace(tmp_path)) == expected
