"""Metadata filters: which documents meet them, how they are written, and that nothing else is searched."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from pydantic import ValidationError

from ragtune.component import parse
from ragtune.engine.step import Step
from ragtune.errors import Fault, InputError
from ragtune.pipelines.wiring import wire
from ragtune.retrievers._conditions import Condition
from ragtune.retrievers.filtered import Filtered
from ragtune.space import Expander
from ragtune.types import Chunks, Corpus, Document, Queries
from ragtune.yaml_tree import loads

CORPUS = Corpus(
    (
        Document("a", "birds sing at dawn. " * 8, metadata={"year": 2019, "lang": "en", "tags": ["x", "y"]}),
        Document("b", "birds build nests", metadata={"year": 2021, "lang": "de", "open": True}),
        Document("c", "cats hunt birds", metadata={"year": 2023.5, "lang": "en", "when": "2024-05-01"}),
        Document("d", "birds", metadata={"lang": None}),
    )
)
CHUNKS = Chunks(*(np.array(v) for v in ([0, 0, 1, 2, 3], [0, 80, 0, 0, 0], [80, 160, 17, 15, 5])))


def kept(**where):
    """Ids of the documents that are left."""
    found = Filtered(where=where).kept(CHUNKS, CORPUS)
    return "".join(sorted({CORPUS.documents[CHUNKS.document[i]].id for i in found.index}))


@pytest.mark.parametrize(
    "where, left",
    [
        ({}, "abcd"),
        ({"lang": "en"}, "ac"),
        ({"lang": ["en", "de"]}, "abc"),
        ({"lang": {"ne": "en"}}, "bd"),
        ({"year": {"gte": 2021}}, "bc"),
        ({"year": {"gt": 2021}}, "c"),
        ({"year": {"gte": 2019, "lt": 2023.5}}, "ab"),
        ({"year": {"lte": 2019}, "lang": "en"}, "a"),
        ({"when": {"gte": "2024-01-01"}}, "c"),
        ({"tags": "y"}, "a"),
        ({"tags": {"ne": "y"}}, "bcd"),
        ({"tags": {"in": ["q", "x"]}}, "a"),
        ({"open": True}, "b"),
        ({"open": {"exists": False}}, "acd"),
        ({"lang": {"exists": True}}, "abc"),
    ],
)
def test_which_documents_meet_it(where, left):
    assert kept(**where) == left


def test_true_is_not_one_and_a_text_is_not_a_number():
    assert not Condition("n", "eq", 1).holds({"n": True})
    assert not Condition("n", "eq", True).holds({"n": 1})
    assert not Condition("n", "gt", 1).holds({"n": "2"})
    assert Condition("n", "eq", 1).holds({"n": 1.0})


def test_a_condition_that_means_nothing_is_refused():
    with pytest.raises(InputError, match=r"no document has the metadata field 'yaer'; did you mean 'year'\?"):
        kept(yaer=2019)
    with pytest.raises(
        InputError, match="'year' holds no value that compares with \"2020\" by gte; the first one is 2019"
    ):
        kept(year={"gte": "2020"})
    with pytest.raises(InputError, match="none of the 4 documents meets"):
        kept(year=1950)


@pytest.mark.parametrize(
    "where, why",
    [
        ("not json", "a mapping of metadata fields"),
        (["a"], "a mapping of metadata fields"),
        ({"year": {"gtee": 1}}, r"no operator 'gtee'; did you mean 'gte'\?"),
        ({"year": {}}, "year has no condition"),
        ({"year": []}, "in takes a list of values"),
        ({"year": {"in": 3}}, "in takes a list of values"),
        ({"year": {"exists": 1}}, "exists is true or false"),
        ({"year": {"gt": [1]}}, "gt takes one value"),
        ({"year": None}, "eq takes one value"),
    ],
)
def test_what_is_no_condition(where, why):
    with pytest.raises(ValidationError, match=why):
        Filtered(where=where)


def test_it_is_written_in_many_ways_and_is_one():
    long = Filtered(where={"year": {"gte": 2020}, "lang": {"in": ["en", "de"]}})
    assert long == Filtered(where={"lang": ["en", "de"], "year": {"gte": 2020}})
    assert hash(long) == hash(parse("retriever", str(long))) and parse("retriever", str(long)) == long
    assert parse("retriever", long.spec()) == long


def test_in_yaml_a_list_names_alternatives():
    faults: list[Fault] = []
    text = "filtered: {retriever: [bm25, dense], where: [{lang: en}, {lang: [en, de]}, {year: {gte: 2020}}]}"
    found = Expander(faults).components("retriever", loads(text, "x.yaml"))
    assert not faults and len(found) == 6
    Expander(faults).components("retriever", loads("filtered: {where: {year: {gtee: 1}}}", "x.yaml"))
    assert "no operator 'gtee'" in str(faults[0]) and faults[0].line == 1


class Given:
    """Stands where a step would."""

    component = None

    def __init__(self, value):
        self.value, self.key, self.inputs = value, str(id(value)), ()


def found(retriever, query):
    given = {"corpus": CORPUS, "queries": Queries((query,)), "chunks": CHUNKS}
    sources = {name: partial(lambda step, _: step, Given(value)) for name, value in given.items()}

    def compute(step):
        return step.value if isinstance(step, Given) else Step.run(step, [compute(below) for below in step.inputs])

    ranking = compute(wire(retriever, "rank", sources))
    return [CHUNKS.id(i, CORPUS) for i in ranking.chunk[0] if i >= 0]


def test_only_what_is_left_is_indexed_and_found_by_its_own_number():
    names = found(Filtered(where={"year": {"gte": 2021}}), "birds")
    assert sorted(name.split(":")[0] for name in names) == ["b", "c"]
    everything = found(Filtered(), "birds")
    assert everything == found(parse("retriever", "bm25"), "birds") and len(everything) > 4


def test_headers_and_wide_spans_stay_with_their_chunks():
    n = len(CHUNKS)
    headed = CHUNKS.with_headers([f"h{i % 2}" for i in range(n)]).widened(
        CHUNKS.start, CHUNKS.end + 1, needed=CHUNKS.start * 0 + 1, among=5
    )
    retriever = Filtered(where={"lang": "de"})
    left = retriever.kept(headed, CORPUS)
    chunks = retriever.retriever_chunks(headed, left)
    assert chunks.indexed_texts(CORPUS) == [headed.indexed_texts(CORPUS)[i] for i in left.index]
    assert chunks.wide_end.tolist() == headed.wide_end[left.index].tolist() and chunks.wide_among.tolist() == [5]
