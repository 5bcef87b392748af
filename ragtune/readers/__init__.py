"""Formats beyond plain text, one reader a file. Nothing here is heavy to import, nor anything of ragtune: see `_child`."""

from __future__ import annotations

from ragtune.readers import docx, epub, html, notebook, pdf, pptx, rtf, table
from ragtune.readers.base import MAX_EXTRACTED_BYTES, Extracted, Reader, UnreadableError, fingerprint

__all__ = ["MAX_EXTRACTED_BYTES", "READERS", "SUFFIXES", "Extracted", "Reader", "UnreadableError", "fingerprint"]

_MODULES = (docx, epub, html, notebook, pdf, pptx, rtf, table)
READERS: dict[str, Reader] = {reader.name: reader for reader in (*(module.READER for module in _MODULES), html.RAW)}
"""By name."""

SUFFIXES: dict[str, str] = {suffix: module.READER.name for module in _MODULES for suffix in module.READER.suffixes}
"""Suffix -> name of the reader."""
