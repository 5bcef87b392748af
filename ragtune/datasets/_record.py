"""One JSON object of a file, whose values are taken out with their types checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ragtune.datasets._reading import Faults, Place, json_type
from ragtune.errors import suggest

MAX_NUMBER = 2**31 - 1


class Record:
    """The object, where it stands, and what its faults are said of (`query 'q7', evidence 2`)."""

    def __init__(self, place: Place, values: Mapping[str, Any], faults: Faults, who: str = "") -> None:
        self.place = place
        self.who = who
        self._values = values
        self._faults = faults

    def fault(self, message: str) -> None:
        """Keep a fault of this object."""
        self._faults.add(self.place, f"{self.who}: {message}" if self.who else message)

    def only(self, known: Collection[str]) -> None:
        """Make every other key a fault."""
        for key in self._values:
            if key not in known:
                self.fault(f"unknown key '{key}'{suggest(key, sorted(known))}")

    def rest(self, known: Collection[str]) -> dict[str, Any]:
        """What stands under all other keys."""
        return {key: value for key, value in self._values.items() if key not in known}

    def has(self, key: str) -> bool:
        """Whether the key is there; null counts as absent."""
        return self._values.get(key) is not None

    def string(self, *keys: str) -> str | None:
        """The text that must stand under one of the keys (the others are aliases); None after a fault."""
        given = [key for key in keys if key in self._values]
        if not given:
            self.fault(f"'{keys[0]}' is missing" + (f" (or {', '.join(keys[1:])})" if keys[1:] else ""))
        elif len(given) > 1:
            self.fault(f"{' and '.join(repr(key) for key in given)} mean the same; give one")
        elif not isinstance(self._values[given[0]], str):
            self._wrong(given[0], "text")
        else:
            return str(self._values[given[0]])
        return None

    def optional_string(self, key: str) -> str:
        """The text under a key, empty where there is none."""
        return (self.string(key) or "") if self.has(key) else ""

    def strings(self, key: str) -> tuple[str, ...]:
        """The list of texts under a key, empty where there is none."""
        values = self._list(key)
        if any(not isinstance(value, str) for value in values):
            self.fault(f"'{key}' must be a list of texts")
            return ()
        return tuple(values)

    def objects(self, key: str, who: str) -> list[Record]:
        """The list of objects under a key, each said to be `who` and its number; empty where there is none."""
        found = []
        for i, value in enumerate(self._list(key), 1):
            record = Record(
                self.place, value if isinstance(value, Mapping) else {}, self._faults, f"{self.who}, {who} {i}"
            )
            if isinstance(value, Mapping):
                found.append(record)
            else:
                record.fault(f"must be an object, not {json_type(value)}")
        return found

    def mapping(self, key: str) -> dict[str, Any]:
        """The object under a key, empty where there is none."""
        if self.has(key) and not isinstance(self._values[key], dict):
            self._wrong(key, "an object")
            return {}
        return dict(self._values.get(key) or {})

    def flag(self, key: str, default: bool = False) -> bool:
        """The boolean under a key, the default where there is none."""
        if self.has(key) and not isinstance(self._values[key], bool):
            self._wrong(key, "true or false")
        return self._values.get(key) is True if self.has(key) else default

    def integer(self, key: str, least: int) -> int | None:
        """The whole number that must stand under a key, `least` or more; None after a fault."""
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_NUMBER:
            return value
        shown = "" if isinstance(value, float | str | list | dict | None) else f" {str(value).lower()[:12]}"
        found = f", not {json_type(value)}{shown}" if key in self._values else ""
        self.fault(f"'{key}' must be a whole number, {least} or more{found}")
        return None

    def _list(self, key: str) -> list[Any]:
        if self.has(key) and not isinstance(self._values[key], list):
            self._wrong(key, "a list")
            return []
        return list(self._values.get(key) or [])

    def _wrong(self, key: str, wanted: str) -> None:
        self.fault(f"'{key}' must be {wanted}, not {json_type(self._values[key])}")
