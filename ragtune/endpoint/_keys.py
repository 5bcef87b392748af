"""Keys come from the environment by name; nothing else ever holds one."""

from __future__ import annotations

import os

from ragtune.endpoint._failures import EndpointError


def read_key(name: str, url: str) -> str:
    """The key in the environment variable `name`; empty where no variable is named."""
    if not name:
        return ""
    key = os.environ.get(name, "").strip()
    if not key:
        raise EndpointError(
            f"{url}: the environment variable {name} holds no key. Put the key into it "
            "(export it, never write it into a file of the study), or name another variable as api_key_env"
        )
    if not key.isascii() or not key.isprintable():
        raise EndpointError(f"the environment variable {name} holds characters that are in no key; set it anew")
    return key
