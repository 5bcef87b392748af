"""From a study of tools to a bundle."""

from __future__ import annotations

from pathlib import Path

from ragtune.bundling._describing import described, put_values, readme, refuse_recorded
from ragtune.bundling._manifest import Manifest, digest_of
from ragtune.bundling._parts import kept
from ragtune.bundling._selecting import EDITED, Selecting
from ragtune.bundling._writing import publish, refuse_strangers, writing
from ragtune.engine import codec
from ragtune.engine.compute import Computer
from ragtune.engine.workspace import Workspace
from ragtune.pipelines.tool_data import ToolSteps
from ragtune.pipelines.tools import Tools, WiredTools
from ragtune.study import Study
from ragtune.toolpanels import wired_tools
from ragtune.tools import ToolSet

_LINES = """\
toolbox = ragtune.load_tools("{}")
for tool in toolbox.select("your request"): print(tool.name, tool.description)"""


def export_tools(study: Study, workspace: Workspace, configuration: str, folder: Path) -> Manifest:
    """Write a configuration of a study of tools as a bundle, as `export` does."""
    refuse_strangers(folder)
    computer = Computer(workspace)
    wired, data, _ = wired_tools(study, workspace, configuration, computer)
    refuse_recorded(wired.shown)
    with writing(folder):
        manifest = _put(study, computer, wired, data, folder)
        publish(folder, manifest, readme(manifest, folder.name, "Tools that were", _LINES.format(folder.name)))
    return manifest


def _put(study: Study, computer: Computer, wired: WiredTools, data: ToolSteps, folder: Path) -> Manifest:
    """The artefacts of a design, and what names them."""
    tools: ToolSet = computer.value(wired.toolset)
    digests = {**data.known_as, EDITED: digest_of(codec.encode(tools))}
    slots = wired.configuration.spec()
    selecting = Selecting.of(slots, digests, len(tools))
    store = computer.workspace.store
    if not store.has(selecting.edited.key):
        with computer.workspace.writing():
            store.put(selecting.edited.key, tools)
    artefacts = put_values(folder, computer, kept(selecting.prepared))
    return described(
        study,
        wired.key[:8],
        folder,
        selecting.shown,
        pipeline="tools",
        slots=slots,
        versions=_versions(wired.configuration),
        key=selecting.shown.key,
        size={"tools": len(tools)},
        documents=artefacts[selecting.edited.key].digest,
        data=digests,
        artefacts=artefacts,
    )


def _versions(design: Tools) -> dict[str, int]:
    """Of the component in each slot; edits are numbered in their order."""
    edits = {f"edit {i}": edit.version for i, edit in enumerate(design.edits, 1)}
    return {**edits, **{slot: each.version for slot, each in design.slots().items() if each}}
