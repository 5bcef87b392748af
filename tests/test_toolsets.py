"""Tools with their cases: how they are found and read, what is kept apart, what their digests stand for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.errors import DatasetError, InputError
from ragtune.tools import Case, ExpectedCall, Tool, ToolSet
from ragtune.toolsets import ToolDataset, load_toolset

TOOLS = "- {name: a, description: Tells one.}\n- {name: b, description: Tells two.}\n"
CASES = [
    {"id": "1", "query": "one", "calls": [{"tool": "a"}]},
    {"id": "2", "query": "both", "calls": [{"tool": "a"}, {"tool": "b"}], "tags": ["x"]},
    {"id": "3", "query": "neither", "none": True},
]


def folder(path, tools="tools.yaml", cases="cases.jsonl"):
    path.mkdir(parents=True, exist_ok=True)
    (path / tools).write_text(TOOLS, encoding="utf-8")
    (path / cases).write_text("\n".join(map(json.dumps, CASES)), encoding="utf-8")
    return path


def case(id: str, query: str, *tools: str) -> Case:
    return Case(id=id, query=query, calls=tuple(ExpectedCall(tool=name) for name in tools))


def dataset(*cases: Case, names="abc") -> ToolDataset:
    return ToolDataset("d", ToolSet(tuple(Tool(name=name) for name in names)), cases)


def test_a_folder_a_file_and_a_name_are_tools_with_the_cases_beside_them(tmp_path):
    found = load_toolset(folder(tmp_path / "mine"))
    assert (found.name, [tool.id for tool in found.documents], len(found.cases)) == ("mine", ["a", "b"], 3)
    assert load_toolset(tmp_path / "mine" / "tools.yaml").cases == found.cases
    assert load_toolset("mine", root=tmp_path).cases == found.cases
    assert load_toolset("mine/tools.yaml", "mine/cases.jsonl", root=tmp_path).cases == found.cases
    bundled = load_toolset("assistant-tools")
    assert len(bundled.documents) >= 60 and len(bundled.cases) >= 300


def test_cases_that_are_not_there_are_told_with_the_names_they_might_have(tmp_path):
    path = folder(tmp_path / "mine", cases="questions.jsonl")
    with pytest.raises(DatasetError, match=r"no cases beside the tools \(cases.jsonl, cases.yaml"):
        load_toolset(path)
    assert len(load_toolset(path, path / "questions.jsonl").cases) == 3
    (path / "cases.yaml").write_text("cases: []\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"there is no case in it|no case"):
        load_toolset(path)


def test_a_case_of_a_tool_that_is_not_there_is_told_with_its_line(tmp_path):
    path = folder(tmp_path / "mine")
    (path / "cases.jsonl").write_text('{"id": "1", "query": "q", "calls": [{"tool": "aa"}]}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"cases.jsonl:1.*'aa'.*did you mean 'a'"):
        load_toolset(path)


def test_cases_are_queries_and_say_by_a_tag_where_several_or_no_tools_are_right(tmp_path):
    found = load_toolset(folder(tmp_path / "mine"))
    assert [(query.id, query.text, query.tags) for query in found.queries] == [
        ("1", "one", ()), ("2", "both", ("x", "several calls")), ("3", "neither", ("no tool fits",)),
    ]  # fmt: skip
    assert found.query_ids.names == ("1", "2", "3") and found.query_texts.texts == found.requests.texts


# Digests.


def test_each_digest_moves_with_its_own_content_alone():
    names = ("corpus_digest", "queries_digest", "query_ids_digest", "judgments_digest", "pool_digest")
    first = dataset(case("1", "q", "a"), case("2", "r", "b"))

    def moved(other: ToolDataset) -> set[str]:
        return {name.removesuffix("_digest") for name in names if getattr(first, name) != getattr(other, name)}

    assert moved(dataset(*first.cases)) == set()
    assert moved(dataset(case("x", "q", "a"), first.cases[1])) == {"query_ids"}
    assert moved(dataset(case("1", "q", "c"), first.cases[1])) == {"judgments"}
    assert moved(dataset(case("1", "s", "a"), first.cases[1])) == {"queries", "judgments"}
    assert moved(dataset(*first.cases, names="bac")) == {"corpus"}
    offered = first.cases[0].model_copy(update={"tools": ("a",)})
    assert moved(dataset(offered, first.cases[1])) == {"queries", "judgments"}
    pooled = ToolDataset("d", first.toolset, first.cases, (case("3", "t", "a"),))
    assert moved(pooled) == {"pool"}


# The pool.


def many(n: int) -> ToolDataset:
    single = [case(f"{tool}{i}", f"{tool} {i}", tool) for tool in "abc" for i in range(n)]
    return dataset(*single, case("none", "nothing"), case("two", "two", "a", "b"))


def test_a_share_of_each_tools_cases_is_kept_apart_and_told():
    parted = many(8).parted(0.25, 0)
    assert [sum(c.calls[0].tool == tool for c in parted.pool) for tool in "abc"] == [2, 2, 2]
    assert set(parted.cases) | set(parted.pool) == set(many(8).cases) and not set(parted.cases) & set(parted.pool)
    assert [c.id for c in parted.cases] == [c.id for c in many(8).cases if c not in parted.pool], "in their order"
    assert parted.left_out == {"kept apart as examples for edits": tuple(c.id for c in parted.pool)}


def test_no_tool_is_left_without_a_case_to_be_scored():
    assert many(1).parted(0.9, 0).pool == () and many(1).parted(0.9, 0).left_out == {}
    assert len(many(2).parted(0.9, 0).pool) == 3
    assert len(many(3).parted(0.01, 0).pool) == 3, "a share of a tool's cases is one at least"


def test_the_pool_is_drawn_by_a_seed_and_by_what_is_asked():
    assert many(8).parted(0.25, 0).pool == many(8).parted(0.25, 0).pool
    pools = {tuple(c.id for c in many(8).parted(0.25, seed).pool) for seed in range(5)}
    assert len(pools) > 1
    turned = dataset(*many(8).cases[::-1]).parted(0.25, 0).pool
    assert set(turned) == set(many(8).parted(0.25, 0).pool), "whatever the order of the file"


def test_what_is_asked_twice_is_never_learnt_from():
    same = [case("1", "Where  is it?", "a"), case("2", "where is it?", "a"), case("3", "other", "a")]
    assert [c.id for c in dataset(*same).parted(0.9, 0).pool] == ["3"]
    assert [c.id for c in dataset(*same, case("4", "Other", "b")).parted(0.9, 0).pool] == []


TOOL_NAMES = st.lists(st.sampled_from("abc"), max_size=2)


@given(
    st.lists(st.tuples(st.sampled_from(["x", "X ", "y", "z", "\udc80", ""]), TOOL_NAMES), max_size=12),
    st.floats(0.01, 0.9),
    st.integers(0, 3),
)
def test_the_pool_is_never_scored(rows, share, seed):
    cases = [case(str(i), query, *tools) for i, (query, tools) in enumerate(rows)]
    parted = dataset(*cases).parted(share, seed)
    words = [{" ".join(c.query.casefold().split()) for c in part} for part in (parted.cases, parted.pool)]
    assert not words[0] & words[1]
    assert sorted([*parted.cases, *parted.pool], key=lambda c: int(c.id)) == cases
    singles = {tool for c in cases if len(c.calls) == 1 for tool in (c.calls[0].tool,)}
    assert singles == {c.calls[0].tool for c in parted.cases if len(c.calls) == 1}
