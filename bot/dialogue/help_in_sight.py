"""Helplines beneath a reply: those of the newest card, in one line. For a while after a card no reply is without them.

Who told of something grave and goes on with an everyday question ("hes 16 im 11. anyway can i go play now") is
answered, and what was shown stays in sight, also in a channel that has no strip above the chat.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.selection import Selection
from bot.content.variables import selection_from
from bot.dialogue.constants import CARD_CATEGORY, LOOK_BACK, UTTER_CRISIS_MISREAD, UTTER_JOURNEY
from bot.dialogue.drafts import Draft, known_values, plain
from bot.dialogue.facts import ConversationFacts, is_misreading, language_of_card, session_events

#: A text message costs by the letter, and is followed by the card's own.
_WITHOUT_ROOM = "sms"
#: Nothing more is said to how it went, to a card that is taken back, and in a journey, whose text is its own.
_STANDS_ALONE = (
    "utter_outcome", UTTER_JOURNEY, "utter_opening_notice", "utter_goodbye", "utter_thank", UTTER_CRISIS_MISREAD,
)  # fmt: skip


def with_helplines(
    name: str, facts: ConversationFacts, now: datetime, values: Mapping[str, Any] | None = None
) -> Draft:
    """A response that names the helplines of the newest card in one line; the guard adds no card to it."""
    shown = _lines_of_the_card(facts, now)
    draft = plain(name, facts, {**(values or {}), "at": now})
    return {**draft, "hotlines": [choice.service.id for choice in shown.choices]}


def above_helplines(draft: Draft, facts: ConversationFacts, now: datetime) -> Draft:
    """A reply with the helplines of the newest card in one line beneath."""
    help_line = with_helplines("utter_crisis_help_stays", facts, now)
    texts = f"{draft['text']}\n\n{help_line['text']}"
    responses = [draft["response"], help_line["response"]]
    return {**draft, "text": texts, "responses": responses, "hotlines": help_line["hotlines"]}


def keep_help_in_sight(
    name: str, draft: Draft, tracker: DialogueStateTracker, facts: ConversationFacts, now: datetime
) -> Draft:
    """The same, with the helplines beneath where a card is not long ago and this reply names none of them.

    Args:
        name: Response name as the policies chose it.
    """
    stands_alone = name.startswith(_STANDS_ALONE) or facts.channel == _WITHOUT_ROOM
    if draft.get("hotlines") or not draft.get("text") or stands_alone or not _is_a_card_near(tracker):
        return draft
    services = [choice.service for choice in _lines_of_the_card(facts, now).choices]
    named = [service.id for service in services if service.short in draft["text"]]
    return {**draft, "hotlines": named} if named else above_helplines(draft, facts, now)


def _lines_of_the_card(facts: ConversationFacts, now: datetime) -> Selection:
    return selection_from({**known_values(facts), "at": now, "channel": facts.channel})


def _is_a_card_near(tracker: DialogueStateTracker) -> bool:
    """Whether one of the last few messages of this session was a card in English that was not taken back.

    Nothing is added where something with helplines was said since the newest words.
    """
    said_now, spoken = True, 0
    for event in session_events(tracker):
        said_now = said_now and not isinstance(event, UserUttered)
        if not isinstance(event, BotUttered):
            continue
        if is_misreading(event) or (said_now and event.metadata.get("hotlines")):
            return False
        if event.metadata.get(CARD_CATEGORY):
            return language_of_card(tracker) is None
        spoken += 1
        if spoken == LOOK_BACK:
            return False
    return False
