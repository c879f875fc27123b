"""Questions that people ask after a crisis card, with the case that the card was given for and the answers that fit.

They lie in `data/case_questions/`, one file a kind of trouble. "Should i go up there" has its meaning from the case.
Each story names what brought the card (`opening`), the card's `category`, whose situation it is (`speaker`), who writes
(`audience`) and what they ask next (`asks`); `aside: true` where that has nothing to do with the trouble.
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

CASE_QUESTIONS_DIR = DATA_DIR / "case_questions"
_AUDIENCES = ("child", "parent", "professional")
#: Who writes about themselves and is grown up.
_ADULT = "adult"
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
class CaseQuestion:
    """One question, after one opening.

    Attributes:
        story: Its story's number; the questions of a story were written as one conversation.
        opening: The message for which the card was given.
        answers: Faq ids of the answers that fit, best first; empty where there is none.
        is_aside: It is about something else than the case.
    """

    story: int
    case: Case
    opening: str
    text: str
    answers: Tuple[str, ...]
    is_aside: bool = False


def load_case_questions(folder: Path = CASE_QUESTIONS_DIR) -> List[CaseQuestion]:
    """Reads every file, in the order of their names.

    Raises:
        ContentError: A file or a value cannot be read; the message names the file and the opening.
    """
    stories = [(path.name, story) for path in sorted(folder.glob("*.yml")) for story in _read(path)]
    numbered = enumerate(stories)
    return [question for number, (file, story) in numbered for question in _questions(file, number, story)]


def _read(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        stories = parse_yaml(path.read_text(encoding="utf-8"))["case_questions"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ContentError(f"{path.name} cannot be read ({type(error).__name__}); it needs case_questions.") from None
    if not isinstance(stories, list):
        raise ContentError(f"{path.name}: case_questions has to be a list of stories.")
    return stories


def _questions(file: str, number: int, story: Mapping[str, Any]) -> List[CaseQuestion]:
    try:
        case = case_of(story["category"], story["speaker"], story["audience"])
        asked = [(str(one["says"]), tuple(map(str, one["answers"]))) for one in story["asks"]]
    except (KeyError, TypeError, ValueError) as error:
        opening = story.get("opening") if isinstance(story, dict) else story
        raise ContentError(f"{file}, {str(opening)[:40]!r}: {error} is missing or not known.") from None
    opening, is_aside = str(story["opening"]), bool(story.get("aside"))
    return [CaseQuestion(number, case, opening, text, answers, is_aside) for text, answers in asked]


@lru_cache(maxsize=1)
def asked_for() -> Mapping[str, FrozenSet[str]]:
    """By category the answers that are asked for after its card, in at least two stories of `data/case_questions/`."""
    stories: Dict[Tuple[str, str], Set[int]] = defaultdict(set)
    for question in load_case_questions():
        for answer in () if question.is_aside else question.answers:
            stories[question.case.category, answer].add(question.story)
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
