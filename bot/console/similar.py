"""Groups questions that mean nearly the same. Pure, given their embeddings."""

from __future__ import annotations

from typing import Any, List, Sequence

#: Cosine similarity from which two questions share a group.
SAME = 0.62


def group(rows: Any, same: float = SAME) -> List[List[int]]:
    """Greedy groups: each question joins the first group whose first member is near enough.

    Args:
        rows: `float32`, shape `(n, dim)`, rows of unit length.
        same: Cosine similarity, in [-1, 1].

    Returns:
        Lists of row numbers, largest group first.
    """
    groups: List[List[int]] = []
    for number in range(len(rows)):
        best = max(groups, key=lambda members: float(rows[members[0]] @ rows[number]), default=None)
        if best is not None and float(rows[best[0]] @ rows[number]) >= same:
            best.append(number)
        else:
            groups.append([number])
    return sorted(groups, key=len, reverse=True)


def group_texts(texts: Sequence[str]) -> List[List[int]]:
    """Like `group`, from the texts."""
    from bot.text.encoder import get_encoder

    return group(get_encoder().encode(list(texts))) if texts else []
