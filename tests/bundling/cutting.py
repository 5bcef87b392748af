"""A writer of bundles that is interrupted."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from ragtune.bundling import _writing


@contextmanager
def cut_off(monkeypatch, after):
    """What is inside is interrupted, after so many files were written."""
    write_atomically = _writing.write_atomically
    written = 0

    def write(path, data):
        nonlocal written
        if written >= after:
            raise KeyboardInterrupt
        written += 1
        write_atomically(path, data)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(_writing, "write_atomically", write)
        yield
