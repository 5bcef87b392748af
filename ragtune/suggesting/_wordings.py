"""Wordings by term statistics: a description with what the requests say that the tool is right for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragtune.linting import lint_set
from ragtune.simulators._text import terms
from ragtune.suggesting._terms import Term, distinguishing
from ragtune.tools import Tool, ToolSet

LEAST_Z = 0.5
MOST_WORDS = 6
LONGEST_REQUEST = 160
LONGEST = 2_000
"""Characters of a description."""


@dataclass(frozen=True)
class Asked:
    """What a wording may be made from: requests of the tool, of those that it is confused with, and all."""

    tool: Tool
    rivals: tuple[Tool, ...]
    own: tuple[str, ...]
    missed: tuple[str, ...]
    """Those of the tool's own for which something else was called."""
    theirs: tuple[str, ...]
    everything: tuple[str, ...]

    @property
    def told(self) -> list[Term]:
        """Words that tell the tool's requests from its rivals', and that are not said of it yet; each seen twice or more."""
        said = set(terms(f"{self.tool.name.replace('_', ' ')} {self.tool.description}"))
        least = min(2, len(self.own))
        found = distinguishing(self.own, self.theirs, self.everything)
        return [t for t in found if t.z >= LEAST_Z and t.own >= least and t.word not in said][:MOST_WORDS]


@dataclass(frozen=True)
class Wording:
    """A description, and what is new in it."""

    recipe: str
    description: str
    terms: tuple[str, ...] = ()


def words(asked: Asked) -> Wording | None:
    """The words that distinguish it, in a sentence of their own."""
    told = [term.word for term in asked.told]
    return _with(asked.tool, "words", f"Also for: {', '.join(told)}.", told) if told else None


def requests(asked: Asked) -> Wording | None:
    """Two requests as they were put."""
    return _quoting(asked, "requests", 2)


def more_requests(asked: Asked) -> Wording | None:
    """Five requests as they were put."""
    return _quoting(asked, "more-requests", 5) if len(asked.own) > 2 else None


def _quoting(asked: Asked, recipe: str, count: int) -> Wording | None:
    """Missed ones first, then those that hold most of what distinguishes the tool."""
    z = {term.word: term.z for term in distinguishing(asked.own, asked.theirs, asked.everything)}
    missed = set(asked.missed)
    short = [text for text in dict.fromkeys(asked.own) if len(text) <= LONGEST_REQUEST and text.strip()]
    order = sorted(short, key=lambda text: (text not in missed, -sum(z[word] for word in set(terms(text))), text))
    chosen = [" ".join(text.split()) for text in order[:count]]
    told = "; ".join(f"“{text}”" for text in chosen)
    return _with(asked.tool, recipe, f"For requests such as: {told}", chosen) if chosen else None


def both(asked: Asked) -> Wording | None:
    """Words and requests."""
    first, second = words(asked), requests(asked)
    if first is None or second is None:
        return None
    added = second.description.removeprefix(asked.tool.description).strip()
    return Wording("words+requests", f"{first.description}\n{added}", (*first.terms, *second.terms))


RECIPES: Sequence[Callable[[Asked], Wording | None]] = (words, requests, both, more_requests)
"""Shortest first: of equal gains the first is taken."""


def unsafe(tool: Tool, description: str) -> str:
    """Why a description must not be shown to a model; empty where nothing speaks against it. It is made of others' words."""
    if not description.strip() or len(description) > LONGEST:
        return f"a description has 1 to {LONGEST:,} characters"
    new = tool.model_copy(update={"description": description})
    before = {p.rule for p in lint_set(ToolSet((tool,))).problems}
    found = [p for p in lint_set(ToolSet((new,))).problems if p.severity == "error" and p.rule not in before]
    return f"lint: {found[0].message}" if found else ""


def _with(tool: Tool, recipe: str, sentence: str, new: Sequence[str]) -> Wording:
    return Wording(recipe, "\n".join(filter(None, [tool.description.strip(), sentence])), tuple(new))
