"""OpenAI-compatible endpoints: one small client shared by embedders, rerankers and query expansion.

Hosted services, vLLM, TGI, SGLang, Ollama and llama.cpp speak this protocol. Nothing is sent unless a configuration
names a component that holds an `Endpoint`, and that component has something to ask that was never asked before.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, field_validator

from ragtune.component import Affects
from ragtune.endpoint._budget import BudgetError, reset_budgets
from ragtune.endpoint._client import Client, Settings, connect
from ragtune.endpoint._completions import Prompt, complete, delimited, without_thoughts
from ragtune.endpoint._failures import EndpointError
from ragtune.endpoint._replies import Completion

__all__ = [
    "BudgetError",
    "Client",
    "Completion",
    "Endpoint",
    "EndpointError",
    "Prompt",
    "complete",
    "delimited",
    "reset_budgets",
    "without_thoughts",
]


class Endpoint(BaseModel):
    """The knobs of an endpoint. A component has them by naming this as its first base: `class Openai(Endpoint, Embedder)`.

    `base_url` and `model` say what answers, and are part of every key; the others only say how it is asked.
    `api_key_env` is the *name* of the environment variable that holds the key; without it `OPENAI_API_KEY` is used for
    api.openai.com, and no key is sent anywhere else. `timeout_s` is for one try, `deadline_s` for one request with all
    its retries. `budget_requests` (tries included) and `budget_tokens` end the work of this process with that model;
    whatever is finished is kept.
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

    def client(self) -> Client:
        """The client for these knobs: one for the whole process, with its open connections."""
        return connect(Settings(**{field.name: getattr(self, field.name) for field in fields(Settings)}))
