"""The way back from a call on an edited tool to a call of the original one: data, so that it is stored and shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from ragtune.tools._calls import Call


class Move(BaseModel):
    """The argument `source` of the shown tool is the value at the path `to` of the original: a rename, or a nesting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    to: tuple[str, ...]


class Put(BaseModel):
    """A fixed value at the path `to`: what the choice of the shown tool already says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: tuple[str, ...]
    value: Any


class Choice(BaseModel):
    """The argument `source` says which original is meant; it is taken out, and that original's adapter goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    options: dict[str, Adapter]


class Adapter(BaseModel):
    """First `moves`, then `puts`, then on to the original tool `target`, by way of `then` or of a `choice`.

    An edit of an edited tool puts its own moves before the adapter that was there (`before`), so that any chain of edits
    ends at the original.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str = ""
    moves: tuple[Move, ...] = ()
    puts: tuple[Put, ...] = ()
    choice: Choice | None = None
    then: Adapter | None = None

    def apply(self, arguments: Mapping[str, Any]) -> Call:
        """The original's call. An argument that nothing moves keeps its name; one that no original has, stays wrong."""
        given = dict(arguments)
        taken = {move.source: given.pop(move.source) for move in self.moves if move.source in given}
        for move in self.moves:
            if move.source in taken:
                _put(given, move.to, taken[move.source])
        for put in self.puts:
            _put(given, put.to, put.value)
        if self.choice is not None:
            chosen = given.pop(self.choice.source, None)
            option = self.choice.options.get(str(chosen))
            if option is None:
                first = next(iter(self.choice.options.values()))
                return Call(tool=first.originals[0], arguments=given, invalid=f"{self.choice.source}={chosen!r}")
            return option.apply(given)
        return self.then.apply(given) if self.then is not None else Call(tool=self.target, arguments=given)

    @property
    def originals(self) -> tuple[str, ...]:
        """Ids of the original tools that a call may end at."""
        if self.choice is not None:
            found = [name for option in self.choice.options.values() for name in option.originals]
            return tuple(dict.fromkeys(found))
        return self.then.originals if self.then is not None else (self.target,)


def _put(arguments: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a value at a path; what stands in the way and is no object is replaced."""
    for key in path[:-1]:
        inner = arguments.get(key)
        arguments[key] = dict(inner) if isinstance(inner, dict) else {}
        arguments = arguments[key]
    arguments[path[-1]] = value
