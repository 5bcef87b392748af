"""Chroma in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ragtune.stores._chroma import BATCH, ChromaContent, collection
from ragtune.stores._folders import FolderStore
from ragtune.stores._store import Content


class ChromaStore(FolderStore):
    """`chroma:FOLDER`: collection `chunks` of a database that is built unseen, as killed writers leave it unreadable."""

    scheme: ClassVar[str] = "chroma"
    limit = BATCH

    def open(self, folder: Path, dim: int) -> Content:
        """A client of its own, closed with the content."""
        import chromadb
        from chromadb.config import Settings

        client: Any = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        try:
            return ChromaContent(collection(client, "chunks", self.knobs), client.close)
        except BaseException:
            client.close()
            raise
