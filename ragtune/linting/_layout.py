"""YAML that is read and written so that whatever is not changed stays as it was: comments, quotes, indents, numbers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

INDENTS = ((2, 4, 2), (2, 2, 0), (4, 4, 2), (4, 4, 0), (4, 6, 4), (4, 8, 4))
"""Of mappings, of the items of lists, and of their dashes."""


@dataclass(frozen=True)
class Layout:
    """How a file is indented, and whether it begins with `---`."""

    mapping: int
    sequence: int
    offset: int
    explicit: bool

    def load(self, text: str) -> list[Any]:
        """The documents of a text."""
        return list(self._yaml().load_all(text))

    def dump(self, documents: list[Any]) -> str:
        """Their text in this layout."""
        out = io.StringIO()
        self._yaml().dump_all(documents, out)
        return out.getvalue()

    def _yaml(self) -> Any:
        from ruamel.yaml import YAML

        yaml = YAML(typ="rt", pure=True)
        yaml.Constructor, yaml.Representer = _exact()
        yaml.width = 1_000_000
        yaml.preserve_quotes = True
        yaml.allow_unicode = True
        yaml.explicit_start = self.explicit
        yaml.indent(mapping=self.mapping, sequence=self.sequence, offset=self.offset)
        return yaml


def layout_of(text: str) -> Layout:
    """The layout that gives the text back as it is, or else most of its lines, so that a diff shows the fixes alone."""
    explicit = text.lstrip().startswith("---")
    lines = text.splitlines()
    best, least = Layout(*INDENTS[0], explicit), len(lines) + 1
    for indents in INDENTS:
        layout = Layout(*indents, explicit)
        again = layout.dump(layout.load(text))
        changed = sum(a != b for a, b in zip(again.splitlines(), lines, strict=False))
        if changed < least:
            best, least = layout, changed
        if again == text:
            break
    return best


class _Float(float):
    """A number that remembers how it was written: the round trip of ruamel loses digits of some."""

    text = ""


@cache
def _exact() -> tuple[Any, Any]:
    """A constructor and a representer for a round trip that leaves numbers alone."""
    from ruamel.yaml.constructor import RoundTripConstructor
    from ruamel.yaml.representer import RoundTripRepresenter

    def construct(_: Any, node: Any) -> _Float:
        number = _Float(node.value)
        number.text = node.value
        return number

    def represent(representer: Any, number: _Float) -> Any:
        return representer.represent_scalar("tag:yaml.org,2002:float", number.text)

    constructor = type("Exact", (RoundTripConstructor,), {})
    representer = type("Exact", (RoundTripRepresenter,), {})
    constructor.add_constructor("tag:yaml.org,2002:float", construct)  # type: ignore[attr-defined]
    representer.add_representer(_Float, represent)  # type: ignore[attr-defined]
    return constructor, representer
