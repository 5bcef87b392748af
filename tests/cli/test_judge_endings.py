"""How `ragtune judge calibrate` ends when a judge does not do its work."""

from __future__ import annotations

import json
import os

import pytest

from ragtune.cli import main
from tests.calibrating.test_probes import N, honest, labels
from tests.endpoint_server import EndpointServer


def run(tmp_path, server, *more):
    rows = [
        {"id": i.id, "query": i.query, "answer": i.answer, "passages": i.passages, "label": i.label}
        for i in labels().items
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)))
    judge = f"claim_support(model=test, base_url={server.url}, backoff_s=0.002, max_retries=1, api_key_env=CANARY)"
    place = ("--workspace", str(tmp_path / "space"), "--probes", "0", "--draws", "1", "--json")
    with pytest.raises(SystemExit) as ended:
        main(["judge", "calibrate", str(tmp_path / "labels.jsonl"), "--metric", judge, *place, *more])
    return ended.value.code


def test_ends_tell_whole_partial_and_nothing_apart(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CANARY", "sk-canary-4711")

    def sometimes(messages):
        return "no" if "number 4 " in messages[-1]["content"] else honest(messages)

    with EndpointServer(reply=lambda _: "no") as server:
        assert run(tmp_path, server) == 1
        server.reply = sometimes
        assert run(tmp_path, server, "--metric", "k_precision") == 3
        out, err = capsys.readouterr()
        assert "not JSON" in err
        server.reply = honest
        asked = len(server.requests)
        assert run(tmp_path, server) == 0
        assert len(server.requests) == asked + 1  # the one that had failed, and no other
        (found,) = json.loads(capsys.readouterr().out)["calibrations"]
        assert found["scored"] == N and server.authorizations == {"Bearer sk-canary-4711"}
    held = b"".join((tmp_path / folder / name).read_bytes() for folder, _, names in os.walk(tmp_path) for name in names)
    assert held and b"sk-canary-4711" not in held and "sk-canary-4711" not in out + err
