"""Source code cut between its definitions and statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from ragtune.chunkers._code_python import python_tree
from ragtune.chunkers._code_tree import Part, blank_line_tree
from ragtune.chunkers._code_tree_sitter import LANGUAGES, tree_sitter_tree
from ragtune.chunkers._packing import Ruler, fit, lined
from ragtune.chunkers._structured import Section, StructuredChunker, joined
from ragtune.component import register
from ragtune.types import Document, Span

Language = Literal[
    "auto", "none", "bash", "c", "c-sharp", "cpp", "go", "java", "javascript", "php", "python", "ruby", "rust", "tsx",
    "typescript",
]  # fmt: skip


@register
class Code(StructuredChunker):
    """Definitions packed up to `size_tokens`; one that does not fit is cut between what it is made of, then at lines.

    Comments, decorators and blank lines stand with what follows them. Every character is in a chunk. `language: auto`
    goes by the ending of the document's id (`.py`, `.ts`, …); Python is read by Python's own parser, the others by
    tree-sitter (`pip install 'ragtune[code]'`). Text in no known language, and Python that does not parse, is taken in
    blocks between blank lines; the other parsers make what they can of text with errors. After LlamaIndex's
    CodeSplitter, which measures in characters.
    Source: https://tree-sitter.github.io
    """

    extra: ClassVar[str] = "code"

    language: Language = "auto"

    def measured_spans(self, document: Document, ruler: Ruler) -> Iterable[Span]:
        """The chunks of one document."""
        text, size = document.text, self.size_tokens

        def cut(section: Section) -> Iterator[Span]:
            return fit(text, section.start, section.end, ruler, size, lined(ruler))

        leaves = _leaves(self._tree(document), ruler, size)
        spans = joined(text, leaves, ruler, size, cut, least=size // 2)
        return (_indented(text, span, ruler, size) for span in spans)

    def _tree(self, document: Document) -> Part:
        language = self.language if self.language != "auto" else _language_of(document)
        if language == "python":
            return python_tree(document.text)
        if language == "none":
            return blank_line_tree(document.text)
        return tree_sitter_tree(document.text, language)


def _indented(text: str, span: Span, ruler: Ruler, size: int) -> Span:
    """The span with the white space before it in its line, where it is the first in the line and this fits."""
    start = span.start
    while start and text[start - 1] in " \t":
        start -= 1
    first = start == 0 or text[start - 1] in "\r\n"
    return Span(start, span.end) if first and ruler.size(start, span.end) <= size else span


def _language_of(document: Document) -> str:
    ending = document.id.rpartition(".")[2].lower()
    known = (word for word, language in LANGUAGES.items() if ending in language.endings)
    return "python" if ending in ("py", "pyi") else next(known, "none")


def _leaves(tree: Part, ruler: Ruler, size: int) -> list[Section]:
    """The largest parts that fit, in order; and those that do not fit and have no parts."""
    leaves = []
    left = [(tree, 0)]
    while left:
        part, depth = left.pop()
        inside = [] if ruler.size(part.start, part.end) <= size else part.parts()
        if inside:
            left.extend((child, depth + 1) for child in reversed(inside))
        else:
            leaves.append(Section(part.start, part.end, depth))
    return leaves
