"""Vector stores behind one small protocol: exact, Chroma, Qdrant, LanceDB, PostgreSQL with pgvector.

A store holds one content at a time: rows, known by their place, with their vectors. A new content is filled beside it,
unseen, and takes its place at once; readers see the old or the new one, whole, whenever a fill is killed. Scores are dot
products everywhere. What an approximate store loses against exact search is measured by every fill.
"""

from __future__ import annotations

from ragtune.stores._filling import Filled, Watcher, content_key, fill, prepare, rows_of
from ragtune.stores._opening import open_store
from ragtune.stores._searching import overlap, rank
from ragtune.stores._store import Content, Found, Knobs, Row, Rows, Store

__all__ = [
    "Content",
    "Filled",
    "Found",
    "Knobs",
    "Row",
    "Rows",
    "Store",
    "Watcher",
    "content_key",
    "fill",
    "open_store",
    "overlap",
    "prepare",
    "rank",
    "rows_of",
]
