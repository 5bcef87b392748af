"""Bundles of tools against their study: for 200 designs of the assistant's tools, the same tools shown, bit for bit."""

from __future__ import annotations

import random

from benchmarks.common import conclude, fresh_workspace
from ragtune import load_tools, sweep
from ragtune.bundling import export
from ragtune.toolpanels import trace_tools

DESIGNS, ALONE, SEED = 200, 100, 7
CONFIG = {
    "name": "tools-parity",
    "tools": "assistant-tools",
    "space": {
        "edits": [
            ["none", "first-sentence"],
            ["none", {"add-examples": {"k": 4}}],
            ["none", "flatten", {"rename": {"style": "camel", "parameters": True}}],
            ["none", "split-by-enum", {"merge-near-duplicates": {"min_similarity": 0.5}}],
        ],
        "embedder": ["wordllama", "minilm"],
        "selector": [
            {"all": {"order": ["given", "shuffled"]}},
            {"retrieved": {"k": [5, 10], "retriever": ["bm25", "dense", "hybrid", "rm3"]}},
            {"retrieved": {"retriever": "hybrid", "order": ["reversed", "name", "shuffled"]}},
            {"always-on": {"always": ["send_message"], "retriever": ["bm25", "dense"]}},
            {"server-then-tool": {"retriever": ["bm25", "dense"]}},
        ],
        "caller": {"similarity": {"retriever": "bm25"}},
    },
    "baseline": {"caller": {"similarity": {"retriever": "bm25"}}},
    "metrics": ["selection_accuracy"],
}  # fmt: skip


def main() -> None:
    """Sweep, export, load, compare."""
    with fresh_workspace("tools_parity") as workspace:
        study = sweep(None, CONFIG, workspace=workspace.folder)
        entries = study.record["configurations"]
        chosen = random.Random(SEED).sample(entries, min(DESIGNS, len(entries)))
        together = alone = 0
        for entry in chosen:
            judged = trace_tools(study, workspace, entry["id"]).judged
            export(study, workspace, entry["id"], workspace.folder / "bundle")
            toolbox = load_tools(workspace.folder / "bundle")
            shown = toolbox.shown(judged.requests)
            together += all(
                [
                    toolbox.tools == judged.toolset.tools,
                    shown.tool.tobytes() == judged.shown.tool.tobytes(),
                    shown.score.tobytes() == judged.shown.score.tobytes(),
                ]
            )
            asked = [judged.requests.one(i) for i in range(ALONE)]
            alone += all(toolbox.shown(one).of(0) == judged.shown.of(i) for i, one in enumerate(asked))
        print(
            f"{len(chosen)} of {len(entries)} designs; {len(judged.requests)} requests together, {ALONE} of them one by one"
        )
        conclude(
            f"parity: {together} and {alone} of {len(chosen)} equal", passed=together == alone == len(chosen) == DESIGNS
        )


if __name__ == "__main__":
    main()
