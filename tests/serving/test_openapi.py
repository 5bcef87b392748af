"""schemathesis finds nothing in a server that runs: right, wrong and missing input, methods, tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx

from ragtune.serving import Settings, rest
from ragtune.serving._rest import PATHS
from tests.serving.conftest import TOKEN

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_schemathesis_finds_nothing(protected, tmp_path):
    command = Path(sys.executable).parent / "schemathesis"
    found = subprocess.run(
        [command, "run", f"{protected}/openapi.json", "--header", f"Authorization: Bearer {TOKEN}", "--checks", "all",
         "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--seed", "7", "--no-color"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    assert "No issues found" in found.stdout, found.stdout


def test_the_document_says_what_the_server_does(protected):
    document = httpx.get(f"{protected}/openapi.json", headers=BEARER).json()
    assert sorted({*document["paths"], "/openapi.json"}) == sorted(PATHS)
    answers = document["paths"]["/retrieve"]["post"]["responses"]
    assert sorted(answers) == ["200", "400", "401", "403", "408", "413", "415", "421", "422", "429", "431", "503"]
    assert document["paths"]["/retrieve"]["post"]["security"] == [{"token": []}]
    assert "security" not in document["paths"]["/health"]["get"]


def test_without_a_token_the_document_asks_for_none():
    import asyncio

    async def read():
        transport = httpx.ASGITransport(rest(None, Settings()).app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get("/openapi.json")).text

    assert "securitySchemes" not in json.loads(asyncio.run(read()))["components"]
