"""What a server is told before it starts."""

from __future__ import annotations

import ipaddress
import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr

from ragtune.errors import InputError, suggest

SHORTEST_TOKEN = 16


class Settings(BaseModel):
    """Where a server listens, whom it answers, and what it takes at most.

    `token` is what clients send as `Authorization: Bearer …`; it is required beyond loopback. `allow_hosts` are names, besides
    those of loopback and `host`, that a request's Host header may have. `rate_per_s` is for each client address, 0 for no
    limit; two seconds' worth may come at once. `workers` retrievals run at a time. A request that finds them all busy waits at
    most `patience` times what a retrieval usually takes, then is told to come again: the longer the wait that is allowed, the
    fewer are turned away and the slower are those that are not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    token: SecretStr | None = None
    allow_hosts: tuple[str, ...] = ()
    max_body_bytes: PositiveInt = 262_144
    rate_per_s: NonNegativeFloat = 100.0
    workers: PositiveInt = Field(default_factory=lambda: max(1, (os.cpu_count() or 1) // 2))
    patience: NonNegativeFloat = 0.5
    max_connections: PositiveInt = 256
    max_k: PositiveInt = 100
    max_query_characters: PositiveInt = 10_000
    header_timeout_s: PositiveFloat = 10.0
    body_timeout_s: PositiveFloat = 10.0
    send_timeout_s: PositiveFloat = 20.0
    work_timeout_s: PositiveFloat = 60.0
    shutdown_s: PositiveFloat = 10.0

    @property
    def longest_query(self) -> int:
        """In characters, each of which may take twelve bytes in JSON: no query that is not too long is in a body too big."""
        return min(self.max_query_characters, max(1, (self.max_body_bytes - 100) // 12))

    @property
    def hosts(self) -> frozenset[str]:
        """Names that a Host header may have, without a port."""
        own = () if is_any_address(self.host) else (self.host,)
        return frozenset(name.lower() for name in ("localhost", "127.0.0.1", "::1", *own, *self.allow_hosts))


def token_from(variable: str) -> SecretStr:
    """The token that a variable of the environment holds.

    Raises:
        InputError: it is not set, or no token that a header can carry and nobody guesses.
    """
    value = os.environ.get(variable)
    if value is None:
        near = suggest(variable, sorted(name for name in os.environ if "TOKEN" in name.upper()))
        raise InputError(f"the environment has no variable {variable}{near}")
    if len(value) < SHORTEST_TOKEN or not value.isascii() or not value.isprintable() or " " in value:
        raise InputError(
            f"{variable} holds no token: at least {SHORTEST_TOKEN} letters, digits and signs without a space; "
            "`openssl rand -hex 32` makes one"
        )
    return SecretStr(value)


def check_reachable(settings: Settings) -> None:
    """Refuse to listen beyond this machine without a token.

    Raises:
        InputError: it would.
    """
    if settings.token is None and not is_loopback(settings.host):
        raise InputError(
            f"{settings.host} can be reached from other machines: name the variable that holds a token with --token-env, "
            "or listen on 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; a name other than localhost may mean any."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_any_address(host: str) -> bool:
    """Whether an address stands for all of the machine's."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == ""
