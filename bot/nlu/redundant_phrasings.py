"""Phrasings that the label model need not learn from: the others of their label say what they say. No Rasa.

Training costs the cube of the phrasings, and a message is compared with each of them. In a model of all phrasings the
coefficient that one has for its own label shows what it adds; those that add least are left out (Suykens et al.,
"Sparse approximation using least squares support vector machines", ISCAS 2000). They stay in `data/nlu/`, for readers,
and for a choice made anew: `python -m bot refit phrasings`. A phrasing that is new or changed is in no list and is
learned from. Figures: docs/decisions/0019-redundant-phrasings.md.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Sequence
from zipfile import BadZipFile

import numpy as np

from bot.errors import ModelError

PATH = Path(__file__).parent / "redundant_phrasings.npz"
#: So much of all phrasings is learned from; of a label at least this share, and this many.
LEARNED, _OF_A_LABEL, _FEWEST = 0.72, 0.4, 30


def redundant(labels: Sequence[str], own: np.ndarray) -> np.ndarray:
    """Which phrasings add least: bool, shape `(phrasings,)`.

    Args:
        labels: Of each phrasing.
        own: What each counts for its own label in a model of all of them, shape `(phrasings,)`.
    """
    names = np.asarray(labels)
    most_first = np.argsort(-own, kind="stable")
    learned = np.zeros(len(names), dtype=bool)
    for name in np.unique(names):
        of_label = most_first[names[most_first] == name]
        learned[of_label[: max(_FEWEST, int(np.ceil(_OF_A_LABEL * len(of_label))))]] = True
    others = most_first[~learned[most_first]]
    learned[others[: max(0, int(LEARNED * len(names)) - int(learned.sum()))]] = True
    return ~learned


def write(labels: Sequence[str], texts: Sequence[str], is_redundant: np.ndarray, path: Path = PATH) -> None:
    """Keeps the list: eight bytes a phrasing, no words."""
    keys = _keys(labels, texts)[is_redundant]
    np.savez_compressed(path, keys=np.sort(keys))


def learned_from(labels: Sequence[str], texts: Sequence[str], path: Path = PATH) -> np.ndarray:
    """Places of the phrasings to learn from, in their order.

    Raises:
        ModelError: The list is missing or broken.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            left_out = stored["keys"].astype(np.uint64)
    except (OSError, KeyError, ValueError, EOFError, BadZipFile):
        raise ModelError(f"{path.name} cannot be read; restore bot/nlu from the repository.") from None
    return np.flatnonzero(~np.isin(_keys(labels, texts), left_out))


def _keys(labels: Sequence[str], texts: Sequence[str]) -> np.ndarray:
    pairs = (f"{label}\n{text}".encode() for label, text in zip(labels, texts, strict=True))
    digests = (hashlib.blake2b(pair, digest_size=8).digest() for pair in pairs)
    return np.asarray([int.from_bytes(digest, "big") for digest in digests], np.uint64)
