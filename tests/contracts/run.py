"""Runs one component on the awkward corpus, here or in another process, wired as a pipeline wires it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np

from ragtune.answers import Answers
from ragtune.chunkers.token_window import TokenWindow
from ragtune.component import Component, parse
from ragtune.contexts.token_budget import TokenBudget
from ragtune.datasets import Dataset
from ragtune.embedders.wordllama import Wordllama
from ragtune.engine.memo import Memo
from ragtune.engine.step import Step
from ragtune.generators.extractive import Extractive
from ragtune.pipelines.data import DataSteps, ExampleTexts
from ragtune.pipelines.wiring import wire
from ragtune.prompts.template import Template
from ragtune.retrievers.bm25 import Bm25
from ragtune.types import Corpus, Document, Evidence, Query, Value, Vectors
from tests.texts import AWKWARD

CORPUS = Corpus(tuple(Document(name, text) for name, text in AWKWARD.items()))
QUESTIONS = {
    "birds": ("do birds sing at dawn", Evidence("prose", 25, 40)),
    "next": ("次の文", Evidence("astral")),
    "empty": ("", Evidence("one")),
    "unknown": ("zzz", Evidence("repeated", 0, 10)),
    "lines": ("one line or two", Evidence("crlf", 0, 9)),
}


class Unkept(Memo):
    """A memo that forgets."""

    def __init__(self) -> None:
        super().__init__(None, "", lambda *_: None)


PROMPT = Template(shots="nearest(k=2)", citations="brackets")


class Exact(Wordllama):
    """Vectors in steps of 1/64: their products are whole numbers of 1/4096, summed alike in any order on any machine."""

    def vectors(self, texts: Any, memo: Any, *, queries: bool) -> Vectors:
        matrix = super().vectors(texts, memo, queries=queries).matrix
        return Vectors(np.round(matrix * 64).astype(np.float32) / 64)


def value_of(component: Component, verb: str, corpus: Corpus) -> Any:
    """The result of a verb, with everything it rests on made of plain defaults."""
    held = {document.id for document in corpus.documents}
    queries = [
        Query(id, text, (evidence,) if evidence.document in held else ()) for id, (text, evidence) in QUESTIONS.items()
    ]
    dataset = Dataset("awkward", corpus.documents, tuple(queries), {})
    data = DataSteps.of(dataset)
    values: dict[str, Any] = {
        data.corpus.key: corpus,
        data.queries.key: dataset.query_texts,
        data.query_ids.key: dataset.query_ids,
        data.judgments.key: dataset.judgments,
        data.references.key: dataset.references,
        **data.given,
    }
    sources: dict[str, Any] = {name: lambda _, step=step: step for name, step in data.sources().items()}
    sources["embedder"] = sources["vectors"] = lambda seen: wire(Exact(), "embed", seen)
    sources["query_vectors"] = lambda seen: wire(Exact(), "embed_queries", seen)
    sources["chunks"] = lambda seen: wire(TokenWindow(size_tokens=16), "chunk", seen)
    sources["ranking"] = lambda seen: wire(Bm25(), "rank", seen)
    sources["contexts"] = lambda seen: wire(TokenBudget(budget_tokens=60), "pack", seen)
    texts = Step(ExampleTexts(), "read", (data.examples,))
    sources["example_vectors"] = lambda seen: wire(Exact(), "embed_queries", {**seen, "queries": lambda _: texts})
    sources["frames"] = lambda seen: wire(PROMPT, "frame", seen)
    sources["prompts"] = lambda seen: wire(PROMPT, "write", seen)
    sources["answers"] = lambda seen: wire(Extractive(), "generate", seen)

    def compute(step: Step) -> Any:
        if step.key not in values:
            extra = {"memo": Unkept()} if step.uses_memo else {}
            values[step.key] = step.run([compute(below) for below in step.inputs], **extra)
        return values[step.key]

    return compute(wire(component, verb, sources))


def digest_of(component: Component, corpus: Corpus) -> str:
    """sha256 of the stored form; floating-point numbers to three significant digits, which all machines share."""
    value: Value = value_of(component, component.verb, corpus)
    if isinstance(value, Answers):  # how long a server took is another each time
        value = Answers(tuple(replace(a, seconds=None, first_token_seconds=None) for a in value.answers))
    sha = hashlib.sha256()
    for name, array in sorted(value.to_arrays().items()):
        sha.update(name.encode())
        if np.issubdtype(array.dtype, np.floating):
            sha.update(" ".join(f"{x:.3g}" for x in array.ravel()[:4000]).encode())
        else:
            sha.update(array.astype(np.int64).tobytes())
    return sha.hexdigest()[:16]


def main(asked: str) -> None:
    """Print the digests of components, given as JSON pairs of kind and spelling."""
    print(json.dumps([digest_of(parse(kind, spelled), CORPUS) for kind, spelled in json.loads(asked)]))
