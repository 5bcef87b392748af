"""The file itself: complete, closed to the outside, and safe whatever the texts in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from ragtune.report import html
from ragtune.report._html import LIMIT, in_script
from tests.report.made_up import cells, gathered

TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>&\"'`/!-\u2028\u2029\ud800\udfff")), max_size=40)


class Parts(HTMLParser):
    """Elements, attributes, and the content of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.content, self._in = [], {}, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in = (tag, dict(attrs).get("id", "")) if tag in ("script", "style") else None

    def handle_data(self, data):
        if self._in:
            self.content[self._in] = self.content.get(self._in, "") + data

    def handle_endtag(self, tag):
        self._in = None


def hashed(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_admits_this_script_and_this_style_and_nothing_else():
    found = Parts(html(gathered()))
    policy = next(a["content"] for tag, a in found.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src {hashed(found.content['script', ''])}",
        f"style-src {hashed(found.content['style', ''])}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_nothing_is_loaded_from_anywhere_and_no_element_acts_by_itself():
    page = html(gathered())
    found = Parts(page)
    for tag, attributes in found.elements:
        assert tag not in {"iframe", "object", "embed", "base", "img", "form"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in {"src", "href"}:
                assert value.startswith(("#", "data:,"))
    script = found.content["script", ""]
    parses = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(")
    for never in (*parses, "fetch(", "XMLHttp", "import("):
        assert never not in script
    assert re.findall(r"https?://[^\s\"']+", script) == ["http://www.w3.org/2000/svg"]
    assert "http" not in found.content["style", ""]


@settings(max_examples=50)
@given(TEXTS)
def test_data_come_back_as_they_were_and_cannot_leave_their_block(text):
    written = in_script({text: [text]})
    assert not set("<>&\u2028\u2029") & set(written)
    written.encode()  # no half letters
    assert json.loads(written) == {text: [text]}


@settings(max_examples=15)
@given(TEXTS)
def test_no_text_makes_an_element(text):
    quiet, loud = Parts(html(gathered(6, 4))), Parts(html(gathered(6, 4, say=lambda _: text)))
    assert [tag for tag, _ in quiet.elements] == [tag for tag, _ in loud.elements]


def test_what_is_too_large_is_left_out_until_it_fits():
    data = gathered(6, 40)
    big = data["pages"]["0"]["documents"][0] | {"parts": [{"start": 0, "text": "x" * 400_000}]}
    data["pages"] = {str(i): data["pages"]["0"] | {"documents": [big]} for i in range(40)}
    page = html(data)
    kept = json.loads(Parts(page).content["script", "data"])["pages"]
    assert len(kept) == 10  # 40 and 20 do not fit
    assert len(page.encode()) < LIMIT + 200_000
    assert "The documents of 10 queries are in this file" in page


def test_a_thousand_designs_on_three_hundred_queries_are_small():
    assert len(html(gathered(1000, 300)).encode()) < 2_000_000


def test_cells_are_bytes():
    import numpy as np

    assert len(base64.b64decode(cells(np.random.default_rng(0), 3, 5))) == 15
