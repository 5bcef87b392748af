"""Names: the words in them, and how they are kept apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Literal

Style = Literal["keep", "snake", "camel", "pascal", "kebab"]


def words(name: str) -> list[str]:
    """`getHTTPResponse2`, `get_http_response2` and `get.http-response2` are all get, http, response2."""
    return [word.lower() for part in re.split(r"[\W_]+", name) if part for word in _humps(part)]


def _humps(part: str) -> list[str]:
    """Cut before a capital that follows none, or that a small letter follows."""
    starts = [
        i
        for i in range(1, len(part))
        if part[i].isupper() and (not part[i - 1].isupper() or part[i + 1 : i + 2].islower())
    ]
    return [part[start:end] for start, end in pairwise([0, *starts, len(part)])]


def styled(name: str, style: Style) -> str:
    """A name in another style; as it is where it has no words."""
    parts = words(name)
    if style == "keep" or not parts:
        return name
    if style in ("snake", "kebab"):
        return ("_" if style == "snake" else "-").join(parts)
    joined = "".join(part[:1].upper() + part[1:] for part in parts)
    return joined if style == "pascal" else parts[0] + "".join(part[:1].upper() + part[1:] for part in parts[1:])


def distinct(old: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """New names, different wherever the old ones were: a name that stays goes before one that comes to be the same."""
    pairs = list(zip(old, wanted, strict=True))
    given: dict[tuple[str, str], str] = {pair: pair[1] for pair in pairs if pair[0] == pair[1]}
    taken = set(given.values())
    for pair in pairs:
        if pair not in given:
            given[pair] = free(pair[1], taken)
            taken.add(given[pair])
    return [given[pair] for pair in pairs]


def free(name: str, taken: Collection[str]) -> str:
    """The name, or the first of `name_2`, `name_3`, … that is not taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def slug(value: str) -> str:
    """What of a text may stand in a name: letters, digits and underscores."""
    return re.sub(r"\W+", "_", value).strip("_")
