"""Knobs of components whose endpoint writes a reply of bounded length."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from ragtune.endpoint._endpoint import Endpoint


class ReplyingEndpoint(Endpoint):
    """An endpoint that is asked for a reply. `temperature` null is not sent.

    `max_tokens` bounds a reply, as `max_tokens_field`, which OpenAI's newer models want to be `max_completion_tokens`.
    `draw` numbers repeated answers to the same request: `draw: [0, 1, 2]` are three configurations that differ by chance
    alone.
    """

    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    max_tokens: PositiveInt | None = 1024
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    draw: NonNegativeInt = 0

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.max_tokens is None and (self.budget_tokens is not None or self.budget_usd is not None):
            raise ValueError(
                "a budget of tokens or money cannot be held without max_tokens: a reply may be of any length"
            )
        return self

    def ignored(self) -> frozenset[str]:
        """Nothing is sent under that name."""
        return frozenset() if self.max_tokens is not None else frozenset({"max_tokens_field"})
