"""A component is its configuration: fields are knobs, methods are work, and its name comes from where it is written.

A *kind* (chunker, embedder, retriever, …) is a base class in the package of that kind; a component is one class in one
file of that package, and the file's name is the word used in YAML: `token-window` is `chunkers/token_window.py`.
Packages outside ragtune add components through entry points of the group `ragtune.components`.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, model_validator

from ragtune import spelling
from ragtune.errors import InputError, suggest

Keep = Literal["file", "row", "memo", "no"]
ENTRY_POINTS = "ragtune.components"


class Affects(frozenset[str]):
    """Marks a knob that changes the outcome of the named verbs only: `Annotated[int, Affects({"search"})]`.

    A knob marked `Affects()` (device, batch size, inputs that are steps of their own) changes no outcome at all.
    """


def work(*, keep: Keep, online: bool = True) -> Callable[[_Function], _Function]:
    """Mark a method as work for the engine, and say how its result outlives the process.

    Args:
        keep: `file`, an artefact of its own; `row`, a small result in the results database; `memo`, every row is in
            the row memo, so that the whole is rebuilt by reading; `no`, cheaper to compute again than to read.
        online: whether a live request runs it too, so that it counts towards latency.
    """

    def mark(function: _Function) -> _Function:
        function.__dict__.update(keep=keep, online=online)
        return function

    return mark


class Component(BaseModel):
    """Base of everything a configuration can name. Immutable, hashable, unknown knobs refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    kind: ClassVar[str] = ""
    verb: ClassVar[str] = ""
    """The verb whose result others take, where a kind has one."""
    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    """Goes up whenever the output changes for equal knobs and inputs; it is part of every key."""
    extra: ClassVar[str] = ""
    """The optional extra that it needs, in whole or for a part of what it does: `pip install 'ragtune[extra]'`."""
    recorded: ClassVar[bool] = False
    """Whether it reads what was found elsewhere, so that nobody knows how long a request takes."""
    priced: ClassVar[bool] = False
    """Whether each run of a model costs money or somebody else's time, so that none is spent on measuring."""

    @model_validator(mode="wrap")
    @classmethod
    def _from_spelling(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, cls):
            return value
        if cls.name:
            return handler(value)
        return parse(cls.kind, value)  # type: ignore[return-value]

    def ignored(self) -> frozenset[str]:
        """Names of knobs that have no effect beside the present values of the others."""
        return frozenset()

    def knobs(self, verb: str | None = None) -> dict[str, Any]:
        """Knobs that matter (to `verb` if given), as JSON values; components inside are spelled with their version."""
        ignored = self.ignored()
        return {
            name: _plain(getattr(self, name))
            for name, scope in _scopes(type(self)).items()
            if name not in ignored and (scope is None or (verb in scope if verb else scope))
        }

    def key(self, verb: str) -> str:
        """What `verb` computes, but for its inputs: a text that differs whenever the outcome may differ."""
        return f"{identity(type(self))}.{verb}{json.dumps(self.knobs(verb), sort_keys=True, ensure_ascii=False)}"

    def runs(self, verb: str) -> str:
        """The model that `verb` runs over its inputs, where other components run it too: a request runs it once for all."""
        return ""

    def spec(self) -> str | dict[str, Any]:
        """The shortest YAML value that gives this component: its word, or `{word: {knob: value}}`."""
        ignored = self.ignored()
        given = {name: _spec(getattr(self, name)) for name in type(self).model_fields if name not in ignored}
        defaults = {name: _spec(field.default) for name, field in type(self).model_fields.items()}
        changed = {name: value for name, value in given.items() if value != defaults[name]}
        return {self.name: changed} if changed else self.name

    def __str__(self) -> str:
        return spelling.write(self.spec())


class RowModel(Protocol):
    """A model that turns texts into rows of bytes, a batch at a time, `workers` batches at once."""

    @property
    def workers(self) -> int:
        """How many batches may be computed at once, by threads."""
        ...

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """A partition of `range(len(texts))`; it depends on the texts alone."""
        ...

    def rows(self, texts: Sequence[str]) -> list[bytes]:
        """One row a text, for one batch."""
        ...


