"""Bought by the token, in batches, or hosted: what a month costs, and from which volume on hosting pays."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from ragtune.endpoint import price

HOURS = 730.0
"""Of a month."""
BATCH_DISCOUNT = 0.5
"""What OpenAI's, Anthropic's and Google's batch APIs take off the price (their price pages, November 2025)."""


@dataclass(frozen=True)
class Usage:
    """Of one request, in tokens."""

    input_tokens: float
    output_tokens: float
    cached_tokens: float = 0.0


@dataclass(frozen=True)
class Hosting:
    """US dollars a month, None where the price is not known, and the volume from which hosting is cheaper.

    `machines` is what the volume needs at the stated throughput and utilisation. `break_even` is in requests a month; None
    where hosting is never cheaper, or a price is not known.
    """

    api_usd: float | None
    batch_usd: float | None
    hosted_usd: float
    machines: int
    break_even: int | None


def hosting(
    model: str,
    base_url: str | None,
    usage: Usage,
    *,
    requests: int,
    machine_usd_per_hour: float,
    tokens_per_second: float,
    utilisation: float = 0.5,
) -> Hosting:
    """Compare for a monthly volume.

    Args:
        model: As the provider calls it.
        base_url: Of the provider.
        usage: Of a mean request.
        requests: A month.
        machine_usd_per_hour: What a machine costs, used or not.
        tokens_per_second: Output tokens of all requests together that a machine writes, measured under load.
        utilisation: The share of the hours in which it is busy; traffic has nights.
    """
    cost = price(model, base_url, round(usage.input_tokens), round(usage.output_tokens), round(usage.cached_tokens))
    each = None if cost is None else float(cost)
    monthly = machine_usd_per_hour * HOURS
    capacity = tokens_per_second * 3600 * HOURS * utilisation / max(usage.output_tokens, 1e-9)
    machines = max(1, ceil(requests / capacity))
    return Hosting(
        api_usd=None if each is None else each * requests,
        batch_usd=None if each is None else each * requests * (1 - BATCH_DISCOUNT),
        hosted_usd=monthly * machines,
        machines=machines,
        break_even=_break_even(each, monthly, capacity),
    )


def _break_even(each: float | None, monthly: float, capacity: float) -> int | None:
    """The least volume at which the machines it needs cost less than the tokens; a further machine may turn it again."""
    if not each or each * capacity <= monthly:
        return None  # a full machine costs more than what it replaces
    return ceil(monthly / each)
