"""Everyday conversations, each message labelled with what it does and which answer serves it: `data/everyday/*.jsonl`.

Nobody is at risk in them. A line is one person's messages: `says`; `does`, one of `Does`; `answers`, the faq ids that
serve at this place, best first, none where no answer of ours does; and `small`, ids of the small answers that do
(`bot/content/small_answers.py`), where there are any.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Iterator, List, Mapping, Tuple

from bot.config import DATA_DIR
from bot.errors import ContentError

EVERYDAY_DIR = DATA_DIR / "everyday"
_AUDIENCES = ("child", "parent", "professional")


class Does(str, Enum):
    """What a message does in an everyday conversation.

    ASKS: It asks, be it in two words ("and on the ipad").
    DETAIL: It tells a detail that is neither good nor bad.
    GOOD_NEWS: It worked, all is well, they made up.
    SETBACK: It did not work, somebody said no: an ordinary setback.
    FEELING: How somebody feels about it.
    OBJECTION: It disagrees with what was said, or says that it missed the point.
    PLAN: What they will do.
    SHORT: A short reaction ("ok", "hm").
    THANKS: It thanks.
    """

    ASKS = "asks"
    DETAIL = "detail"
    GOOD_NEWS = "good_news"
    SETBACK = "setback"
    FEELING = "feeling"
    OBJECTION = "objection"
    PLAN = "plan"
    SHORT = "short"
    THANKS = "thanks"


@dataclass(frozen=True)
class EverydayMessage:
    """One message that follows an answer.

    Attributes:
        story: Its conversation's number.
        audience: child, parent or professional.
        opening: The newest message before it that has an answer.
        answered: The faq id of that answer.
        answers: Faq ids that serve it, best first; empty where none does.
        small: Ids of the small answers that serve it.
    """

    story: int
    audience: str
    opening: str
    answered: str
    text: str
    does: Does
    answers: Tuple[str, ...]
    small: Tuple[str, ...] = ()


def load_everyday_messages(folder: Path = EVERYDAY_DIR) -> List[EverydayMessage]:
    """Reads every message that follows an answer, in the order of the files' names.

    Raises:
        ContentError: A line is no JSON, lacks a field or has a value that is not known; the message names its place.
    """
    return [
        message for number, (place, row) in enumerate(_rows(folder)) for message in _messages(place, number, row)
    ]


def load_everyday_turns(folder: Path = EVERYDAY_DIR) -> List[List[str]]:
    """The texts of every conversation; errors as of `load_everyday_messages`."""
    return [[str(one["says"]) for one in row["messages"]] for _, row in _rows(folder)]


def _rows(folder: Path) -> Iterator[Tuple[str, Mapping[str, Any]]]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                yield f"{path.name} line {number}", _row(line, f"{path.name} line {number}")


def _row(line: str, place: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
        if row["audience"] not in _AUDIENCES or not row["messages"]:
            raise KeyError("audience")
        return dict(row)
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{place}: {error} is missing or not known; see bot/nlu/everyday_messages.py.") from None


def _messages(place: str, story: int, row: Mapping[str, Any]) -> Iterator[EverydayMessage]:
    opening, answered = "", ""
    try:
        for one in row["messages"]:
            text, does, answers = str(one["says"]), Does(one["does"]), tuple(map(str, one["answers"]))
            if answered:
                small = tuple(map(str, one.get("small", ())))
                yield EverydayMessage(story, row["audience"], opening, answered, text, does, answers, small)
            if answers:
                opening, answered = text, answers[0]
    except (ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{place}: {error} is missing or not known; see bot/nlu/everyday_messages.py.") from None
