"""What helped, by how much, on which data: pairs of configurations that are alike but for one thing, from all studies."""

from __future__ import annotations

from ragtune.techniques._techniques import Technique, techniques

__all__ = ["Technique", "techniques"]
