"""What can be wrong with the calls made for a case, and the judgement that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "wrong-tool",
    "no-call",
    "false-call",
    "extra-call",
    "missing-call",
    "schema-invalid",
    "missing",
    "unexpected",
    "wrong-value",
    "wrong-type",
]
"""
| kind | what happened |
|---|---|
| `wrong-tool` | another tool was called in place of the expected one |
| `no-call` | nothing was called, though something is expected |
| `false-call` | something was called, though no tool fits |
| `extra-call` | a call beyond the expected ones, a repeated one included |
| `missing-call` | one of several expected calls was not made, though others were |
| `schema-invalid` | the arguments could not be read, or the tool's own input schema refuses them |
| `missing` | an argument that may not be left out was |
| `unexpected` | an argument that the case does not expect |
| `wrong-value` | a value of the right type that is not right |
| `wrong-type` | a value of a wrong type |

The arguments of a call are judged only where its tool is right, so the last five never stand beside `wrong-tool` for
the same call. `schema-invalid` comes once a call, after what else is wrong with it.
"""


@dataclass(frozen=True)
class Error:
    """One thing that is wrong.

    `tool` is the id of the expected tool, or of the tool called where none was expected. `path` is the place in the
    arguments (`address.lines[0]`), empty where the call as a whole is meant. `said` and `wanted` are for people: ids of
    tools as they are, values as JSON, cut short where long, several joined by ` | `.
    """

    kind: Kind
    tool: str
    path: str = ""
    said: str = ""
    wanted: str = ""


@dataclass(frozen=True)
class Judgement:
    """How right the calls made for one case are.

    `correct`: everything is; then, and only then, there are no `errors`. `selected`: the right tools were called, as a
    multiset, or in order where the case gives one, arguments aside. `arguments`: share of the expected calls that were
    made with right arguments; where nothing is expected, 1 if nothing was called and 0 otherwise.
    """

    correct: bool
    selected: bool
    arguments: float
    errors: tuple[Error, ...] = ()
