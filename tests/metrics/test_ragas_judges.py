"""ragas' own measures, end to end, against a server that reads the context it is given and answers by that alone."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec

import numpy as np
import pytest

from ragtune.answers import Answer, Answers, Reference, References
from ragtune.embedders.wordllama import Wordllama
from ragtune.engine.memo import Memo
from ragtune.engine.workspace import Workspace
from ragtune.errors import StepError
from ragtune.metrics import parse_metric
from ragtune.types import Contexts, Corpus, Document, Queries
from tests.endpoint_server import EndpointServer, unit

pytestmark = pytest.mark.skipif(find_spec("ragas") is None, reason="ragas is not installed: ragtune[ragas]")

PARIS, BERLIN = "Paris is the capital of France. It has two million people.", "Berlin is the capital of Germany."
CORPUS = Corpus((Document("paris", PARIS), Document("berlin", BERLIN)))
QUERIES = Queries(("capital of France?", "capital of Germany?", "capital of Mars?", "capital of Germany?"))
ANSWERS = Answers(
    (Answer(f"{PARIS} It has nine million people."), Answer(BERLIN), Answer("", refused=True), Answer(BERLIN))
)
REFERENCES = References(
    (Reference(("Paris is the capital of France.",)), Reference((BERLIN,)), Reference((), False), Reference((BERLIN,)))
)
SHOWN = [(0, 1), (0, 0), (1, 1), (2, 1), (3, 0)]
"""(query, document): the second passage of the first query is the useful one, the last query has a useless one alone."""
QUERY, DOCUMENT = np.array(SHOWN).T
ENDS = np.array([len(PARIS), len(BERLIN)])[DOCUMENT]
CONTEXTS = Contexts(QUERY, DOCUMENT, np.zeros(5, np.int64), ENDS, np.zeros(4, np.int64))
GIVEN = {"queries": QUERIES, "answers": ANSWERS, "contexts": CONTEXTS, "corpus": CORPUS, "references": REFERENCES}
STRANGE = "How deep do submarines dive?"


def parts(text):
    return [f"{part}." for part in text.removesuffix(".").split(". ")]


def follows(statement, context):
    return int(statement in context)


def rating(share):
    return 2 if share == 1 else int(share > 0)


def reply(messages):
    """What a judge says for whom a statement follows from a text that holds it, word for word."""
    prompt = messages[-1]["content"]
    form = re.findall(r'"title": "(\w+)", "type": "object"}Do not', prompt)[0]
    given = json.loads(prompt.rpartition("following input\ninput: ")[2].removesuffix("\nOutput: "))
    context = given.get("context", "")
    said = {"reason": "so it is"}
    if form == "StatementGeneratorOutput":
        return json.dumps({"statements": parts(given.get("answer", given.get("text")))})
    if form == "ClaimDecompositionOutput":
        return json.dumps({"claims": parts(given["response"])})
    if form in ("NLIStatementOutput", "StatementFaithfulnessOutput"):
        found = [{"statement": s, **said, "verdict": follows(s, context)} for s in given["statements"]]
        return json.dumps({"statements": found})
    if form == "ContextPrecisionOutput":
        return json.dumps({**said, "verdict": follows(given["answer"], context)})
    if form == "ContextRecallOutput":
        found = [{"statement": s, **said, "attributed": follows(s, context)} for s in parts(given["answer"])]
        return json.dumps({"classifications": found})
    if form == "ResponseGroundednessOutput":
        return json.dumps({"rating": rating(np.mean([follows(s, context) for s in parts(given["response"])]))})
    if form == "ContextRelevanceOutput":
        return json.dumps({"rating": 2 * follows(given["user_input"].removesuffix("?"), context)})
    assert form == "AnswerRelevanceOutput"
    asked = "capital of Germany?" if given["response"] == BERLIN else STRANGE
    return json.dumps({"question": asked, "noncommittal": 0})


def judged(server, folder, word, knobs=""):
    metric = parse_metric(f"{word}(model=test, base_url={server.url}, backoff_s=0.002, max_retries=2{knobs})")
    memo = Memo(Workspace(folder).memo, metric.key("judge"), lambda *_: None)
    wanted = type(metric).judge.__annotations__
    scores = metric.judge(**{name: value for name, value in GIVEN.items() if name in wanted}, memo=memo)
    return scores.matrix[0].tolist()


def cosine(one, other):
    vectors = Wordllama().encoder(queries=True).encode([one, other])
    return float(vectors[0] @ vectors[1])


EXPECTED = {
    # Two of three statements stand in the passages.
    "ragas_faithfulness": ([2 / 3, 1, 1, 0], 2 + 2 + 2),
    "ragas_response_groundedness": ([0.5, 1, 1, 0], 2 + 2 + 2),
    # Average precision with the second of two useful; where there is nothing to be found, 1.
    "ragas_context_precision": ([0.5, 1, 1, 0], 2 + 1 + 1),
    "ragas_context_recall": ([1, 1, 1, 0], 3),
    "ragas_context_relevance": ([1, 1, 0, 0], 2 * 4),
    # Of three statements one is wrong (the reference does not say it) though a useful passage does.
    "ragas_noise_sensitivity": ([1 / 3, 0, 0, 0], (2 + 2 * 2 + 1) + (2 + 2 + 1) + (2 + 2 + 1)),
    # One claim of three is right, and all of the reference is said: F1 of 1/3 and 1.
    "ragas_factual_correctness": ([0.5, 1, 1, 1], 4 + 4 + 4),
    "ragas_answer_relevancy": ([None, 1, 1, 1], 3 * 3),
}


@pytest.mark.parametrize("word", EXPECTED)
def test_scores_are_what_the_judge_s_words_come_to_and_cost_nothing_again(word, tmp_path):
    expected, most = EXPECTED[word]
    if expected[0] is None:
        expected = [cosine(QUERIES.texts[0], STRANGE), *expected[1:]]
    with EndpointServer(reply=reply) as server, Workspace(tmp_path).writing():
        assert judged(server, tmp_path, word) == pytest.approx(expected, abs=1e-6)
        asked = len(server.requests)
        assert 0 < asked <= most  # equal prompts of two queries are asked once
        assert judged(server, tmp_path, word) == pytest.approx(expected, abs=1e-6)
        assert len(server.requests) == asked
        sent = server.requests[0][1]["response_format"]["json_schema"]
        assert sent["strict"] and sent["schema"]["additionalProperties"] is False


@pytest.mark.parametrize("said", ['{"rating": 7}', '{"rating": NaN}', '```json\n{"rating": 2}\n```', '{"rating": '])
def test_a_reply_that_is_none_leaves_that_query_unscored_until_it_is_asked_again(said, tmp_path):
    """ragas would take the other of its two judges for the whole; out of range is no rating, and neither is nought."""

    def broken(messages):
        prompt = messages[-1]["content"]
        return said if "world class expert" in prompt and "nine million" in prompt else reply(messages)

    with EndpointServer(reply=broken) as server, Workspace(tmp_path).writing():
        scores = judged(server, tmp_path, "ragas_response_groundedness")
        assert np.isnan(scores[0]) and scores[1:] == [1, 1, 0]
        asked = len(server.requests)
        server.reply = reply
        assert judged(server, tmp_path, "ragas_response_groundedness") == [0.5, 1, 1, 0]
        assert len(server.requests) - asked <= 2  # what was found out before is not asked again


def test_where_nothing_can_be_judged_the_step_fails(tmp_path):
    with (
        EndpointServer(reply=lambda _: "no") as server,
        Workspace(tmp_path).writing(),
        pytest.raises(StepError, match="not JSON"),
    ):
        judged(server, tmp_path, "ragas_faithfulness")


def test_modes_are_ragas_own(tmp_path):
    with EndpointServer(reply=reply) as server, Workspace(tmp_path).writing():
        found = judged(server, tmp_path, "ragas_factual_correctness", ", mode=precision")
        assert found == pytest.approx([0.33, 1, 1, 1])


def test_a_batch_is_handed_in_for_all_that_is_asked_at_the_same_time(tmp_path):
    with EndpointServer(reply=reply) as server, Workspace(tmp_path).writing():
        assert judged(server, tmp_path, "ragas_faithfulness", ", batch=true") == pytest.approx([2 / 3, 1, 1, 0])
        assert [len(batch["input_file_id"]) > 0 for batch in server.batches.made.values()] == [True, True]
        assert judged(server, tmp_path, "ragas_faithfulness") == pytest.approx([2 / 3, 1, 1, 0])
        assert {path for path, _ in server.requests} == {"/v1/files", "/v1/batches"}


def test_vectors_of_an_endpoint_are_awaited_with_the_replies_and_kept(tmp_path):
    """Of the test endpoint, whose vectors say nothing: alike for equal questions alone."""
    with EndpointServer(reply=reply) as server, Workspace(tmp_path).writing():
        knobs = f", embedder=openai(base_url={server.url}, model=e)"
        own = float(unit(QUERIES.texts[0], 8) @ unit(STRANGE, 8))
        assert judged(server, tmp_path, "ragas_answer_relevancy", knobs) == pytest.approx([own, 1, 1, 1], abs=1e-6)
        assert server.embedded == {"dimension": 2, STRANGE: 1, QUERIES.texts[0]: 1, QUERIES.texts[1]: 1}
        asked = len(server.requests)
        assert judged(server, tmp_path, "ragas_answer_relevancy", knobs) == pytest.approx([own, 1, 1, 1], abs=1e-6)
        assert len(server.requests) == asked
