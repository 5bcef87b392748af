"""Components that know nothing of retrieval: the engine must run any steps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ragtune.component import Affects, Component, RowMemo, work
from ragtune.engine.step import Step
from ragtune.types import Value


@dataclass(frozen=True, eq=False)
class Numbers(Value):
    n: np.ndarray


@dataclass(frozen=True, eq=False)
class Words(Value):
    texts: tuple[str, ...]

    def to_arrays(self):
        return {"utf8": np.frombuffer("\n".join(self.texts).encode(), dtype=np.uint8)}

    @classmethod
    def from_arrays(cls, arrays):
        return cls(tuple(arrays["utf8"].tobytes().decode().split("\n")))


class Source(Component):
    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "source"
    size: int = 10

    @work(keep="file")
    def make(self) -> Numbers:
        return Numbers(np.arange(self.size, dtype=np.int64))

    @work(keep="file")
    def words(self) -> Words:
        return Words(tuple(f"text {i}" for i in range(self.size)))


class Add(Component):
    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "add"
    amount: int = 1
    delay: Annotated[float, Affects()] = 0.0
    fails: bool = False

    @work(keep="no")
    def passing(self, numbers: Numbers) -> Numbers:
        return Numbers(numbers.n + self.amount)

    @work(keep="file")
    def stored(self, numbers: Numbers) -> Numbers:
        time.sleep(self.delay)
        if self.fails:
            raise ZeroDivisionError("as it was told to")
        return Numbers(numbers.n + self.amount)

    @work(keep="row")
    def small(self, numbers: Numbers) -> Numbers:
        time.sleep(self.delay)
        if self.fails:
            raise ZeroDivisionError("as it was told to")
        return Numbers(numbers.n + self.amount)


class Model(Component):
    """Unless `alone`, its rows depend on what shares a batch, as floating point does."""

    kind: ClassVar[str] = "toy"
    name: ClassVar[str] = "model"
    delay: Annotated[float, Affects()] = 0.0
    alone: bool = False

    @work(keep="memo")
    def embed(self, words: Words, *, memo: RowMemo) -> Numbers:
        rows = memo.rows(words.texts, lambda: Rows(self.delay, self.alone))
        return Numbers(np.frombuffer(b"".join(rows), dtype=np.int64))


@dataclass
class Rows:
    delay: float = 0.0
    alone: bool = False
    workers: int = 2

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i]))
        return [order[i : i + 4] for i in range(0, len(order), 4)]

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        time.sleep(self.delay)
        joined = 0 if self.alone else sum(sum(text.encode()) for text in texts)
        return [np.int64(joined * 1000 + len(text)).tobytes() for text in texts]


def source(size: int = 10) -> Step:
    return Step(Source(size=size), "make")


def words(size: int = 10) -> Step:
    return Step(Source(size=size), "words")
