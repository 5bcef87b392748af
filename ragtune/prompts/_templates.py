"""Jinja templates in a sandbox: a user's wording, which may not run code; texts of the corpus are values, never templates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment


def check(template: str, known: Collection[str], needed: Collection[str]) -> str:
    """The template, as it is; ValueError says what is wrong with it."""
    from jinja2 import TemplateError, meta

    try:
        names = meta.find_undeclared_variables(_environment().parse(template))
        _compiled(template)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise ValueError(f"is no jinja template: {error}" + (f" (line {line})" if line else "")) from None
    strange = sorted(names - set(known))
    if strange:
        raise ValueError(f"uses {', '.join(strange)}; there are {', '.join(sorted(known))}")
    missing = sorted(set(needed) - names)
    if missing:
        raise ValueError(f"does not use {{{{ {missing[0]} }}}}, so that every query would be asked the same")
    return template


def render(template: str, values: Mapping[str, Any]) -> str:
    """The text."""
    return _compiled(template).render(values)


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    return _environment().from_string(template)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
