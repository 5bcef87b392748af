"""What the formats that are JSON have in common: records in, records out, every fault and every loss named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from pydantic import ValidationError

from ragtune.errors import Fault, InputError
from ragtune.toolformats import Loss, ToolFormat
from ragtune.toolformats._bounds import bounded
from ragtune.toolformats._calling import part
from ragtune.toolformats._losses import Losses
from ragtune.toolformats._modern import modern
from ragtune.toolformats._names import tool_names
from ragtune.toolformats._profiles import Breach, Declared, NameRule, Profile, check, profile
from ragtune.tools import Tool, ToolSet, check_schema
from ragtune.tools._tool import NO_PARAMETERS

Record = dict[str, Any]


class Parsed(NamedTuple):
    """What was read, and what the payload says that a tool has no place for."""

    tools: ToolSet
    losses: list[Loss]


class Written(NamedTuple):
    """A payload, its losses, the names written (id -> name), and which tools are strict (ids)."""

    payload: Any
    losses: list[Loss]
    names: dict[str, str]
    strict: frozenset[str] = frozenset()


class JsonTools(ToolFormat):
    """Base of the formats whose payload is a list of records, one a tool."""

    rules: ClassVar[str] = ""
    """The profile that payloads are checked against; empty where nobody publishes one."""
    keys: ClassVar[Mapping[str, str]] = {}
    """Key of a record -> field of a tool."""
    known: ClassVar[frozenset[str]] = frozenset()
    """Further keys that carry nothing."""

    def read(self, payload: Any) -> ToolSet:
        """Tools from a payload; InputError lists all faults."""
        return self.parse(payload).tools

    def parse(self, payload: Any) -> Parsed:
        """The same, and what was left out: keys that a tool has no place for."""
        bounded(payload)
        faults: list[str] = []
        losses: list[Loss] = []
        tools: list[Tool] = []
        places: dict[str, str] = {}
        for at, record in self.records(payload):
            tool = self._tool(at, record, faults, losses)
            if tool is None:
                continue
            if tool.id in places:
                faults.append(f"{at}: another tool is named '{tool.id}' ({places[tool.id]})")
            places.setdefault(tool.id, at)
            tools.append(tool)
        if faults:
            raise InputError(Fault("", 0, 0, fault) for fault in faults)
        return Parsed(ToolSet(tuple(tools)), losses)

    def write(self, tools: Sequence[Tool]) -> tuple[Any, list[Loss]]:
        """The payload, and everything that it does not say any more."""
        written = self.written(tools)
        return written.payload, written.losses

    def written(self, tools: Sequence[Tool], names: Mapping[str, str] | None = None) -> Written:
        """The same, with the names that tools are written by: those given by id, so that some are named as among all."""
        names = self._names(tools) if names is None else {tool.id: names[tool.id] for tool in tools}
        losses: list[Loss] = []
        records = []
        strict = set()
        room = self.room()
        for tool in tools:
            own = Losses(tool)
            name = names[tool.id]
            if name != tool.name:
                own.add(f"name: {tool.name!r} is not allowed, or taken; written as {name!r}", "name")
            if name != tool.id:
                own.add(f"id: read again, it is {name!r}", "id")
            record = self.one(tool, name, own, room)
            if self.is_strict(record):
                strict.add(tool.id)
            records.append(record)
            losses += own
        return Written(self.payload(records), losses, names, frozenset(strict))

    def bound(self, payload: Any, functions: Mapping[str, Callable[..., Any]]) -> Any:
        """A payload with functions behind its tools, by the names written; what is sent elsewhere has none behind it."""
        return payload

    def called(self, said: Any) -> tuple[Any, Any]:
        """Name and arguments of a call as a model of this provider's makes it: JSON values, or an object of its SDK."""
        return part(said, "name"), part(said, "arguments")

    def room(self) -> list[int]:
        """What one request has room for, where a format has to share it out among tools."""
        return []

    def one(self, tool: Tool, name: str, losses: Losses, room: list[int]) -> Record:
        """A tool as the format says it, in the room that is left."""
        return self.record(tool, name, losses)

    def check(self, payload: Any) -> list[Breach]:
        """Every published rule of the vendor's that a payload breaks; none where there are no rules."""
        if not self.rules:
            return []
        return check(self._rules, [self.declared(record) for _, record in self.records(payload)])

    @property
    def _rules(self) -> Profile:
        return profile(self.rules)

    @property
    def name_rule(self) -> NameRule | None:
        """What names of tools are written by; None where they stay as they are."""
        return self._rules.name if self.rules else None

    @property
    def property_rule(self) -> NameRule | None:
        """What names of parameters are written by."""
        return self._rules.property if self.rules else None

    def records(self, payload: Any) -> list[tuple[str, Any]]:
        """Place and record of each tool of a payload; InputError where there is no list of them."""
        raise NotImplementedError

    def payload(self, records: list[Record]) -> Any:
        """Records as they are sent."""
        return records

    def record(self, tool: Tool, name: str, losses: Losses) -> Record:
        """A tool as the format says it."""
        raise NotImplementedError

    def declared(self, record: Any) -> Declared:
        """A record as the rules look at it."""
        fields = self.fields(record)
        return Declared(
            fields["name"], fields.get("description") or "", fields.get("input_schema"), self.is_strict(record)
        )

    def is_strict(self, record: Any) -> bool:
        """Whether calls of this tool are held to its schema."""
        return isinstance(record, dict) and record.get("strict") is True

    def fields(self, record: Record) -> dict[str, Any]:
        """A record's values by the fields of a tool."""
        return {field: record[key] for key, field in self.keys.items() if record.get(key) is not None}

    def _names(self, tools: Sequence[Tool]) -> dict[str, str]:
        rule = self.name_rule
        return tool_names(tools, rule) if rule is not None else {tool.id: tool.id for tool in tools}

    def _tool(self, at: str, record: Any, faults: list[str], losses: list[Loss]) -> Tool | None:
        if not isinstance(record, dict):
            faults.append(f"{at}: a tool is an object, not {type(record).__name__}")
            return None
        try:
            fields = self.fields(record)
            tool = Tool.model_validate({"input_schema": dict(NO_PARAMETERS), **fields})
            tool = _modern(tool, losses)
        except (ValidationError, InputError) as error:
            faults.extend(f"{at}: {told}" for told in _told(error))
            return None
        problems = schema_faults(tool)
        faults.extend(f"{at}: {problem}" for problem in problems)
        unknown = [key for key in record if key not in self.keys and key not in self.known]
        losses.extend(Loss(tool.id, str(key), f"{key}: a tool has no place for it") for key in unknown)
        return None if problems else tool


