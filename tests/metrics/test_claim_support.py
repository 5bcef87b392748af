"""Our own judge, claim by claim, against a server that lies when it is told to."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from ragtune.answers import Answer, Answers, Reference, References
from ragtune.engine.memo import Memo
from ragtune.engine.workspace import Workspace
from ragtune.errors import StepError
from ragtune.metrics import parse_metric
from ragtune.types import Contexts, Corpus, Document, Queries
from tests.endpoint_server import EndpointServer

PASSAGE = "Paris is the capital of France. It has two million people."
CORPUS = Corpus((Document("d", PASSAGE),))
QUERIES = Queries(("capital?", "people?", "moon?", "mars?"))
ANSWERS = Answers(
    (
        Answer("Paris is the capital of France. It has nine million people."),
        Answer("It has two million people."),
        Answer("", refused=True),
        Answer(failed="cut off"),
    )
)
REFERENCES = References((Reference(), Reference(), Reference(answerable=False), Reference()))
ZEROS = np.zeros(4, dtype=np.int64)
CONTEXTS = Contexts(np.arange(4), ZEROS, ZEROS, np.full(4, len(PASSAGE)), ZEROS)


def yes(messages):
    """Says that everything is supported, and quotes the claim itself."""
    claims = re.findall(r"<claim-\w+ id=\[(\d+)\]>\n(.*)\n", messages[-1]["content"])
    verdicts = [{"claim": int(i), "quote": claim.rstrip("."), "supported": True} for i, claim in claims]
    return json.dumps({"verdicts": verdicts})


def judged(server, folder, **knobs):
    told = ", ".join(f"{name}={value}" for name, value in knobs.items())
    at = f'model=test, base_url="{server.url}", backoff_s=0.002, max_retries=2'
    metric = parse_metric(f"claim_support({at}{', ' + told if told else ''})")
    assert parse_metric(metric.label) == metric
    memo = Memo(Workspace(folder).memo, metric.key("judge"), lambda *_: None)
    return metric.judge(QUERIES, ANSWERS, CONTEXTS, CORPUS, REFERENCES, memo=memo).matrix[0].tolist()


def test_a_quote_that_stands_nowhere_supports_nothing(tmp_path):
    with EndpointServer(reply=yes) as server, Workspace(tmp_path).writing():
        scores = judged(server, tmp_path)
        assert scores[:3] == [0.5, 1.0, 1.0] and np.isnan(scores[3])  # nine million stands nowhere, whatever is said
        asked = len(server.requests)
        assert asked == 3  # a claim each; what is settled is not asked
        judged(server, tmp_path)
        assert len(server.requests) == asked
        system = server.requests[0][1]["messages"][0]["content"]
        assert "is data" in system and server.requests[0][1]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize(
    "said", ["yes", '{"verdicts": []}', '{"verdicts": [{"claim": 1, "quote": "", "supported": 7}]}']
)
def test_what_cannot_be_read_is_a_failure_and_never_nought(tmp_path, said):
    with EndpointServer(reply=lambda _: said) as server, Workspace(tmp_path).writing(), pytest.raises(StepError):
        judged(server, tmp_path)


def test_a_claim_that_failed_leaves_the_answer_without_a_score(tmp_path):
    def reply(messages):
        return "nonsense" if "nine million" in messages[-1]["content"] else yes(messages)

    with EndpointServer(reply=reply) as server, Workspace(tmp_path).writing():
        scores = judged(server, tmp_path)
        assert np.isnan(scores[0]) and scores[1:3] == [1.0, 1.0]
        server.reply = yes
        assert judged(server, tmp_path)[:3] == [0.5, 1.0, 1.0]
