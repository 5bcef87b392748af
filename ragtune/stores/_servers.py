"""What the stores on servers share."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping

from ragtune.stores._store import Closing, Content, seen

ABANDONED_S = 24 * 3600.0
"""A content that nobody sees and that was begun, or gone on with, so long ago is taken for that of a fill that was killed."""


class OnServer(Closing, ABC):
    """Base of the stores that ask a server which content readers see."""

    @abstractmethod
    def held(self) -> str | None:
        """The key of the content that readers see."""

    @abstractmethod
    def describe(self) -> str:
        """What and where it is, without a secret."""

    @abstractmethod
    def find(self, key: str) -> Content | None:
        """The content of that key, seen or unseen; None where there is none."""

    def content(self) -> Content:
        """What readers see."""
        return seen(self.held, self.find, self.describe())

    def settle(self, key: str) -> None:
        """A server sees to that."""


class WithoutLocks(OnServer):
    """Base of the stores on servers that know no locks, so that nobody can tell whether another fills the same store.

    Fills of the same key put the same rows in the same places. Fills of different keys leave each other's contents alone,
    but for what was left a day ago; whoever publishes last is read.
    """

    @abstractmethod
    def discard(self, key: str) -> None:
        """Remove a content, if it is there."""

    @abstractmethod
    def _show(self, key: str) -> None:
        """From now on readers see this one."""

    @abstractmethod
    def _begun(self) -> Mapping[str, float]:
        """Key of each content that is there -> when it was begun or gone on with, in seconds since 1970."""

    def publish(self, key: str) -> None:
        """Name it; then the one that was read before can go, and what was abandoned."""
        before = self.held()
        if before == key:
            return
        self._show(key)
        for other, begun in self._begun().items():
            gone = other == before or time.time() - begun > ABANDONED_S
            if gone and other != self.held():
                self.discard(other)
