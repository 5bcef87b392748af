"""What goes wrong with an endpoint: what is worth another try, what is not, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from ragtune.errors import StepError

WORTH_RETRYING = frozenset({408, 409, 425, 429})
"""And everything from 500 on. 409 is what some services answer when two requests met at a lock."""
_AGAIN = "Run the same command again later: everything finished is kept"


class EndpointError(StepError):
    """An endpoint did not do what it was asked, for good. `place` is the index of the text at fault, where one is.

    `for_all`: whatever else it is asked, it will refuse too (a wrong key, no such model, an account without money).
    """

    def __init__(self, message: str, place: int | None = None, *, for_all: bool = False) -> None:
        self.place, self.for_all = place, for_all
        super().__init__(message)


class TryError(Exception):
    """One try failed.

    Attributes:
        kind: faults of a kind are counted together.
        retries: how often a fault of this kind is worth another try, if less often than others.
        after: seconds that the endpoint asks to be left alone.
        place: index of the text whose vector is at fault.
        sent: whether the request may have been answered, and billed.
        for_all: whether every other request would fare the same.
        advice: what the user can do when it stays so.
        elsewhere: whether another address may be asked at once.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        retries: int | None = None,
        after: float | None = None,
        place: int | None = None,
        advice: str = _AGAIN,
        sent: bool = True,
        for_all: bool = False,
    ) -> None:
        self.kind, self.retries, self.after, self.place, self.advice = kind, retries, after, place, advice
        self.sent, self.for_all = sent, for_all
        self.elsewhere = False
        super().__init__(message)


def lost(message: str) -> TryError:
    """A reply that did not come, or not whole."""
    return TryError(message, kind="lost")


def unreachable(message: str) -> TryError:
    """No connection; a wrong address stays wrong, so the user hears of it soon."""
    advice = "Is the server running, and is base_url right? What is finished is kept"
    return TryError(f"cannot be reached ({message})", kind="unreachable", retries=3, advice=advice, sent=False)


def bad_content(message: str, advice: str, place: int | None = None, retries: int = 4) -> TryError:
    """A whole reply with the wrong thing in it; each try of these is paid for."""
    return TryError(message, kind="content", retries=retries, place=place, advice=advice)


def refused(status: int, message: str, headers: Mapping[str, str], code: str, key_name: str) -> TryError:
    """A status other than 2xx."""
    what = f"answered {status}: {message}" if message else f"answered {status}"
    if (status in WORTH_RETRYING or status >= 500) and code != "insufficient_quota":
        advice = f"Lower concurrency. {_AGAIN}" if status == 429 else _AGAIN
        return TryError(what, kind="busy", after=retry_after(headers), advice=advice, sent=False)
    for_all = status in (401, 403, 404) or 300 <= status < 400 or code == "insufficient_quota"
    if status in (401, 403):
        checked = f"Check the key in the environment variable {key_name}"
        advice = (
            checked if key_name else "If it wants a key, name the environment variable that holds it as api_key_env"
        )
    elif status == 404 or 300 <= status < 400:  # no redirection is followed: the key would go along
        advice = "Check base_url and model"
    elif code == "insufficient_quota":
        advice = f"The account has nothing left to spend. {_AGAIN}"
    else:
        advice = "Check model and knobs, and whether a text is longer than the model reads. What is finished is kept"
    return TryError(what, kind="refused", retries=0, advice=advice, sent=False, for_all=for_all)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `Retry-After` as a number or an HTTP date; None when it says nothing."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):
                continue
        if seconds == seconds:  # not NaN
            return max(0.0, seconds)
    return None
