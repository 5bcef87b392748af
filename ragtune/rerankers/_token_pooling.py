"""Fewer vectors for a text: those of tokens that say nearly the same become one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pooled(vectors: NDArray[np.float32], tokens_per_vector: int) -> NDArray[np.float32]:
    """The means of clusters of (n_tokens, dim) directions, about `tokens_per_vector` in each, by Ward's method.

    Clusters come in the order of their first tokens. Source: token pooling (Clavié, Chaffin & Adams 2024).
    """
    wanted = -(-len(vectors) // tokens_per_vector)
    if wanted == len(vectors):
        return vectors
    from scipy.cluster.hierarchy import fcluster, linkage

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.where(lengths > 0, lengths, 1)
    cluster = fcluster(linkage(directions, "ward"), wanted, "maxclust")
    _, first, which = np.unique(cluster, return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))[which]
    counts = np.bincount(place)
    order = np.argsort(place, kind="stable")
    sums = np.add.reduceat(directions[order], np.cumsum(counts) - counts, axis=0)
    means: NDArray[np.float32] = (sums / counts[:, None]).astype(np.float32)
    return means
