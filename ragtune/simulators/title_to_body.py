"""Headings and titles as questions, and what stands below them as evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import NonNegativeInt, PositiveInt

from ragtune.component import register
from ragtune.simulators import MOST_CHARACTERS, Draft, Simulator
from ragtune.simulators._text import normal, stripped
from ragtune.types import Corpus, Document, Evidence

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\r\n]*)")
_ATX = re.compile(r" {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*")
_WIKI = re.compile(r"[ \t]*(?P<marks>=(?: ?=){0,5})[ \t]+(?P<text>[^=\s].*?)[ \t]+(?P=marks)[ \t]*")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
_UNDERLINE = re.compile(r" {0,3}(?P<marks>=+|-+)[ \t]*")


class Heading(NamedTuple):
    """A heading: where its lines begin and end, and how deep it is, from 1."""

    start: int
    end: int
    level: int
    text: str


@register
class TitleToBody(Simulator):
    """The heading of a section asks for the section, and the title of a document for the document.

    Headings are Markdown's (`# …`, or a line underlined by = or -; none inside fenced code) and wikis' (`== … ==`). The
    evidence is what stands below a heading up to the next one of its level or a higher one, `least_characters` or more,
    without the heading. A document's title is a question for the whole document, or for what stands below the title where
    the text begins with it. `parents` headings above are put before the heading: "Linux" may say little where "Install
    Linux" says enough. Headings that occur more than once are passed over, and so are numbers and stop words. The
    documents still hold the heading beside its section, which favours matching by words.
    """

    least_terms: ClassVar[int] = 1

    parents: NonNegativeInt = 1
    least_characters: PositiveInt = 80
    first_line: bool = False
    """Whether the first line is the title of a document that has neither title nor heading."""

    def drafts(self, corpus: Corpus, rng: np.random.Generator) -> Iterator[Draft]:
        """Every heading and title that will do, once, in a random order."""
        found = [draft for document in corpus.documents for draft in self._of(document)]
        times = Counter(normal(draft.text) for draft in found)
        for at in rng.permutation(len(found)).tolist():
            if times[normal(found[at].text)] == 1:
                yield found[at]

    def _of(self, document: Document) -> Iterator[Draft]:
        known = headings(document.text)
        title, below = _title(document, known, first_line=self.first_line)
        if title and len(document.text) - below >= self.least_characters:
            span = stripped(document.text, below, len(document.text))
            yield Draft(title, (Evidence(document.id, span.start, span.end) if below else Evidence(document.id),))
        open_: list[Heading] = []
        for i, heading in enumerate(known):
            open_ = [above for above in open_ if above.level < heading.level]
            body = stripped(document.text, heading.end, _section_end(document, known, i))
            if body.end - body.start >= self.least_characters and normal(heading.text) != normal(title):
                above = [h.text for h in open_][-self.parents :] if self.parents else []
                yield Draft(" ".join([*above, heading.text]), (Evidence(document.id, body.start, body.end),))
            open_.append(heading)


def headings(text: str) -> list[Heading]:
    """The headings of a text, in order; what looks like one in fenced code or in YAML front matter is none."""
    found = []
    fence = ""
    above: Heading | None = None
    """A line by itself, which the next one may underline."""
    blank = True
    front = _FRONT_MATTER.match(text)
    for match in _LINE.finditer(text, front.end() if front else 0):
        line, start, end = match[0].rstrip("\r\n"), match.start(), match.end()
        candidate, above = above, None
        opening = _FENCE.fullmatch(line)
        if opening and (not fence or _closes(opening, fence)):
            fence = "" if fence else opening["fence"]
        elif not fence and len(line) <= MOST_CHARACTERS:
            marked = _ATX.fullmatch(line) or _WIKI.fullmatch(line)
            underline = _UNDERLINE.fullmatch(line)
            if marked and marked["text"]:
                found.append(Heading(start, end, len(marked["marks"].replace(" ", "")), marked["text"].strip()))
            elif underline and candidate:
                level = 1 if underline["marks"].startswith("=") else 2
                found.append(candidate._replace(end=end, level=level))
            elif blank and line.strip() and not line.startswith(("    ", "\t")):
                above = Heading(start, end, 0, line.strip())
        blank = not line.strip()
    return found


def _closes(line: re.Match[str], fence: str) -> bool:
    return line["fence"].startswith(fence) and not line["info"].strip()


def _section_end(document: Document, known: list[Heading], i: int) -> int:
    later = (heading.start for heading in known[i + 1 :] if heading.level <= known[i].level)
    return next(later, len(document.text))


def _title(document: Document, known: list[Heading], *, first_line: bool) -> tuple[str, int]:
    """The title and where the text below it begins: 0 where the text does not begin with it, or there is none."""
    lead = stripped(document.text, 0, len(document.text)).start
    line = re.compile(r"[^\r\n]*").match(document.text, lead)
    first = line[0].strip() if line else ""
    end = line.end() if line else 0
    if document.title:
        if known and known[0].start <= lead and normal(known[0].text) == normal(document.title):
            return document.title, known[0].end
        if document.text.startswith(document.title, lead):
            return document.title, lead + len(document.title)
        return document.title, 0
    return (first, end) if first_line and not known and first else ("", 0)
