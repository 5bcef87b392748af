"""Hard budgets: requests, tokens, money and seconds that this process may spend on one model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

from ragtune.clock import Clock
from ragtune.errors import StepError
from ragtune.loop import PerProcess

ZERO = Decimal(0)


class BudgetError(StepError):
    """A budget is spent. Everything finished is kept, and the same command with a larger budget goes on."""

    exit_code = 3


@dataclass(frozen=True)
class Cost:
    """What a request, or several, takes, or at most may take."""

    tokens: int = 0
    usd: Decimal = ZERO
    requests: int = 1


@dataclass(frozen=True)
class Limits:
    """What may be spent; None is no limit."""

    requests: int | None = None
    tokens: int | None = None
    usd: Decimal | None = None
    seconds: float | None = None


@dataclass
class Meter:
    """What this process has sent to one model at one endpoint. What requests under way may take is reserved.

    For coroutines of one loop: none waits between looking at what is left and taking it.
    """

    requests: int = 0
    tokens: int = 0
    usd: Decimal = ZERO
    reserved: int = 0
    reserved_usd: Decimal = ZERO
    _under_way: int = 0
    clock: Clock = field(default_factory=Clock, repr=False)
    """On the wall, while this model was asked: waits for limits and for another try are in it."""
    _settled: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def take(self, cost: Cost, limits: Limits, name: str) -> None:
        """Count what is about to be sent; BudgetError, and nothing is sent, when there is no room for it.

        Where there would be room if those under way took less than was reserved, it waits for them.
        """
        while full := self._full(cost, limits):
            if not self._under_way or not self._room_without_reserves(cost, limits):
                raise BudgetError(self._told(full, cost, limits, name))
            await self._settled.wait()
        self.requests += cost.requests
        self._under_way += 1
        self.reserved += cost.tokens
        self.reserved_usd += cost.usd

    def settle(self, reserved: Cost, used: Cost) -> None:
        """The request is over: what it really used takes the place of what was reserved."""
        self._under_way -= 1
        self.reserved -= reserved.tokens
        self.reserved_usd -= reserved.usd
        self.tokens += used.tokens
        self.usd += used.usd
        self._settled.set()
        self._settled = asyncio.Event()

    def _full(self, cost: Cost, limits: Limits) -> str:
        """The name of a limit that leaves no room."""
        if limits.requests is not None and self.requests + cost.requests > limits.requests:
            return "requests"
        if limits.seconds is not None and self.clock.seconds >= limits.seconds:
            return "seconds"
        if limits.tokens is not None and self.tokens + self.reserved + cost.tokens > limits.tokens:
            return "tokens"
        over = limits.usd is not None and self.usd + self.reserved_usd + cost.usd > limits.usd
        return "usd" if over else ""

    def _room_without_reserves(self, cost: Cost, limits: Limits) -> bool:
        return (
            (limits.requests is None or self.requests + cost.requests <= limits.requests)
            and (limits.seconds is None or self.clock.seconds < limits.seconds)
            and (limits.tokens is None or self.tokens + cost.tokens <= limits.tokens)
            and (limits.usd is None or self.usd + cost.usd <= limits.usd)
        )

    def _told(self, full: str, cost: Cost, limits: Limits, name: str) -> str:
        money = f", {float(self.usd):.4g} USD" if limits.usd is not None else ""
        following = {
            "requests": f"; the next are {cost.requests:,}" if cost.requests > 1 else "",
            "seconds": f" in {self.clock.seconds:.1f} s",
            "tokens": f"; the next may take {cost.tokens:,}",
            "usd": f"; the next may take {float(cost.usd):.2g}",
        }[full]
        limit = f"{getattr(limits, full):,}".removesuffix(".0")
        return (
            f"{name}: the budget is spent (budget_{full} {limit}; "
            f"used {self.requests:,} requests and {self.tokens:,} tokens{money}{following}). "
            "Everything finished is kept: run the same command again, with a new or larger budget, for the rest"
        )


@PerProcess
def meter(base_url: str, model: str) -> Meter:
    """The meter of a model, one for the whole process, whichever components ask it."""
    return Meter()


def reset_budgets() -> None:
    """Begin to count anew, as at the start of a run; not while requests are under way."""
    meter.clear()
