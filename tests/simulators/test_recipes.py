"""What every recipe holds to, and what the two that copy text make of hand-made documents."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest

from ragtune.component import find, parse, words
from ragtune.simulators import MOST_CHARACTERS
from ragtune.simulators._text import normal, terms
from ragtune.simulators.sentence_to_passage import SentenceToPassage
from ragtune.simulators.title_to_body import TitleToBody, headings
from ragtune.types import Corpus, Document, Evidence
from tests.texts import AWKWARD, corpus

OFFLINE = [word for word in words("simulator") if word != "endpoint"]
BODY = "It takes about twenty minutes, and a little more when the weather is cold outside."
GUIDE = f"""---
title: front matter
---
# Baking

{BODY} One.

## Bread ##

{BODY} Two.

### Crust

{BODY} Three.

## Cake

short

```
# not a heading, {BODY}
```

Tools
-----

{BODY} Four.

## Notes

{BODY} Five.
"""
NOTES = f"""# Bicycles

## Notes

{BODY} Six.
"""
DOCUMENTS = Corpus(
    (
        Document("guide.md", GUIDE),
        Document("notes.md", NOTES.replace("\n", "\r\n"), "All about bicycles"),
        Document("titled", f"Opening hours {BODY}", "Opening hours"),
        *(Document(name, text) for name, text in AWKWARD.items()),
    )
)


def texts(query, documents=DOCUMENTS):
    known = {document.id: document.text for document in documents.documents}
    return [known[piece.document][piece.start : piece.end] for piece in query.evidence]


@pytest.mark.parametrize("word", OFFLINE)
def test_questions_are_marked_numbered_and_all_different(word):
    simulator = parse("simulator", word)
    found = simulator.simulate(DOCUMENTS, 30, 0)
    assert found
    assert [query.id for query in found] == [f"{word}-{i:04d}" for i in range(1, len(found) + 1)]
    assert {query.simulated for query in found} == {str(simulator)}
    assert len({normal(query.text) for query in found}) == len(found)
    for query in found:
        assert len(query.text) <= MOST_CHARACTERS and len(set(terms(query.text))) >= simulator.least_terms
        assert query.evidence and all(text == text.strip() != "" for text in texts(query) if query.evidence[0].end)
    assert [piece.need for query in found for piece in query.evidence[:1]] == [0] * len(found)


@pytest.mark.parametrize("word", OFFLINE)
def test_the_seed_decides_and_more_are_added_to_the_end(word):
    simulator = parse("simulator", word)
    found = simulator.simulate(DOCUMENTS, 20, 5)
    assert simulator.simulate(DOCUMENTS, 20, 5) == found
    assert simulator.simulate(DOCUMENTS, 3, 5) == found[:3]
    assert [q.text for q in simulator.simulate(DOCUMENTS, 20, 6)] != [q.text for q in found]
    assert simulator.simulate(DOCUMENTS, 0, 5) == []


def test_the_same_in_another_process():
    script = (
        "from ragtune.component import parse; from tests.simulators.test_recipes import DOCUMENTS, OFFLINE\n"
        "for word in OFFLINE: print(ascii(parse('simulator', word).simulate(DOCUMENTS, 20, 5)))"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    mine = [ascii(parse("simulator", word).simulate(DOCUMENTS, 20, 5)) for word in OFFLINE]
    assert other.stdout.splitlines() == mine


@pytest.mark.parametrize("word", OFFLINE)
def test_where_there_is_nothing_to_ask_nothing_is_asked(word):
    for text in ("", " \n", "x", "the and of 12 34", "a" * 5000, "... , ;; !?"):
        assert parse("simulator", word).simulate(corpus(text), 5, 0) == []
    assert parse("simulator", word).simulate(Corpus(()), 5, 0) == []


@pytest.mark.parametrize("word", OFFLINE)
def test_spellings_parse_back(word):
    cls = find("simulator", word)
    assert parse("simulator", str(cls())) == cls()
    with pytest.raises(ValueError, match="Extra inputs"):
        cls.model_validate({"no_such_knob": 1})


PROSE = " ".join(
    f"The {animal} of the northern {place} eats mostly {food} in its winter den."
    for animal, place, food in [
        ("badger", "forest", "beetles"),
        ("otter", "river", "trout"),
        ("weasel", "meadow", "mice"),
        ("lynx", "mountain", "hares"),
        ("beaver", "lake", "bark"),
    ]
)


def test_a_sentence_asks_for_what_stands_around_it():
    documents = corpus(PROSE)
    found = SentenceToPassage(keep=0, drop=0, passage_characters=1000).simulate(documents, 9, 0)
    sentences = [part + "." for part in PROSE.rstrip(".").split(". ")]
    assert sorted(query.text for query in found) == sorted(sentences)
    for query in found:
        around = texts(query, documents)
        assert all(query.text not in text for text in around)
        assert {piece.need for piece in query.evidence} == set(range(len(query.evidence)))
        # with its question between them the pieces are one stretch of the document
        assert any(" ".join(order) in PROSE for order in ([*around, query.text], [query.text, *around])) or (
            f"{around[0]} {query.text} {around[1]}" in PROSE
        )


def test_kept_sentences_are_part_of_the_evidence():
    documents = corpus(PROSE)
    for query in SentenceToPassage(keep=1, drop=0, passage_characters=1000).simulate(documents, 9, 0):
        (text,) = texts(query, documents)
        assert query.text in text and len(text) > len(query.text)


def test_dropped_words_leave_the_others_in_order():
    documents = corpus(PROSE)
    found = SentenceToPassage(drop=0.4).simulate(documents, 9, 1)
    assert found
    shares = []
    for query in found:
        left = query.text.split()
        source = max((s.split() for s in PROSE.split(". ")), key=lambda s: len({*s} & {*left}))
        walk = iter([*source, source[-1] + "."])
        assert all(word in walk for word in left)
        shares.append(len(left) / len(source))
    assert 0.4 < sum(shares) / len(shares) < 0.8


def test_sentences_that_stand_twice_or_alone_ask_nothing():
    simulator = SentenceToPassage(drop=0)
    line = "The badger of the northern forest eats mostly beetles in winter."
    assert simulator.simulate(corpus(line), 5, 0) == []
    assert simulator.simulate(corpus(f"{line} Short one.", f"{line.upper()} Other one."), 5, 0) == []
    assert len(simulator.simulate(corpus(f"{line} Short one."), 5, 0)) == 1


def test_headings_are_found_where_markdown_and_wikis_have_them():
    assert [(h.level, h.text) for h in headings(GUIDE)] == [
        (1, "Baking"),
        (2, "Bread"),
        (3, "Crust"),
        (2, "Cake"),
        (2, "Tools"),
        (2, "Notes"),
    ]
    wiki = " = Valkyria = \n text \n = = Game play = = \n text\n == Story ==\n a = b = c\n"
    assert [(h.level, h.text) for h in headings(wiki)] == [(1, "Valkyria"), (2, "Game play"), (2, "Story")]
    assert headings(
        "Two lines\nof text\n---\n\n---\n\n#hashtag\n\n    # code\n~~~\n# code\n```\n# code\n~~~~\n# x"
    ) == [headings("# x")[0]._replace(start=76, end=79)]
    for heading, after in pairwise(headings(GUIDE)):
        assert heading.end <= after.start


def test_a_heading_asks_for_its_section_and_a_title_for_its_document():
    found = {query.text: texts(query)[0] for query in TitleToBody().simulate(DOCUMENTS, 99, 0)}
    assert set(found) == {
        "Baking",
        "Baking Bread",
        "Baking Cake",
        "Bread Crust",
        "Baking Tools",
        "Baking Notes",
        "Bicycles",
        "Bicycles Notes",
        "All about bicycles",
        "Opening hours",
    }
    assert found["Baking Bread"] == f"{BODY} Two.\n\n### Crust\n\n{BODY} Three."
    assert found["Bread Crust"] == f"{BODY} Three."
    assert found["Baking Tools"] == f"{BODY} Four."
    assert found["Bicycles Notes"] == f"{BODY} Six."
    assert found["All about bicycles"] == NOTES.replace("\n", "\r\n")
    assert found["Opening hours"] == BODY


def test_without_their_parents_headings_that_repeat_ask_nothing():
    found = {query.text for query in TitleToBody(parents=0).simulate(DOCUMENTS, 99, 0)}
    assert "Notes" not in found and {"All about bicycles", "Opening hours"} <= found


def test_the_first_line_may_be_the_title():
    documents = corpus(f"How to mend a tube\n\n{BODY}\n{BODY}")
    assert TitleToBody().simulate(documents, 5, 0) == []
    (query,) = TitleToBody(first_line=True).simulate(documents, 5, 0)
    assert (query.text, texts(query, documents)) == ("How to mend a tube", [f"{BODY}\n{BODY}"])
    assert query.evidence == (Evidence("d0", 20, 21 + 2 * len(BODY)),)
