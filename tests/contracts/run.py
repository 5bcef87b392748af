"""Runs one component on the awkward corpus, here or in another process."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ragtune.chunkers.token_window import TokenWindow
from ragtune.component import Component, RowModel, parse
from ragtune.embedders.wordllama import Wordllama
from ragtune.tokenizers.cl100k import Cl100k
from ragtune.types import Chunks, Corpus, Document, Queries, Ranking, Value
from tests.texts import AWKWARD

CORPUS = Corpus(tuple(Document(name, text) for name, text in AWKWARD.items()))
QUERIES = Queries(("do birds sing at dawn", "次の文", "", "zzz"))


class Unkept:
    """A memo that forgets."""

    def rows(self, texts: Any, load: Any) -> list[bytes]:
        model: RowModel = load()
        rows: dict[int, bytes] = {}
        for batch in model.batches(texts):
            rows.update(zip(batch, model.rows([texts[i] for i in batch]), strict=True))
        return [rows[i] for i in range(len(texts))]


def value_of(component: Component, verb: str, corpus: Corpus, queries: Queries) -> Any:
    """The result of a verb, with everything it rests on made of plain defaults."""
    import inspect

    def source(name: str) -> Any:
        if name == "corpus":
            return corpus
        if name == "queries":
            return queries
        if name in ("tokenizer",):
            return Cl100k().tokenize(corpus)
        if name == "chunks":
            return TokenWindow(size_tokens=16).chunk(corpus, Cl100k().tokenize(corpus))
        if name == "vectors":
            return Wordllama().embed(source("chunks"), corpus, memo=Unkept())
        if name == "query_vectors":
            return Wordllama().embed_queries(queries, memo=Unkept())
        if name == "ranking":
            chunks: Chunks = source("chunks")
            rows = np.tile(np.arange(min(100, len(chunks)), dtype=np.int32), (len(queries.texts), 1))
            return Ranking(rows, -rows.astype(float))
        if name == "memo":
            return Unkept()
        raise KeyError(name)

    inputs: list[Any] = []
    extra = {}
    for name in inspect.signature(getattr(component, verb)).parameters:
        held = getattr(component, name, None)
        if name == "memo":
            extra[name] = Unkept()
        elif isinstance(held, tuple):
            inputs.extend(value_of(part, part.verb, corpus, queries) for part in held)
        elif hasattr(held, "keep"):
            inputs.append(value_of(component, name, corpus, queries))
        else:
            inputs.append(source(name))
    return getattr(component, verb)(*inputs, **extra)


def digest_of(component: Component, corpus: Corpus, queries: Queries) -> str:
    """sha256 of the stored form; floating-point numbers to five significant digits, which all machines share."""
    value: Value = value_of(component, component.verb or "embed", corpus, queries)
    sha = hashlib.sha256()
    for name, array in sorted(value.to_arrays().items()):
        sha.update(name.encode())
        if np.issubdtype(array.dtype, np.floating):
            sha.update(" ".join(f"{x:.3g}" for x in array.ravel()[:4000]).encode())
        else:
            sha.update(array.astype(np.int64).tobytes())
    return sha.hexdigest()[:16]


def main(kind: str, spelled: str) -> None:
    """Print the digest."""
    print(digest_of(parse(kind, spelled), CORPUS, QUERIES))
