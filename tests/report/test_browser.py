"""The page in a real browser: drawn, usable, silent, and proof against texts that want to be scripts."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from ragtune import Dataset, Document, Evidence, Query, sweep
from ragtune.engine.workspace import Workspace
from ragtune.report import gather, html
from tests.report.made_up import gathered
from tests.report.payloads import PAYLOADS, Sayer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(os.environ.get("RAGTUNE_AXE") or "node_modules/axe-core/axe.min.js")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

if CHROMIUM is None:
    pytest.skip("there is no chromium on this machine", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens gathered data as a file; afterwards there was no request, and nothing on the console."""
    contexts, said = [], []

    def opened(data, where="", *, silent=True, **settings):
        path = tmp_path / "report.html"
        path.write_bytes(html(data).encode())
        context = (
            browser.new_context(viewport=WIDE, **settings)
            if "viewport" not in settings
            else browser.new_context(**settings)
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "request",
            lambda r: said.append(f"request {r.url}") if r.url.split("#")[0] not in (path.as_uri(), "data:,") else None,
        )
        if silent:
            page.on("console", lambda message: said.append(f"{message.type} {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error {error}"))
        page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
        page.goto(path.as_uri() + where)
        page.wait_for_selector("html[data-drawn]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def rows(page, part):
    return page.locator(f"#{part} .table tbody tr")


def test_everything_is_drawn(opened):
    page = opened(gathered())
    assert page.locator("h1:visible").inner_text() == "There is a better design."
    assert rows(page, "leaderboard").count() == 25
    assert page.locator("#tradeoffs .points circle").count() + page.locator("#tradeoffs .points path").count() >= 40
    assert page.locator("#parallel path.line.pick").get_attribute("d").startswith("M")
    assert page.locator("#knobs .whisker").count() == 2
    assert page.locator("#losses .bar").count() == 4
    assert page.locator("#latency .dot, #latency .hollow").count() == 2
    assert page.locator(".absent").count() == 0
    colours = page.evaluate(
        """() => { const c = document.querySelector("#heat canvas");
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; const found = new Set();
        for (let k = 0; k < d.length; k += 400) found.add(d[k] * 65536 + d[k + 1] * 256 + d[k + 2]); return found.size; }"""
    )
    assert colours > 20


def test_parts_that_cannot_be_had_say_why(opened):
    data = gathered(6, 4) | {"effects": [], "losses": [], "latency": [], "pages": {}, "heat": None, "targets": []}
    data["absent"] = {"losses": "The workspace has gone."}
    page = opened(data)
    assert page.locator("#losses .absent").inner_text() == "The workspace has gone."
    for part in ("knobs", "latency", "heat", "targets"):
        assert page.locator(f"#{part} .absent").count() == 1


def test_filters_sort_and_pages_work_and_the_charts_follow(opened):
    page = opened(gathered())
    status = page.locator("#leaderboard .status")
    assert status.inner_text() == "1–25 of 40"
    page.get_by_role("button", name="Next").first.click()
    assert status.inner_text() == "26–40 of 40"
    page.get_by_role("searchbox").first.fill("tokens dense")
    assert rows(page, "leaderboard").count() == 7  # every sixth of 40
    assert page.locator("#tradeoffs .points .dim").count() == 33
    assert "7 designs of 40 match" in page.locator("#leaderboard .note").inner_text()
    page.get_by_role("button", name="Clear filters").click()
    assert page.locator("#tradeoffs .points .dim").count() == 0
    page.get_by_label("Tied with the best").check()
    assert rows(page, "leaderboard").count() == 3
    page.get_by_role("button", name="Clear filters").click()
    latency = page.locator("#leaderboard").get_by_role("button", name="p95 latency, ms")
    latency.click()
    shown = [float(text) for text in page.locator("#leaderboard tbody td:last-child").all_inner_texts()]
    assert shown == sorted(shown)
    assert page.locator("#leaderboard th[aria-sort=ascending]").count() == 1
    value = page.get_by_role("button", name="chunker: tokens")
    value.focus()
    page.keyboard.press("Enter")
    assert status.inner_text() == "1–20 of 20"
    assert page.locator("[data-axis]:focus").get_attribute("aria-pressed") == "true"


def test_a_keyboard_reaches_designs_and_queries(opened):
    page = opened(gathered())
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the report"
    page.locator("#tradeoffs .plot").focus()
    page.keyboard.press("ArrowRight")
    assert "p95 latency" in page.locator("#live").inner_text()
    page.keyboard.press("Enter")
    assert page.locator("#detail h1").inner_text() != ""
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.go_back()
    page.locator("#heat .heat").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#heat .cursor").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#detail h1").inner_text() == "What is 1?"


def test_a_query_s_page_marks_chunks_context_and_gold(opened):
    page = opened(gathered(), "#/query/0")
    assert page.locator("mark").all_inner_texts()[1:] == ["Gree", "n tea"]  # the first is the legend's
    assert page.locator(".document .cut").all_inner_texts() == ["|2", "|–"]
    assert page.locator(".document .packed").all_inner_texts() == ["The kettle boils. 😀 ", "Gree"]
    assert "over budget" in page.locator("#detail table").inner_text()
    page.get_by_role("radio", name="baseline").check()
    page.get_by_role("link", name="All queries").click()
    page.wait_for_selector("#overview", state="visible")
    page.evaluate("location.hash = '#/query/5'")
    page.wait_for_selector("#detail .absent")
    assert "not in this file" in page.locator("#detail .absent").inner_text()
    page.evaluate("location.hash = '#/query/999'")
    page.wait_for_selector("#overview", state="visible")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_is_wider_than_the_screen(opened, scheme, viewport):
    for where in ("", "#/query/0", "#/design/3"):
        page = opened(gathered(), where, viewport=viewport, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("bypass", [False, True], ids=["csp on", "csp off"])
def test_a_hundred_payloads_never_run(opened, bypass):
    for first in range(0, len(PAYLOADS), 25):
        # Each page says some 150 texts: every payload is in every page, and over the pages in many places.
        page = opened(gathered(7, 4, say=Sayer(first)), bypass_csp=bypass, silent=False)
        for box in page.locator("#leaderboard select, #tradeoffs select").all():
            box.select_option(index=1)
        page.get_by_role("button", name="Clear filters").click()
        for part in ("#tradeoffs .plot", "#parallel .plot", "#heat .heat"):
            page.locator(part).hover()
        for where in ("#/query/0", "#/query/1", "#/query/3", "#/design/0", "#/design/3"):
            page.evaluate(f"location.hash = '{where}'")
            page.wait_for_selector("#detail h1")
        page.wait_for_timeout(50)
        assert page.evaluate("window.caught || 0") == 0
        texts = page.evaluate("JSON.parse(document.getElementById('data').textContent).queries.text")
        assert all(text in PAYLOADS for text in texts)


def hostile():
    """Every text that a user can put into a dataset or a configuration is a payload."""
    documents = tuple(Document(f"d{i}{p}", f"{p} one {p}", p, {"x": p}) for i, p in enumerate(PAYLOADS[::5]))
    queries = tuple(
        Query(f"q{i}{p}", f"{p} one", (Evidence(documents[i].id, 0, len(p)),), (p,), (p,))
        for i, p in enumerate(PAYLOADS[:8])
    )
    return Dataset(PAYLOADS[41], documents, queries, {})


@pytest.mark.parametrize("bypass", [False, True], ids=["csp on", "csp off"])
def test_a_hostile_dataset_stays_text(opened, tmp_path, bypass):
    config = {"name": PAYLOADS[1], "space": {"chunker": "whole-document", "retriever": ["bm25", "bm25(k1=0.5)"]}}
    study = sweep(
        hostile(), {**config, "baseline": {"chunker": "whole-document", "retriever": "bm25"}}, workspace=tmp_path / "w"
    )
    data = gather(study, Workspace(tmp_path / "w"))
    page = opened(data, bypass_csp=bypass, silent=False)
    for i in range(8):
        page.evaluate(f"location.hash = '#/query/{i}'")
        page.wait_for_selector(f"#detail code.id:has-text('d{i}')")
        assert PAYLOADS[5 * i].split()[0] in page.locator("#detail .text").inner_text()
    assert page.evaluate("window.caught || 0") == 0


def test_the_policy_stops_what_a_mistake_would_let_in(opened):
    page = opened(gathered(6, 4), silent=False)
    assert page.evaluate(
        """() => { const s = document.createElement("script"); s.textContent = "window.caught = 1";
        document.body.append(s); return window.caught || 0; }"""
    ) == 0  # fmt: skip


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here; RAGTUNE_AXE names its axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing_serious(opened, scheme, viewport):
    for where in ("", "#/query/0", "#/design/3"):
        page = opened(gathered(), where, viewport=viewport, color_scheme=scheme)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run(document)).violations")
        told = [(v["id"], v["impact"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
        assert [one for one in told if one[1] in ("serious", "critical")] == []


def test_a_large_study_opens_in_three_seconds(opened):
    data = gathered(1000, 300)
    page = opened(data)
    page.set_default_timeout(30_000)
    began = time.perf_counter()
    page.reload()
    page.wait_for_selector("html[data-drawn]")
    page.locator("#heat canvas").scroll_into_view_if_needed()
    assert time.perf_counter() - began < 3
