"""Settings of the whole suite."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a good part of the time is spent waiting for servers and other processes."""
    return (os.cpu_count() or 1) + 1


# Machines are noisy: no test fails for being slow. In CI the examples are the same each time, so that red means changed.
settings.register_profile("ragtune", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("ragtune")
