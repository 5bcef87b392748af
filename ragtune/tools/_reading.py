"""Tools as texts: what a retriever reads of a tool, and the tool set as the corpus that it searches."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ragtune.component import Affects, work
from ragtune.tools._tool import Tool
from ragtune.tools._toolset import ToolSet
from ragtune.types import Chunks, Corpus, Document

FieldName = Literal[
    "name", "words", "title", "description", "parameters", "arguments", "definition", "when_not_to_use", "examples",
    "tags", "server", "index_text",
]  # fmt: skip
"""What can be read of a tool. Beside its own fields: `words`, the name cut into words (`getUser_v2`: get User v2);
`arguments`, the top-level parameters in one line; `definition`, the JSON of name, description and input schema."""
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
Fields = Annotated[tuple[FieldName, ...], Field(min_length=1)]


def text_of(tool: Tool, fields: Fields) -> str:
    """What is read of a tool: a line for each field that it has; parameters as `name: description`, nested ones too."""
    return "\n".join(line for field in fields if (line := _line(tool, field)))


def _line(tool: Tool, field: FieldName) -> str:
    if field == "parameters":
        return "\n".join(_with_text(path, schema) for path, schema in tool.walk())
    if field == "arguments":
        return ", ".join(_with_text(name, schema) for name, schema in tool.parameters.items())
    if field == "definition":
        shown = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
        return json.dumps(shown, ensure_ascii=False)
    if field == "words":
        return _BETWEEN_WORDS.sub(" ", tool.name).strip()
    value: Any = getattr(tool, field)
    if field == "examples":
        return "\n".join(example.query for example in value)
    return " ".join(value) if field == "tags" else str(value)


def _with_text(name: str, schema: Any) -> str:
    text = schema.get("description") if isinstance(schema, dict) else ""
    return f"{name}: {text}" if text else name


class ReadsTools(BaseModel):
    """For components that hold a `retriever` of tools: it searches the tool set as a corpus, one chunk a tool.

    `fields` are what is read of each tool, in this order.
    """

    model_config = ConfigDict(frozen=True)

    fields: Annotated[Fields, Affects({"retriever_corpus"})] = ("name", "description", "parameters", "index_text")

    @work(keep="no", online=False)
    def retriever_corpus(self, toolset: ToolSet) -> Corpus:
        """A document for each tool, in the order of the set."""
        return Corpus(tuple(Document(tool.id, text_of(tool, self.fields)) for tool in toolset.tools))

    @work(keep="no", online=False)
    def retriever_chunks(self, retriever_corpus: Corpus) -> Chunks:
        """Each tool is one chunk, so that a chunk's place is the tool's."""
        n = np.arange(len(retriever_corpus.documents), dtype=np.int64)
        ends = np.array([len(d.text) for d in retriever_corpus.documents], dtype=np.int64)
        return Chunks(n, np.zeros_like(n), ends)
