"""The Berkeley Function-Calling Leaderboard's questions and possible answers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ragtune.caseformats import CaseFormat, Reading
from ragtune.caseformats._bfcl_files import is_questions, question_files, read_questions
from ragtune.caseformats._query_rows import read_query_rows
from ragtune.caseformats._rows import first_row
from ragtune.component import register


@register
class Bfcl(CaseFormat):
    """`BFCL_v4_<category>.json` {id, question: [[{role, content}]], function: […]} and its possible answers, or a folder.

    The answers {id, ground_truth: [{name: {parameter: [acceptable values]}}]} are in the file `answers`, or under the
    same name in `possible_answer` beside the questions or a folder further up. Rows of an irrelevance category need
    none: nothing should be called. The functions of a row are the tools offered; `load_bfcl_tools` reads them, with the
    id `name`, or `name#hash` where the name has had another definition before. The category becomes a tag. What users
    say is the query; conversations of several turns, and rows of which any call is right, are left out and counted.
    `queries.jsonl` of rows with `acceptable` is read too. BFCL's answers hold values that BFCL's own schemas refuse, so
    they are trusted unless `arguments: check` is given.

    Source: berkeley-function-call-leaderboard/bfcl_eval/data, github.com/ShishirPatil/gorilla (Patil et al., "The
    Berkeley Function Calling Leaderboard (BFCL)", ICML 2025).
    """

    arguments: Literal["check", "trust"] = "trust"
    answers: Path | None = None
    """The file of possible answers, relative to the questions' folder."""

    def reading(self, path: Path) -> Reading:
        """The cases in the order of the files."""
        if "candidate_tools" in first_row(path):
            return read_query_rows(path)
        return read_questions(path, self.answers)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Rows with a question and functions, a folder of such files, or rows with possible answers."""
        row = first_row(path)
        return ("candidate_tools" in row and "any_call" in row) or any(map(is_questions, question_files(path)))
