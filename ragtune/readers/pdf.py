"""PDF, by pypdf: the library under LlamaIndex's PDFReader, and the same text.

PDFReader itself hides what is wrong: it tries a broken file three times and tells of the trying only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ragtune.readers.base import (
    MAX_EXTRACTED_BYTES,
    Extracted,
    Reader,
    UnreadableError,
    expect,
    in_line,
    join_pages,
)

if TYPE_CHECKING:
    from pypdf import PdfReader

_TAIL = 4096


def read(stream: BinaryIO) -> Extracted:
    """The text of all pages, in order; a form feed between two."""
    import pypdf
    from pypdf.errors import DependencyError

    expect(stream, b"%PDF-", "PDF", within=1024)
    stream.seek(max(0, stream.seek(0, 2) - _TAIL))
    if b"%%EOF" not in stream.read():
        raise UnreadableError("the PDF has no end mark (%%EOF): it is cut off, or was not fetched completely")
    stream.seek(0)
    try:
        reader = pypdf.PdfReader(stream)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("the PDF is encrypted; save it without a password")
        count = len(reader.pages)
    except DependencyError:
        raise UnreadableError("the PDF is encrypted with AES; to read it: pip install 'pypdf[crypto]'") from None
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:
        raise UnreadableError(f"the PDF is damaged: {in_line(str(error)) or type(error).__name__}") from None
    if not count:
        raise UnreadableError("the PDF has no pages")
    return join_pages(_pages(reader, count), "pdf", _title(reader))


def _pages(reader: PdfReader, count: int) -> list[str]:
    pages = []
    size = 0
    for number in range(count):
        try:
            pages.append(reader.pages[number].extract_text())
        except MemoryError:
            raise
        except Exception as error:
            told = in_line(str(error)) or type(error).__name__
            raise UnreadableError(f"page {number + 1} of {count} is damaged: {told}") from None
        size += len(pages[-1])
        if size > MAX_EXTRACTED_BYTES:
            raise UnreadableError(f"its text is longer than {MAX_EXTRACTED_BYTES:,} bytes, by page {number + 1}")
    return pages


def _title(reader: PdfReader) -> str:
    try:
        return str((reader.metadata and reader.metadata.title) or "")
    except MemoryError:
        raise
    except Exception:  # no text depends on it
        return ""


READER = Reader("pdf", 1, (".pdf",), read, max_bytes=256 * 1024**2, packages=("pypdf",))
