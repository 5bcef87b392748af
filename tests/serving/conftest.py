"""A bundle, and real servers of it as processes on free ports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import ragtune
from ragtune.bundling import export
from ragtune.engine.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
TOKEN = "a-token-of-the-tests-0123456789"
FACTS = {"cat": "hunts at dawn", "owl": "sees in the dark", "bee": "makes honey", "fox": "digs a den"}


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """Four documents behind BM25: no model has to be loaded."""
    documents = [ragtune.Document(name, f"The {name} {does}.", f"Of the {name}") for name, does in FACTS.items()]
    queries = [ragtune.Query(f"q-{name}", f"Who {does}?", (ragtune.Evidence(name),)) for name, does in FACTS.items()]
    config = {
        "name": "animals",
        "space": {"chunker": "sentence", "retriever": "bm25"},
        "baseline": {"chunker": "sentence", "retriever": "bm25"},
        "metrics": ["nDCG@5"],
    }
    place = tmp_path_factory.mktemp("served")
    dataset = ragtune.Dataset("animals", tuple(documents), tuple(queries), {})
    study = ragtune.sweep(dataset, config, workspace=place / "workspace")
    export(study, Workspace(place / "workspace"), study.scores.configurations[0], place / "bundle")
    return place / "bundle"


@contextmanager
def serving(folder, *options, module="ragtune"):
    """(process, address) of a server; it is ended on the way out, if it still runs."""
    command = [sys.executable, "-m", module, *(["serve"] if module == "ragtune" else []), str(folder), "--port", "0"]
    environment = {**os.environ, "TOKEN_OF_TESTS": TOKEN}
    process = subprocess.Popen([*command, *options], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        said = process.stderr.readline()
        found = re.search(r"http://([\w.:\[\]]+)", said)
        assert found, said + process.stderr.read()
        yield process, found.group(0)
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stderr.close()


@pytest.fixture(scope="session")
def protected(bundle):
    """A server that wants a token."""
    with serving(bundle, "--token-env", "TOKEN_OF_TESTS", "--rate", "0") as (_, address):
        yield address
