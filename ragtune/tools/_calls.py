"""Calls that were made, calls that should be, and the cases that ask for them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Order = Literal["any", "given"]


class Call(BaseModel):
    """A tool call: `tool` is the id of the tool as edited, or of the original once an adapter has mapped it back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    invalid: str = ""
    """Why the arguments could not be read (not JSON, not an object), or mean no call of an original; empty where they do."""


class Accept(BaseModel):
    """What is right for one argument: any of the `any_of` values, or an object or list of objects of a given shape.

    `objects` are alternatives, each a shape: key -> what is right for it. `lists` are alternatives, each a list of
    shapes, in order. An argument that is `optional` may be left out, and so is right where the call has none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    any_of: tuple[Any, ...] = ()
    objects: tuple[dict[str, Accept], ...] = ()
    lists: tuple[tuple[dict[str, Accept], ...], ...] = ()
    optional: bool = False


class ExpectedCall(BaseModel):
    """A call that should be made: the tool's id, or any of `alternatives`; `arguments` None judges the tool alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    alternatives: tuple[str, ...] = ()
    arguments: dict[str, Accept] | None = None

    @property
    def tools(self) -> tuple[str, ...]:
        """Ids of all tools that are right."""
        return (self.tool, *self.alternatives)


class Case(BaseModel):
    """A query and what should be called for it. No `calls`: no tool fits, and nothing should be called.

    `order` says whether several calls may come in any order. `tools` are the ids of the tools offered, None for all.
    `simulated` names the recipe that made the case up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(min_length=1)]
    query: str
    calls: tuple[ExpectedCall, ...] = ()
    order: Order = "any"
    tools: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    simulated: str = ""
