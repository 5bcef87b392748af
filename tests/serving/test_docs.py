"""The clients in the docs run against servers that run."""

from __future__ import annotations

import re

from tests.serving.conftest import ROOT, serving

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "serving.md").read_text(encoding="utf-8"), re.DOTALL)


def run(block, monkeypatch, capsys, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    exec(compile(block, "serving.md", "exec"), {})
    return capsys.readouterr().out.splitlines()[0]


def test_the_rest_client_of_the_docs(protected, monkeypatch, capsys):
    from tests.serving.conftest import TOKEN

    said = run(BLOCKS[0], monkeypatch, capsys, RAGTUNE_URL=protected, RAGTUNE_TOKEN=TOKEN)
    assert said.endswith("bee The bee makes honey.")


def test_the_mcp_client_of_the_docs(bundle, monkeypatch, capsys):
    with serving(bundle, "--mcp", "--transport", "http") as (_, address):
        assert run(BLOCKS[1], monkeypatch, capsys, RAGTUNE_MCP_URL=f"{address}/mcp") == "bee The bee makes honey."
