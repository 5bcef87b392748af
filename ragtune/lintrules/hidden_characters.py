"""RT503: characters that a model reads and people do not see."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from ragtune.component import register
from ragtune.lintrules import LintRule, Path
from ragtune.lintrules._schemas import walk
from ragtune.lintrules._texts import HIDDEN, all_strings, clean, rewrite
from ragtune.tools import Tool


@register
class HiddenCharacters(LintRule):
    """A text has characters that are not seen: zero-width ones, direction overrides, Unicode tags, controls.

    Joiners between letters of scripts that need them, in emoji and in flags are let be. Titles, descriptions and queries of
    examples can be cleaned; names, defaults and enums are only told of, since calls depend on them.
    Source: Boucher and Anderson 2021, "Trojan Source: Invisible Vulnerabilities".
    """

    code = "RT503"
    severity = "error"
    fixable = True
    bad = ({"name": "add", "description": "Add two numbers.\U000e0041\U000e0042\u200b"},)
    good = ({"name": "add", "description": "Add two numbers. 👩\u200d💻"},)

    def check_tool(self, tool: Tool) -> Iterator[tuple[Path, str]]:
        """A finding at each such text, with the first character's name."""
        for path, text in (*all_strings(tool), *_parameter_names(tool)):
            match = HIDDEN.search(text)
            if match:
                first = match[0][0]
                yield path, f"this has hidden characters: U+{ord(first):04X} {unicodedata.name(first, 'CONTROL')}"

    def fix(self, spec: dict[str, Any]) -> None:
        """Take them out of what is only read."""
        rewrite(spec, clean)


def _parameter_names(tool: Tool) -> Iterator[tuple[Path, str]]:
    return ((at.path, at.key) for at in walk(tool.input_schema) if at.key)
