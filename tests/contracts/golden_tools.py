"""What each selector and caller made of the awkward tools when its version was given: (version, digest)."""

GOLDEN_TOOLS: dict[tuple[str, str], tuple[int, str]] = {
    ("caller", "replay"): (1, "2d096da62672e6eb"),
    ("caller", "similarity"): (1, "033536e094194804"),
    ("selector", "all"): (2, "84a3b189ee85cf44"),
    ("selector", "always-on"): (2, "709422c63d5f7d4f"),
    ("selector", "retrieved"): (2, "f8c3a3c1cbd5e8a2"),
    ("selector", "server-then-tool"): (2, "c8ff700d257d1f82"),
}
