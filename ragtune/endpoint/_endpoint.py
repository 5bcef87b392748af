"""The knobs of an endpoint, which components have by inheriting them."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, ClassVar, Self

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
from ragtune.endpoint._client import Client, connect
from ragtune.endpoint._prices import price, unknown_price
from ragtune.endpoint._replicas import Replica, key_name, plain_url
from ragtune.endpoint._settings import Settings


class Endpoint(BaseModel):
    """The knobs of an endpoint. A component has them by naming this as its first base: `class Openai(Endpoint, Embedder)`.

    `base_url` and `model` say what answers, and are part of every key; the others only say how it is asked.
    `api_key_env` is the *name* of the environment variable that holds the key; without it `OPENAI_API_KEY` is used for
    api.openai.com, and no key is sent anywhere else. `timeout_s` is for one try, `deadline_s` for one request with all
    its retries. `budget_requests` (tries included), `budget_tokens`, `budget_usd` (by genai-prices; an unknown price is
    refused) and `budget_seconds` (on the wall, while the model is asked) end the work of this process with that model;
    whatever is finished is kept. Money is counted for components that have a `budget_usd`. A request whose reply was lost
    counts as if it had been answered. `requests_per_minute` and `tokens_per_minute` are kept to by waiting, by all that
    ask the same model in this process; that wait is no part of a deadline. `replicas` are further addresses of the same
    model, each `http://host:8000/v1 weight=2 api_key_env=ITS_KEY` (weight 1 and `api_key_env` above, where left out):
    requests are shared by weight, and an address that fails is left alone for a while. `stream` has chat replies
    streamed, so that the time to the first token is known. `batch` sends chat requests as files to `/batches`, where
    they are answered within a day at a lower price.
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
    budget_seconds: Annotated[PositiveFloat | None, Affects()] = None
    requests_per_minute: Annotated[PositiveFloat | None, Affects()] = None
    tokens_per_minute: Annotated[PositiveFloat | None, Affects()] = None
    replicas: Annotated[tuple[str, ...], Affects()] = ()
    stream: Annotated[bool, Affects()] = False
    batch: Annotated[bool, Affects()] = False

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        return plain_url(value)

    @field_validator("api_key_env")
    @classmethod
    def _name_not_key(cls, value: str | None) -> str | None:
        return None if value is None else key_name(value)

    @field_validator("replicas")
    @classmethod
    def _readable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        read = [Replica.read(text).base_url for text in value]
        if len(set(read)) < len(read):
            raise ValueError("names an address twice; a larger share is a larger weight")
        return value

    @model_validator(mode="after")
    def _price_known(self) -> Self:
        if self.budget_usd is not None and price(self.model, self.base_url, 1000, 1000) is None:
            raise ValueError(unknown_price(self.model))
        return self

    def client(self) -> Client:
        """The client for these knobs: one for the whole process, with its open connections."""
        return connect(Settings(**{field.name: getattr(self, field.name) for field in fields(Settings)}))
