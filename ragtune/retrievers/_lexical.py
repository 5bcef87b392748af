"""What retrievers over words share: which words a text has, and the knobs that decide it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ragtune.component import Affects, work
from ragtune.retrievers import Retriever
from ragtune.types import Chunks, Corpus, Ints, Queries, Value

TERMS_VERSION = 1
"""Goes up whenever the words change that the same text and knobs give."""

Stemming = Literal[
    "arabic", "armenian", "basque", "catalan", "czech", "danish", "dutch", "dutch_porter", "english", "esperanto",
    "estonian", "finnish", "french", "german", "greek", "hindi", "hungarian", "indonesian", "irish", "italian",
    "lithuanian", "nepali", "norwegian", "persian", "polish", "porter", "portuguese", "romanian", "russian", "serbian",
    "sesotho", "spanish", "swedish", "tamil", "turkish", "yiddish", "none",
]  # fmt: skip
"""Snowball's languages, by PyStemmer."""

Stopping = Literal[
    "english", "english_plus", "chinese", "danish", "dutch", "french", "german", "italian", "korean", "norwegian",
    "portuguese", "russian", "spanish", "swedish", "turkish", "none",
]  # fmt: skip
"""The lists of stop words that bm25s carries."""

_WORD = re.compile(r"\b\w\w+\b")
_INDEXING = frozenset({"terms", "index", "rank"})


@dataclass(frozen=True, eq=False)
class Counts:
    """Every pair of a term and a chunk that has it, by term, then chunk, and how often; `indptr` says where a term begins."""

    term: Ints
    chunk: NDArray[np.int32]
    frequency: Ints
    indptr: Ints


@dataclass(frozen=True, eq=False)
class Terms(Value):
    """The chunks' terms: `term[indptr[i]:indptr[i + 1]]` int32 are chunk i's; `words`, by alphabet, newlines between, utf-8."""

    term: NDArray[np.int32]
    indptr: Ints
    words: NDArray[np.uint8]

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Term -> its number."""
        words = self.words.tobytes().decode()
        return {word: i for i, word in enumerate(words.split("\n"))} if words else {}

    @cached_property
    def counts(self) -> Counts:
        """How often each term is in each chunk."""
        n_chunks = max(1, len(self.indptr) - 1)
        chunk_of = np.repeat(np.arange(len(self.indptr) - 1, dtype=np.int64), np.diff(self.indptr))
        pairs, frequency = np.unique(self.term.astype(np.int64) * n_chunks + chunk_of, return_counts=True)
        term, chunk = np.divmod(pairs, n_chunks)
        ends = np.cumsum(np.bincount(term, minlength=len(self.vocabulary)))
        return Counts(term, chunk.astype(np.int32), frequency, np.concatenate([[0], ends]).astype(np.int64))


class Lexical(Retriever):
    """Base of the retrievers over words.

    Words are runs of two or more letters, digits or underscores, lower-cased, without `stop_words`, cut to their stem by
    Snowball. Terms are the words and, with `ngram` above 1, also all runs of up to that many words that follow each other.
    """

    stemmer: Annotated[Stemming, Affects(_INDEXING)] = "english"
    stop_words: Annotated[Stopping, Affects(_INDEXING)] = "english"
    ngram: Annotated[int, Field(ge=1, le=3), Affects(_INDEXING)] = 1

    def key(self, verb: str) -> str:
        """Equal terms are the same work, whichever of the siblings wants them."""
        if verb != "terms":
            return super().key(verb)
        return f"retriever/terms@{TERMS_VERSION}.terms{json.dumps(self.knobs('terms'), sort_keys=True)}"

    @work(keep="file", online=False)
    def terms(self, chunks: Chunks, corpus: Corpus) -> Terms:
        """Cut the chunks into terms."""
        numbers = _Numbers()
        rows = [list(map(numbers.__getitem__, _WORD.findall(text.lower()))) for text in chunks.indexed_texts(corpus)]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        flat = np.fromiter((number for row in rows for number in row), dtype=np.int64, count=int(lengths.sum()))
        chunk_of = np.repeat(np.arange(len(rows)), lengths)
        spelled = list(numbers)
        stopped = _stop_words(self.stop_words)
        kept = np.array([word not in stopped for word in spelled], dtype=bool)[flat]
        stems = _stems(self.stemmer, spelled)
        flat, chunk_of = flat[kept], chunk_of[kept]
        words, number_of = _numbered(stems)
        return _with_ngrams(number_of[flat], chunk_of, words, self.ngram, len(rows))

    def query_terms(self, vocabulary: dict[str, int], queries: Queries) -> list[Ints]:
        """The numbers of each query's terms, in order, as often as they come; terms that no chunk has are left out."""
        stopped = _stop_words(self.stop_words)
        found: list[Ints] = []
        for text in queries.texts:
            words = _stems(self.stemmer, [word for word in _WORD.findall(text.lower()) if word not in stopped])
            runs = [" ".join(words[i : i + n]) for n in range(1, self.ngram + 1) for i in range(len(words) - n + 1)]
            found.append(np.array([vocabulary[run] for run in runs if run in vocabulary], dtype=np.int64))
        return found


