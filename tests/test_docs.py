"""What README and docs show, runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ragtune.cases import load_cases
from ragtune.cli import COMMANDS
from ragtune.component import words
from ragtune.config import load_config
from ragtune.datasets import load_dataset
from ragtune.tools import load_tools

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (source,) = blocks(ROOT / "README.md", "python")
    exec(compile(source, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "(4, 278)"  # the baseline and three more


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_configurations_in_the_docs_are_right(page):
    for text in blocks(page, "yaml"):
        found = YAML(typ="safe").load(text)
        if isinstance(found, dict):  # tools and cases are lists
            load_config(found)


def test_tools_and_cases_in_the_docs_are_right(tmp_path):
    lists = [text for text in blocks(ROOT / "docs" / "tools.md", "yaml") if text.startswith("- ")]
    for name, text in zip(("tools.yaml", "cases.yaml"), lists, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    tools = load_tools(tmp_path / "tools.yaml")
    assert [tool.name for tool in tools.tools] == ["search_orders", "cancel_order"]
    assert [len(case.calls) for case in load_cases(tmp_path / "cases.yaml", tools)] == [1, 0]


def test_questions_in_the_docs_are_right(tmp_path):
    lines = [line for line in blocks(ROOT / "docs" / "datasets.md", "json")[0].splitlines() if line]
    assert [json.loads(line)["id"] for line in lines] == ["q1", "q2", "q3", "q4"]
    (tmp_path / "faq").mkdir()
    (tmp_path / "handbook.md").write_text("The warranty is two years from delivery. Please call 555-0100.")
    (tmp_path / "faq" / "returns.txt").write_text("Sale items can be returned. " * 10 + "Or our hotline.")
    (tmp_path / "queries.jsonl").write_text("\n".join(lines))
    assert len(load_dataset(tmp_path).queries) == 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_links_in_the_docs_exist(page):
    text = page.read_text(encoding="utf-8")
    for command in re.findall(r"(?:^|`|/)ragtune ([a-z]+)", text, flags=re.MULTILINE):
        assert command in COMMANDS, command
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), target
    for target in re.findall(r"^make (\w+)", text, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE), target


def test_every_component_is_in_the_docs():
    text = (ROOT / "docs" / "components.md").read_text(encoding="utf-8")
    for kind in ("chunker", "embedder", "retriever", "reranker", "context"):
        for word in words(kind):
            assert f"`{word}`" in text, word
