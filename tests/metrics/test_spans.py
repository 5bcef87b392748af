"""Measures in characters: by hand, and against sets of characters."""

import json
import os
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.metrics import Judged, parse_metric
from ragtune.types import Chunks, Corpus, Document, Judgments, Ranking
from tests.metrics.worlds import WHOLE, chunks, contexts, corpus, judgments, of_contexts, of_ranking, ranking

CORPUS = corpus(100, 50)
# 0 and 1 share [40, 50)
CHUNKS = chunks((0, 0, 50), (0, 40, 80), (0, 80, 100), (1, 0, 50))
# 20 characters at the seam of chunks 0 and 1, 10 in chunk 2
EVIDENCE = judgments(1, (0, 0, 35, 55), (0, 0, 90, 100))


@pytest.mark.parametrize(
    ("label", "ranked", "value"),
    [
        ("span_recall@1", [0, 1], 15 / 30),  # [35, 50)
        ("span_recall@2", [0, 1], 20 / 30),  # [35, 55)
        ("span_recall@5", [0, 1, 2], 1.0),
        ("span_recall@5", [3], 0.0),
        ("span_precision@1", [0, 1], 15 / 50),
        ("span_precision@2", [0, 1], 20 / 90),  # the shared [40, 50) counts twice below, once above
        ("span_precision@5", [3], 0.0),
        ("span_iou@1", [0, 1], 15 / (30 + 50 - 15)),
        ("span_iou@2", [0, 1], 20 / (30 + 90 - 20)),
        ("span_precision_omega", [3], 30 / 100),  # chunks 0, 1 and 2, each character once, as Chroma's code has it
    ],
)
def test_of_the_first_chunks(label, ranked, value):
    assert of_ranking(label, ranking(ranked), CHUNKS, CORPUS, EVIDENCE) == pytest.approx([value], abs=1e-12)


@pytest.mark.parametrize(
    ("label", "value"), [("recall", 15 / 30), ("precision", 15 / 60), ("iou", 15 / (30 + 60 - 15))]
)
def test_of_the_packed_context(label, value):
    packed = contexts(1, (0, 0, 0, 50), (0, 1, 0, 10))
    assert of_contexts(f"span_{label}", packed, CORPUS, EVIDENCE) == pytest.approx([value], abs=1e-12)


@pytest.mark.parametrize("label", ["span_recall", "span_precision", "span_iou"])
def test_an_empty_context_scores_0(label):
    judged = judgments(2, (0, 0, 0, 10), (1, 0, 0, 10))
    assert of_contexts(label, contexts(2, (1, 0, 0, 10)), CORPUS, judged) == [0.0, 1.0]
    assert of_contexts(label, contexts(2), CORPUS, judged) == [0.0, 0.0]


def test_nothing_retrieved_scores_0():
    for label in ("span_recall@3", "span_precision@3", "span_iou@3"):
        assert of_ranking(label, ranking([-1]), CHUNKS, CORPUS, EVIDENCE) == [0.0]


def test_a_whole_document_is_evidence_from_end_to_end():
    judged = judgments(1, (0, 1, WHOLE, WHOLE))
    assert of_contexts("span_recall", contexts(1, (0, 1, 10, 30), (0, 0, 0, 20)), CORPUS, judged) == [20 / 50]
    assert of_contexts("span_precision", contexts(1, (0, 1, 10, 30), (0, 0, 0, 20)), CORPUS, judged) == [20 / 40]


def test_evidence_that_overlaps_counts_once():
    judged = judgments(1, (0, 0, 0, 20), (0, 0, 10, 30))
    assert of_contexts("span_recall", contexts(1, (0, 0, 0, 15)), CORPUS, judged) == [15 / 30]
    assert of_contexts("span_precision", contexts(1, (0, 0, 0, 60)), CORPUS, judged) == [30 / 60]


def test_of_alternatives_the_best_covered_is_needed_and_all_are_relevant():
    judged = judgments(1, (0, 0, 0, 10, 1, 0), (0, 0, 50, 90, 1, 0), (0, 1, 0, 10, 1, 1))
    packed = contexts(1, (0, 0, 0, 5), (0, 0, 50, 60))
    # of the first need 5/10 beats 10/40; of the second nothing: 5 of 10 + 10 characters
    assert of_contexts("span_recall", packed, CORPUS, judged) == [5 / 20]
    assert of_contexts("span_precision", packed, CORPUS, judged) == [15 / 15]


def test_of_alternatives_covered_alike_the_first_is_needed():
    judged = judgments(1, (0, 0, 0, 40, 1, 0), (0, 0, 50, 60, 1, 0), (0, 1, 0, 10, 1, 1))
    # none of the first need, so its 40 characters are missing; the second need is met: 10 of 50
    assert of_contexts("span_recall", contexts(1, (0, 1, 0, 10)), CORPUS, judged) == [10 / 50]


def test_context_tokens_are_counted_by_the_context():
    packed = contexts(2, (0, 0, 0, 10), tokens=[7, 0])
    assert of_contexts("context_tokens", packed, CORPUS, judgments(2, (0, 0, 0, 1), (1, 0, 0, 1))) == [7.0, 0.0]


LENGTHS = (12, 1, 20)


@st.composite
def spans(draw):
    document = draw(st.integers(0, len(LENGTHS) - 1))
    start = draw(st.integers(0, LENGTHS[document] - 1))
    return document, start, draw(st.integers(start + 1, LENGTHS[document]))


