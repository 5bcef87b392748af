"""A tuned design as a folder that an app loads: no study, no questions, and the same answers as in the study.

`bundle.json` says what the bundle is and names every artefact with its size and digest; it is written last, by rename, so
that a bundle is always the old one or the new one, whole. Artefacts are known by the key of the step whose value they hold,
and their files by their content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ragtune.bundling._changing import Change
from ragtune.bundling._form import Form
from ragtune.bundling._manifest import (
    FILE,
    PROFILE,
    Artefact,
    Manifest,
    artefact_path,
    differences,
    faults,
    read_manifest,
)
from ragtune.bundling._retriever import Context, Passage, Retriever, load
from ragtune.bundling._toolbox import Toolbox, load_tools

if TYPE_CHECKING:
    from ragtune.bundling._export import export

__all__ = [
    "FILE",
    "PROFILE",
    "Artefact",
    "Change",
    "Context",
    "Form",
    "Manifest",
    "Passage",
    "Retriever",
    "Toolbox",
    "artefact_path",
    "differences",
    "export",
    "faults",
    "load",
    "load_tools",
    "read_manifest",
]


def __getattr__(name: str) -> Any:
    """Import what writes bundles on first use: an app that loads one has no use for studies."""
    if name != "export":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from ragtune.bundling._export import export

    return export
