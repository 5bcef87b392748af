"""Bytes on disk: safetensors behind a checksum. No pickle; what does not match its checksum is not read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmap import mmap

    from numpy.typing import NDArray

_MAGIC = b"ragtune1"
_SUM = 16
_LENGTH = 8
_DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8", "I64": "<i8",
    "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip
"""The words of safetensors."""


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


def view(data: mmap, cls: Any) -> Any:
    """A value whose arrays lie in a mapped file, which was checked: nothing is copied, and pages are the system's to drop."""
    return cls.from_arrays(dict(_arrays(data)))


def _arrays(data: mmap) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays by name.

    Source: https://github.com/huggingface/safetensors#format
    """
    import numpy as np

    at = len(_MAGIC) + _SUM
    begin = at + _LENGTH + int.from_bytes(data[at : at + _LENGTH], "little")
    for name, told in json.loads(data[at + _LENGTH : begin]).items():
        if name != "__metadata__":
            first, after = told["data_offsets"]
            dtype = np.dtype(_DTYPES[told["dtype"]])
            flat = np.frombuffer(data, dtype, (after - first) // dtype.itemsize, begin + first)
            yield name, flat.reshape(told["shape"])
