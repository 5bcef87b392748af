"""What all measures of answers have in common, on every one of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragtune.component import find, words
from ragtune.metrics import AnswerMetric, AnswerScorer, parse_metric
from tests.metrics.answering import answered, engine_values, score, scores

ALL = sorted(cls.symbol for word in words("metric") if issubclass(cls := find("metric", word), AnswerMetric))
BY_CONTEXT = [
    "support", "k_precision", "bigram_precision", "rouge_l_precision", "names_and_numbers", "citation_precision",
    "citation_recall",
]  # fmt: skip
TEXT = "The bridge over the Rhine was finished in 1883. It is 420 metres long."
TEXTS = st.text(alphabet="ab 1,.%'é東\nMay[3]-", max_size=40)


@pytest.mark.parametrize("label", ALL)
def test_a_failed_answer_is_not_scored(label):
    assert math.isnan(score(label, "", TEXT, failed="no reply", references=["1883"]))


@pytest.mark.parametrize("label", ALL)
@pytest.mark.parametrize("said", [{"text": "I do not know.", "refused": True}, {"text": ""}, {"text": " \n"}])
def test_a_refusal_is_right_where_there_is_nothing_to_be_found(label, said):
    assert score(label, said["text"], TEXT, refused=said.get("refused", False), references=["1883"]) == 0
    assert score(label, said["text"], TEXT, refused=said.get("refused", False), answerable=False) == 1


@pytest.mark.parametrize("label", BY_CONTEXT)
@pytest.mark.parametrize("passages", [(), ("",), (" \n",), ("...",)])
def test_an_answer_out_of_nothing_rests_on_nothing(label, passages):
    assert score(label, "It was Bonn in 1883.", *passages, cites=[(0, 20, 0)]) == 0


@pytest.mark.parametrize("label", [name for name in BY_CONTEXT if "citation" not in name])
def test_the_context_s_own_words_are_grounded_and_others_are_not(label):
    same, other = score(label, TEXT, TEXT), score(label, "Seven Vikings of Oslo ate 99 herrings.", TEXT)
    assert same > 0.85
    assert other < 0.2


@pytest.mark.parametrize("label", [*ALL, "answer_coverage"])
@given(text=TEXTS, passages=st.lists(TEXTS, max_size=3), wanted=TEXTS)
def test_every_number_is_from_0_to_1_and_the_same_again(label, text, passages, wanted):
    row = answered(text, *passages, references=[wanted], cites=[(0, 3, 0), (1, 9, 7)])
    (found,) = scores(label, row)
    assert 0 <= found <= 1
    assert scores(label, row, row) == [found, found]


def test_the_scorer_judges_by_the_packed_text_or_by_the_answer_s_own():
    rows = [answered("red fox", "red fox"), answered("red fox", "a hen", passages=("red",)), answered("x", "x")]
    metrics = tuple(parse_metric(label) for label in ("k_precision", "abstention"))
    found = AnswerScorer(metrics=metrics).score(**engine_values(*rows)).matrix
    assert found.tolist() == [[1, 0.5, 1], [1, 1, 1]]
