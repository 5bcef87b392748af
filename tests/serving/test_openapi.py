"""schemathesis finds nothing in a server that runs: right, wrong and missing input, methods, tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ragtune.serving import Settings, rest
from ragtune.serving._rest import PATHS
from tests.serving.conftest import TOKEN, serving

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def check_with_schemathesis(address, folder, *options):
    """All its checks; one request at a time, as it takes being told to come again for a fault."""
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{address}/openapi.json", "--checks", "all"]
    found = subprocess.run([*command, "--no-color", *options], cwd=folder, capture_output=True, text=True, timeout=1200)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "No issues found" in found.stdout, found.stdout


WITH_TOKEN = ("--header", f"Authorization: Bearer {TOKEN}")


def test_schemathesis_finds_nothing(protected, tmp_path):
    phases = ("--phases", "examples,coverage,fuzzing")
    check_with_schemathesis(protected, tmp_path, *WITH_TOKEN, *phases, "--max-examples", "25", "--seed", "7")


@pytest.mark.torture
def test_schemathesis_finds_nothing_however_long_it_looks(protected, bundle, tmp_path):
    check_with_schemathesis(protected, tmp_path, *WITH_TOKEN, "--max-examples", "1000")
    with serving(bundle, "--rate", "0") as (_, address):
        check_with_schemathesis(address, tmp_path, "--max-examples", "1000")


def test_the_document_says_what_the_server_does(protected):
    document = httpx.get(f"{protected}/openapi.json", headers=BEARER).json()
    assert sorted({*document["paths"], "/openapi.json"}) == sorted(PATHS)
    answers = document["paths"]["/retrieve"]["post"]["responses"]
    assert sorted(answers) == [
        "200",
        "400",
        "401",
        "403",
        "408",
        "413",
        "415",
        "421",
        "422",
        "429",
        "431",
        "500",
        "503",
    ]
    assert document["paths"]["/retrieve"]["post"]["security"] == [{"token": []}]
    assert "security" not in document["paths"]["/health"]["get"]


def test_without_a_token_the_document_asks_for_none():
    import asyncio

    async def read():
        transport = httpx.ASGITransport(rest(None, Settings()).app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get("/openapi.json")).text

    assert "securitySchemes" not in json.loads(asyncio.run(read()))["components"]
