"""`ragtune cost` on a stored study of a chat model: nobody is asked again."""

from __future__ import annotations

import json

import pytest

import ragtune
from ragtune.cli import main
from tests.endpoint_server import EndpointServer
from tests.test_answer_sweep import config, dataset, reply


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A workspace, its study, and the server that was asked."""
    folder = tmp_path_factory.mktemp("workspace")
    with EndpointServer(reply=reply) as server:
        study = ragtune.sweep(dataset(), config(server.url, model="gpt-4o-mini"), workspace=folder)
        yield folder, study, server


@pytest.fixture
def run(asked, capsys, monkeypatch):
    """Runs `ragtune cost` and gives exit code, standard output and standard error; the server must hear nothing."""
    folder, _, server = asked
    monkeypatch.setenv("NO_COLOR", "1")

    def go(*arguments: str) -> tuple[int, str, str]:
        before = len(server.requests)
        with pytest.raises(SystemExit) as caught:
            main(["cost", *arguments, "--workspace", str(folder)])
        assert len(server.requests) == before
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return go


def of(study, budget: int, *, refuses: bool) -> str:
    for entry in study.record["configurations"]:
        slots = json.dumps(entry["slots"])
        if f'"budget_tokens": {budget}}}' in slots and ("may_refuse" not in slots) is refuses:
            return str(entry["id"])
    raise AssertionError(slots)


def test_refusals_go_to_the_design_with_more_context(asked, run):
    _, study, _ = asked
    cut, whole = of(study, 1, refuses=True), of(study, 200, refuses=True)
    code, out, err = run("fallback", cut, whole, "--json")
    assert code == 0 and json.loads(out)["cost"] == "seconds", err  # nobody knows a price at this address
    assert run("fallback", cut, whole, "--cost", "usd")[0] == 2
    code, out, err = run("fallback", cut, whole, "--reader", "gpt-4o-mini", "--json")
    assert code == 0, err
    told = json.loads(out)
    point = told["frontier"]["points"][0]
    assert (told["cost"], point["share"], point["quality"]["value"]) == ("usd", 1.0, 1.0)
    each = (10 * 0.15 + 5 * 0.6) / 1e6  # tokens as the server counts them, at gpt-4o-mini's price
    assert point["cost"]["value"] == pytest.approx(2 * each)
    code, out, _ = run("fallback", cut, whole, "--cost", "tokens", "--md")
    assert code == 0 and "| refused | 100% |" in out and "rule: ask" in out


def test_a_score_must_be_one_that_an_app_can_know(asked, run):
    _, study, _ = asked
    cut, whole = of(study, 1, refuses=True), of(study, 200, refuses=True)
    code, _, err = run("fallback", cut, whole, "--score", "exact_match")
    assert code == 2 and "without the truth" in err and "k_precision" in err
    code, out, err = run("fallback", cut, whole, "--score", "k_precision", "--below", "0.9", "--json")
    assert code == 0 and json.loads(out)["below"] == 0.9, err
    assert run("fallback", cut, cut)[0] == 2
    assert run("fallback", cut, whole, "--below", "1")[0] == 2


def test_prompts_are_written_anew_and_priced(asked, run):
    _, study, _ = asked
    whole = of(study, 200, refuses=True)
    code, out, err = run("prompts", whole, "--json")
    assert code == 0, err
    layout = json.loads(out)["layouts"][0]
    assert layout["model"] == "gpt-4o-mini" and layout["prompts"] == 5 and layout["cached"] == 0
    assert layout["shared"] > 20 and layout["usd_per_1k"] is None
    layout = json.loads(run("prompts", whole, "--model", "gpt-4o-mini", "--json")[1])["layouts"][0]
    assert layout["usd_per_1k"] == pytest.approx(layout["tokens"] * 0.15e-3, rel=1e-3)
    assert run("prompts", whole, "--model", "nobody-knows-it")[1].count("unknown") >= 3


def test_prompts_of_a_file(run, tmp_path):
    rows = [[{"role": "system", "content": " apple" * 1200}, {"role": "user", "content": str(i)}] for i in range(4)]
    file = tmp_path / "prompts.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    code, out, _ = run("prompts", str(file), "--model", "gpt-4o-mini", "--json")
    layout = json.loads(out)["layouts"][0]
    assert code == 0 and layout["cached"] == 864 and layout["saved"] == pytest.approx(864 / 1201 / 2)
    file.write_text('"fine"\n{"x": 1}\n[3]\n')
    code, _, err = run("prompts", str(file))
    assert code == 2 and ":2:" in err and ":3:" in err


def test_throughput_of_what_was_measured(asked, run):
    _, study, _ = asked
    whole = of(study, 200, refuses=True)
    code, out, err = run("throughput", whole, "--concurrency", "4", "--rpm", "60", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["per_second"] == 1.0 and told["requests"] == 5 and "Little" in told["assumption"]
    assert "requests a second" in run("throughput", whole, "--concurrency", "4")[1]