class _Numbers(dict[str, int]):
    """Numbers words as they come."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def _numbered(stems: Sequence[str]) -> tuple[list[str], Ints]:
    """The different stems by alphabet, and the place of each given one among them."""
    words = sorted(set(stems))
    place = {word: i for i, word in enumerate(words)}
    return words, np.array([place[stem] for stem in stems], dtype=np.int64)


def _with_ngrams(flat: Ints, chunk_of: Ints, words: Sequence[str], ngram: int, n_chunks: int) -> Terms:
    """Terms of up to `ngram` words, from the words and the chunk that each of them is in."""
    names = list(words)
    terms, owners = [flat], [chunk_of]
    runs = flat
    for n in range(2, ngram + 1):
        # A run of n words is a run of n - 1, known by its number, and the word after it, in the same chunk.
        whole = np.flatnonzero(chunk_of[n - 1 :] == chunk_of[: len(chunk_of) - n + 1])
        codes, place = np.unique(runs[whole] * len(words) + flat[whole + n - 1], return_inverse=True)
        heads, tails = np.divmod(codes, max(1, len(words)))
        longer = np.full(len(chunk_of), -1, dtype=np.int64)
        longer[whole] = place + len(names)
        names.extend(f"{names[h]} {words[t]}" for h, t in zip(heads.tolist(), tails.tolist(), strict=True))
        terms.append(longer[whole])
        owners.append(chunk_of[whole])
        runs = longer
    every, owner = np.concatenate(terms), np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    seen = np.unique(every)  # a word may be left without a chunk when all of its spellings are stop words
    by_name = seen[np.argsort(np.array([names[i] for i in seen.tolist()], dtype=object), kind="stable")]
    number = np.zeros(len(names), dtype=np.int32)
    number[by_name] = np.arange(len(by_name), dtype=np.int32)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n_chunks))]).astype(np.int64)
    spelled = "\n".join(names[i] for i in by_name.tolist())
    return Terms(number[every[order]], indptr, np.frombuffer(spelled.encode(), dtype=np.uint8))


def _stems(language: Stemming, words: list[str]) -> list[str]:
    stemmer = _stemmer(language)
    return words if stemmer is None else list(stemmer.stemWords(words))


@lru_cache(maxsize=8)
def _stemmer(language: Stemming) -> Any:
    if language == "none":
        return None
    import Stemmer

    return Stemmer.Stemmer(language)


@lru_cache(maxsize=8)
def _stop_words(language: Stopping) -> frozenset[str]:
    if language == "none":
        return frozenset()
    from bm25s import stopwords

    name = {"english": "EN", "english_plus": "EN_PLUS"}.get(language, language.upper())
    return frozenset(getattr(stopwords, f"STOPWORDS_{name}"))
