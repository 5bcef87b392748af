"""One model at several addresses: each gets its share, and one that fails is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

_REST_S = 1.0
_MOST_REST_S = 30.0


@dataclass(frozen=True)
class Replica:
    """An address of a model, written `http://host:8000/v1 weight=2 api_key_env=ITS_KEY`; all but the address may be left out."""

    base_url: str
    weight: float = 1.0
    api_key_env: str | None = None

    @classmethod
    def read(cls, text: str, default_key: str | None = None) -> Replica:
        """From how it is written; ValueError says what is wrong without repeating it, for it may hold a secret."""
        url, *options = text.split() or [""]
        given = dict(option.partition("=")[::2] for option in options)
        if given.keys() - {"weight", "api_key_env"}:
            raise ValueError("is written `http://host:8000/v1 weight=2 api_key_env=ITS_KEY`, the last two where wanted")
        try:
            weight = float(given.get("weight", 1.0))
        except ValueError:
            weight = 0.0
        if not 0 < weight < float("inf"):
            raise ValueError("has a weight that is no positive number")
        key = given.get("api_key_env", default_key)
        return cls(plain_url(url), weight, None if key is None else key_name(key))


def plain_url(value: str) -> str:
    """No secret may hide in an address: it is written into keys, studies and errors."""
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        sound = False
    if not sound or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "is written http(s)://host[:port]/path, without user, password or query; "
            "a key comes from the environment variable that api_key_env names"
        )
    return value.rstrip("/")


def key_name(value: str) -> str:
    """The name of a variable, which can be told from a key by its letters."""
    words = (value or "-").replace("_", "A")
    if not (words.isascii() and words.isalnum() and words.upper() == words and not words[0].isdigit()):
        raise ValueError(
            "is the name of an environment variable, in capitals, as in OPENAI_API_KEY; never the key itself"
        )
    return value


class Weighted(Protocol):
    """Whatever has a weight."""

    @property
    def weight(self) -> float:
        """Its share, beside those of the others."""
        ...


_W = TypeVar("_W", bound=Weighted)


@dataclass
class _Place(Generic[_W]):
    line: _W
    credit: float = 0.0
    failures: int = 0
    rests_until: float = 0.0


class Pool(Generic[_W]):
    """Takes turns by weight among those that do not rest. Turns are smooth: A A B A, not A A A B."""

    def __init__(self, lines: Sequence[_W]) -> None:
        self._places = [_Place(line) for line in lines]

    @property
    def lines(self) -> list[_W]:
        """All of them."""
        return [place.line for place in self._places]

    def pick(self) -> _W:
        """Whose turn it is; the one that rests the shortest where all rest, for nothing is refused here."""
        now = time.monotonic()
        awake = [place for place in self._places if place.rests_until <= now]
        if not awake:
            return min(self._places, key=lambda place: place.rests_until).line
        for place in awake:
            place.credit += place.line.weight
        chosen = max(awake, key=lambda place: place.credit)
        chosen.credit -= sum(place.line.weight for place in awake)
        return chosen.line

    def worked(self, line: _W) -> None:
        """It answered, if only to say no."""
        place = self._of(line)
        place.failures, place.rests_until = 0, 0.0

    def failed(self, line: _W, after: float | None) -> bool:
        """It rests: for as long as it asks, or longer each time. Whether there is another that does not."""
        now, place = time.monotonic(), self._of(line)
        if place.rests_until <= now:  # what was under way when it began to rest says nothing new
            place.rests_until = now + (after or min(_MOST_REST_S, _REST_S * 2.0 ** min(place.failures, 10)))
            place.failures += 1
        return any(other.rests_until <= now for other in self._places)

    def _of(self, line: _W) -> _Place[_W]:
        return next(place for place in self._places if place.line is line)
