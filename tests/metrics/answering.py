"""Answers with their passages and references, written as the tests read best."""

import numpy as np

from ragtune.answers import Answer, Answers, Citation, Reference, References
from ragtune.metrics import JudgedAnswer, JudgedAnswers, parse_metric
from ragtune.types import Contexts, Corpus, Document, Queries
from tests.metrics.worlds import columns


def answered(text="", *passages, references=(), answerable=True, cites=(), **said):
    """`cites` are (start, end, row)."""
    cited = tuple(Citation(*each) for each in cites)
    return JudgedAnswer("q", Answer(text, cited, **said), passages, Reference(tuple(references), answerable))


def scores(label, *rows):
    return parse_metric(label).score(JudgedAnswers(rows)).tolist()


def score(label, *args, **kwargs):
    return scores(label, answered(*args, **kwargs))[0]


def engine_values(*rows):
    """What the engine gives for these rows: queries, answers, contexts, corpus, references."""
    corpus, spans = [], []
    for i, row in enumerate(rows):
        for text in row.passages:
            spans.append((i, len(corpus), 0, len(text)))
            corpus.append(Document(f"d{len(corpus)}", text))
    return {
        "queries": Queries(tuple(row.query for row in rows)),
        "answers": Answers(tuple(row.answer for row in rows)),
        "contexts": Contexts(*columns(spans, 4), np.zeros(len(rows), np.int64)),
        "corpus": Corpus(tuple(corpus)),
        "references": References(tuple(row.reference for row in rows)),
    }
