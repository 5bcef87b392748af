"""Whether what a judge quotes stands in the passages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
    }
)


def normal(text: str) -> str:
    """A text without what copying changes: kinds of white space, quotation marks and dashes, compatibility forms."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_LIKE)).translate(_LIKE).split())


def stands_in(quote: str, passages: Sequence[str], fewest_words: int) -> bool:
    """Whether a quote stands word for word in one passage: at least so many words of it, or a whole passage.

    Upper and lower case are told apart, and it begins and ends at the edge of a word.
    """
    sought = normal(quote).strip("\"' ")
    if not sought:
        return False
    pattern = re.compile(rf"(?<!\w){re.escape(sought)}(?!\w)" if sought[0].isalnum() else re.escape(sought))
    enough = len(sought.split()) >= fewest_words
    texts = [normal(passage) for passage in passages]
    return any(pattern.search(text) and (enough or sought == text.strip("\"' ")) for text in texts)
