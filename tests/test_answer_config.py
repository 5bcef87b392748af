"""configs/rag-answers.yaml on an endpoint, named in it as docs/answers.md says: from `ragtune sweep` to the verdict."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import ragtune
from ragtune.cli import main
from ragtune.engine.workspace import Workspace
from ragtune.study import newest
from tests.endpoint_server import EndpointServer

ROOT = Path(__file__).parent.parent
CONFIG = (ROOT / "configs" / "rag-answers.yaml").read_text(encoding="utf-8")
REFUSAL = "The passages do not answer this question."
DOCUMENTS = ("csv", "glob", "hashlib", "html", "secrets", "shlex", "sqlite3")


def written(folder):
    """A dataset of some of the quickstart's questions, each with one piece of evidence, which is its answer; by question."""
    dataset = ragtune.load_dataset("python-stdlib")
    texts = {document.id: document.text for document in dataset.documents if document.id in DOCUMENTS}
    answers, queries = {}, []
    for query in dataset.queries:
        piece = query.evidence[0]
        if len(query.evidence) == 1 and piece.document in texts and len(queries) < 8:
            answers[query.text] = texts[piece.document][piece.start : piece.end]
            evidence = {"doc": piece.document, "start": piece.start, "end": piece.end}
            queries.append(
                {"id": query.id, "text": query.text, "answers": [answers[query.text]], "evidence": [evidence]}
            )
    folder.mkdir()
    documents = [{"id": id, "text": text} for id, text in texts.items()]
    for name, rows in (("documents", documents), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return answers


def reader(answers):
    """A model that quotes the passage which holds the answer, if it was given that, and else says that none does."""

    def reply(messages):
        asked, _, question = messages[-1]["content"].rpartition("\n\nQuestion: ")
        for number, passage in re.findall(r"id=\[(\d+)\]>\n(.*?)\n</", asked, re.DOTALL):
            if answers[question] in passage:
                return answers[question] + (f" [{number}]" if "in brackets" in messages[0]["content"] else "")
        return REFUSAL

    return reply


def changed(url):
    """The file with the one line changed as the documentation shows it."""
    page = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
    ((old, new),) = re.findall(r"```diff\n-(.*)\n\+(.*)\n```", page)
    assert CONFIG.count(f"\n{old}\n") == 1 and f"\n  # {new.strip()}\n" in CONFIG
    return CONFIG.replace(f"\n{old}\n", f"\n{new}\n").replace("http://localhost:8000/v1", url)


def test_the_same_file_runs_on_an_endpoint_by_naming_it(tmp_path, capsys):
    answers = written(tmp_path / "data")
    config = tmp_path / "rag-answers.yaml"
    fewer = ["--set", "space.retriever=[bm25, dense]", "--set", "space.chunker={sentence: {size_tokens: 256}}"]
    command = ["sweep", str(config), "--workspace", str(tmp_path / "space"), "--quiet", "--set", "dataset=data", *fewer]
    with EndpointServer(reply=reader(answers)) as server:
        config.write_text(changed(server.url), encoding="utf-8")
        asked, said = [], []
        for _ in range(2):
            with pytest.raises(SystemExit) as ended:
                main(command)
            said.append(capsys.readouterr().out)
            assert ended.value.code == 0
            asked.append(len(server.requests))
        assert asked == [len({json.dumps(body) for _, body in server.requests})] * 2 and asked[0] > 100
    assert re.search(r"target support >= 0\.5: met, 0\.\d+", said[0])
    assert f"generator: chat(base_url={server.url}, model=my-model)" in said[0]
    study = newest(Workspace(tmp_path / "space"))
    scores = dict(zip(study.record["metrics"], np.moveaxis(study.scores.values, 1, 0), strict=True))
    assert not np.isnan(study.scores.values).any()
    given = scores["answer_coverage"] == 1
    assert 0.2 < given.mean() < 1 and (scores["token_f1"][given] > 0.9).all()
    assert (scores["token_f1"][~given] < 0.6).all() and (scores["support"][~given] == 0).all()