def characters(span):
    document, start, end = span
    return {(document, i) for i in (range(LENGTHS[document]) if start == WHOLE else range(start, end))}


def union(found):
    return set().union(*map(characters, found))


EVIDENCE_OF_ONE = st.lists(spans() | st.integers(0, 2).map(lambda d: (d, WHOLE, WHOLE)), min_size=1, max_size=4)
ALL_EVIDENCE = st.lists(EVIDENCE_OF_ONE, min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(ALL_EVIDENCE, st.lists(spans(), min_size=1, max_size=8, unique=True).map(sorted), st.data())
def test_of_a_ranking_equals_sets_of_characters(evidence, cut, data):
    orders = [data.draw(st.permutations(range(len(cut)))) for _ in evidence]
    ranked = [order[: data.draw(st.integers(0, len(cut)))] for order in orders]
    judged = judgments(len(evidence), *[(q, *piece) for q, pieces in enumerate(evidence) for piece in pieces])
    k = data.draw(st.integers(1, 9))
    scores = {
        name: of_ranking(f"span_{name}", ranking(*ranked), chunks(*cut), corpus(*LENGTHS), judged)
        for name in (f"recall@{k}", f"precision@{k}", f"iou@{k}", "precision_omega")
    }
    for q, pieces in enumerate(evidence):
        wanted = union(pieces)
        top = [cut[i] for i in ranked[q][:k]]
        brought = Counter(c for chunk in top for c in characters(chunk))
        common, total = len(wanted & set(brought)), brought.total()
        assert scores[f"recall@{k}"][q] == pytest.approx(common / len(wanted))
        assert scores[f"precision@{k}"][q] == pytest.approx(common / total if total else 0.0)
        assert scores[f"iou@{k}"][q] == pytest.approx(common / (len(wanted) + total - common))
        touching = union(chunk for chunk in cut if characters(chunk) & wanted)
        # Chroma's code keeps evidence that no chunk holds in the denominator
        assert scores["precision_omega"][q] == pytest.approx(len(wanted & touching) / len(wanted | touching))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(spans(), st.integers(0, 2)), min_size=1, max_size=5), st.lists(spans(), max_size=5))
def test_alternatives_equal_sets_of_characters(pieces, brought_spans):
    brought = union(brought_spans)
    disjoint = sorted((d, i, i + 1) for d, i in brought)
    judged = judgments(1, *[(0, *span, 1, need) for span, need in pieces])
    packed = contexts(1, *[(0, *span) for span in disjoint])
    needs = {need: [characters(span) for span, n in pieces if n == need] for _, need in pieces}
    # max() keeps the first of equals, and fractions are exact
    chosen = [max(options, key=lambda text: Fraction(len(text & brought), len(text))) for options in needs.values()]
    (recall,) = of_contexts("span_recall", packed, corpus(*LENGTHS), judged)
    (precision,) = of_contexts("span_precision", packed, corpus(*LENGTHS), judged)
    relevant = len(union(span for span, _ in pieces) & brought)
    assert precision == pytest.approx(relevant / len(brought) if brought else 0.0)
    if not any(a & b for i, a in enumerate(chosen) for b in chosen[:i]):
        assert recall == pytest.approx(sum(len(text & brought) for text in chosen) / sum(map(len, chosen)))


CHROMA = Path(os.environ.get("RAGTUNE_DATA", "/nowhere"), "spans", "chroma")


@pytest.mark.skipif(not CHROMA.exists(), reason="RAGTUNE_DATA does not hold Chroma's chunking study")
@pytest.mark.parametrize(("size", "low", "high"), [(600, 0.24, 0.40), (3000, 0.04, 0.10)])
def test_precision_omega_on_the_chroma_corpus(size, low, high):
    # The study's windows of 200 and 800 tokens are near 900 and 3,600 characters: .21 and, by sharing text, .047
    documents = tuple(Document(p.name, p.read_bytes().decode()) for p in sorted((CHROMA / "corpus").iterdir()))
    place = {document.id: i for i, document in enumerate(documents)}
    lines = [json.loads(line) for line in (CHROMA / "questions.jsonl").read_text(encoding="utf-8").split("\n") if line]
    rows = [
        (q, place[r["doc"]], r["start"], r["end"], 1, n)
        for q, line in enumerate(lines)
        for n, r in enumerate(line["references"])
    ]
    windows = [
        (i, at, min(at + size, len(document.text)))
        for i, document in enumerate(documents)
        for at in range(0, len(document.text), size)
    ]
    nothing = Ranking(np.full((len(lines), 1), -1, np.int32), np.full((len(lines), 1), -np.inf))
    judged = Judged.of_ranking(
        nothing, Chunks(*np.array(windows).T), Corpus(documents), Judgments(np.array([len(lines)]), *np.array(rows).T)
    )
    assert low < parse_metric("span_precision_omega").score(judged).mean() < high


def test_iou_stays_within_1_when_needs_share_text():
    judged = judgments(1, (0, 0, 0, 10, 1, 0), (0, 0, 50, 60, 1, 0), (0, 0, 0, 10, 1, 1))
    assert of_contexts("span_iou", contexts(1, (0, 0, 0, 10)), CORPUS, judged) == [1.0]
