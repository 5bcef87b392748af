"""`ragtune tools edit` with a scripted editor on 500 tools and 4,000 cases: seconds from its close to the printed effect.

The model is loaded, and the tools as they were are measured, while the editor is open; `--open` says for how long.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.common import conclude, fresh_workspace
from ragtune.cases import load_candidates_tools, load_cases, write_cases
from ragtune.tools import Case, ExpectedCall, Tool, ToolSet, save_tools

BAR = 2.0
EDITOR = """
import re, sys, time
text = open(sys.argv[-1]).read()
time.sleep(float(sys.argv[1]))
open(sys.argv[-1], "w").write(re.sub("description: .*", "description: " + sys.argv[2], text, count=1))
"""


def made() -> tuple[ToolSet, list[Case]]:
    """ToolE's tools and cases with BFCL's tools beside them, where the public data are at hand; else made up."""
    root = Path(os.environ.get("RAGTUNE_DATA", "")) / "tools"
    if os.environ.get("RAGTUNE_DATA") and root.is_dir():
        own, other = (load_candidates_tools(root / name) for name in ("metatool", "bfcl"))
        names = {tool.name: tool for tool in (*reversed(other.tools), *own.tools)}
        more = [tool for tool in names.values() if tool.id not in own.place]
        cases = load_cases(root / "metatool" / "queries.jsonl", own)
        return ToolSet((*own.tools, *more[: 500 - len(own)])), list(cases[:4000])
    tools = [
        Tool(name=f"tool_{i}", description=f"Does job {i} of kind {i % 17} for team {i % 29}.") for i in range(500)
    ]
    made = [
        Case(id=f"c{i}", query=f"please do job {i % 500}, way {i}", calls=(ExpectedCall(tool=f"tool_{i % 500}"),))
        for i in range(4000)
    ]
    return ToolSet(tuple(tools)), made


def edited(folder: Path, id: str, seconds: float, text: str) -> float:
    """Edit a tool with a scripted editor; seconds from its close."""
    editor = folder / "editor.py"
    editor.write_text(EDITOR)
    words = [
        sys.executable,
        "-c",
        "from ragtune.cli.tools.edit import command; command()",
        id,
        "--tools",
        "tools.yaml",
        "--cases",
        "cases.jsonl",
    ]
    environment = {**os.environ, "VISUAL": f"'{sys.executable}' '{editor}' {seconds} '{text}'"}
    done = subprocess.run([*words, "--json"], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    print(f"editor open {seconds:g} s: {found['seconds']:.2f} s from its close; {found['embedded']} texts embedded")
    if found["embedded"] > 1:
        conclude(f"tools edit: {found['embedded']} texts embedded for one tool", passed=False)
    return float(found["seconds"])


def main() -> None:
    """Edit once to embed all, then with the editor open for a while, and for no time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=float, default=5.0, help="seconds that the editor stays open")
    seconds = parser.parse_args().open
    tools, cases = made()
    with fresh_workspace("tools-edit") as workspace:
        folder = workspace.folder.resolve()
        folder.mkdir(parents=True)
        save_tools(folder / "tools.yaml", tools.tools)
        write_cases(cases, folder / "cases.jsonl")
        id = tools.tools[0].id
        edited(folder, id, 0.0, "Gives what was asked for the first time.")
        waited = [edited(folder, id, seconds, f"Gives the job that is wanted, number {i}.") for i in range(3)]
        at_once = [edited(folder, id, 0.0, f"Gives something at once, number {i}.") for i in range(3)]
    took, hurried = sorted(waited)[1], sorted(at_once)[1]
    conclude(
        f"tools edit: {took:.2f} s after the editor closed, {hurried:.2f} s where it closed at once; bar {BAR:g} s",
        passed=max(took, hurried) < BAR,
    )


if __name__ == "__main__":
    main()
