"""What clients send and get, over REST and MCP alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from ragtune.serving._settings import Settings

if TYPE_CHECKING:
    from ragtune.bundling import Context, Passage

DEFAULT_K = 5


class Retrieves(Protocol):
    """What a server needs of a retriever; threads share it."""

    def retrieve(self, query: str, k: int = ...) -> list[Passage]:
        """The k best chunks, best first."""
        ...

    def context(self, query: str) -> Context:
        """What the design packs for a prompt."""
        ...


class Served(Protocol):
    """Is told of each retrieval, in the thread that did it; what it raises is logged and goes no further."""

    def __call__(self, query: str, passages: list[Passage], latency_ms: float) -> str:
        """A query, what was found, and how long that took; gives the id that feedback on it refers to."""
        ...


class Found(BaseModel):
    """A passage: `text` is `[start, end)` of the document's text in code points; a higher `score` is better.

    `scores` has the score of each stage. Passages of a context have none.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    document: str
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    title: str = ""
    score: float | None = None
    scores: dict[str, float | None] = {}
    metadata: dict[str, Any] = {}

    @classmethod
    def of(cls, passage: Passage) -> Found:
        """The same, to be sent."""
        return cls(
            text=passage.text,
            document=passage.document,
            start=passage.start,
            end=passage.end,
            title=passage.title,
            score=passage.score,
            scores=dict(passage.scores),
            metadata=dict(passage.metadata),
        )


class Ranked(BaseModel):
    """Passages, best first; `id` is the query's in the log, empty where none is kept."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    passages: list[Found]


class Packed(BaseModel):
    """What a prompt is given: `passages` in reading order, `text` with an empty line between them, its size in tokens."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    text: str
    tokens: Annotated[int, Field(ge=0)]
    passages: list[Found]


def ask_model(settings: Settings, *, strict: bool) -> type[BaseModel]:
    """What a retrieval is asked with: `query` and `k`, within the settings' bounds.

    `strict` takes a number for `k` and nothing else; models that call tools also write `"5"`.
    """
    query = Annotated[str, Field(max_length=settings.longest_query)]
    k = Annotated[int, Field(ge=1, le=settings.max_k), BeforeValidator(_whole)]
    config = ConfigDict(extra="forbid", strict=strict, frozen=True)
    return create_model("Ask", __config__=config, query=(query, ...), k=(k, min(DEFAULT_K, settings.max_k)))


def _whole(value: Any) -> Any:
    """To JSON Schema, 5.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class State(BaseModel):
    """How the server is."""

    model_config = ConfigDict(frozen=True)

    status: str
