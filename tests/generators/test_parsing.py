"""What a model said becomes an answer, or a reason why it is none."""

from __future__ import annotations

import pytest

from ragtune.answers import Citation, Frame, Prompt
from ragtune.generators._parsing import read_answer
from ragtune.generators._refusals import refuses

REFUSAL = "The passages do not answer this question."
FRAME = Frame(rows=(2, 0, 1), cites=True, refusal=REFUSAL)
TEXT = Prompt((("user", "q"),), FRAME)
JSON = Prompt((("user", "q"),), FRAME, "json", {})
THINKING = Prompt((("user", "q"),), FRAME, "text", None, True)


def test_thoughts_come_off():
    assert read_answer("<think>hm [1]</think> Four.", TEXT).text == "Four."
    assert read_answer("It may be 3. Answer: no.\nAnswer: Four.", THINKING).text == "Four."
    with pytest.raises(ValueError, match="no line begins with 'Answer:'"):
        read_answer("Four.", THINKING)
    with pytest.raises(ValueError, match="no answer after the thoughts"):
        read_answer("<think>only this</think>", TEXT)


def test_citations_name_passages_by_where_they_were_shown():
    found = read_answer("Cats sleep [1]. Dogs bark.[2][3] Birds [9] sing.", TEXT)
    assert found.text == "Cats sleep. Dogs bark. Birds sing."
    assert [(found.text[c.start : c.end], c.row) for c in found.citations] == [
        ("Cats sleep", 2),  # passage 1 is the third span
        ("Dogs bark.", 0),
        ("Dogs bark.", 1),
    ]
    uncited = Prompt((("user", "q"),), Frame(rows=(0,)))
    assert read_answer("An array a[1].", uncited).citations == ()


@pytest.mark.parametrize("wrapped", ["{}", "```json\n{}\n```", "```\n{}\n```", "<think>x</think>\n{}"])
def test_json_may_be_fenced(wrapped):
    said = '{"answer": "Four.", "citations": [1, 9, 1], "refused": false}'
    found = read_answer(wrapped.replace("{}", said), JSON)
    assert (found.text, found.citations) == ("Four.", (Citation(0, 5, 2),))


@pytest.mark.parametrize(
    "said, told",
    [
        ("Four.", "no JSON object"),
        ('{"answer": "Fo', "no JSON object"),
        ("[1]", "no JSON object"),
        ('{"answer": 4}', "`answer` is no text"),
        ('{"answer": "4", "citations": [NaN]}', "no JSON"),
        ('{"answer": "4", "citations": [true]}', "no list of whole numbers"),
        ('{"answer": "4", "refused": "no"}', "neither true nor false"),
        ('{"answer": " ", "refused": false}', "is empty"),
        ("[" * 100_000, "no JSON object"),
    ],
)
def test_json_that_is_not_as_asked_is_a_failure(said, told):
    with pytest.raises(ValueError, match=told):
        read_answer(said, JSON)


@pytest.mark.parametrize(
    "text, expected",
    [
        (REFUSAL, True),
        ("the passages do not answer this question", True),
        ("I don't know.", True),
        ("I’m sorry, but the context does not say.", False),  # "but" may be followed by an answer: not counted
        ("The provided context does not mention it.", False),
        ("The context provided does not mention it.", True),
        ("There is no information about this in the passages.", True),
        ("Unknown", True),
        ("I do not know the year, but it was in spring.", False),
        ("No answer is given before the third day, when the king returns.", True),
        ("The passages describe a king.", False),
        ("Sorry is a song by Justin Bieber, released in 2015." + " It was a hit." * 20, False),
        ("", False),
    ],
)
def test_refusals_are_recognised(text, expected):
    assert refuses(text, REFUSAL) is expected


def test_a_refusal_has_no_citations():
    found = read_answer(f"{REFUSAL} [1]", TEXT)
    assert found.refused and found.citations == ()
    assert read_answer('{"answer": "", "refused": true}', JSON).refused
