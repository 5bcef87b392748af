"""From which volume on a machine of one's own is cheaper than an API, and what the batch API saves."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

HOURS = 730.5
"""Hours of a month, 365.25 × 24 / 12."""


@dataclass(frozen=True)
class SelfHosting:
    """Machines that run all month. `tokens_per_second` is what one of them writes at full load.

    `utilisation` is the share of that which real traffic makes use of: requests do not come evenly.
    """

    usd_per_hour: float
    tokens_per_second: float
    utilisation: float = 0.5

    @property
    def usd_a_month(self) -> float:
        """Of one machine."""
        return self.usd_per_hour * HOURS

    def capacity(self, output_tokens: float) -> float:
        """Requests a month of one machine."""
        return self.tokens_per_second * self.utilisation * 3600 * HOURS / output_tokens

    def machines(self, requests: float, output_tokens: float) -> int:
        """How many a volume needs; one at the least."""
        return max(1, math.ceil(requests / self.capacity(output_tokens) - 1e-9))


@dataclass(frozen=True)
class BreakEven:
    """US dollars a month of each way; None where a price is not known. `volume` None: no volume breaks even.

    `volume` is the smallest number of requests a month from which self-hosting is never dearer again, `first` the one at
    which it is no dearer for the first time: a further machine can make it dearer again for a while.
    """

    requests: float
    api_usd: float | None
    batch_usd: float | None
    batch_discount: float
    batch_saves: float | None
    self_usd: float | None = None
    machines: int | None = None
    load: float | None = None
    first: float | None = None
    volume: float | None = None
    cheapest: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def break_even(
    requests: float,
    usd: float | None,
    output_tokens: float,
    hosting: SelfHosting | None,
    *,
    batch_discount: float,
    batch_share: float = 1.0,
) -> BreakEven:
    """Compare API, batch API and machines of one's own.

    Args:
        requests: A month.
        usd: Of one request at the API; None if unknown.
        output_tokens: Of one request, in the mean.
        hosting: What a machine costs and does; None where there is none to compare with.
        batch_discount: The share of the price that the batch API takes off.
        batch_share: The share of the requests that can wait for it.
    """
    api = None if usd is None else usd * requests
    batch = None if api is None else api * (1 - batch_discount * batch_share)
    ways = {"api": api, "batch": batch if batch_share == 1 else None}
    told: dict[str, Any] = {}
    if hosting is not None:
        machines = hosting.machines(requests, output_tokens)
        ways["self-hosting"] = machines * hosting.usd_a_month
        told["self_usd"], told["machines"] = ways["self-hosting"], machines
        told["load"] = requests / (machines * hosting.capacity(output_tokens))
        if usd is not None:
            told["first"], told["volume"] = volumes(usd, hosting.usd_a_month, hosting.capacity(output_tokens))
    known = {way: cost for way, cost in ways.items() if cost is not None}
    return BreakEven(
        requests=requests,
        api_usd=api,
        batch_usd=batch,
        batch_discount=batch_discount,
        batch_saves=None if api is None or batch is None else api - batch,
        cheapest=min(known, key=lambda way: known[way]) if api is not None else None,
        **told,
    )


def volumes(usd: float, machine: float, capacity: float) -> tuple[float | None, float | None]:
    """Requests a month at which machines are no dearer for the first time, and for good.

    k machines, which serve up to k × `capacity` requests, are no dearer from k × `machine` / `usd` requests on. That is for
    good as soon as the next machine is no dearer where it is first needed, at k × `capacity` requests.
    """
    if usd <= 0:
        return None, None
    share = machine / (usd * capacity)
    if share > 1 or math.isclose(share, 1.0):
        return (machine / usd, None) if math.isclose(share, 1.0) else (None, None)
    lasting = max(1, math.ceil(1 / (1 - share) - 1e-9) - 1)
    return machine / usd, lasting * machine / usd
