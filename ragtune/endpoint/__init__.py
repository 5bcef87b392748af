"""OpenAI-compatible endpoints: one small client shared by embedders, rerankers and query expansion.

Hosted services, vLLM, TGI, SGLang, Ollama and llama.cpp speak this protocol. Nothing is sent unless a configuration
names a component that holds an `Endpoint`, and that component has something to ask that was never asked before.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from ragtune.component import Affects
from ragtune.endpoint._budget import BudgetError, reset_budgets
from ragtune.endpoint._client import Client, connect
from ragtune.endpoint._completions import Prompt, complete, delimited, without_thoughts
from ragtune.endpoint._failures import EndpointError
from ragtune.endpoint._prices import price, unknown_price
from ragtune.endpoint._replies import Called, Completion, called_or_why
from ragtune.endpoint._settings import Settings

__all__ = [
    "BudgetError",
    "Called",
    "Client",
    "Completion",
    "Endpoint",
    "EndpointError",
    "Prompt",
    "called_or_why",
    "complete",
    "delimited",
    "price",
    "reset_budgets",
    "without_thoughts",
]


class Endpoint(BaseModel):
    """The knobs of an endpoint. A component has them by naming this as its first base: `class Openai(Endpoint, Embedder)`.

    `base_url` and `model` say what answers, and are part of every key; the others only say how it is asked.
    `api_key_env` is the *name* of the environment variable that holds the key; without it `OPENAI_API_KEY` is used for
    api.openai.com, and no key is sent anywhere else. `timeout_s` is for one try, `deadline_s` for one request with all
    its retries. `budget_requests` (tries included), `budget_tokens` and `budget_usd` (by genai-prices; an unknown price is
    refused) end the work of this process with that model; whatever is finished is kept. Money is counted for components
    that have a `budget_usd`. A request whose reply was lost counts as if it had been answered.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    priced: ClassVar[bool] = True

    base_url: str = "https://api.openai.com/v1"
    model: Annotated[str, Field(min_length=1)]
    api_key_env: Annotated[str | None, Affects()] = None
    timeout_s: Annotated[PositiveFloat, Affects()] = 60.0
    deadline_s: Annotated[PositiveFloat, Affects()] = 300.0
    max_retries: Annotated[NonNegativeInt, Affects()] = 8
    backoff_s: Annotated[PositiveFloat, Affects()] = 0.5
    concurrency: Annotated[PositiveInt, Affects()] = 8
    budget_requests: Annotated[PositiveInt | None, Affects()] = None
    budget_tokens: Annotated[PositiveInt | None, Affects()] = None
    budget_usd: Annotated[PositiveFloat | None, Affects()] = None

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        """No secret may hide in it: it is written into keys, studies and errors."""
        try:
            parts = urlsplit(value)
            sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError:
            sound = False
        if not sound or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "is written http(s)://host[:port]/path, without user, password or query; "
                "a key comes from the environment variable that api_key_env names"
            )
        return value.rstrip("/")

    @field_validator("api_key_env")
    @classmethod
    def _name_not_key(cls, value: str | None) -> str | None:
        words = (value or "A").replace("_", "A")
        if not (words.isascii() and words.isalnum() and words.upper() == words and not words[0].isdigit()):
            raise ValueError(
                "is the name of an environment variable, in capitals, as in OPENAI_API_KEY; never the key itself"
            )
        return value

    @model_validator(mode="after")
    def _price_known(self) -> Self:
        if self.budget_usd is not None and price(self.model, self.base_url, 1000, 1000) is None:
            raise ValueError(unknown_price(self.model))
        return self

    def client(self) -> Client:
        """The client for these knobs: one for the whole process, with its open connections."""
        return connect(Settings(**{field.name: getattr(self, field.name) for field in fields(Settings)}))
