"""Files that are wrong in one way, of every format: each gives one fault, which names the file and the place in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from tests.datasets.tabular import arrow, parquet, saved
from tests.datasets.writing import faults, write

DOCUMENTS = [{"id": "a", "text": "Alpha one. Alpha two."}, {"id": "b", "text": "Beta."}]
ASKED = [{"id": "q1", "question": "A?", "evidence": "a"}, {"id": "q2", "question": "B?", "evidence": "b"}]
SPAN = {"doc": "a.txt", "start": 0, "end": 5, "text": "Alpha"}
EXAMPLE = {"query": "A?", "reference_contexts": ["Alpha."]}
CONTEXTS = [{"question": f"{i}?", "context": f"Text {i}."} for i in range(3)]
SAMPLE = {"user_input": "A?", "reference_contexts": ["Alpha."]}
RUN = {"id": "t", "trace_id": "t", "run_type": "chain", "inputs": {"question": "A?"}, "outputs": {"documents": ["A."]}}
QA = {"qid": "q1", "query": "A?", "retrieval_gt": [["a"]], "generation_gt": ["a"]}
STATE = '{"_data_files": [{"filename": "%s"}]}'
ARROW = "data-00000-of-00001.arrow"
DEEP = '{"id": "deep", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"

GOOD: dict[str, dict[str, Any]] = {
    "beir": {
        "corpus.jsonl": [{"_id": "a", "text": "Alpha."}],
        "queries.jsonl": [{"_id": "q1", "text": "A?"}],
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\ta\t1\n",
    },
    "spans": {
        "corpus/a.txt": "Alpha.",
        "questions.jsonl": [{"id": "q1", "question": "A?", "references": [SPAN]}],
    },
    "folder": {"b.md": "Beta.", "queries.jsonl": [{"id": "q", "text": "B?", "evidence": [{"doc": "b.md"}]}]},
    "jsonl": {
        "documents.jsonl": DOCUMENTS,
        "queries.jsonl": [{"id": "q1", "text": "A?", "evidence": [{"doc": "a"}]}],
    },
    "trec": {
        "topics.txt": "<top>\n<num> 1\n<title> A?\n</top>\n",
        "qrels.txt": "1 0 a 1\n",
        "documents.trec": "<DOC><DOCNO>a</DOCNO><TEXT>Alpha.</TEXT></DOC>\n",
    },
    "trec(topics=t.tsv)": {"t.tsv": "1\tA?\n", "qrels.txt": "1 0 a 1\n", "documents.jsonl": DOCUMENTS},
    "table": {"documents.csv": "id,text\na,Alpha.\n", "queries.csv": "question,evidence\nA?,a\n"},
    "table(query_id=id)": {"documents.parquet": parquet(DOCUMENTS), "queries.parquet": parquet(ASKED)},
    "huggingface": saved(CONTEXTS),
    "huggingface(queries=two)": saved(CONTEXTS, "two", shards=2),
    "autorag": {"corpus.parquet": parquet([{"doc_id": "a", "contents": "Alpha."}]), "qa.parquet": parquet([QA])},
    "llama-index": {"rag_dataset.json": json.dumps({"examples": [EXAMPLE]}, indent=1)},
    "llama-index(sources=s)": {"rag_dataset.json": json.dumps([EXAMPLE]), "s/a.txt": "Alpha."},
    "ragas": {"testset.jsonl": [SAMPLE]},
    "ragas(file=x.csv)": {"x.csv": "user_input,reference_contexts\nA?,Alpha.\n"},
    "langsmith": {"langsmith.jsonl": [{"inputs": {"question": "A?"}, "outputs": {"contexts": ["x"]}}]},
    "langsmith(feedback=ok)": {"langsmith.jsonl": [RUN | {"feedback_stats": {"ok": {"avg": 1}}}]},
    "langfuse": {"langfuse.jsonl": [{"id": "i", "input": "A?", "expectedOutput": {"contexts": ["Alpha."]}}]},
}


@dataclass
class More:
    """The good file, and this after it."""

    text: Any


def rows(**columns: Any) -> bytes:
    """A Parquet file of `DOCUMENTS` with a column more, or another."""
    return parquet([row | {name: values[i] for name, values in columns.items()} for i, row in enumerate(DOCUMENTS)])


def evidence(**piece: Any) -> list[Any]:
    return [{"id": "q", "text": "?", "evidence": [piece]}]


def examples(second: dict[str, Any]) -> str:
    """Two examples, the second from line 8 on."""
    return json.dumps([EXAMPLE, EXAMPLE | second], indent=0)


Case = tuple[int, str, Any]
BROKEN: dict[tuple[str, str], list[Case]] = {
    ("beir", "queries.jsonl"): [(2, "not JSON", More(['{"_id": "x",']))],
    ("beir", "corpus.jsonl"): [
        (2, "must be text, not null", More([{"_id": None, "text": "x"}])),
        (2, "0xe9 at offset 40 is no UTF-8", b'{"_id": "a", "text": "Alpha."}\n{"_id": "\xe9"}\n'),
    ],
    ("beir", "qrels/test.tsv"): [
        (3, "the grade must be a whole number, not 'high'", More("q1\tb\thigh\n")),
        (3, "the grade must be a whole number", More("q1\tb\t99999999999\n")),
        (3, "3 columns", More("q1 a 1\n")),
        (3, "no document 'zzz'", More("q1\tzzz\t1\n")),
        (3, "no query 'q9'", More("q9\ta\t1\n")),
    ],
    ("spans", "questions.jsonl"): [
        (2, "reads 'Alpha'", More([{"id": "x", "question": "?", "references": [SPAN | {"text": "Omega"}]}])),
        (2, "reaches outside", More([{"id": "x", "question": "?", "references": [SPAN | {"end": 10**9}]}])),
        (2, "must be a whole number", More([{"id": "x", "question": "?", "references": [SPAN | {"end": 10**12}]}])),
    ],
    ("folder", "queries.jsonl"): [
        (
            2,
            "not JSON: Exceeds the limit",
            More(['{"id": "x", "evidence": [{"doc": "b.md", "start": ' + "9" * 5000 + "}]}"]),
        ),
        (2, "NaN is no JSON number", More(['{"id": "x", "text": "?", "evidence": NaN}'])),
    ],
    ("jsonl", "queries.jsonl"): [
        (1, "is not in the document", evidence(doc="a", quote="Gamma")),
        (1, "found more than once, at offsets 0, 11", evidence(doc="a", quote="Alpha")),
        (1, "give a quote, or start and end", evidence(doc="a", quote="Alpha", start=0, end=5)),
        (2, "control character", More([{"id": "q\u0007", "text": "?"}])),
    ],
    ("jsonl", "documents.jsonl"): [
        (3, "'a' is given twice, first in line 1", More(DOCUMENTS[:1])),
        (3, "nested too deep", More([DEEP])),
        (3, "half of a surrogate pair", More(['{"id": "c", "text": "\\ud800"}'])),
        (3, "key 'id' is given twice", More(['{"id": "c", "id": "d", "text": "x"}'])),
        (3, "must be a JSON object, not a list", More([["c", "x"]])),
        (3, "Infinity", More(['{"id": "c", "text": "x", "metadata": {"x": -Infinity}}'])),
    ],
    ("trec", "topics.txt"): [
        (5, "this <top> has no </top>", More("<top>\n<num> 2\n<title> B?\n")),
        (6, "<top> within the one of line 5", More("<top>\n<top>\n<num> 2\n</top>\n")),
        (5, "</top> without <top>", More("</top>\n")),
        (5, "has no <num>", More("<top><title>B?</top>")),
        (5, "topic '2' has no <title>", More("<top><num>2</top>")),
    ],
    ("trec", "documents.trec"): [
        (2, "text outside of <DOC>", More("<html><body>x</body></html>\n")),
        (2, "must have one <DOCNO>, and has none", More("<DOC>\nx</DOC>\n")),
        (2, "must have one <DOCNO>, and has 2", More("<DOC>\n<DOCNO>b</DOCNO><DOCNO>c</DOCNO></DOC>\n")),
        (2, "this <DOC> has no </DOC>", More("<DOC><DOCNO>b</DOCNO>\n<TEXT>Be")),
    ],
    ("trec", "qrels.txt"): [
        (2, "4 columns", More("1 a 1\n")),
        (2, "the grade must be a whole number", More("1 0 a 1.5\n")),
        (2, "no document 'zz'", More("1 0 zz 0\n")),
        (2, "no topic '8'", More("8 0 a 1\n")),
    ],
    ("trec(topics=t.tsv)", "t.tsv"): [(2, "an id, a tab and a text, and this line has 1 columns", More("2 B?\n"))],
    ("table", "documents.csv"): [
        (3, "the row has 3 cells, and there are 2 columns", More("b,Beta,really\n")),
        (3, "not readable as CSV: unexpected end of data", More('b,"Beta\n\n\n')),
        (3, "not readable as CSV: ',' expected after '\"'", More('b,"Beta" x\n')),
        (3, "0xe9 at offset 22 is no UTF-8", b"id,text\na,Alpha.\nb,caf\xe9\n"),
        (0, "there is no column 'id' and no 'text' (id;text)", "id;text\na;Alpha.\n"),
        (1, "there are two columns 'text'", "id,text,text\na,b,c\n"),
        (3, "'id' is missing", More(",Beta\n")),
    ],
    ("table", "queries.csv"): [
        (1, "the first row must name the columns", ""),
        (0, "there is no column 'evidence'; did you mean 'evidnce'?", "question,evidnce\nA?,a\n"),
        (2, "'grade' must be a whole number", "question,evidence,grade\nA?,a,high\n"),
        (2, "'quote' has 2 values, and 'evidence' has 1", 'question,evidence,quote\nA?,a,"[""x"", ""y""]"\n'),
        (2, "the quote 'Omega' is not in the document", "question,evidence,quote\nA?,a,Omega\n"),
    ],
    ("table(query_id=id)", "documents.parquet"): [
        (0, "no Parquet file, or a damaged one", parquet(DOCUMENTS)[:-20]),
        (1, "cannot be read from this row on", b"PAR1" + b"\xff" * 60 + parquet(DOCUMENTS)[64:]),
        (3, "'id' must be text or a whole number, not null", parquet([*DOCUMENTS, {"id": None, "text": "x"}])),
        (2, "nan is no JSON number", rows(price=[0.5, float("nan")])),
        (1, "type bytes", rows(image=[b"\x00", None])),
    ],
    ("table(query_id=id)", "queries.parquet"): [
        (0, "no Parquet file", b""),
        (0, "no column 'question'", parquet([{"id": "q", "text": "?", "evidence": "a"}])),
        (1, "'question' must be text, not a number", parquet([{"id": 1, "question": 2, "evidence": "a"}])),
        (3, "query id 'q1' is given twice", parquet([*ASKED, ASKED[0]])),
        (2, "no document 'zz'", parquet([ASKED[0], ASKED[1] | {"evidence": "zz"}])),
    ],
    ("huggingface", ARROW): [
        (1, "cannot be read from this row on", arrow(CONTEXTS)[:-150]),
        (
            1,
            "cannot be read from this row on",
            arrow(CONTEXTS).replace(pack("<4i", 0, 2, 4, 6), pack("<4i", 0, 2, 4, 2**30)),
        ),
        (0, "no Arrow stream", b"ARROW1\x00\x00"),
        (0, "no column 'context'", arrow([{"question": "?", "passage": "x"}])),
    ],
    ("huggingface", "state.json"): [
        (1, "each a file beside it", STATE % "../x.arrow"),
        (1, "each a file beside it", STATE % ""),
        (2, "not JSON", '{\n"_data_files": [}'),
        (1, "must be a JSON object", "[]"),
        (1, "a selection of rows", STATE.replace("{", '{"_indices_data_files": [1], ', 1) % ARROW),
    ],
    ("huggingface(queries=two)", "two/data-00001-of-00002.arrow"): [
        (0, "the columns are not those of data-00000-of-00002.arrow", arrow([{"question": "?", "kontext": "x"}])),
    ],
    ("autorag", "qa.parquet"): [
        (1, "no document 'zz'", parquet([QA | {"retrieval_gt": [["a", "zz"]]}])),
        (1, "one of them is a number", parquet([QA | {"retrieval_gt": [[1]]}])),
        (0, "no column 'retrieval_gt'", parquet([{"qid": "q", "query": "?"}])),
    ],
    ("autorag", "corpus.parquet"): [(0, "no column 'contents'", parquet([{"doc_id": "a", "text": "Alpha."}]))],
    ("llama-index", "rag_dataset.json"): [
        (5, "not JSON", GOOD["llama-index"]["rag_dataset.json"][:50]),
        (1, "a list of objects under 'examples'", '{"example": []}'),
        (1, "a list of objects under 'examples'", "17"),
        (2, "each element must be a JSON object, not text", '[\n"A?"]'),
        (8, "'reference_contexts' must be a list, not text", examples({"reference_contexts": "Alpha."})),
        (8, "reference 1: the text is empty", examples({"reference_contexts": [" "]})),
        (8, "unknown key 'querry'", examples({"querry": "?"})),
        (2, "nested too deep", '{"examples": [\n' + DEEP + "]}"),
        (11, "Extra data", More("\n}")),
    ],
    ("llama-index(sources=s)", "rag_dataset.json"): [
        (8, "the quote 'Omega' is not in any document", examples({"reference_contexts": ["Omega"]})),
    ],
    ("ragas", "testset.jsonl"): [
        (2, "must be text or a list of texts, not a number", More([SAMPLE | {"reference_contexts": [1]}])),
        (2, "'user_input' is missing", More([{"reference_contexts": ["Alpha."]}])),
    ],
    ("ragas(file=x.csv)", "x.csv"): [(0, "no column 'user_input' and no", "question,contexts\nA?,x\n")],
    ("langsmith", "langsmith.jsonl"): [
        (2, "'inputs' must be an object", More([{"inputs": "A?"}])),
        (2, "must be a JSON object, not null", More(["null"])),
    ],
    ("langsmith(feedback=ok)", "langsmith.jsonl"): [
        (2, "'feedback_stats' must be an object", More([RUN | {"id": "u", "trace_id": "u", "feedback_stats": [1]}])),
    ],
    ("langfuse", "langfuse.jsonl"): [
        (2, "'input' is missing", More([{"id": "j", "expectedOutput": "x"}])),
        (2, "query id 'i' is given twice", More([{"id": "i", "input": "A?", "expectedOutput": {"contexts": ["x"]}}])),
        (2, "NaN is no JSON number", More(['{"input": NaN}'])),
    ],
}
CASES = [(*where, *case) for where, cases in BROKEN.items() for case in cases]


def at(spelled: str, root: Path) -> str:
    """A format and its knobs, with a path."""
    word, _, knobs = spelled.rstrip(")").partition("(")
    return f"{word}({', '.join(filter(None, [f'path={root}', knobs]))})"


@pytest.mark.parametrize(("spelled", "file", "line", "told", "content"), CASES, ids=[f"{c[0]}: {c[3]}" for c in CASES])
def test_one_fault_that_names_file_and_place(tmp_path, spelled, file, line, told, content):
    files = dict(GOOD[spelled])
    files[file] = files[file] + content.text if isinstance(content, More) else content
    (fault,) = faults(at(spelled, write(tmp_path, files)))
    assert told in fault.message
    assert (Path(fault.file), fault.line) == (tmp_path / file, line)
    assert len(fault.message) < 400 and "\n" not in fault.message