class AwaitedModel(Protocol):
    """As `RowModel`, for one that is awaited on the process's loop (`ragtune.loop`) and takes no thread while it waits."""

    @property
    def workers(self) -> int:
        """How many batches may be under way at once."""
        ...

    def batches(self, texts: Sequence[str]) -> list[list[int]]:
        """A partition of `range(len(texts))`; it depends on the texts alone."""
        ...

    async def rows(self, texts: Sequence[str]) -> Sequence[bytes | None]:
        """One row a text, for one batch; None for one that could not be got, where whoever asks can do without."""
        ...


class RowMemo(Protocol):
    """What a verb that takes `memo` is given: rows of a model, kept for ever by text and model."""

    def rows(self, texts: Sequence[str], load: Callable[[], RowModel | AwaitedModel]) -> list[bytes]:
        """A row for each text; `load` is called only when there are texts never seen."""
        ...


_Function = TypeVar("_Function", bound=Callable[..., Any])
_AnyComponent = TypeVar("_AnyComponent", bound=Component)
_registry: dict[tuple[str, str], type[Component]] = {}


def register(cls: type[_AnyComponent]) -> type[_AnyComponent]:
    """Class decorator: make a component known under its kind and its module's name."""
    word = cls.__module__.rpartition(".")[2].replace("_", "-")
    taken = _registry.get((cls.kind, word))
    if taken is not None and taken.__module__ != cls.__module__:
        raise TypeError(f"{cls.kind} '{word}' is defined twice: in {taken.__module__} and in {cls.__module__}")
    cls.name = word
    _registry[cls.kind, word] = cls
    return cls


def identity(cls: type[Component]) -> str:
    """`kind/word@version`: what a component is, but for its knobs."""
    return f"{cls.kind}/{cls.name}@{cls.version}"


@cache
def _built_in(kind: str) -> tuple[str, ...]:
    spec = find_spec(f"ragtune.{kind}s")
    if spec is None:
        return ()
    files = (path.stem for folder in spec.submodule_search_locations or () for path in Path(folder).glob("*.py"))
    return tuple(sorted(stem.replace("_", "-") for stem in files if not stem.startswith("_")))


@cache
def _load_outsiders() -> None:
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.value):
        point.load()


def words(kind: str) -> list[str]:
    """All words of a kind: the files of its package, and what other packages registered."""
    _load_outsiders()
    return sorted({*_built_in(kind), *(word for k, word in _registry if k == kind)})


def find(kind: str, word: str) -> type[Component]:
    """The component class of a word; InputError with a suggestion when there is none."""
    word = word.replace("_", "-")
    if (kind, word) not in _registry:
        if word in _built_in(kind):
            importlib.import_module(f"ragtune.{kind}s.{word.replace('-', '_')}")
        else:
            _load_outsiders()
    found = _registry.get((kind, word))
    if found is None:
        raise InputError(f"there is no {kind} '{word}'{suggest(word, words(kind))}")
    return found


def parse(kind: str, spec: Any) -> Component:
    """Make a component from a word, a spelling, or `{word: {knob: value}}`; pydantic's errors pass through."""
    if isinstance(spec, str):
        try:
            spec = spelling.read(spec) if "(" in spec else spec
        except ValueError as error:
            raise InputError(str(error)) from None
    if isinstance(spec, str):
        return find(kind, spec)()
    if isinstance(spec, Mapping) and len(spec) == 1:
        ((word, knobs),) = spec.items()
        return find(kind, str(word)).model_validate(dict(knobs or {}))
    raise InputError(f"a {kind} is written as a word or as {{word: {{knob: value}}}}, not as {str(spec)[:60]!r}")


@cache
def _scopes(cls: type[Component]) -> dict[str, Affects | None]:
    """Knob name -> verbs it affects, None for all."""
    return {
        name: next((mark for mark in field.metadata if isinstance(mark, Affects)), None)
        for name, field in cls.model_fields.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Component):
        return {identity(type(value)): value.knobs()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _spec(value: Any) -> Any:
    if isinstance(value, Component):
        return value.spec()
    if isinstance(value, list | tuple):
        return [_spec(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def digest(*parts: str | bytes) -> str:
    """sha256 over length-prefixed parts, so that no two different lists of parts can meet in one digest."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "little"))
        sha.update(data)
    return sha.hexdigest()
