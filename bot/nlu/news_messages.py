"""What people write on after a crisis card, labelled with the news it brings: `data/news/*.yml`.

A story names what brought the card, as in `data/cases/`; each of its `news` says what this person may write later, and
its `kind`: one of `bot.nlu.news.News`, or "quiet" where it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, List, Mapping

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.nlu.case_messages import Case, case_of, read_stories
from bot.nlu.news import QUIET, News

NEWS_DIR = DATA_DIR / "news"


@dataclass(frozen=True)
class NewsMessage:
    """One message some time after a card.

    Attributes:
        story: Its story's number; the messages of a story are one person's.
        case: What the card was given for; where it took the wrong person, for that person.
        opening: The message for which the card was given.
        kind: The news it brings, a value of `News`; `QUIET` where it brings none.
    """

    story: int
    case: Case
    opening: str
    text: str
    kind: str


def load_news(folder: Path = NEWS_DIR) -> List[NewsMessage]:
    """Reads every file, in the order of their names.

    Raises:
        ContentError: A file or a value cannot be read; the message names the file and the opening.
    """
    stories = [(path.name, story) for path in sorted(folder.glob("*.yml")) for story in read_stories(path)]
    numbered = enumerate(stories)
    return [message for number, (file, story) in numbered for message in _messages(file, number, story)]


def _messages(file: str, number: int, story: Mapping[str, Any]) -> List[NewsMessage]:
    try:
        case = case_of(story["category"], story["speaker"], story["audience"])
        said = [(str(one["says"]), _kind(one["kind"])) for one in story["news"]]
    except (KeyError, TypeError, ValueError) as error:
        opening = story.get("opening") if isinstance(story, dict) else story
        raise ContentError(f"{file}, {str(opening)[:40]!r}: {error} is missing or not known.") from None
    return [NewsMessage(number, case, str(story["opening"]), text, kind) for text, kind in said]


def _kind(name: str) -> str:
    return name if name == QUIET else News(name).value
