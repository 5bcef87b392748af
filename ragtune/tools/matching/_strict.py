"""Rules for equality as JSON means it.

Strings are equal letter by letter; 1 and 1.0 are equal only where the schema says number; a bool is never a number;
lists in their order, repeated items included; no value stands for one left out.
"""

from __future__ import annotations

from typing import Any

from ragtune.tools.matching._rules import Types


class Strict:
    """Exact in spelling and type."""

    def same(self, wanted: Any, said: Any, types: Types) -> bool:
        """Equal, and of the same type but for integers where the schema says number."""
        if isinstance(wanted, bool) or isinstance(said, bool):
            return wanted is said
        if isinstance(wanted, int | float) and isinstance(said, int | float):
            alike = isinstance(wanted, int) == isinstance(said, int)
            return (alike or (types is not None and "number" in types)) and wanted == said
        return type(wanted) is type(said) and bool(wanted == said)

    def left_out(self, said: Any, types: Types) -> bool:
        """Never: what is given is given."""
        return False
