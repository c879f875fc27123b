"""Whole conversations that the context layer learns from: `data/risk/conversations/` and `data/everyday/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, List, Mapping, Tuple

from bot.errors import ContentError
from bot.safety.signals import RISK_DIR

CONVERSATIONS_DIR = RISK_DIR / "conversations"
#: Everyday talk after an answer, read elsewhere for what each message does. Nobody in it is at risk.
EVERYDAY_DIR = RISK_DIR.parent / "everyday"
#: No message tells it; the last of several completes it.
IN_PIECES = "in_pieces"
#: One message tells it, after talk of something else.
AT_ONCE = "at_once"


@dataclass(frozen=True)
class Conversation:
    """One person's messages.

    Attributes:
        completes_at: Place of the message at which a careful reader is sure of a risk; None in a quiet conversation.
        told: IN_PIECES or AT_ONCE; None in a quiet conversation.
    """

    id: str
    turns: Tuple[str, ...]
    completes_at: int | None
    told: str | None

    @property
    def judged(self) -> Iterator[Tuple[int, bool]]:
        """(place, whether a risk is told by then) of every message behind the first of which that is certain.

        Of what is told in pieces nobody can say at which piece one should have known, and after the risk a card is
        what is talked of.
        """
        end = len(self.turns) - 1 if self.completes_at is None else self.completes_at
        for place in range(1, end + 1):
            is_told = place == self.completes_at
            if is_told or self.told != IN_PIECES:
                yield place, is_told


def load_conversations(folder: Path = CONVERSATIONS_DIR) -> List[Conversation]:
    """Reads every conversation of the folder.

    Raises:
        ContentError: A line lacks a field, or its risk is told at no message of it.
    """
    return [
        _conversation(path, json.loads(line))
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def load_everyday_talk(folder: Path = EVERYDAY_DIR) -> List[Conversation]:
    """Reads every conversation of everyday talk: all of it is quiet."""
    return [
        Conversation(f"{path.stem} {place}", tuple(said["says"] for said in json.loads(line)["messages"]), None, None)
        for path in sorted(folder.glob("*.jsonl"))
        for place, line in enumerate(path.read_text(encoding="utf-8").splitlines())
        if line.strip()
    ]


def _conversation(path: Path, row: Mapping[str, Any]) -> Conversation:
    try:
        found = Conversation(row["id"], tuple(row["turns"]), row["completes_at"], row.get("told"))
    except KeyError as error:
        raise ContentError(f"{path.name}: conversation {row.get('id')} has no {error}.") from None
    at, told = found.completes_at, found.told
    if (at is None) != (told is None) or told not in (None, IN_PIECES, AT_ONCE):
        raise ContentError(f"{path.name}: {found.id} is told '{told}' and completes at {at}; see data/risk/README.md.")
    if at is not None and not 0 <= at < len(found.turns):
        raise ContentError(f"{path.name}: {found.id} completes at {at}, but it has {len(found.turns)} messages.")
    return found
