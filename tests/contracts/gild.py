"""Prints golden.py anew, after an output moved on purpose and its version went up: `python -m tests.contracts.gild`."""

from __future__ import annotations

from tests.contracts.golden import GOLDEN
from tests.contracts.run import CORPUS, digest_of
from tests.contracts.test_components import GILDED, make

for kind, word in GILDED:
    component = make(kind, word)
    found = component.version, digest_of(component, CORPUS)
    note = "" if GOLDEN.get((kind, word)) in (None, found) else f"  # was {GOLDEN[kind, word]}"
    print(f'    ("{kind}", "{word}"): ({found[0]}, "{found[1]}"),{note}')
