"""How long `ragtune --help` and `import ragtune` take, against bare Python in the same run."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.common import conclude

ROUNDS = 15
BARS = {"--help": (12.0, 0.5), "import": (5.0, 0.15)}
"""What is timed -> greatest ratio to bare Python, and greatest seconds."""
COMMANDS = {
    "bare": ["-c", "pass"],
    "--help": ["-c", "import sys; sys.argv = ['ragtune', '--help']; from ragtune.cli import main; main()"],
    "import": ["-c", "import ragtune"],
}


def main() -> None:
    """Take turns; compare the fastest of each."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            seconds[name].append(time.perf_counter() - began)
    best = {name: min(values) for name, values in seconds.items()}
    passed = True
    for name, (ratio, most) in BARS.items():
        print(f"{name}: {best[name]:.3f} s, {best[name] / best['bare']:.1f} x bare Python (bar {ratio} x, {most} s)")
        passed &= best[name] / best["bare"] <= ratio and best[name] <= most
    told = ", ".join(f"{name} {best[name] / best['bare']:.1f} x" for name in BARS)
    conclude(f"startup: {told} bare Python", passed=passed)


if __name__ == "__main__":
    main()
