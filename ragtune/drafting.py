"""Draft cases for a tool set that has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ragtune.component import parse
from ragtune.errors import InputError
from ragtune.simulators._text import normal
from ragtune.tools import Case, ToolSet
from ragtune.toolsimulators import ToolSimulator

DEFAULT = ("examples", "description")
Recipe = ToolSimulator | str | Mapping[str, Any]


def draft_cases(tools: ToolSet, recipes: Sequence[Recipe] = DEFAULT, seed: int = 0) -> tuple[Case, ...]:
    """Cases by all recipes, each marked with the one that made it up; of equal requests the first recipe's stays.

    Args:
        tools: The tools.
        recipes: Components of the kind `toolsimulator`, as YAML names them: `examples`, `endpoint(model=…, base_url=…)`.
        seed: The same seed, recipes and tools give the same cases.

    Raises:
        InputError: A recipe is none, or there is nothing to draft from.
    """
    if seed < 0:
        raise InputError(f"the seed must be 0 or more, not {seed}")
    found: dict[str, Case] = {}
    for recipe in [parse_recipe(recipe) for recipe in recipes]:
        for case in recipe.simulate(tools, seed):
            found.setdefault(normal(case.query), case)
    if not found:
        named = ", ".join(str(recipe) for recipe in recipes)
        raise InputError(f"{named}: nothing to draft from in {len(tools)} tools; give them examples, or an endpoint")
    return tuple(found.values())


def parse_recipe(recipe: Recipe) -> ToolSimulator:
    """The tool simulator that a spelling or a spec names; InputError says what is wrong with it."""
    try:
        found = recipe if isinstance(recipe, ToolSimulator) else parse("toolsimulator", recipe)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise InputError(f"recipe {recipe}: {told}") from None
    if not isinstance(found, ToolSimulator):
        raise TypeError(f"the tool simulator '{found.name}' is no ToolSimulator")
    return found
