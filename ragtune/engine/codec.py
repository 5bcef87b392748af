"""Bytes on disk: safetensors behind a checksum. No pickle; what does not match its checksum is not read."""

from __future__ import annotations

import hashlib
from typing import Any

_MAGIC = b"ragtune1"
_SUM = 16


class DamagedError(Exception):
    """The bytes are not what was written."""


def encode(value: Any) -> bytes:
    """A value (see `ragtune.types.Value`) as bytes: magic, checksum, safetensors."""
    import numpy as np
    from safetensors.numpy import save

    body = save({name: np.ascontiguousarray(array) for name, array in value.to_arrays().items()})
    return _MAGIC + hashlib.blake2b(body, digest_size=_SUM).digest() + body


def decode(data: bytes, cls: Any) -> Any:
    """The inverse; raises DamagedError when as much as one bit differs."""
    from safetensors.numpy import load

    head, body = data[: len(_MAGIC) + _SUM], data[len(_MAGIC) + _SUM :]
    if head != _MAGIC + hashlib.blake2b(body, digest_size=_SUM).digest():
        raise DamagedError("checksum does not match")
    return cls.from_arrays(load(body))
