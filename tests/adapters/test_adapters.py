"""The frameworks themselves query a bundle through its adapters, and find what the retriever finds."""

from __future__ import annotations

import asyncio
import warnings

from ragtune.bundling import load

QUESTION = "Which animal sees in the dark?"
EXPECTED = "The owl is an animal. It sees in the dark."


def test_llama_index_answers_through_a_query_engine(bundle):
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.response_synthesizers import get_response_synthesizer

    from ragtune.adapters.llama_index import RagtuneRetriever

    retriever = RagtuneRetriever(load(bundle), k=2)
    engine = RetrieverQueryEngine(retriever, get_response_synthesizer(llm=MockLLM()))
    answer = engine.query(QUESTION)
    first = answer.source_nodes[0]
    assert (first.node.node_id, first.node.text, first.node.metadata["legs"]) == (f"owl:0-{len(EXPECTED)}", EXPECTED, 4)
    assert EXPECTED in str(answer) and "retriever_score" not in str(answer)  # the mock model repeats its prompt
    assert first.score == load(bundle).retrieve(QUESTION)[0].score
    found = asyncio.run(retriever.aretrieve(QUESTION))
    assert [each.node_id for each in found] == [each.node_id for each in answer.source_nodes]


def test_langchain_runs_it_in_a_chain(bundle):
    from langchain_core.runnables import RunnableLambda

    from ragtune.adapters.langchain import RagtuneRetriever

    retriever = RagtuneRetriever(retriever=load(bundle), k=1)
    chain = retriever | RunnableLambda(lambda documents: [each.page_content for each in documents])
    assert chain.invoke(QUESTION) == [EXPECTED]
    assert asyncio.run(chain.ainvoke(QUESTION)) == [EXPECTED]
    (found,) = retriever.invoke(QUESTION)
    assert (found.id, found.metadata["document_id"], found.metadata["title"]) == (
        f"owl:0-{len(EXPECTED)}",
        "owl",
        "Of the owl",
    )


def test_haystack_runs_it_in_a_pipeline_that_can_be_saved(bundle):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from haystack import Pipeline

        from ragtune.adapters.haystack import RagtuneRetriever

        pipeline = Pipeline()
        pipeline.add_component("retriever", RagtuneRetriever(str(bundle), top_k=2))
        again = Pipeline.loads(pipeline.dumps(), allowed_modules=["ragtune.adapters.haystack"])
        for each in (pipeline, again):
            found = each.run({"retriever": {"query": QUESTION, "top_k": 1}})["retriever"]["documents"]
            assert [(one.content, one.meta["start"], one.meta["legs"]) for one in found] == [(EXPECTED, 0, 4)]
