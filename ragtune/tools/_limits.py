"""Bounds on what is read: far above what tools need, far below what hurts."""

from __future__ import annotations

MAX_BYTES = 20_000_000
"""Bytes of a file, or of all files of a folder."""
MAX_PURE_BYTES = 500_000
"""The same where PyYAML is without its C library, and some hundred times slower."""
MAX_VALUES = 120_000
"""Values of a file, or of all files of a folder, with what aliases stand for. 2,700 tools have about 70,000."""
MAX_DEPTH = 100
"""Lists and mappings inside each other, in a file."""
MAX_FAULTS = 100
"""Faults that are listed; the rest is counted."""
MAX_DIGITS = 400
"""Digits of a number."""

MAX_SCHEMA_DEPTH = 64
"""Lists and mappings inside each other in a schema."""
MAX_RESOLVED_DEPTH = 128
"""The same, references followed."""
MAX_SCHEMA_VALUES = 20_000
"""Values of a schema, references followed."""
MAX_SCHEMA_CHARACTERS = 1_000_000
"""Characters of all texts in a schema."""
MAX_ENUM = 5_000
"""Values of an enum."""
MAX_PATTERN = 1_000
"""Characters of a regular expression."""
MAX_PATTERNS = 5_000
"""Characters of all the different ones in a schema."""
