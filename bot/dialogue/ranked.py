"""What the ranking found for the newest message: which answers are near, and which of them may be offered."""

from __future__ import annotations

from itertools import islice
from typing import Any, FrozenSet, List, Mapping

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.responses import get_responses
from bot.dialogue.constants import FAQ_PREFIX
from bot.dialogue.drafts import spoken_before
from bot.dialogue.facts import is_card_about_another, typed_in_session
from bot.nlu.constants import NEAREST
from bot.nlu.topics import SENSITIVE_TOPICS, is_about

#: After a card, answers that are further away than this are not offered.
NEAR_ENOUGH = 0.1
#: The same for answers that people ask for after such a card.
OF_ITS_TOPIC_ENOUGH = 0.02
#: "I can't stop watching pornography" is no choice for a child who cannot sleep, however near it seems.
SURELY_NEAR, _OUT_OF_THE_BLUE = 0.3, ("pornography_exposure", "offender_worry")
#: Of what was done to the writer long ago; no answer where a card is about another, or about their own hand.
MY_PAST = "tell_my_partner_about_my_past"


def is_said_again(name: str, tracker: DialogueStateTracker) -> bool:
    """Whether other words than before lead to the answer that stands right above."""
    typed = [text.strip().lower() for text in islice(typed_in_session(tracker), 2)]
    is_typed = not typed[0].startswith(INTENT_MESSAGE_PREFIX) if typed else False
    return spoken_before(tracker) == name and is_typed and len(set(typed)) > 1


def score_of(faq: str | None, parsed: Mapping[str, Any]) -> float:
    """How likely an answer was ranked, in [0, 1]; 0 for one that is not among the nearest."""
    return next((float(entry["score"]) for entry in parsed.get(NEAREST, []) if entry["faq"] == faq), 0.0)


def may_follow_cards(entry: Mapping[str, Any], cards: FrozenSet[str]) -> bool:
    """Whether an answer may be offered after these cards: near enough, or of their own topics and not far away."""
    return bool(entry["score"] >= (OF_ITS_TOPIC_ENOUGH if is_about(entry["faq"], cards) else NEAR_ENOUGH))


def may_be_offered(entry: Mapping[str, Any]) -> bool:
    """Whether a guess may be shown: "I want to stop hurting myself" is no choice for a message about a game streak."""
    topic, score = entry.get("topic"), float(entry["score"])
    return topic not in SENSITIVE_TOPICS or score >= (SURELY_NEAR if topic in _OUT_OF_THE_BLUE else NEAR_ENOUGH)


def understood_of(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """What was understood of the newest message."""
    message = tracker.latest_message
    return (message.parse_data or {}) if message else {}


def nearest_of(tracker: DialogueStateTracker) -> List[str]:
    """Ids of the answers nearest to the newest message, best first."""
    entries = understood_of(tracker).get(NEAREST, [])
    barred = MY_PAST if is_card_about_another(tracker) else None
    known = [entry["faq"] for entry in entries if entry["faq"] != barred]
    return [faq for faq in known if f"{FAQ_PREFIX}{faq}" in get_responses()]
