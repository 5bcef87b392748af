"""The first sentence of a description, turned into a request."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ragtune.component import register
from ragtune.simulators._text import sentences, terms
from ragtune.tools import ToolSet
from ragtune.toolsimulators import Draft, ToolSimulator

_LEAD = re.compile(
    r"^(?:(?:this|the) (?:tool|function|api|endpoint|plugin|action)\s+)?"
    r"(?:(?:is|can be) used (?:to|for)|(?:lets|allows|enables|helps) (?:you|users?|one)(?: to)?|can|will|allows? to)\s+"
    r"|^(?:this|the) (?:tool|function|api|endpoint|plugin|action)\s+|^use (?:this|it) (?:tool |function )?(?:to|for)\s+",
    re.IGNORECASE,
)
_FEWEST_TERMS = 2
_NO_VERBS = frozenset(("access", "address", "always", "business", "class", "news", "process", "various"))


@register
class Description(ToolSimulator):
    """What a tool does, asked for: `Retrieves the invoices.` becomes `Please retrieve the invoices`.

    Such a request has the words of the description it is to be found by, so these cases favour retrieval by words, are
    far too easy, and cannot rank wordings of descriptions: use them to try things out, never to decide. Descriptions
    with fewer than two words that say anything are passed over. The tool alone is judged.

    Source: ragtune.
    """

    def drafts(self, tools: ToolSet, rng: np.random.Generator) -> Iterator[Draft]:
        """One request a tool, in order."""
        for tool in tools.tools:
            found = sentences(tool.description)
            first = " ".join(tool.description[found[0].start : found[0].end].split()) if found else ""
            if len(set(terms(first))) >= _FEWEST_TERMS:
                yield Draft(request(first), tool.id)


def request(sentence: str) -> str:
    """A sentence that tells what a tool does, as somebody asks for it."""
    text = _LEAD.sub("", sentence.strip()).strip().rstrip(".!。！ ")
    first, _, rest = text.partition(" ")
    if first[:1].isupper() and not first[1:].islower() and len(first) > 1:
        return f"I need this: {text}"
    if not rest or first.lower() in ("a", "an", "the", "your", "for"):
        return f"I need {text[:1].lower()}{text[1:]}"
    return f"Please {_imperative(first.lower())} {rest}"


def _imperative(verb: str) -> str:
    """`searches` as `search`; a word that does not look like the third person stays."""
    if len(verb) < 4 or verb in _NO_VERBS or not verb.endswith("s") or verb.endswith(("ss", "us", "is")):
        return verb
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")) else verb[:-1]
