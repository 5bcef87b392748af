"""What a url says of a server, and how contents are named there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from ragtune.errors import InputError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,40}")
"""What a collection or a table may be called: three characters at least for Chroma, and room for a key for PostgreSQL."""
KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Server:
    """`scheme://host:port/name`, with `scheme+https` for TLS."""

    host: str
    port: int | None
    name: str
    tls: bool

    @classmethod
    def of(cls, url: str) -> Self:
        """Read a url.

        Raises:
            InputError: it has no host, or a name that cannot be one.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise InputError(f"{url} is no url: {error}") from error
        if not host or parts.username or parts.password or parts.query or parts.fragment:
            raise InputError(
                f"a store on a server is written {parts.scheme}://HOST:PORT/COLLECTION; keys come from the environment"
            )
        return cls(host, port, checked(parts.path.strip("/") or "chunks"), parts.scheme.endswith("+https"))

    def __str__(self) -> str:
        return f"{self.host}{f':{self.port}' if self.port else ''}/{self.name}"


def checked(name: str) -> str:
    """The name of a collection or table; InputError where it cannot be one."""
    if not NAME.fullmatch(name):
        raise InputError(f"'{name}' cannot name a collection: a letter, then 2 to 40 letters, digits, _ or -")
    return name


def version_of(name: str, key: str) -> str:
    """What a content is called beside the name that readers use."""
    return f"{name}__{key}"


def key_of(version: str) -> str:
    """The key in what a content is called."""
    return version.rpartition("__")[2]


def is_version(found: str, name: str) -> bool:
    """Whether something is called as a content of that name."""
    return found.startswith(f"{name}__") and KEY.fullmatch(found[len(name) + 2 :]) is not None
