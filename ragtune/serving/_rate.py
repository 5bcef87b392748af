"""How often a client may ask."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict

MOST_CLIENTS = 10_000
BURST_S = 2.0


class Rates:
    """A token bucket for each client: `per_s` a second, two seconds' worth at once; 0 is no limit.

    The clients seen last are remembered, `MOST_CLIENTS` of them, so that memory is bounded. An IPv6 client is its /64, as one
    machine usually has all addresses of it.
    """

    def __init__(self, per_s: float) -> None:
        self._per_s, self._most = per_s, max(1.0, per_s * BURST_S)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, now: float) -> int:
        """0 if the client may ask now, and it is counted; else whole seconds until it may."""
        if not self._per_s:
            return 0
        client = _network(address)
        left, then = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._per_s)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) / self._per_s))


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))
