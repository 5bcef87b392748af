"""TREC's files."""

from __future__ import annotations

from ragtune.datasets import load_dataset
from ragtune.types import Document, Evidence
from tests.datasets.writing import faults, only_fault, write

TOPICS = """
<top>
<num> Number: 051
<title> Topic:  Airbus
 subsidies

<desc> Description:
What of R&amp;D?

<narr> Narrative:
None.
</top>
<top><num>52</num><title>South Africa</title><desc>Sanctions.</desc></top>
<top><num>53</num><title>Nobody judged</title></top>
"""
DOCUMENTS = """<DOC>
<DOCNO> AP-1 </DOCNO>
<HEAD>by A</HEAD>
<HEADLINE>
Airbus &amp; Boeing
</HEADLINE>
<TEXT>
One <F P=1>two</F>.

Three.
</TEXT>
<TEXT>Four.</TEXT>
</DOC>
<doc><docno>AP-2</docno> Body <p>of <b>all</b></doc>
"""
QRELS = "51 0 AP-1 2\n51 0 AP-2 0\n52\t0\tAP-2\t1\n"


def test_markup(tmp_path):
    write(tmp_path, {"topics.txt": TOPICS, "qrels.txt": QRELS, "documents/a/ap.z": DOCUMENTS})
    found = load_dataset(tmp_path)
    assert found.documents == (
        Document("AP-1", "One two.\n\nThree.\nFour.", "Airbus & Boeing", {"head": "by A"}),
        Document("AP-2", "Body of all"),
    )
    assert [(q.id, q.text, q.evidence) for q in found.queries] == [
        ("51", "Airbus subsidies", (Evidence("AP-1", grade=2),)),
        ("52", "South Africa", (Evidence("AP-2"),)),
    ]
    assert found.left_out == {"not judged in the qrels": ("53",)}


def test_the_fields_of_a_topic(tmp_path):
    write(tmp_path, {"topics.txt": TOPICS, "qrels.txt": QRELS, "documents.trec": DOCUMENTS})
    (fault,) = faults(f"trec(path={tmp_path}, topic=title-desc)")
    assert (fault.line, fault.message) == (14, "topic '53' has no <desc>")
    write(tmp_path, {"topics.txt": TOPICS.replace("<top><num>53</num><title>Nobody judged</title></top>\n", "")})
    found = load_dataset(f"trec(path={tmp_path}, topic=title-desc)")
    assert found.queries[0].text == "Airbus subsidies What of R&D?"


def test_tabs_and_json_lines(tmp_path):
    documents = [{"id": "d 1", "contents": "Alpha", "lang": "en"}, {"docno": "d2", "text": "Beta", "title": "B"}]
    write(tmp_path, {"topics.tsv": "q1\tAlpha?\n", "qrels.txt": "q1\t0\td 1\t1\n", "documents.jsonl": documents})
    found = load_dataset(tmp_path)
    assert found.documents == (Document("d 1", "Alpha", "", {"lang": "en"}), Document("d2", "Beta", "B"))
    assert found.queries[0].evidence == (Evidence("d 1"),)


def test_grades_that_disagree(tmp_path):
    qrels = "q 0 d 1\nq 0 d 2\n"
    write(tmp_path, {"topics.tsv": "q\t?\n", "qrels.txt": qrels, "documents.jsonl": [{"id": "d", "text": "D"}]})
    assert only_fault(tmp_path) == ("qrels.txt", 2, "query 'q', document 'd' has grade 1 in line 1, and grade 2 here")
