"""What people ask and tell after a crisis card, with the case that the card was given for and the replies that fit.

It lies in `data/cases/`, one file a kind of trouble. "Should i go up there" has its meaning from the case. Each story
names what brought the card (`opening`), the card's `category`, whose situation it is (`speaker`), who writes
(`audience`), and what they ask (`asks`) or tell (`tells`) next; `aside: true` where that has nothing to do with the
trouble. A question is answered by answers (faq ids); what is told also by the words for an intent ("told_still_near").
What is told may bring `news` (`bot.nlu.news`), or be left out of what is learned about that ("unsure").
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Mapping, Sequence, Set, Tuple

import yaml

from bot.config import DATA_DIR
from bot.errors import ContentError
from bot.safety.levels import CATEGORIES, Speaker
from bot.safety.protocol import ADULT_AGE, OWN_BEHAVIOUR, voice_of
from bot.yaml_text import parse_yaml

CASES_DIR = DATA_DIR / "cases"
_AUDIENCES = ("child", "parent", "professional")
#: Who writes about themselves and is grown up.
_ADULT = "adult"
#: The parts of a story, and whether what stands there is told.
_PARTS = (("asks", False), ("tells", True))
#: What is told brings no news (`bot.nlu.news`).
QUIET = "quiet"
#: An answer that was asked for in one story alone is no habit of such cases.
_OFTEN = 2


@dataclass(frozen=True)
class Case:
    """What a crisis card was given for.

    Attributes:
        category: One of `bot.safety.levels.CATEGORIES`.
        voice: One of `bot.safety.protocol.VOICES`: who writes, about whom.
    """

    category: str
    voice: str


@dataclass(frozen=True)
class CaseMessage:
    """One question or statement, after one opening.

    Attributes:
        story: Its story's number; the messages of a story were written as one conversation.
        opening: The message for which the card was given.
        answers: Faq ids of the answers that fit, and of a statement intents as well, best first; empty where none does.
        is_aside: It is about something else than the case.
        is_told: It asks nothing.
        news: What it brings of what `bot.nlu.news.News` names; "quiet" where that is nothing, "unsure" where careful
            readers may differ.
    """

    story: int
    case: Case
    opening: str
    text: str
    answers: Tuple[str, ...]
    is_aside: bool = False
    is_told: bool = False
    news: str = QUIET


def load_case_messages(folder: Path = CASES_DIR) -> List[CaseMessage]:
    """Reads every file, in the order of their names.

    Raises:
        ContentError: A file or a value cannot be read; the message names the file and the opening.
    """
    stories = [(path.name, story) for path in sorted(folder.glob("*.yml")) for story in read_stories(path)]
    numbered = enumerate(stories)
    return [message for number, (file, story) in numbered for message in _messages(file, number, story)]


def read_stories(path: Path) -> Sequence[Mapping[str, Any]]:
    """The stories of one file, as they stand there.

    Raises:
        ContentError: The file cannot be read, or holds no list of stories.
    """
    try:
        stories = parse_yaml(path.read_text(encoding="utf-8"))["cases"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{path.name} cannot be read ({type(error).__name__}); it needs cases.") from None
    if not isinstance(stories, list):
        raise ContentError(f"{path.name}: cases has to be a list of stories.")
    return stories


def _messages(file: str, number: int, story: Mapping[str, Any]) -> List[CaseMessage]:
    try:
        case = case_of(story["category"], story["speaker"], story["audience"])
        said = [(one, is_told) for part, is_told in _PARTS if part in story for one in story[part]]
        if not said:
            raise KeyError(_PARTS[0][0])
        read = [(str(one["says"]), tuple(map(str, one["answers"])), is_told, _news(one)) for one, is_told in said]
    except (KeyError, TypeError, ValueError) as error:
        opening = story.get("opening") if isinstance(story, dict) else story
        raise ContentError(f"{file}, {str(opening)[:40]!r}: {error} is missing or not known.") from None
    opening, is_aside = str(story["opening"]), bool(story.get("aside"))
    about = (number, case, opening)
    return [CaseMessage(*about, text, answers, is_aside, is_told, news) for text, answers, is_told, news in read]


def _news(said: Mapping[str, Any]) -> str:
    return str(said.get("news", QUIET))


@lru_cache(maxsize=1)
def asked_for() -> Mapping[str, FrozenSet[str]]:
    """By category the answers that are asked for after its card, in at least two stories of `data/cases/`."""
    stories: Dict[Tuple[str, str], Set[int]] = defaultdict(set)
    for message in load_case_messages():
        for answer in () if message.is_aside or message.is_told else message.answers:
            stories[message.case.category, answer].add(message.story)
    found: Dict[str, Set[str]] = {category: set() for category in CATEGORIES}
    for (category, answer), told in stories.items():
        if len(told) >= _OFTEN:
            found[category].add(answer)
    return {category: frozenset(answers) for category, answers in found.items()}


def case_of(category: str, speaker: str, audience: str | None) -> Case:
    """The case of a card for a trouble.

    Args:
        speaker: Value of a `Speaker`: whose situation it is.
        audience: child, parent, professional, adult (about themselves), or None.

    Raises:
        ValueError: The category, speaker or audience is not known.
    """
    if category not in CATEGORIES or audience not in (*_AUDIENCES, _ADULT, None):
        raise ValueError(f"{category} of {audience}")
    if Speaker(speaker) is Speaker.OWN_BEHAVIOUR:
        return Case(category, OWN_BEHAVIOUR)
    is_adult = audience == _ADULT
    voice = voice_of(Speaker(speaker), None if is_adult else audience, category, ADULT_AGE if is_adult else None)
    return Case(category, voice)
