"""A pytest plugin: the fixture `ragtune_check` fails a test when retrieval got worse, or misses its targets."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ragtune.gating import Gate
    from ragtune.study import Study

Check = Callable[..., "Gate"]


@pytest.fixture
def ragtune_check(request: pytest.FixtureRequest) -> Check:
    """A function that checks a study, as `ragtune check` does; paths are seen from pytest's root folder.

    `ragtune_check(study, baseline=None, margins={}, workspace=None)`: the study is a `Study`, as `ragtune.sweep` returns
    it, or what `ragtune check` takes. The workspace is `.ragtune`, or what RAGTUNE_WORKSPACE names, unless given. It
    returns what was shown.
    """
    root = request.config.rootpath

    def check(
        study: Study | str,
        baseline: str | Path | None = None,
        margins: Mapping[str, float] | None = None,
        workspace: str | Path | None = None,
    ) -> Gate:
        from ragtune.designs import design_of, find_design
        from ragtune.engine.workspace import Workspace
        from ragtune.gating import gate

        place = Workspace(root / (workspace or os.environ.get("RAGTUNE_WORKSPACE") or ".ragtune"))
        candidate = find_design(study, place) if isinstance(study, str) else design_of(study, "", place)
        before = None if baseline is None else find_design(_seen_from(root, str(baseline)), place)
        found = gate(candidate, before, margins or {})
        if not found.passed:
            told = [each.told for each in found.checks if not each.passed] + [f"note: {note}" for note in found.notes]
            pytest.fail(f"{found.candidate}: " + "\n".join(told), pytrace=False)
        return found

    return check


def _seen_from(root: Path, reference: str) -> str:
    """A file or folder below the root; anything else is left as it is."""
    return str(root / reference) if (root / reference).exists() or reference.endswith(".json") else reference
