"""A tool as a model is shown it, and as retrieval finds it: MCP's shape, and what helps beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}


class Example(BaseModel):
    """A query for which the tool is right, and the arguments it should get (None where only the query is known)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: str
    arguments: dict[str, Any] | None = None


class Tool(BaseModel):
    """One tool. Immutable; edits make new ones with `model_copy`.

    `name`, `title`, `description`, `input_schema`, `output_schema` and `annotations` are those of MCP (specification
    2025-06-18). The rest is ours: `index_text` is read by retrieval only, never shown to a model; `server` says where the
    tool comes from; `id` is what cases and adapters know it by, whatever it is renamed to, and is its name unless given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    title: str = ""
    description: str = ""
    input_schema: dict[str, Any] = Field(default_factory=lambda: dict(NO_PARAMETERS))
    output_schema: dict[str, Any] | None = None
    annotations: dict[str, Any] = Field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    when_not_to_use: str = ""
    tags: tuple[str, ...] = ()
    index_text: str = ""
    server: str = ""
    id: str = ""

    def model_post_init(self, _: Any) -> None:
        """The id is the name unless it was given."""
        if not self.id:
            object.__setattr__(self, "id", self.name)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Name -> schema of the top-level parameters; empty where the schema says none."""
        found = self.input_schema.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the parameters that must be given."""
        found = self.input_schema.get("required")
        return tuple(str(name) for name in found) if isinstance(found, list) else ()

    def spec(self) -> dict[str, Any]:
        """As it is written in a tool file: what was left at its default is left out."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        if given.get("id") == self.name:
            del given["id"]
        return given

    def walk(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Path and schema of every parameter, nested ones as `address.city` and `lines[].sku`, in their order."""
        yield from _walk(self.input_schema, "")


def _walk(schema: Mapping[str, Any], prefix: str, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    properties = schema.get("properties")
    if depth > 32 or not isinstance(properties, dict):
        return
    for name, inner in properties.items():
        if isinstance(inner, dict):
            yield f"{prefix}{name}", inner
            yield from _walk(inner, f"{prefix}{name}.", depth + 1)
            items = inner.get("items")
            if isinstance(items, dict):
                yield from _walk(items, f"{prefix}{name}[].", depth + 1)
