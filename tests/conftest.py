"""Settings of the whole suite."""

from __future__ import annotations

import os

from hypothesis import settings

# Machines are noisy: no test fails for being slow. In CI the examples are the same each time, so that red means changed.
settings.register_profile("ragtune", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("ragtune")