def _modern(tool: Tool, losses: list[Loss]) -> Tool:
    """The tool with its schemas in today's words."""

    def told(place: str, what: str) -> None:
        losses.append(Loss(tool.id, place, what))

    fields = {name: getattr(tool, name) for name in ("input_schema", "output_schema")}
    changed = {name: modern(schema, (name,), told) for name, schema in fields.items() if schema is not None}
    return tool.model_copy(update=changed)


def schema_faults(tool: Tool) -> list[str]:
    """What is wrong with the schemas of a tool: not sound, out of bounds, or pointing out of themselves."""
    found = check_schema(tool.input_schema)
    if tool.output_schema is not None:
        found += check_schema(tool.output_schema, name="output_schema")
    return [fault.message for fault in found]


def _told(error: ValidationError | InputError) -> list[str]:
    if isinstance(error, InputError):
        return [fault.message for fault in error.faults]
    return [f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()]


def listed(payload: Any, *keys: str) -> list[tuple[str, Any]]:
    """Place and value of a list: the payload itself, or what one of the keys of it holds."""
    if isinstance(payload, list):
        return [(f"[{i}]", value) for i, value in enumerate(payload)]
    for key in keys:
        if isinstance(payload, dict) and isinstance(payload.get(key), list):
            return [(f"{key}[{i}]", value) for i, value in enumerate(payload[key])]
    raise InputError(f"there is no list of tools: a list, or an object with {' or '.join(repr(k) for k in keys)}")
