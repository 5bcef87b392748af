"""What a client is known by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ragtune.endpoint._budget import Limits


@dataclass(frozen=True)
class Settings:
    """The knobs of an `Endpoint`, as plain values: what a client is known by."""

    base_url: str
    model: str
    api_key_env: str | None
    timeout_s: float
    deadline_s: float
    max_retries: int
    backoff_s: float
    concurrency: int
    budget_requests: int | None
    budget_tokens: int | None
    budget_usd: float | None
    budget_seconds: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    replicas: tuple[str, ...] = ()
    stream: bool = False
    batch: bool = False

    @property
    def limits(self) -> Limits:
        """The budgets."""
        usd = None if self.budget_usd is None else Decimal(str(self.budget_usd))
        return Limits(self.budget_requests, self.budget_tokens, usd, self.budget_seconds)
