"""Benchmarks: `python -m benchmarks.NAME` prints its figure last, and exits 1 when it misses its bar."""
