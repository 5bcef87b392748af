"""Arguments beside what is acceptable: everything wrong with them, by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragtune.tools._calls import Accept
from ragtune.tools.matching._places import Place
from ragtune.tools.matching._rules import Rules, fits, json_type
from ragtune.tools.matching._taxonomy import Kind

Path = tuple[str | int, ...]
_NUMBERS = ("integer", "number")


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the arguments; `wanted` lists the values that would be right, empty where none would."""

    kind: Kind
    path: Path
    said: Sequence[Any] = ()
    wanted: Sequence[Any] = ()


def shape_faults(
    shape: Mapping[str, Accept], said: Mapping[str, Any], place: Place, rules: Rules, path: Path = ()
) -> list[Fault]:
    """What is wrong with an object, the arguments of a call included: missing, unexpected and wrong keys."""
    found: list[Fault] = []
    for key, accept in shape.items():
        if key in said:
            found += _accept_faults(accept, said[key], place.key(key), rules, (*path, key))
        elif not accept.optional:
            found.append(Fault("missing", (*path, key), wanted=values_of(accept)))
    found += [Fault("unexpected", (*path, key), (value,)) for key, value in said.items() if key not in shape]
    return found


def values_of(accept: Accept) -> list[Any]:
    """What is acceptable, as values: a shape is shown by the first value of each of its keys."""
    shapes = [_sample(shape) for shape in accept.objects]
    return [*accept.any_of, *shapes, *([_sample(shape) for shape in shapes] for shapes in accept.lists)]


def _sample(shape: Mapping[str, Accept]) -> dict[str, Any]:
    return {key: values[0] for key, accept in shape.items() if (values := values_of(accept))}


def _accept_faults(accept: Accept, said: Any, place: Place, rules: Rules, path: Path) -> list[Fault]:
    """Nothing where any alternative is met; otherwise the faults of the alternative that comes nearest."""
    if accept.optional and rules.left_out(said, place.types):
        return []
    nearest: list[Fault] | None = None
    for found in _tries(accept, said, place, rules, path):
        if not found:
            return []
        if found[0].path != path and (nearest is None or len(found) < len(nearest)):
            nearest = found
    return nearest or [_leaf(values_of(accept), said, place, path)]


def _tries(accept: Accept, said: Any, place: Place, rules: Rules, path: Path) -> Iterator[list[Fault]]:
    for value in accept.any_of:
        yield _value_faults(value, said, place, rules, path)
    if isinstance(said, dict):
        for shape in accept.objects:
            yield shape_faults(shape, said, place, rules, path)
    if isinstance(said, list | tuple):
        for shapes in accept.lists:
            yield _list_faults(shapes, said, place, rules, path)


def _list_faults(
    shapes: Sequence[Mapping[str, Accept]], said: Sequence[Any], place: Place, rules: Rules, path: Path
) -> list[Fault]:
    """Objects in a list, each beside the shape at its place; of a wrong length, the list as a whole."""
    if len(shapes) != len(said):
        return [Fault("wrong-value", path, (said,))]
    for i, (shape, item) in enumerate(zip(shapes, said, strict=True)):
        at = (*path, i)
        if not isinstance(item, dict):
            return [_leaf([_sample(shape)], item, place.item(i), at)]
        if found := shape_faults(shape, item, place.item(i), rules, at):
            return found
    return []


def _value_faults(wanted: Any, said: Any, place: Place, rules: Rules, path: Path) -> list[Fault]:
    """One value beside one: of a list only the first item that is wrong, of an object all keys that are."""
    if isinstance(wanted, dict) and isinstance(said, dict):
        plain = {key: Accept(any_of=(value,)) for key, value in wanted.items()}
        return shape_faults(plain, said, place, rules, path)
    if isinstance(wanted, list | tuple) and isinstance(said, list | tuple):
        if len(wanted) != len(said):
            return [Fault("wrong-value", path, (said,), (wanted,))]
        pairs = enumerate(zip(wanted, said, strict=True))
        tries = (_value_faults(one, other, place.item(i), rules, (*path, i)) for i, (one, other) in pairs)
        return next((found for found in tries if found), [])
    if isinstance(wanted, dict | list | tuple) or isinstance(said, dict | list | tuple):
        return [_leaf([wanted], said, place, path)]
    return [] if rules.same(wanted, said, place.types) else [_leaf([wanted], said, place, path)]


def _leaf(wanted: Sequence[Any], said: Any, place: Place, path: Path) -> Fault:
    """A wrong type is one that neither the schema allows nor any acceptable value has; a number equal to one, too."""
    types = frozenset(json_type(value) for value in wanted) | (place.types or frozenset())
    equal = json_type(said) in _NUMBERS and any(json_type(value) in _NUMBERS and value == said for value in wanted)
    return Fault("wrong-value" if fits(said, types) and not equal else "wrong-type", path, (said,), wanted)
