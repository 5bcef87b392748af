"""Which call was made for which expected one: at least cost, never the first that fits."""

from __future__ import annotations

from collections.abc import Sequence

Costs = Sequence[Sequence[int]]
"""Cost of judging the j-th call made as the i-th expected."""
Pairs = list[tuple[int, int]]
_FAR = 1 << 80


def assign(costs: Costs) -> Pairs:
    """Pairs of least total cost, in any order; all of the shorter side are paired.

    The Hungarian method with potentials, in cubic time.

    Source: Kuhn (1955), The Hungarian method for the assignment problem; Jonker & Volgenant (1987).
    """
    if not costs or not costs[0]:
        return []
    if len(costs) > len(costs[0]):
        return sorted((i, j) for j, i in assign(list(zip(*costs, strict=True))))
    rows, columns = len(costs), len(costs[0])
    of_row, of_column = [0] * (rows + 1), [0] * (columns + 1)
    owner = [0] * (columns + 1)  # column -> row, from 1; column 0 holds the row being placed
    for row in range(1, rows + 1):
        owner[0] = row
        _place(costs, of_row, of_column, owner)
    return sorted((owner[j] - 1, j - 1) for j in range(1, columns + 1) if owner[j])


def _place(costs: Costs, of_row: list[int], of_column: list[int], owner: list[int]) -> None:
    """Find room for the row in `owner[0]` along the cheapest chain of others that move."""
    columns = len(owner) - 1
    slack, came_from, done = [_FAR] * (columns + 1), [0] * (columns + 1), [False] * (columns + 1)
    column = 0
    while owner[column]:
        done[column] = True
        row, least, following = owner[column], _FAR, 0
        for j in range(1, columns + 1):
            if done[j]:
                continue
            reduced = costs[row - 1][j - 1] - of_row[row] - of_column[j]
            if reduced < slack[j]:
                slack[j], came_from[j] = reduced, column
            if slack[j] < least:
                least, following = slack[j], j
        for j in range(columns + 1):
            if done[j]:
                of_row[owner[j]] += least
                of_column[j] -= least
            else:
                slack[j] -= least
        column = following
    while column:
        owner[column] = owner[came_from[column]]
        column = came_from[column]


def align(costs: Costs, skip_expected: int, skip_called: int) -> Pairs:
    """Pairs of least total cost that keep both orders; what is in no pair was left out, or is too much."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            ways = []
            if i < rows and j < columns:
                ways.append(costs[i][j] + best[i + 1][j + 1])
            if i < rows:
                ways.append(skip_expected + best[i + 1][j])
            if j < columns:
                ways.append(skip_called + best[i][j + 1])
            best[i][j] = min(ways, default=0)
    found, i, j = [], 0, 0
    while i < rows and j < columns:
        if best[i][j] == costs[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == skip_expected + best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found
