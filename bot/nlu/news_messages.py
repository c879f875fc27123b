"""What people write on after a crisis card, labelled with what it changes: `data/news/*.yml`, `data/emergencies/*.yml`.

A story names what brought the card, as in `data/cases/`; each of its `news` says what this person may write later, and
its `kind`: one of `bot.nlu.news.News` (in an emergency one of `Help`), or "quiet" where it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, List, Mapping, Type

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.nlu.case_messages import Case, case_of, read_stories
from bot.nlu.news import QUIET, Help, News

NEWS_DIR = DATA_DIR / "news"
EMERGENCIES_DIR = DATA_DIR / "emergencies"


@dataclass(frozen=True)
class NewsMessage:
    """One message some time after a card.

    Attributes:
        story: Its story's number; the messages of a story are one person's.
        case: What the card was given for; where it took the wrong person, for that person.
        opening: The message for which the card was given.
        kind: What it changes, a value of `News` or `Help`; `QUIET` where that is nothing.
    """

    story: int
    case: Case
    opening: str
    text: str
    kind: str


def load_news(folder: Path = NEWS_DIR, kinds: Type[Enum] = News) -> List[NewsMessage]:
    """Reads every file, in the order of their names.

    Args:
        folder: Holds the files.
        kinds: What a line may change, beside "quiet".

    Raises:
        ContentError: A file or a value cannot be read; the message names the file and the opening.
    """
    stories = [(path.name, story) for path in sorted(folder.glob("*.yml")) for story in read_stories(path)]
    numbered = enumerate(stories)
    return [message for number, (file, story) in numbered for message in _messages(file, number, story, kinds)]


def load_help(folder: Path = EMERGENCIES_DIR) -> List[NewsMessage]:
    """What is written in open emergencies; errors as of `load_news`."""
    return load_news(folder, Help)


def _messages(file: str, number: int, story: Mapping[str, Any], kinds: Type[Enum]) -> List[NewsMessage]:
    try:
        case = case_of(story["category"], story["speaker"], story["audience"])
        said = [(str(one["says"]), _kind(one["kind"], kinds)) for one in story["news"]]
    except (KeyError, TypeError, ValueError) as error:
        opening = story.get("opening") if isinstance(story, dict) else story
        raise ContentError(f"{file}, {str(opening)[:40]!r}: {error} is missing or not known.") from None
    return [NewsMessage(number, case, str(story["opening"]), text, kind) for text, kind in said]


def _kind(name: str, kinds: Type[Enum]) -> str:
    return name if name == QUIET else str(kinds(name).value)
