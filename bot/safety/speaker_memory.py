"""Whose situation it is, from what was told before: "can he still see it?" after "my daughter sent him a picture".

A later turn often names nobody, and read by itself it sounds like the writer's own trouble. Where the words do not
speak of the writer, the person told of before is still meant. Pure.
"""

from __future__ import annotations

import re

from bot.safety.cues import speaks_of_self
from bot.safety.levels import Speaker
from bot.safety.patterns import tokenize
from bot.text.cleanup import clean

#: Speakers that a conversation keeps until the words say otherwise.
_KEPT = (Speaker.ABOUT_CHILD, Speaker.FRIEND, Speaker.PROFESSIONAL)
#: Readings that a turn without a name falls back to.
_GUESSES = (Speaker.SELF, Speaker.UNKNOWN, Speaker.OWN_BEHAVIOUR, Speaker.FRIEND)
#: Asking is no telling: "how do i know", "should i", "what can i do".
_ASKING = re.compile(
    r"\b(?:(?:do|did|should|can|could|shall|will|would|must|may) (?:i|we)\b|(?:tell|show|help|give) me\b)", re.I
)
#: Those whose trouble it is, not the writer's.
_MINE = re.compile(
    r"\bmy (?:\w+ )?(?:son|daughter|child|kid|boy|girl|grandson|granddaughter|niece|nephew|friend|mate|pupil|student)"
    r"s?\b",
    re.I,
)


def carried_speaker(newest: Speaker, text: str, before: Speaker | None) -> Speaker:
    """The speaker of a message in its conversation.

    Args:
        newest: As read from the message alone.
        text: The message as typed.
        before: Speaker of the last earlier message that told of a risk, or None.
    """
    if before not in _KEPT or newest not in _GUESSES:
        return newest
    plain = _MINE.sub(" ", _ASKING.sub(" ", text.replace("’", "'")))
    return newest if speaks_of_self(tokenize(clean(plain))) else before
