"""Rich text, by striprtf: the library under LlamaIndex's RTFReader, which opens files in the machine's own encoding."""

from __future__ import annotations

import re
from typing import BinaryIO

from ragtune.readers.base import Extracted, Reader, UnreadableError, clean, decode, expect, in_line

_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_TITLE = re.compile(r"\{\\title\s([^{}]*)\}")
_BRACE = re.compile(r"\\[\\{}]|([{}])")


def read(stream: BinaryIO) -> Extracted:
    """The words, paragraph by paragraph; bytes beyond ASCII are of the code page that the file declares (else 1252)."""
    from striprtf.striprtf import rtf_to_text  # type: ignore[import-untyped]

    expect(stream, b"{\\rtf", "RTF text")
    raw = stream.read()
    page = _CODE_PAGE.search(raw[:1024])
    encoding = f"cp{page[1].decode()}" if page else "cp1252"
    encoding = "utf-8" if encoding == "cp65001" else encoding
    try:
        markup = decode(raw, encoding)
    except LookupError:
        raise UnreadableError(f"declares the code page {encoding[2:]}, which is not known", 1) from None
    braces = [match[1] for match in _BRACE.finditer(markup) if match[1]]
    if braces.count("{") != braces.count("}") and "\\bin" not in markup:
        raise UnreadableError("ends inside a group: the file is cut off")
    try:
        text = rtf_to_text(markup, encoding=encoding, errors="strict")
    except (UnicodeError, ValueError, OverflowError, IndexError) as error:
        raise UnreadableError(f"the RTF is damaged: {in_line(str(error))}") from None
    match = _TITLE.search(markup)
    title = rtf_to_text("{\\rtf1 " + match[1] + "}", encoding=encoding, errors="replace") if match else ""
    return Extracted(clean(text).replace("\f", "\n").strip(), in_line(clean(title)), {"format": "rtf"})


READER = Reader("rtf", 1, (".rtf",), read, packages=("striprtf",))
