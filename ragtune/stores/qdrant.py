"""Qdrant in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ragtune.errors import WorkspaceError
from ragtune.stores._folders import FolderStore
from ragtune.stores._qdrant import BATCH, QdrantContent, collection
from ragtune.stores._store import Content


class QdrantStore(FolderStore):
    """`qdrant:FOLDER`: collection `chunks`. Qdrant's Python client searches exactly, and one process at a time has it open."""

    scheme: ClassVar[str] = "qdrant"
    limit = BATCH

    def open(self, folder: Path, dim: int) -> Content:
        """A client of its own, closed with the content."""
        from qdrant_client import QdrantClient

        try:
            client = QdrantClient(path=str(folder))
        except RuntimeError as error:
            raise WorkspaceError(
                f"{self.describe()} is open in another process, and Qdrant lets in one at a time"
            ) from error
        try:
            collection(client, "chunks", dim, self.knobs)
            return QdrantContent(client, "chunks", self.knobs, close=client.close)
        except BaseException:
            client.close()
            raise
