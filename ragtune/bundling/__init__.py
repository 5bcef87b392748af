"""A tuned design as a folder that an app loads: no study, no questions, and the same answers as in the study.

`bundle.json` says what the bundle is and names every artefact with its size and digest; it is written last, by rename, so
that a bundle is always the old one or the new one, whole. Artefacts are known by the key of the step whose value they hold,
and their files by their content.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ragtune.bundling._changing import Change
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

if TYPE_CHECKING:
    from ragtune.bundling._export import export

__all__ = [
    "FILE",
    "PROFILE",
    "Artefact",
    "Change",
    "Context",
    "Manifest",
    "Passage",
    "Retriever",
    "artefact_path",
    "differences",
    "export",
    "faults",
    "load",
    "read_manifest",
]


def __getattr__(name: str) -> Any:
    """Exporting brings all that a study rests on with it, and an app that loads a bundle does not wait for that."""
    if name != "export":
        raise AttributeError(f"module 'ragtune.bundling' has no attribute '{name}'")
    return import_module("ragtune.bundling._export").export
