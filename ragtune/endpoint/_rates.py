"""Rate limits: whoever asks a model waits for its turn, so that the endpoint need not refuse."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ragtune.loop import PerProcess

_BURST_S = 1.0
"""What was not sent for so long may be sent at once."""
_MEMORY = 0.2
"""Weight of the last reply in what replies take of what they may take."""


@dataclass
class Limiter:
    """Whose turn is when, of all who ask one model at one endpoint in this process: first come, first served.

    A request takes its share of a minute when its turn is fixed. Its tokens are not known then, so they are taken to be
    what requests lately took of what they could take, and put right when the reply tells.
    """

    _free: dict[str, float] = field(default_factory=dict)
    _share: float = 1.0

    def take(
        self, requests_per_minute: float | None, tokens_per_minute: float | None, tokens: int
    ) -> tuple[float, float]:
        """A turn: the seconds until it comes, and the tokens that were counted."""
        now, counted = time.monotonic(), tokens * self._share
        shares = {
            kind: (amount, rate)
            for kind, amount, rate in (
                ("requests", 1.0, requests_per_minute),
                ("tokens", counted, tokens_per_minute),
            )
            if rate is not None
        }
        turn = max([now, *(self._free.get(kind, now) - _BURST_S for kind in shares)])
        for kind, (amount, rate) in shares.items():
            self._free[kind] = max(self._free.get(kind, now), turn) + amount * 60 / rate
        return turn - now, counted

    def settle(self, tokens_per_minute: float | None, counted: float, reserved: int, used: int) -> None:
        """The reply is there: what it took takes the place of what was counted."""
        if tokens_per_minute is None:
            return
        self._free["tokens"] = self._free.get("tokens", time.monotonic()) + (used - counted) * 60 / tokens_per_minute
        if used and reserved:
            self._share += _MEMORY * (used / reserved - self._share)


@PerProcess
def limiter(base_url: str, model: str) -> Limiter:
    """The limiter of a model, one for the whole process, whichever components ask it."""
    return Limiter()
