"""A hundred texts that run a script wherever a page takes them for markup, code or an address."""

from __future__ import annotations

_RUN = "window.caught=(window.caught||0)+1"
_VECTORS = (
    f"<script>{_RUN}</script>",
    f'<img src="x" onerror="{_RUN}">',
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f'<iframe src="javascript:parent.{_RUN}"></iframe>',
    f'<a href="javascript:{_RUN}">x</a>',
    f"javascript:{_RUN}",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<input autofocus onfocus={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<body onload={_RUN}>",
    f'<object data="javascript:{_RUN}"></object>',
    f"<style>@import 'javascript:{_RUN}'</style>",
    f"<math><mtext></table><style><img src onerror={_RUN}>",
    f"<template><script>{_RUN}</script></template>",
    f'<meta http-equiv="refresh" content="0;url=javascript:{_RUN}">',
    f"${{{_RUN}}}",
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"');{_RUN};//",
)
_BEFORE = ("", '"><', "</script>", "]]>\u2028-->", "</title></style></textarea></noscript>'>")

PAYLOADS = tuple(before + vector for before in _BEFORE for vector in _VECTORS)
assert len(PAYLOADS) == len(set(PAYLOADS)) == 100


class Sayer:
    """Gives a payload for each text in turn, so that every kind of text is each of them in some page."""

    def __init__(self, first: int) -> None:
        self.at = first

    def __call__(self, text: str) -> str:
        self.at += 1
        return PAYLOADS[self.at % len(PAYLOADS)]
