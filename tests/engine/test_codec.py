"""What is written is read back, copied or mapped."""

from __future__ import annotations

from mmap import ACCESS_READ, mmap

import numpy as np
import pytest

from ragtune.engine import codec
from ragtune.types import Value

KINDS = ("?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8")


class Anything(Value):
    def __init__(self, arrays):
        self.arrays = arrays

    def to_arrays(self):
        return self.arrays

    @classmethod
    def from_arrays(cls, arrays):
        return cls(arrays)


def test_a_mapped_file_holds_what_was_encoded(tmp_path):
    rng = np.random.default_rng(0)
    given = {kind: rng.integers(0, 2, (3, 5)).astype(kind) for kind in KINDS}
    given |= {"nothing": np.zeros((0, 4)), "row": np.arange(3)[:, None].T}
    path = tmp_path / "value"
    path.write_bytes(codec.encode(Anything(given)))
    with path.open("rb") as file:
        mapped = codec.view(mmap(file.fileno(), 0, access=ACCESS_READ), Anything)
    path.unlink()  # as when another bundle takes its place
    copied = codec.decode(codec.encode(Anything(given)), Anything)
    assert set(mapped.arrays) == set(copied.arrays) == set(given)
    for name, array in given.items():
        for found in (mapped.arrays[name], copied.arrays[name]):
            assert found.dtype == array.dtype and found.shape == array.shape and (found == array).all(), name
    with pytest.raises(ValueError, match="read-only"):
        mapped.arrays["f8"][0, 0] = 1
