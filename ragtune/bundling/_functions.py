"""The functions of an app that do what the original tools promise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from ragtune.errors import Fault, InputError, suggest
from ragtune.tools import Call, Tool

Functions = Mapping[str, Callable[..., Any]] | ModuleType
_EMPTY = inspect.Parameter.empty
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_PACKED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True)
class Function:
    """A function, its parameters, and by parameter what makes of JSON what its type hint asks for: a date, an enum, a model."""

    function: Callable[..., Any]
    parameters: Mapping[str, inspect.Parameter]
    adapters: Mapping[str, TypeAdapter[Any]]

    @property
    def is_async(self) -> bool:
        """Whether it is to be awaited."""
        called = getattr(type(self.function), "__call__", None)  # noqa: B004 (an object may be called by its class's)
        return inspect.iscoroutinefunction(self.function) or inspect.iscoroutinefunction(called)

    def takes(self, name: str) -> bool:
        """Whether an argument may be given by this name."""
        if name in self.parameters:
            return self.parameters[name].kind in _BY_NAME
        return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in self.parameters.values())

    def arguments(self, call: Call) -> dict[str, Any]:
        """The arguments of a call as the function takes them.

        Raises:
            InputError: it does not take one, or its type hint refuses it.
        """
        faults = [f"unexpected argument '{name}'" for name in call.arguments if not self.takes(name)]
        found = dict(call.arguments)
        for name in self.adapters.keys() & found.keys():
            try:
                found[name] = self.adapters[name].validate_python(found[name])
            except ValidationError as error:
                faults += [f"{'.'.join(map(str, (name, *one['loc'])))}: {one['msg']}" for one in error.errors()]
        if faults:
            raise InputError([Fault("", 0, 0, f"{call.tool}: {fault}") for fault in faults])
        return found


def functions_for(tools: Iterable[Tool], given: Functions) -> dict[str, Function]:
    """Id -> function, of original tools; each is found by the tool's id or name.

    Raises:
        InputError: one is missing, or does not take what its tool does; all faults are told.
    """
    known = vars(given) if isinstance(given, ModuleType) else given
    names = [name for name, value in known.items() if callable(value) and not name.startswith("_")]
    faults: list[str] = []
    found: dict[str, Function] = {}
    for tool in tools:
        function = known.get(tool.id, known.get(tool.name))
        if callable(function):
            found[tool.id] = _function(tool, function, faults)
        else:
            faults.append(f"there is no function for '{tool.name}'{suggest(tool.name, names)}")
    if faults:
        raise InputError([Fault("", 0, 0, fault) for fault in faults])
    return found


def _function(tool: Tool, function: Callable[..., Any], faults: list[str]) -> Function:
    try:
        parameters = inspect.signature(function, eval_str=True).parameters
    except (TypeError, ValueError, NameError) as error:
        faults.append(f"the signature of the function for '{tool.name}' cannot be read: {error}")
        return Function(function, {}, {})
    adapters: dict[str, TypeAdapter[Any]] = {}
    for name in tool.parameters:
        hint = parameters[name].annotation if name in parameters else _EMPTY
        if hint not in (_EMPTY, Any):
            try:
                adapters[name] = TypeAdapter(hint)
            except PydanticUserError as error:
                first = str(error).partition("\n")[0]
                faults.append(f"the function for '{tool.name}' takes a {name} that is made of no JSON: {first}")
    found = Function(function, parameters, adapters)
    faults.extend(_unfit(tool, found))
    return found


def _unfit(tool: Tool, function: Function) -> Iterator[str]:
    """Why calls of the tool cannot be handed to the function."""
    for name in tool.parameters:
        if not function.takes(name):
            yield f"the function for '{tool.name}' takes no argument '{name}'"
    for name, parameter in function.parameters.items():
        if parameter.default is _EMPTY and parameter.kind not in _PACKED and name not in tool.required:
            yield f"the function for '{tool.name}' needs '{name}', which the tool does not require"
