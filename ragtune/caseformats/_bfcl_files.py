"""BFCL's files as they are published: questions with functions, and possible answers beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ragtune.caseformats import Reading
from ragtune.caseformats._bfcl_functions import Functions
from ragtune.caseformats._building import Builder
from ragtune.caseformats._query_rows import ANY_CALL
from ragtune.caseformats._rows import first_row, rows_of
from ragtune.errors import DatasetError, Fault
from ragtune.tools import Case, ExpectedCall, ToolSet
from ragtune.tools.matching import accept_of_bfcl
from ragtune.yaml_tree import Node

ANSWERS = "possible_answer"
SEVERAL_TURNS = "a conversation of several turns"
NO_FUNCTION = "no functions beside the question"
_CATEGORY = re.compile(r"BFCL_v\d+_(?P<category>\w+)")


def question_files(path: Path) -> list[Path]:
    """The file itself, or the questions of a folder, by name."""
    return sorted(path.glob("BFCL_*.json")) if path.is_dir() else [path]


def is_questions(path: Path) -> bool:
    """Whether a file holds questions of this kind."""
    row = first_row(path)
    return "question" in row and "id" in row


def read_questions(path: Path, answers: Path | None = None) -> Reading:
    """The cases of a file, or of all files of a folder."""
    builder, functions = Builder(), Functions()
    files = question_files(path)
    if not files:
        builder.fault(Fault(str(path), 0, 0, "there is no file BFCL_*.json in it"))
    for file in files:
        try:
            _read(file, answers, builder, functions)
        except DatasetError as error:
            for fault in error.faults:
                builder.fault(fault)
    return builder.reading()


def load_bfcl_tools(path: str | Path) -> ToolSet:
    """The functions of BFCL's questions, with the ids by which the format `bfcl` knows them; DatasetError if wrong."""
    functions = Functions()
    for file in question_files(Path(path)):
        for node in rows_of(file):
            row = node.plain()
            for function in row.get("function") or () if isinstance(row, dict) else ():
                functions.id_of(function, node)
    return functions.toolset()


def _read(file: Path, answers: Path | None, builder: Builder, functions: Functions) -> None:
    found = _CATEGORY.match(file.stem)
    category = found["category"] if found else file.stem
    truths = {} if "relevance" in category else _truths(file, answers)
    for node, row in _objects(file, builder):
        id = str(row["id"])
        try:
            offered = {str(f["name"]): functions.id_of(f, node) for f in row.get("function") or ()}
        except DatasetError as error:
            builder.fault(error.faults[0])
            continue
        truth = truths.get(id)
        told = _said(row["question"])
        if told is None or _is_turns(truth):
            builder.leave_out(SEVERAL_TURNS, id)
        elif not offered:
            builder.leave_out(NO_FUNCTION, id)
        elif "relevance" in category and "irrelevance" not in category:
            builder.leave_out(ANY_CALL, id)
        elif truth is None and "irrelevance" not in category:
            builder.fault(node.fault(f"there is no possible answer with the id '{id}'"))
        else:
            calls = tuple(_call(call, offered) for call in truth or ())
            tools = tuple(dict.fromkeys(offered.values()))
            builder.add(Case(id=id, query=told, calls=calls, tools=tools, tags=(category,)), node)


def _objects(file: Path, builder: Builder) -> Iterator[tuple[Node, dict[str, Any]]]:
    for node in rows_of(file):
        if isinstance(node.value, dict) and {"id", "question"} <= node.value.keys():
            yield node, node.plain()
        else:
            builder.fault(node.fault("must be an object with id and question"))


def _truths(file: Path, answers: Path | None) -> dict[str, Any]:
    folder = file.parent
    places = [folder / answers] if answers else [folder / ANSWERS / file.name, folder.parent / ANSWERS / file.name]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        looked = " or ".join(str(place) for place in places)
        raise DatasetError(
            [Fault(str(file), 0, 0, f"its possible answers are not at {looked}; name them as `answers`")]
        )
    truths: dict[str, Any] = {}
    for node in rows_of(found):
        row = node.plain()
        if not isinstance(row, dict) or not isinstance(row.get("ground_truth"), list):
            raise DatasetError([node.fault("must be an object with id and ground_truth, a list")])
        truths[str(row.get("id"))] = row["ground_truth"]
    return truths


def _said(question: Any) -> str | None:
    """What the user says in the one turn of a question; None where there are several, or none."""
    turns = [question] if question and all(isinstance(part, dict) for part in question) else question
    if not isinstance(turns, list) or len(turns) != 1 or not isinstance(turns[0], list):
        return None
    said = [m["content"] for m in turns[0] if isinstance(m, dict) and m.get("role") == "user"]
    return said[0] if len(said) == 1 and isinstance(said[0], str) and said[0].strip() else None


def _is_turns(truth: Any) -> bool:
    """Whether an answer is one of several turns: lists of calls written as text."""
    return isinstance(truth, list) and any(not isinstance(call, dict) or len(call) != 1 for call in truth)


def _call(call: dict[str, Any], offered: dict[str, str]) -> ExpectedCall:
    ((name, arguments),) = call.items()
    values = {key: value if isinstance(value, list) else [value] for key, value in arguments.items()}
    return ExpectedCall(tool=offered.get(name, name), arguments=accept_of_bfcl(values))
