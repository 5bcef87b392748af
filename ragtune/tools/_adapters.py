"""The way back from a call on an edited tool to a call of the original one: data, so that it is stored and shipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel, ConfigDict

from ragtune.tools._calls import Call


class Move(BaseModel):
    """The argument `source` of the shown tool is the value at the path `to` of the original: a rename, or a nesting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    to: tuple[str, ...]


class Put(BaseModel):
    """A fixed value at the path `to`: what the choice of the shown tool already says.

    With `if_absent`, only where nothing is there yet: an object that has to be given and all of whose parts may be left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: tuple[str, ...]
    value: Any
    if_absent: bool = False


class Choice(BaseModel):
    """The argument `source` says which original is meant; it is taken out, and that original's adapter goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    options: dict[str, Adapter]


class Adapter(BaseModel):
    """First `moves`, then `puts`, then on to the original tool `target`, by way of `then` or of a `choice`.

    An edit of an edited tool puts its own moves before the adapter that was there (`then`), so that any chain of edits
    ends at the original.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str = ""
    moves: tuple[Move, ...] = ()
    puts: tuple[Put, ...] = ()
    choice: Choice | None = None
    then: Adapter | None = None

    def apply(self, arguments: Mapping[str, Any]) -> Call:
        """The original's call. An argument that nothing moves keeps its name; one that no original has, stays wrong.

        The call is `invalid` where a choice is missing or not one of the options, and where an argument has a name that
        only the original knows: the shown tool has no such parameter, so it must not come out right by chance.
        """
        given = dict(arguments)
        wrong = [f"unexpected argument {name!r}" for name in self._hidden() if name in given]
        taken = {move.source: given.pop(move.source) for move in self.moves if move.source in given}
        for move in self.moves:
            if move.source in taken:
                _put(given, move.to, taken[move.source])
        for put in self.puts:
            if not (put.if_absent and _has(given, put.to)):
                _put(given, put.to, deepcopy(put.value))
        call = self._onwards(given)
        if not wrong:
            return call
        return call.model_copy(update={"invalid": "; ".join([*wrong, *filter(None, [call.invalid])])})

    @property
    def originals(self) -> tuple[str, ...]:
        """Ids of the original tools that a call may end at."""
        if self.choice is not None:
            found = [name for option in self.choice.options.values() for name in option.originals]
            return tuple(dict.fromkeys(found))
        return self.then.originals if self.then is not None else (self.target,)

    def _hidden(self) -> Iterator[str]:
        """Names that moves and puts lead to, and that are none of the shown tool's own."""
        shown = {move.source for move in self.moves}
        reached = [*(move.to[0] for move in self.moves), *(put.to[0] for put in self.puts)]
        yield from dict.fromkeys(name for name in reached if name not in shown)

    def _onwards(self, given: dict[str, Any]) -> Call:
        if self.choice is None:
            return self.then.apply(given) if self.then is not None else Call(tool=self.target, arguments=given)
        missing = self.choice.source not in given
        chosen = given.pop(self.choice.source, None)
        option = self.choice.options.get(chosen) if isinstance(chosen, str) else None
        if option is not None:
            return option.apply(given)
        told = f"{self.choice.source} is missing" if missing else f"{self.choice.source}={chosen!r}"
        return Call(tool=self.originals[0] if self.originals else "", arguments=given, invalid=told)


def _has(arguments: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    inner: Any = arguments
    for key in path:
        if not isinstance(inner, Mapping) or key not in inner:
            return False
        inner = inner[key]
    return True


def _put(arguments: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a value at a path; what stands in the way and is no object is replaced."""
    for key in path[:-1]:
        inner = arguments.get(key)
        arguments[key] = dict(inner) if isinstance(inner, dict) else {}
        arguments = arguments[key]
    arguments[path[-1]] = value
