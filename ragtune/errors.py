"""The error tree. Every error a user can cause says what is wrong, where, and what to do.

```
RagtuneError                 anything ragtune raises on purpose (exit 1)
├── InputError               the user's input is wrong; carries every fault found (exit 2)
│   ├── ConfigError          in a configuration file
│   └── DatasetError         in a dataset
├── MissingModelError        a model or optional package is not on this machine
├── StepError                a step of the work failed
└── WorkspaceError           the workspace cannot be read, written or locked
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with the input, and where; lines and columns count from 1, 0 means unknown."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        return f"{place}: {self.message}" if self.file else self.message


PARTIAL = 3
"""Exit code of what was done in part, and goes on when the same command is run again."""


class RagtuneError(Exception):
    """Base of all errors that ragtune raises on purpose."""

    exit_code = 1


class InputError(RagtuneError):
    """Wrong input; `faults` lists everything found wrong, not only the first."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults = [Fault("", 0, 0, faults)] if isinstance(faults, str) else sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ConfigError(InputError):
    """A configuration file (or an option that overrides it) is wrong."""


class DatasetError(InputError):
    """A dataset is wrong."""


class MissingModelError(RagtuneError):
    """A model, or the optional package that runs it, is not on this machine."""


class StepError(RagtuneError):
    """A step of the work failed."""


class WorkspaceError(RagtuneError):
    """The workspace cannot be read, written or locked."""


def suggest(word: str, known: Sequence[str]) -> str:
    """`"; did you mean 'sentence'? (markdown, sentence, …)"`: the end of a message about an unknown word."""
    spelled = {name.lower(): name for name in known}
    wanted = word.lower()
    begins = [name for name in spelled if len(wanted) > 2 and name.startswith(wanted)]
    near = begins or [n for w in (wanted.replace("_", "-"), wanted) for n in get_close_matches(w, spelled, n=1)]
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return (f"; did you mean '{spelled[near[0]]}'?" if near else "") + (f" ({listed})" if listed else "")
