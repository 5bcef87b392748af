"""A component in somebody else's package is found by its entry point, with nothing else done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CONFIG = """
dataset: {folder: {path: PATH}}
space: {chunker: [paragraph, whole-document], retriever: bm25, embedder: none}
baseline: {chunker: paragraph(header=title), retriever: bm25, embedder: none}
metrics: [span_recall]
maximize: span_recall
"""


def ragtune(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": f"{HERE / 'outsider'}{os.pathsep}{HERE.parent}"}
    command = [sys.executable, "-m", "ragtune", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_listed_and_swept(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.md").write_text("Cats sleep.\n\nDogs bark\nat night.\n")
    (data / "queries.jsonl").write_text(
        '{"id": "1", "text": "bark", "evidence": [{"doc": "a.md", "quote": "Dogs bark"}]}\n'
    )
    (tmp_path / "ragtune.yaml").write_text(CONFIG.replace("PATH", str(data)))
    listed = json.loads(ragtune(tmp_path, "components", "chunker", "--json"))
    assert {"kind": "chunker", "name": "paragraph", "what": "Each paragraph is a chunk."}.items() <= next(
        entry.items() for entry in listed if entry["name"] == "paragraph"
    )
    ragtune(tmp_path, "sweep", "ragtune.yaml")
    shown = json.loads(ragtune(tmp_path, "show", "--json"))
    assert "paragraph" in json.dumps(shown)
