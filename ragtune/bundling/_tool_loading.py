"""A bundle of tools in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragtune.bundling._manifest import Manifest
from ragtune.bundling._opening import check_version, opened, read_values
from ragtune.bundling._parts import made
from ragtune.bundling._selecting import Selecting
from ragtune.errors import InputError
from ragtune.tools import Requests, Shown, ToolSet


@dataclass(frozen=True)
class LoadedTools:
    """A bundle's steps, and by their keys the values that stand ready before a request; it never changes."""

    manifest: Manifest
    selecting: Selecting
    values: Mapping[str, Any]

    @property
    def toolset(self) -> ToolSet:
        """The tools as edited, with the way back of each."""
        tools: ToolSet = self.values[self.selecting.edited.key]
        return tools

    @property
    def originals(self) -> ToolSet:
        """The tools as they were."""
        tools: ToolSet = self.values[self.selecting.data.original.key]
        return tools

    def shown(self, requests: Requests) -> Shown:
        """What each request is shown."""
        found: Shown = made(self.selecting.shown, {**self.values, self.selecting.data.request.key: requests})
        return found


def load_tool_bundle(folder: Path) -> LoadedTools:
    """A bundle of tools as it is now.

    Raises:
        InputError: the folder is no bundle, or holds no tools.
        WorkspaceError: it is damaged, or a component has another version now.
    """
    return opened(folder, lambda manifest: _loaded(folder, manifest))


def _loaded(folder: Path, manifest: Manifest) -> LoadedTools:
    if manifest.pipeline != "tools":
        raise InputError(f"{folder} holds a retriever; ragtune.load loads it")
    selecting = Selecting.of(manifest.slots, manifest.data, manifest.size["tools"])
    check_version(folder, manifest, selecting.shown.key, selecting.slots)
    return LoadedTools(manifest, selecting, read_values(folder, manifest, selecting.prepared))
