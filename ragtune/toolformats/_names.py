"""Names that a vendor takes, made so that no two become one and every call finds its way back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from ragtune.toolformats._profiles import NameRule
from ragtune.tools import Tool


def tool_names(tools: Sequence[Tool], rule: NameRule | None) -> dict[str, str]:
    """Id -> name as it is written. A name that is allowed and not taken stays; the outcome is the same every time."""
    return unique(((tool.id, tool.name) for tool in tools), rule)


def unique(wanted: Iterable[tuple[str, str]], rule: NameRule | None) -> dict[str, str]:
    """Key -> a name that the rule allows, no two alike; those that are right as they are come first."""
    pairs = list(wanted)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key, name in pairs:
        if name not in taken and (rule is None or rule.allows(name)):
            found[key] = name
            taken.add(name)
    for key, name in pairs:
        if key not in found:
            found[key] = _free(key, name, rule, taken)
            taken.add(found[key])
    return {key: found[key] for key, _ in pairs}


def _free(key: str, name: str, rule: NameRule | None, taken: set[str]) -> str:
    """The nearest name that is allowed and free: other characters become `_`, and a digest tells namesakes apart."""
    base = name
    if rule is not None:
        base = re.sub(r"[^A-Za-z0-9_-]", "_", name)
        if not rule.matches(base):
            base = re.sub(r"[^A-Za-z0-9_]", "_", name)
        if not rule.matches(base):
            base = f"_{base}"
        if rule.allows(base) and base not in taken:
            return base
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    room = (rule.characters if rule is not None else len(base) + 65) - 1
    for length in range(6, 65):
        found = f"{base[: max(room - length, 1)]}_{digest[:length]}"
        if found not in taken:
            return found
    raise AssertionError("ids are unique, and so are their digests")
