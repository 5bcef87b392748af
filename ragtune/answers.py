"""The values that flow through answering: what a model is asked, what it answers, and what it should have answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from ragtune.types import Contexts, Corpus, Ints, Value, pack_json, unpack_json

Output = Literal["text", "json"]


@dataclass(frozen=True)
class Citation:
    """A passage that an answer refers to: `row` is its place among the query's spans in `Contexts`.

    `start` and `end` are the statement that it is given for, in code points of the answer's text, half open.
    """

    start: int
    end: int
    row: int


@dataclass(frozen=True)
class Answer:
    """What a generator answered to one query.

    `text` is what a user would read: without thoughts, the marks of citations, and whatever held it (JSON, a fence).
    `refused` says that it tells the user that there is no answer to be found. `failed` says why there is no answer at all
    (then it is not scored). `passages` are the texts it was made from, where they are not the packed context (answers
    of another system). Tokens and seconds are the endpoint's own, those of the try that succeeded; None is unknown.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()
    refused: bool = False
    failed: str = ""
    passages: tuple[str, ...] | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    seconds: float | None = None
    first_token_seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Answers(Value):
    """An answer for each query."""

    answers: tuple[Answer, ...]

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def replies(self) -> tuple[Answer, ...]:
        """Under the name by which costs are read from whatever an endpoint gave."""
        return self.answers

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one answer each, without what has its default."""
        default = asdict(Answer())
        return pack_json({k: v for k, v in asdict(each).items() if v != default[k]} for each in self.answers)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(_answer(row) for row in unpack_json(arrays)))

    @property
    def nbytes(self) -> int:
        """Only the order of magnitude matters."""
        return 500 * len(self.answers)


def _answer(row: dict[str, Any]) -> Answer:
    cited = tuple(Citation(**each) for each in row.pop("citations", ()))
    passages = row.pop("passages", None)
    return Answer(**row, citations=cited, passages=None if passages is None else tuple(passages))


@dataclass(frozen=True)
class Reference:
    """What should be answered: any of `answers`, as the dataset has them; nothing where the query is not `answerable`."""

    answers: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True, eq=False)
class References(Value):
    """A reference for each query."""

    references: tuple[Reference, ...]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines: answers, and whether there are any to be found."""
        return pack_json([list(each.answers), each.answerable] for each in self.references)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(Reference(tuple(answers), answerable) for answers, answerable in unpack_json(arrays)))


@dataclass(frozen=True)
class Example:
    """A query that a prompt may show as an example: its text, and an answer that is right.

    `part` is its part in cross-validation: it is shown only for queries of other parts, never for itself.
    """

    query: str
    answer: str
    part: int = 0


@dataclass(frozen=True, eq=False)
class Examples(Value):
    """What examples may be chosen from: answered queries that designs are tuned on, never those that confirm."""

    examples: tuple[Example, ...]

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def parts(self) -> Ints:
        """(n_examples,) int64."""
        return np.array([each.part for each in self.examples], dtype=np.int64)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one example each."""
        return pack_json([each.query, each.answer, each.part] for each in self.examples)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(Example(*row) for row in unpack_json(arrays)))


@dataclass(frozen=True, eq=False)
class Shots(Value):
    """(n_queries, k) int64: the examples chosen for each query, in the order in which they are shown; -1 for none."""

    example: Ints

    def of(self, i: int) -> list[int]:
        """Places among the examples, of one query."""
        row = self.example[i]
        return [int(place) for place in row[row >= 0]]


@dataclass(frozen=True)
class Frame:
    """What a prompt says beyond its wording, so that a generator without a language model can keep to it too.

    Attributes:
        rows: The passages in the order in which they are shown, as places among the query's spans in `Contexts`; the
            first is called 1.
        shots: (question, answer) of each example shown.
        cites: Whether statements are to name the passages they rest on.
        refusal: What to answer where the passages do not; empty where an answer is wanted all the same.
    """

    rows: tuple[int, ...]
    shots: tuple[tuple[str, str], ...] = ()
    cites: bool = False
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Frames(Value):
    """A frame for each query."""

    frames: tuple[Frame, ...]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one frame each."""
        return pack_json(asdict(frame) for frame in self.frames)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(tuple(_frame(row) for row in unpack_json(arrays)))


def _frame(row: dict[str, Any]) -> Frame:
    shots = tuple((question, answer) for question, answer in row["shots"])
    return Frame(tuple(row["rows"]), shots, row["cites"], row["refusal"])


@dataclass(frozen=True)
class Prompt:
    """What a chat model is asked: (role, text) of each message, what the prompt says besides, and how to read the reply.

    `schema` is the JSON schema that a reply with `output` json follows. With `reasoning`, thoughts come before the answer.
    """

    messages: tuple[tuple[str, str], ...]
    frame: Frame
    output: Output = "text"
    schema: Mapping[str, Any] | None = None
    reasoning: bool = False


@dataclass(frozen=True, eq=False)
class Prompts(Value):
    """A prompt for each query."""

    prompts: tuple[Prompt, ...]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """JSON lines, one prompt each."""
        return pack_json(asdict(prompt) for prompt in self.prompts)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        found = []
        for row in unpack_json(arrays):
            messages = tuple((role, text) for role, text in row["messages"])
            found.append(Prompt(messages, _frame(row["frame"]), row["output"], row["schema"], row["reasoning"]))
        return cls(tuple(found))


def passages_of(contexts: Contexts, corpus: Corpus, n_queries: int) -> tuple[tuple[str, ...], ...]:
    """The texts of the packed spans of each query, in the order of `Contexts`."""
    found: list[list[str]] = [[] for _ in range(n_queries)]
    columns = (contexts.query, contexts.document, contexts.start, contexts.end)
    for query, document, start, end in zip(*(column.tolist() for column in columns), strict=True):
        found[query].append(corpus.documents[document].text[start:end])
    return tuple(map(tuple, found))
