"""What each selector and caller made of the awkward tools when its version was given: (version, digest)."""

GOLDEN_TOOLS: dict[tuple[str, str], tuple[int, str]] = {
    ("caller", "replay"): (1, "2d096da62672e6eb"),
    ("caller", "similarity"): (2, "27a13d1cb4bd3db7"),
    ("selector", "all"): (2, "84a3b189ee85cf44"),
    ("selector", "always-on"): (3, "22bb149204bd01dc"),
    ("selector", "retrieved"): (3, "5aec7e76c6445153"),
    ("selector", "server-then-tool"): (3, "d43e00f5fdd9fdf5"),
}
