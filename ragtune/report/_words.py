"""What the page calls things: a study of retrieval speaks of documents and queries, one of tools of tools and cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

RAG: Mapping[str, Any] = {
    "query": "query",
    "queries": "queries",
    "documents": "documents",
    "losses_part": "Lost evidence",
    "losses_title": "Where evidence was lost",
    "losses_told": (
        "Every piece of evidence either reaches the context or is lost at exactly one stage. “If perfect” is how many more "
        "would arrive if that stage made no mistake and all others stayed as they are."
    ),
    "lost": "Evidence lost",
    "all": "all evidence",
    "kept": "reached the context",
    "pieces": "Pieces",
    "of_pick": "Evidence of the pick",
    "gain": True,
}
TOOLS: Mapping[str, Any] = {
    "query": "case",
    "queries": "cases",
    "documents": "tools",
    "losses_part": "Lost cases",
    "losses_title": "Where cases were lost",
    "losses_told": "Every case is either right or lost for exactly one reason, the first that holds.",
    "lost": "Cases lost",
    "all": "all cases",
    "kept": "right",
    "pieces": "Cases",
    "of_pick": "Cases of the pick",
    "gain": False,
}
_TOLD = {"query": "case", "queries": "cases", "document": "tool", "documents": "tools", "question": "case"}
_TOLD |= {"questions": "cases"}
_WORD = re.compile(rf"(?<![\w-])({'|'.join(_TOLD)})(?![\w-])", re.IGNORECASE)


def of_tools(value: Any) -> Any:
    """Our own sentences, in lists or dicts or alone, with the words of tools."""
    if isinstance(value, str):
        return _WORD.sub(_turned, value)
    if isinstance(value, list):
        return [of_tools(each) for each in value]
    if isinstance(value, dict):
        return {key: of_tools(each) for key, each in value.items()}
    return value


def _turned(found: re.Match[str]) -> str:
    word = _TOLD[found[0].lower()]
    return word.capitalize() if found[0][0].isupper() else word
