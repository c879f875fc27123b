"""What a short message means because of the card that is talked of: "ok im gonna do it", "hes home", "its dad"."""

from __future__ import annotations

from enum import Enum
from typing import Sequence

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.constants import CARD_CATEGORY, CARD_SPEAKER
from bot.dialogue.facts import (
    is_card_open,
    is_emergency_from_oneself,
    is_emergency_open,
    newest_card,
    session_events,
)
from bot.safety.answers import calls_off, carries_out, comes_near, explains, took_something
from bot.safety.levels import (
    ABUSE_DISCLOSURE,
    ADULT_INVOLVED,
    EXTORTION,
    IMAGE_SHARED,
    IMMEDIATE_DANGER,
    SELF_HARM,
    Speaker,
)

#: What somebody may be about to do themselves.
_DONE_ONESELF = frozenset({SELF_HARM, ADULT_INVOLVED, EXTORTION, IMAGE_SHARED, IMMEDIATE_DANGER})
#: Where somebody may come near.
_FROM_A_PERSON = frozenset({ABUSE_DISCLOSURE, ADULT_INVOLVED, IMMEDIATE_DANGER})
_ONESELF = (Speaker.SELF.value, Speaker.UNKNOWN.value, Speaker.OWN_BEHAVIOUR.value)


class Meaning(Enum):
    """What a message means after a card.

    CARRIES_OUT: To do what the card was about, or to call somebody; the words leave it open.
    COMES_NEAR: The one who hurts them is coming, or there.
    CALLED_OFF: The danger was none, or is over.
    EXPLAINED: What was taken for trouble was none.
    """

    CARRIES_OUT = "carries_out"
    COMES_NEAR = "comes_near"
    CALLED_OFF = "called_off"
    EXPLAINED = "explained"


def meaning_of(tracker: DialogueStateTracker) -> Meaning | None:
    """Reads the newest message in the light of the newest card; None where its words have their plain meaning."""
    texts, card = _typed(tracker), newest_card(tracker)
    if not texts or not card:
        return None
    newest, earlier = texts[0], texts[1:]
    if is_emergency_open(tracker) and _is_called_off(newest, earlier, is_emergency_from_oneself(tracker)):
        return Meaning.CALLED_OFF
    if not is_card_open(tracker):
        return None
    category, speaker = card.get(CARD_CATEGORY), card.get(CARD_SPEAKER) or Speaker.UNKNOWN.value
    if speaker in _ONESELF and category in _DONE_ONESELF and carries_out(newest, category == SELF_HARM):
        return Meaning.CARRIES_OUT
    if speaker in _ONESELF and category in _FROM_A_PERSON and comes_near(newest, earlier):
        return Meaning.COMES_NEAR
    return Meaning.EXPLAINED if explains(newest) else None


def _is_called_off(newest: str, earlier: Sequence[str], is_from_oneself: bool) -> bool:
    """Who took or did something to themselves may seem well, and needs a doctor all the same."""
    return calls_off(newest, earlier) and not (is_from_oneself and any(map(took_something, (newest, *earlier))))


def _typed(tracker: DialogueStateTracker) -> Sequence[str]:
    """What was typed in this session, newest first; nothing where the newest is a button."""
    texts = [event.text or "" for event in session_events(tracker) if isinstance(event, UserUttered)]
    if not texts or texts[0].startswith(INTENT_MESSAGE_PREFIX):
        return []
    return [text for text in texts if text and not text.startswith(INTENT_MESSAGE_PREFIX)]
