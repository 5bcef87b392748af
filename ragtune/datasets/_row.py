"""A row of a table: lists and numbers may be written as text, as CSV has them, and ids may be numbers."""

from __future__ import annotations

import ast
import json
import math
import re
import tokenize
import warnings
from collections.abc import Collection, Mapping
from datetime import date, time
from decimal import Decimal
from io import StringIO
from typing import Any

from ragtune.datasets._reading import json_type
from ragtune.datasets._record import Record

_DIGITS = re.compile(r"[-+]?[0-9]{1,18}")


class Row(Record):
    """A record that is lenient about how a table spells a value, and strict about what it is."""

    def given(self, key: str) -> bool:
        """Whether the key is there at all; null counts as there."""
        return key in self._values

    def is_conversation(self, key: str) -> bool:
        """Whether a list of messages stands under the key, or what CSV makes of one."""
        value = self._values.get(key)
        return isinstance(value, list | tuple) or (
            self._separated and isinstance(value, str) and value.startswith(("[{", "[Human", "[AI"))
        )

    def truth(self, key: str) -> bool:
        """Whether true stands under a key, as a boolean, 0 or 1, or, in a table of text, one of their spellings."""
        value = self._values.get(key)
        spelled = value.strip().lower() if isinstance(value, str) and self._separated else value
        if spelled in (None, "", False, "false", "0", "no"):
            return False
        if spelled not in (True, "true", "1", "yes"):
            self.fault(f"'{key}' must be true or false, not {json_type(value)}")
        return True

    def identifier(self, key: str) -> str | None:
        """The id under a key, text or a whole number; None after a fault."""
        value = self._values.get(key)
        if isinstance(value, str) or _whole(value):
            return str(value)
        found = f"must be text or a whole number, not {json_type(value)}" if key in self._values else "is missing"
        self.fault(f"'{key}' {found}")
        return None

    def identifiers(self, key: str) -> list[str]:
        """The id, or the list of ids, under a key; empty where there is none, or after a fault."""
        values = self.values(key)
        if all(isinstance(value, str) or _whole(value) for value in values):
            return [str(value) for value in values]
        self.fault(f"'{key}' must be an id or a list of ids")
        return []

    def texts(self, key: str) -> tuple[str, ...]:
        """The text, or the list of texts, under a key; empty where there is none, or after a fault."""
        values = self.values(key)
        if all(isinstance(value, str) for value in values):
            return tuple(values)
        if self._separated:
            return (str(self._values[key]),)  # "[42]" is a list of texts to nobody
        wrong = next(value for value in values if not isinstance(value, str))
        self.fault(f"'{key}' must be text or a list of texts, not {json_type(wrong)}")
        return ()

    def numbers(self, key: str) -> list[Any]:
        """The number, or the list of numbers, under a key; what is no whole number stays, for others to refuse."""
        return [_number(value, self._separated) for value in self.values(key)]

    def values(self, key: str) -> list[Any]:
        """What stands under a key, as a list; a CSV cell that is a list in JSON's or Python's spelling is read as one."""
        value = self._values.get(key)
        if value is None:
            return []
        if isinstance(value, str):
            return _spelled_list(value) if self._separated and value.startswith("[") else [value]
        return list(value) if isinstance(value, list | tuple) else [value]

    @property
    def _separated(self) -> bool:
        return self.place.file.lower().endswith((".csv", ".tsv"))

    def extra(self, used: Collection[str], wanted: str, nested: str = "metadata") -> dict[str, Any]:
        """All other columns as metadata, or those named; an object in the column `nested` is spread out."""
        names = None if wanted == "*" else {name.strip() for name in wanted.split(",")}
        kept: dict[str, Any] = {}
        for name, value in self._values.items():
            if name in used or value is None or (names is not None and name not in names):
                continue
            value = _object(value) if name == nested else value
            try:
                plain = json_value(value)
            except ValueError as error:
                self.fault(f"column '{name}': {error}")
                continue
            kept |= plain if name == nested and isinstance(plain, dict) else {name: plain}
        return kept


def json_value(value: Any) -> Any:
    """A value as JSON has it: times as ISO 8601, decimals as text; ValueError for what JSON cannot hold."""
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no JSON number")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ValueError(f"a value of type {type(value).__name__} cannot be kept as metadata; choose columns by `metadata`")


def _spelled_list(text: str) -> list[Any]:
    """A list that is written as text, in JSON or as Python prints one; the text itself where it is neither."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _python_list(text)
    return value if isinstance(value, list) else [text]


def _python_list(text: str) -> Any:
    """What `str` makes of a list of texts. An array that numpy printed has no commas, and is not taken for one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an escape that is none: Python did not print this
            value = ast.literal_eval(text)
        tokens = list(tokenize.generate_tokens(StringIO(text).readline))
    except (ValueError, SyntaxError, RecursionError, MemoryError, tokenize.TokenError):
        return None
    strings = sum(token.type == tokenize.STRING for token in tokens)
    return value if isinstance(value, list) and strings == len(value) else None


def _object(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _number(value: Any, separated: bool) -> Any:
    """Digits as a number; so a column of whole numbers with gaps, which pandas turns into floats."""
    if separated and isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
