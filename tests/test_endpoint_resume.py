"""A sweep whose budget is spent ends with what it has, says how to go on, and goes on."""

from __future__ import annotations

import json

import pytest
import yaml

from ragtune.cli import main
from ragtune.endpoint import reset_budgets
from tests.endpoint_server import EndpointServer


def written(folder, slots):
    data = folder / "data"
    data.mkdir()
    documents = [{"id": f"d{i}", "text": f"Animal {i} eats plant {i}."} for i in range(4)]
    queries = [{"id": f"q{i}", "text": f"What does animal {i} eat?", "evidence": [{"doc": f"d{i}"}]} for i in range(4)]
    for name, rows in (("documents", documents), ("queries", queries)):
        (data / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = folder / "a sweep.yaml"
    config.write_text(yaml.safe_dump({"dataset": "data", "metrics": ["nDCG@5"], **slots}))
    return config


def test_it_ends_with_3_and_the_command_and_goes_on(tmp_path, capsys):
    reset_budgets()
    with EndpointServer() as server:
        at = {"base_url": server.url, "model": "m", "concurrency": 1, "budget_requests": 2, "retriever": "bm25"}
        slots = {"space": {"retriever": [{"hyde": at}]}, "baseline": {"retriever": "bm25"}}
        command = ["sweep", str(written(tmp_path, slots)), "--workspace", str(tmp_path / "space"), "--quiet"]
        codes = []
        for _ in range(2):
            with pytest.raises(SystemExit) as ended:
                main(command)
            codes.append(ended.value.code)
            said = capsys.readouterr()
            told = "the budget is spent (budget_requests 2" in said.out and f"ragtune sweep '{command[1]}'" in said.err
            assert told == (codes[-1] == 3)
        assert codes == [3, 0] and len(server.requests) == 4
