"""How alike questions are, by their words: TF-IDF vectors, nothing learnt and nothing loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ragtune.types import Floats, Ints

_WORD = re.compile(r"\w\w+")
_COMMON = (
    "about after all also an and any are as at be been before but by can could did do does doing done for from get got had "
    "has have how if in into is it its just like may me might more most much my no not of off on one only or other our out "
    "over own same she should so some such than that the their them then there these they this those through to too under "
    "until up use used very was we were what when where which while who whom why will with would you your"
)
_STOP = frozenset(_COMMON.split())
_LONGEST = 24


@dataclass(frozen=True)
class Words:
    """(n_texts, n_words) rows of unit length, or empty; `vocabulary` names the columns, by alphabet."""

    matrix: sparse.csr_array
    vocabulary: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Words:
        """Words of two or more letters or digits, lower-cased, without those that any English question has.

        The weight is (1 + log tf) × log(1 + n / df).
        """
        split = [[w[:_LONGEST] for w in _WORD.findall(text.lower()) if w not in _STOP] for text in texts]
        vocabulary = sorted({word for words in split for word in words})
        place = {word: i for i, word in enumerate(vocabulary)}
        rows = np.repeat(np.arange(len(split)), [len(words) for words in split])
        columns = np.array([place[word] for words in split for word in words], dtype=np.int64)
        shape = (len(split), max(1, len(vocabulary)))
        counts = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
        held = np.bincount(counts.indices, minlength=shape[1])
        counts.data = (1 + np.log(counts.data)) * np.log1p(len(split) / held[counts.indices])
        length = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).reshape(-1))
        counts.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(counts.indptr))
        return cls(counts, tuple(vocabulary))

    def likeness(self, rows: Ints, others: Ints) -> Floats:
        """(n_rows, n_others) cosines, 0 to 1."""
        alike: Floats = (self.matrix[rows] @ self.matrix[others].T).toarray()
        return alike

    def leading(self, rows: Ints, n: int) -> tuple[str, ...]:
        """The `n` words that weigh most in some of the texts together, ties by alphabet."""
        weight = np.asarray(self.matrix[rows].sum(axis=0)).reshape(-1)
        best = np.argsort(-weight, kind="stable")[:n]
        return tuple(self.vocabulary[i] for i in best.tolist() if weight[i] > 0)
