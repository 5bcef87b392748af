"""Labels as people write them."""

from __future__ import annotations

import json

import pytest

from ragtune.calibrating import load_labels, read_wanted
from ragtune.errors import ConfigError, DatasetError

ROW = {"query": "q", "answer": "a", "passages": ["p", "r"], "label": 1}


def lines(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_rows_of_attributionbench_are_read_as_they_are(tmp_path):
    rows = [
        {"id": f"dev-{i}", "question": "q", "context": "p r", "passages": ["p", "r"], "response": "a",
         "full_response": "a a", "label": i % 2, "source": "ExpertQA", "split": "dev"}
        for i in range(12)
    ]  # fmt: skip
    found = load_labels(lines(tmp_path / "data.jsonl", rows))
    assert found.items[3].id == "dev-3" and found.items[3].passages == ("p", "r") and found.items[3].label == 1
    assert found.yes.sum() == 6 and found.digest == load_labels(tmp_path / "data.jsonl").digest


def test_a_table_has_lists_as_json_or_one_text(tmp_path):
    path = tmp_path / "labels.csv"
    cells = ['"[""p"", ""r""]"', "one text", "[1] and more"]
    rows = [f"q,a,{cells[i % 3]},{'yes' if i % 2 else 'no'},c{i % 2}" for i in range(12)]
    path.write_text("query,answer,context,label,configuration\n" + "\n".join(rows))
    found = load_labels(path)
    assert [item.passages for item in found.items[:3]] == [("p", "r"), ("one text",), ("[1] and more",)]
    assert [item.id for item in found.items[:2]] == ["1", "2"] and found.items[1].configuration == "c1"


def test_grades_become_yes_from_where_one_says(tmp_path):
    path = lines(tmp_path / "l.jsonl", [{**ROW, "label": i / 10} for i in range(11)])
    assert load_labels(path).yes.sum() == 6 and load_labels(path, yes_from=0.8).yes.sum() == 3
    assert load_labels(path).digest != load_labels(path, yes_from=0.8).digest


def test_all_faults_are_told_by_line(tmp_path):
    wrong = [{**ROW, "label": 2}, {**ROW, "answer": ""}, {**ROW, "passages": 3}, {**ROW, "id": "x"}, {**ROW, "id": "x"}]
    with pytest.raises(DatasetError) as caught:
        load_labels(lines(tmp_path / "l.jsonl", wrong))
    told = str(caught.value)
    assert all(f"l.jsonl:{line}: " in told for line in (1, 2, 3, 5)) and "l.jsonl:4" not in told


@pytest.mark.parametrize("labels", [[1] * 20, [1, 0] * 3])
def test_too_few_of_a_kind(tmp_path, labels):
    with pytest.raises(DatasetError, match="at least 10 are needed, 3 of each kind"):
        load_labels(lines(tmp_path / "l.jsonl", [{**ROW, "label": label} for label in labels]))


def test_a_list_means_each_of_these(tmp_path):
    found = read_wanted(["claim_support(model=[a, b], reason=[true, false])", "support", "support"])
    assert [metric.label for metric in found] == [
        "claim_support(model=a, reason=true)", "claim_support(model=a)",
        "claim_support(model=b, reason=true)", "claim_support(model=b)", "support",
    ]  # fmt: skip
    path = tmp_path / "judges.yaml"
    path.write_text("metrics:\n  - k_precision\n  - claim_support: {model: x, prompt: [supported, attributed]}\n")
    assert [m.label for m in read_wanted([], path)] == [
        "k_precision", "claim_support(model=x)", "claim_support(model=x, prompt=attributed)",
    ]  # fmt: skip


def test_faults_of_what_is_wanted_have_their_place(tmp_path):
    path = tmp_path / "judges.yaml"
    path.write_text("metrics:\n  - suport\n  - claim_support: {model: x, promt: supported}\n")
    with pytest.raises(ConfigError) as caught:
        read_wanted([], path)
    assert ":2:" in str(caught.value) and ":3:" in str(caught.value) and "prompt" in str(caught.value)
