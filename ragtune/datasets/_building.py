"""The builder that all formats fill: it checks what they bring, keeps every fault, and gives the dataset."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from ragtune.datasets._dataset import Dataset
from ragtune.datasets._reading import Faults, Place
from ragtune.types import Document, Evidence, Query

NO_EVIDENCE = "no evidence"
EMPTY_DOCUMENT = "empty document"
MAX_SUGGESTIONS = 20
Problem = Literal["no document", "quote not found", "quote found twice"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Builder:
    """Takes documents first, then queries; `build` raises everything that was wrong.

    Args:
        excuses: Problem -> reason. A query with such a problem is left out for the reason given; every other problem,
            and all of them by default, is a fault.
    """

    def __init__(self, excuses: Mapping[Problem, str] | None = None) -> None:
        self.faults = Faults()
        self._excuses = excuses or {}
        self._documents: dict[str, Document] = {}
        self._queries: dict[str, Query] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._left_out: dict[str, list[str]] = {}
        self._suggested = 0

    def document(
        self, place: Place, id: str, text: str | None, title: str = "", metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Add a document; text None means that it could not be read, which is a fault already."""
        if not self._claim("document", place, id) or text is None:
            return
        if text.strip():
            self._documents[id] = Document(id, text, title, metadata or {})
        else:
            self.leave_out(EMPTY_DOCUMENT, id)

    def query(
        self,
        place: Place,
        id: str,
        text: str | None,
        evidence: Sequence[Evidence],
        answers: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        reason: str = "",
        simulated: str = "",
        answerable: bool = True,
    ) -> None:
        """Add a query, or leave it out for a reason; text None means a fault that is known already.

        One that is not answerable needs no evidence, and must not have any.
        """
        if evidence and not answerable:
            self.faults.add(place, f"query '{id}': it has evidence, so it is answerable")
        if text is not None and not text.strip():
            self.faults.add(place, f"query '{id}': the text is empty")
        if not self._claim("query", place, id) or text is None:
            return
        if reason or (answerable and not evidence):
            self.leave_out(reason or NO_EVIDENCE, id)
        else:
            self._queries[id] = Query(id, text, tuple(evidence), answers, tags, simulated, answerable)

    def leave_out(self, reason: str, id: str) -> None:
        """Count a query or document as left out."""
        self._left_out.setdefault(reason, []).append(id)

    def knows(self, what: Literal["document", "query"], id: str) -> bool:
        """Whether the id was met, whatever became of it."""
        return (what, id) in self._places

    def target(self, place: Place, who: str, id: str, reasons: list[str]) -> Document | None:
        """The document that evidence is in; None after a fault, here or in the document, or with a reason added."""
        if id in self._documents:
            return self._documents[id]
        if not self.knows("document", id):
            if not self.excused("no document", reasons):
                self.faults.add(place, f"{who}: there is no document '{id}'{self._near(id)}")
        elif id in self._left_out.get(EMPTY_DOCUMENT, ()):
            self.faults.add(place, f"{who}: document '{id}' is empty and holds no evidence")
        return None

    def excused(self, problem: Problem, reasons: list[str]) -> bool:
        """Whether the problem is no fault but a reason to leave the query out, which is then added to the reasons."""
        if problem in self._excuses:
            reasons.append(self._excuses[problem])
        return problem in self._excuses

    def build(self, name: str, path: Path, *, asked: bool = True) -> Dataset:
        """The dataset; DatasetError with every fault, if there are any. Unless `asked`, it may have no query."""
        if not self.faults:
            told = "; ".join(f"{len(ids)} left out: {reason}" for reason, ids in self._left_out.items())
            for what, found in (("document", self._documents), ("query that can be scored", self._queries)):
                if not found and (asked or what == "document"):
                    self.faults.add(Place(str(path)), f"there is no {what}" + (f" ({told})" if told else ""))
        self.faults.check()
        left_out = {reason: tuple(ids) for reason, ids in self._left_out.items()}
        return Dataset(name, tuple(self._documents.values()), tuple(self._queries.values()), left_out)

    def _claim(self, what: Literal["document", "query"], place: Place, id: str) -> bool:
        if not id.strip():
            self.faults.add(place, f"the {what}'s id is empty")
        elif control := _CONTROL.search(id):
            self.faults.add(place, f"the {what}'s id {id[:80]!a} holds the control character {control[0]!a}")
        elif first := self._places.get((what, id)):
            told = f"line {first.line}" if first.file == place.file else f"{first.file}:{first.line}"
            self.faults.add(place, f"{what} id '{id}' is given twice, first in {told}")
        else:
            self._places[what, id] = place
            return True
        return False

    def _near(self, id: str) -> str:
        if self._suggested >= MAX_SUGGESTIONS:
            return ""  # comparing with each of many documents is slow, and the first few tell what is wrong
        self._suggested += 1
        same = unicodedata.normalize("NFC", id)
        if any(unicodedata.normalize("NFC", known) == same for known in self._documents):
            return "; there is one of that name in another Unicode form (NFC or NFD)"
        near = get_close_matches(id, self._documents, n=1)
        return f"; did you mean '{near[0]}'?" if near else ""
