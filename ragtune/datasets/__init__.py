"""Datasets: documents, queries and the evidence that answers them, read from one of several formats.

A format is a component of the kind `dataset`: one class in one file of this package, named by its file.
"""

from __future__ import annotations

from ragtune.datasets._dataset import Dataset, DatasetFormat
from ragtune.datasets._locating import load_dataset, locate, locate_bundled
from ragtune.datasets._summary import Summary, summarise

__all__ = ["Dataset", "DatasetFormat", "Summary", "load_dataset", "locate", "locate_bundled", "summarise"]
