"""The rules of the Berkeley function-calling leaderboard.

Source: bfcl_eval/eval_checker/ast_eval/ast_checker.py of github.com/ShishirPatil/gorilla (read at commit a6da28ee).

As there: strings are the same lower-cased, without spaces and `,./-_*^`, and with `'` for `"`; an int may stand for a
float, a float never for an int; lists are compared element by element in their order; objects key by key; of a list of
objects each; an argument that is not expected is wrong, and so is one that is left out without leave; `""` for an
optional string, or `[]` for an optional list, is as good as leaving it out; a value of another type than the schema's
is right where the case lists it (there: a variable's name given as a string).

Different, on purpose:

- The case is the authority, not the schema. There, an argument that the schema requires must be given though the
  possible answer allows to leave it out, and one that the answer wants but the schema does not know is never right (12
  and 2 of 2,977 rows of v4, whose own answers therefore fail).
- The same rules hold at every depth. There, nested values are compared as Python does, so that inside an object
  True == 1 and 20.0 is right for an integer, a string in a list in an object (or one that a case lists for an argument
  that is no string) must be equal letter by letter, and an int is refused in a list of floats. Here a bool is never a
  number, a float never an integer where the schema says integer, and strings and ints are as lenient as at the top.
- Parallel calls are assigned perfectly. There, each answer takes the first call that fits, which can use up the only
  call that would have been right for a later answer (row parallel_178, its calls swapped).
- Arguments are JSON, so that there are no tuples, and a type of `any` in the schema (there: string) allows anything.
"""

from __future__ import annotations

from typing import Any

from ragtune.tools.matching._rules import Types

_DROPPED = str.maketrans({**dict.fromkeys(" ,./-_*^"), "'": '"'})


class Bfcl:
    """Lenient in spelling, as published."""

    def same(self, wanted: Any, said: Any, types: Types) -> bool:
        """Strings by their standard form; an int for a float, a float for an int only where the schema says number."""
        if isinstance(wanted, str) and isinstance(said, str):
            return standard(wanted) == standard(said)
        if isinstance(wanted, bool) or isinstance(said, bool) or wanted is None or said is None:
            return wanted is said
        if isinstance(wanted, int | float) and isinstance(said, int | float):
            may = isinstance(said, int) or isinstance(wanted, float) or types is None or "number" in types
            return may and wanted == said
        return False

    def left_out(self, said: Any, types: Types) -> bool:
        """An empty string where strings may stand, an empty list where lists may."""
        if isinstance(said, str):
            return (types is None or "string" in types) and not standard(said)
        return isinstance(said, list) and not said and (types is None or "array" in types)


def standard(text: str) -> str:
    """Lower case, without spaces and `,./-_*^`, single quotes made double ones."""
    return text.translate(_DROPPED).lower()
