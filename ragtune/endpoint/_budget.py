"""Hard budgets: requests and tokens that this process may spend on one model."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cache

from ragtune.errors import StepError


class BudgetError(StepError):
    """A budget is spent. Everything finished is kept."""


@dataclass
class Meter:
    """What this process has sent to one model at one endpoint. Tokens of requests under way are reserved by estimate."""

    requests: int = 0
    tokens: int = 0
    reserved: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, tokens: int, most_requests: int | None, most_tokens: int | None, name: str) -> None:
        """Count a request that is about to be sent; BudgetError, and nothing is sent, when there is no room for it."""
        with self._lock:
            spent = most_requests is not None and self.requests >= most_requests
            over = most_tokens is not None and self.tokens + self.reserved + tokens > most_tokens
            if spent or over:
                limit = f"budget_requests {most_requests:,}" if spent else f"budget_tokens {most_tokens:,}"
                raise BudgetError(
                    f"{name}: the budget is spent ({limit}; used {self.requests:,} requests and {self.tokens:,} tokens). "
                    "Everything finished is kept: run the same command again, with a new or larger budget, for the rest"
                )
            self.requests += 1
            self.reserved += tokens

    def settle(self, reserved: int, used: int) -> None:
        """The request is over: what it really used takes the place of what was reserved."""
        with self._lock:
            self.reserved -= reserved
            self.tokens += used


@cache
def meter(base_url: str, model: str) -> Meter:
    """The meter of a model, one for the whole process, whichever components ask it."""
    return Meter()


def reset_budgets() -> None:
    """Begin to count anew, as at the start of a run; not while requests are under way."""
    meter.cache_clear()
