"""The apps in docs/ship.md run, each by itself, beside a bundle of the name that they use."""

from __future__ import annotations

import re
import shutil
import warnings
from pathlib import Path

import pytest

from ragtune.bundling import load

TEXT = (Path(__file__).parents[2] / "docs" / "ship.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SAYS = {
    "llama_index": "The owl is an animal.",  # the mock model repeats its prompt
    "langchain": "Once it is running.",
    "haystack": "The owl is an animal.",
}


@pytest.fixture
def shipped(bundle, tmp_path, monkeypatch):
    """A working folder with a bundle in it."""
    (tmp_path / "retriever").symlink_to(bundle)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("framework", SAYS)
def test_the_app_of_a_framework(framework, shipped, capsys):
    (app,) = (block for block in PYTHON if f"ragtune.adapters.{framework} import RagtuneRetriever" in block)
    assert len(app.splitlines()) <= 20
    question = "Which animal sees in the dark?"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(app.replace("When is it too late to cancel a future?", question), "ship.md", "exec"), {})
    assert SAYS[framework] in capsys.readouterr().out


def test_the_retriever_and_its_changes(bundle, tmp_path, monkeypatch, capsys):
    shutil.copytree(bundle, tmp_path / "retriever")
    monkeypatch.chdir(tmp_path)
    names = {}
    own = [block for block in PYTHON if "adapters" not in block and "load_tools" not in block]
    for block in own:
        exec(compile(block, "ship.md", "exec"), names)
    assert capsys.readouterr().out.splitlines()[-1] == "8 8 0"  # as before
    assert load("retriever").manifest.revision == 3
