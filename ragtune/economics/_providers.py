"""What providers do, as facts with source and date: which prefixes they keep, and what waiting for a batch takes off."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ragtune.errors import InputError, suggest

FILE = Path(__file__).with_name("providers.json")


@dataclass(frozen=True)
class Provider:
    """The rules of a provider.

    A prefix is kept from `minimum_tokens` on, in whole blocks. `explicit` ones are kept at the end of marked messages
    alone, and writing them costs `write_multiplier` times the price of input. `read_multiplier` is what reading costs
    where genai-prices does not know it; None where nothing is known.
    """

    name: str
    minimum_tokens: int
    block_tokens: int
    explicit: bool
    write_multiplier: float
    read_multiplier: float | None
    batch_discount: float
    note: str
    sources: tuple[str, ...]
    dated: str

    @property
    def said(self) -> str:
        """The rule, its date and where it was read."""
        return f"{self.name}: {self.note} ({self.dated}, {self.sources[0]})"


@cache
def providers() -> dict[str, Provider]:
    """All providers, by name."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    read.pop("version")
    return {name: Provider(name, **{**told, "sources": tuple(told["sources"])}) for name, told in read.items()}


def provider(name: str) -> Provider:
    """A provider by its name."""
    known = providers()
    if name not in known:
        raise InputError(f"the rules of provider '{name}' are not known{suggest(name, list(known))}")
    return known[name]
