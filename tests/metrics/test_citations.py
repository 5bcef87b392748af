import pytest

from tests.metrics.answering import score

BRIDGE = "The Rhine bridge opened in 1883."
TOWER = "The Eiffel tower is 330 metres high."
ANSWER = f"{BRIDGE} {TOWER}"
FIRST, SECOND = (0, len(BRIDGE)), (len(BRIDGE) + 1, len(ANSWER))
PASSAGES = (BRIDGE, TOWER, "Herrings are small fish.")


@pytest.mark.parametrize(
    ("cites", "recall", "precision"),
    [
        ([(*FIRST, 0), (*SECOND, 1)], 1, 1),
        ([(*FIRST, 0)], 0.5, 1),
        ([(*FIRST, 2), (*SECOND, 1)], 0.5, 0.5),  # herrings support no bridge
        ([(*FIRST, 0), (*FIRST, 2), (*SECOND, 1)], 1, 2 / 3),  # nor do they add to what does
        ([(*FIRST, 0), (*FIRST, 0), (*SECOND, 1)], 1, 1),  # the same passage twice is one citation
        ([(*FIRST, 9), (*SECOND, 1)], 0.5, 0.5),  # a passage that is not there
        ([], 0, 0),
        ([(0, len(ANSWER), 0), (0, len(ANSWER), 1)], 1, 0.5),  # both for all: each is beside one of the points
    ],
)
def test_by_hand(cites, recall, precision):
    assert score("citation_recall", ANSWER, *PASSAGES, cites=cites) == pytest.approx(recall)
    assert score("citation_precision", ANSWER, *PASSAGES, cites=cites) == pytest.approx(precision)


def test_two_passages_that_are_needed_together():
    claim = "Marie Curie won the physics prize 1903 and the chemistry prize 1911."
    halves = ("Marie Curie won the physics prize 1903.", "and the chemistry prize 1911.")
    cites = [(0, len(claim), 0), (0, len(claim), 1)]
    assert score("citation_precision(threshold=0.8)", claim, *halves, cites=cites) == 1
    assert score("citation_recall(threshold=0.8)", claim, *halves, cites=cites[:1]) == 0


def test_a_higher_threshold_asks_for_more():
    cites = [(0, len(BRIDGE), 0)]
    loose, strict = (
        score(f"citation_recall(threshold={t})", BRIDGE, "A bridge opened in 1883.", cites=cites) for t in (0.1, 0.97)
    )
    assert (loose, strict) == (1, 0)
