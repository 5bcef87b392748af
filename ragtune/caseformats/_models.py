"""How a person writes a case: the rows of our own format, checked, and their JSON schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from ragtune.errors import Fault, suggest
from ragtune.tools import Accept, Case, ExpectedCall
from ragtune.tools._calls import Order
from ragtune.yaml_tree import Node

_Row = TypeVar("_Row", bound=BaseModel)
Name = Annotated[str, Field(min_length=1)]
CALL = "is the name of a tool, or a mapping {tool, arguments, any_of, optional, alternatives}"


class CallRow(BaseModel):
    """A call that should be made. Without `arguments`, `any_of` and `accept` only the tool is judged."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tool: Name
    arguments: dict[str, Any] | None = Field(None, description="Parameter -> the one value that is right.")
    any_of: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict, description="Parameter -> the values of which any is right."
    )
    optional: list[Name] = Field(default_factory=list, description="Parameters that may be left out all the same.")
    alternatives: list[Name] = Field(default_factory=list, description="Other tools that are right as well.")
    accept: dict[str, Accept] = Field(
        default_factory=dict, description="Parameter -> shapes of objects, for what the short forms cannot say."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        groups = (self.arguments or {}, self.any_of, self.accept)
        for name in dict.fromkeys(name for group in groups for name in group):
            if sum(name in group for group in groups) > 1:
                raise ValueError(f"'{name}' is in more than one of arguments, any_of and accept")
        for name in self.optional:
            if not any(name in group for group in groups):
                raise ValueError(f"'{name}' is optional, but neither arguments nor any_of says which value is right")
        return self

    def expected(self) -> ExpectedCall:
        """As a value."""
        found = {name: Accept(any_of=(value,)) for name, value in (self.arguments or {}).items()}
        found |= {name: Accept(any_of=tuple(values)) for name, values in self.any_of.items()}
        found |= self.accept
        for name in self.optional:
            found[name] = found[name].model_copy(update={"optional": True})
        judged = found or self.arguments is not None
        return ExpectedCall(tool=self.tool, alternatives=tuple(self.alternatives), arguments=found if judged else None)


CallField = Annotated[
    Annotated[Name, Tag("name")] | Annotated[CallRow, Tag("call")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "call"),
]


class CaseRow(BaseModel):
    """A query, and one of: `call`, `calls`, or `none: true` where no tool fits."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        title="A case",
        json_schema_extra={"oneOf": [{"required": ["call"]}, {"required": ["calls"]}, {"required": ["none"]}]},
    )

    id: Name | None = Field(None, description="Made of the query where it is left out.")
    query: Annotated[str, Field(min_length=1, pattern=r"\S")]
    call: CallField = ""
    calls: list[CallField] = Field(default_factory=list)
    none: bool = Field(
        False, description="No tool fits, and nothing should be called.", json_schema_extra={"const": True}
    )
    order: Order = Field("any", description="Whether several calls may come in any order.")
    tools: list[Name] | None = Field(None, description="The tools offered; all unless given.")
    tags: Name | list[Name] = Field(default_factory=list)
    simulated: str = Field("", description="The recipe that made the case up.")

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        given = [key for key in ("call", "calls", "none") if key in self.model_fields_set]
        if not given:
            raise ValueError("says neither call, calls nor none; where no tool fits, write none: true")
        if len(given) > 1:
            raise ValueError(f"says {' and '.join(given)}; one of them is enough")
        if given == ["none"] and not self.none:
            raise ValueError("none is true or left out")
        return self

    def case(self, made_id: Callable[[str, tuple[str, ...] | None], str]) -> Case:
        """As a value; `made_id` gives the id of one that has none."""
        rows = [self.call] if "call" in self.model_fields_set else self.calls
        calls = tuple(ExpectedCall(tool=row) if isinstance(row, str) else row.expected() for row in rows)
        tools = None if self.tools is None else tuple(self.tools)
        return Case(
            id=self.id or made_id(self.query, tools),
            query=self.query,
            calls=calls,
            order=self.order,
            tools=tools,
            tags=(self.tags,) if isinstance(self.tags, str) else tuple(self.tags),
            simulated=self.simulated,
        )


def validated(model: type[_Row], node: Node, fault: Callable[[Fault], None]) -> _Row | None:
    """A row of a file as a model; None after a fault for everything that is wrong with it."""
    try:
        return model.model_validate(node.plain())
    except ValidationError as error:
        told = {(at, message) for at, message in (_told(node, dict(problem)) for problem in error.errors())}
        for at, message in sorted(told, key=str):
            fault(Fault(node.file, *at, message))
        return None


def _told(node: Node, problem: dict[str, Any]) -> tuple[tuple[int, int], str]:
    """Line and column of a problem that pydantic found, and what to say."""
    path, in_call = _path(problem["loc"])
    above, at, last = node, node, ""
    for part in path:
        inner = child(at, part)
        above, last = at, str(part) if isinstance(part, str) else last
        if inner is None:
            break
        at = inner
    kind, place = problem["type"], (at.line, at.column)
    if kind == "extra_forbidden":
        model: type[BaseModel] = Accept if "accept" in path else CallRow if in_call else CaseRow
        return (above.keys or {}).get(last, place), f"there is no key '{last}'{suggest(last, list(model.model_fields))}"
    if kind == "missing":
        return place, f"has no {last}"
    if kind in ("model_type", "model_attributes_type"):
        return place, f"{last} {CALL}" if in_call else "a case is a mapping, as in {query: …, call: …}"
    if kind == "string_pattern_mismatch":
        return place, f"{last} is blank"
    if kind == "value_error":
        return place, str(problem["ctx"]["error"])
    return place, f"{last}: {problem['msg']}" if last else str(problem["msg"])


def _path(loc: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], bool]:
    """Where a problem is, without the tag that says how a call is written; and whether it is in a call."""
    if loc[:1] == ("call",):
        return loc[:1] + loc[2:], True
    if loc[:1] == ("calls",) and len(loc) > 2:
        return loc[:2] + loc[3:], True
    return loc, False


def child(node: Node, part: int | str) -> Node | None:
    """What stands under a key, or at a place of a list; None where nothing does."""
    if isinstance(node.value, dict):
        found: Node | None = node.value.get(str(part))
        return found
    return node.value[part] if isinstance(node.value, list) and isinstance(part, int) else None


def json_schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of a file of cases, for editors."""
    row = CaseRow.model_json_schema(ref_template="#/$defs/{model}")
    definitions = row.pop("$defs", {})
    row["properties"]["call"].pop("default", None)
    rows = {"type": "array", "items": {"$ref": "#/$defs/CaseRow"}}
    wrapped = {
        "type": "object",
        "properties": {"cases": rows, "$schema": {"type": "string"}},
        "required": ["cases"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of tools",
        "anyOf": [rows, wrapped],
        "$defs": {**definitions, "CaseRow": row},
    }
