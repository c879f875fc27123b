"""What is known of a conversation, read from Rasa's tracker."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any, FrozenSet, Iterable, Iterator, Mapping

from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.audience import newest_own_age
from bot.content.countries import country_code
from bot.content.country_step import STEP
from bot.content.journey_composers import JourneyFacts
from bot.dialogue.constants import (
    AUDIENCE,
    CARD_CATEGORY,
    CARD_LEVEL,
    CARD_NEEDS,
    CARD_RESPONSES,
    CARD_SPEAKER,
    CHECK_IN,
    CHILD,
    CHILD_CHANNELS,
    COUNTRY,
    FAQ_PREFIX,
    LANGUAGE,
    LOOK_BACK,
    RECEIVED_AFTER_CARD,
    UTTER_CANNOT_TALK_NOW,
    UTTER_CHECK_IN,
    UTTER_CRISIS_MISREAD,
    UTTER_DANGER_GOES_ON,
    UTTER_FIRST_STEPS,
    UTTER_HELP_IS_THERE,
    UTTER_JOURNEY,
    UTTER_TOLD,
    UTTER_UNTIL_HELP_COMES,
)
from bot.nlu.constants import HELP, NEWS
from bot.nlu.news import Heard, Help
from bot.nlu.topics import FAULT, is_about, is_asked_for
from bot.safety.answers import AFTER_AN_EMERGENCY, AFTER_AN_OVERDOSE, denies_help, says_outcome
from bot.safety.levels import IMMEDIATE_DANGER, RiskLevel, Speaker

#: Audiences of grown-ups.
GROWN_UPS = ("parent", "professional")
#: Leads what a parent needs who did it themselves (`data/risk/words/situations.yml`); no other card begins with it.
_PARENT_SUPPORT = "parent_support"
#: Emergency cards about somebody who does not wake up.
EMERGENCIES_OF_A_COLLAPSE = (
    "utter_emergency_collapsed", "utter_emergency_again_collapsed", "utter_emergency_still_collapsed",
)  # fmt: skip
#: Emergency cards about a danger that comes from the person themselves, and about somebody who does not wake up: people
#: who treat them end it, nobody else. Their category is danger all the same.
EMERGENCIES_FROM_ONESELF = (
    "utter_emergency_self_harm", "utter_emergency_again_self_harm", "utter_emergency_still_self_harm",
    *EMERGENCIES_OF_A_COLLAPSE,
)  # fmt: skip
#: For so many bot messages a question about a risk is not asked once more.
ASKED_LATELY = 4
#: Ends with the question for the country, also in a channel without buttons.
ASKS_FOR_COUNTRY = frozenset({"utter_hotlines_anywhere", "utter_ask_country", STEP})
#: Intents of words that tell of help or safety; alone they are overread too easily in an emergency.
TELLS_OF_HELP = frozenset({"outcome_safe_now", "outcome_contacted", "outcome_going_to"})
_CARD_IN_A_LANGUAGE = re.compile(r"utter_(?:crisis|emergency)_card_([a-z]{2})$")
#: Said only after a button, or words that surely say so: help was found, or it is over.
ENDS_AN_EMERGENCY = ("utter_outcome_safe_now", "utter_outcome_contacted", "utter_outcome_found", UTTER_HELP_IS_THERE)


@dataclass(frozen=True)
class ConversationFacts:
    """The facts that wording depends on.

    Attributes:
        audience: `child`, `parent` or `professional`; None when neither the person nor the page said.
        country: ISO 3166 two-letter code, or None when unknown.
        channel: Name of the channel that will carry the reply.
        language: Two-letter code of the page, or None.
        card_level: The highest level for which a crisis card was given in this conversation.
        age: Years, when the person said it of themselves.
        last_answer: Response name of the latest FAQ answer (`utter_faq/…`), or None.
        slots: All current slot values.
        card: Metadata of the latest card of this session, which knows the situation; empty when there was none.
    """

    audience: str | None
    country: str | None
    channel: str
    language: str | None
    card_level: RiskLevel
    last_answer: str | None
    slots: Mapping[str, Any]
    age: int | None = None
    card: Mapping[str, Any] = field(default_factory=dict)


def read_facts(tracker: DialogueStateTracker, channel: str) -> ConversationFacts:
    """Reads slots first, then what the page or channel sent along with the newest message."""
    slots = tracker.current_slot_values()
    sent = _sent_along(tracker)
    channel = sent.get("channel_kind") or channel
    return ConversationFacts(
        audience=_audience(tracker, sent, channel),
        # A payload typed by hand may name a country that is none; the one of the page still is.
        country=country_code(_text(slots.get(COUNTRY))) or sent.get(COUNTRY) or None,
        channel=channel,
        language=slots.get(LANGUAGE) or sent.get(LANGUAGE) or None,
        card_level=RiskLevel.from_label(slots.get(CARD_LEVEL) or "none"),
        last_answer=last_answer(tracker),
        slots=slots,
        age=newest_own_age(event.text or "" for event in reversed(tracker.events) if isinstance(event, UserUttered)),
        card=newest_card(tracker),
    )


def is_written_by_a_grown_up(tracker: DialogueStateTracker) -> bool:
    """Whether the person, or the page, said that a parent or a professional writes."""
    sent = _sent_along(tracker)
    return _audience(tracker, sent, sent.get("channel_kind") or "") in GROWN_UPS


def _audience(tracker: DialogueStateTracker, sent: Mapping[str, Any], channel: str) -> str | None:
    """Who writes: what the person said, what the page sent along, or whose channel it mostly is."""
    said = _text(tracker.get_slot(AUDIENCE)) or sent.get(AUDIENCE)
    return said or (CHILD if channel in CHILD_CHANNELS else None)


def journey_facts(facts: ConversationFacts) -> JourneyFacts:
    """The same facts, as journeys take them."""
    return JourneyFacts(facts.audience, facts.country, facts.channel, {**facts.slots, "language": facts.language})


def last_answer(tracker: DialogueStateTracker) -> str | None:
    """The response name of the latest FAQ answer among the last few bot messages."""
    spoken = [event for event in tracker.events if isinstance(event, BotUttered)]
    for event in reversed(spoken[-LOOK_BACK:]):
        name = answer_of(event)
        if name:
            return name
    return None


def answer_of(spoken: BotUttered) -> str | None:
    """The response name (`utter_faq/…`) of the answer that a bot message is, or None when it is something else."""
    name = spoken.metadata.get("response") or spoken.metadata.get("utter_action") or ""
    return name if name.startswith(FAQ_PREFIX) else None


def is_card_newest(tracker: DialogueStateTracker) -> bool:
    """Whether no answer to a question came after the latest crisis card, so that "go on" is about the card."""
    for event in _spoken_since_misreading(reversed(tracker.events)):
        if event.metadata.get("utter_action") in CARD_RESPONSES:
            return True
        if answer_of(event):
            return False
    return False


def is_card_open(tracker: DialogueStateTracker) -> bool:
    """Whether a card was among the last few bot messages, and no answer about something quite different came since."""
    answered: list[str] = []
    spoken = (event for event in _valid_in_session(tracker) if not _keeps_a_card_open(event))
    for event in islice(spoken, LOOK_BACK):
        if event.metadata.get("utter_action") in CARD_RESPONSES:
            category = event.metadata.get(CARD_CATEGORY) or ""
            return all(is_asked_for(name.removeprefix(FAQ_PREFIX), category) for name in answered)
        name = answer_of(event)
        answered += [name] if name else []
    return False


def _keeps_a_card_open(spoken: BotUttered) -> bool:
    """Whether a bot message only received what was said after a card, with its helplines beneath."""
    name = str(spoken.metadata.get("response") or "")
    return name in RECEIVED_AFTER_CARD or name.startswith((UTTER_TOLD, UTTER_FIRST_STEPS))


def newest_card(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """Metadata of the latest card of this session; empty when there was none."""
    return next((event.metadata for event in _valid_in_session(tracker) if event.metadata.get(CARD_CATEGORY)), {})


def language_of_card(tracker: DialogueStateTracker) -> str | None:
    """Two-letter language of the latest card of this session; None when it was in English or there was none."""
    found = _CARD_IN_A_LANGUAGE.match(str(newest_card(tracker).get("response") or ""))
    return found.group(1) if found else None


def lasting_card(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    """Metadata of the card whose trouble stays when a danger is over: the newest that was not about that moment."""
    cards = [event.metadata for event in _valid_in_session(tracker) if event.metadata.get(CARD_CATEGORY)]
    of_more = (card for card in cards if card[CARD_CATEGORY] != IMMEDIATE_DANGER)
    return next(of_more, cards[0] if cards else {})


def is_emergency_open(tracker: DialogueStateTracker) -> bool:
    """Whether the latest card was about danger at that moment, and nobody has said since that it is over."""
    for event in islice(_valid_in_session(tracker), LOOK_BACK):
        if (event.metadata.get("response") or "").startswith(ENDS_AN_EMERGENCY):
            return _is_denied_at_once(tracker)
        if event.metadata.get(CARD_LEVEL):
            return bool(event.metadata[CARD_LEVEL] == RiskLevel.EMERGENCY.label)
    return False


def is_help_called(tracker: DialogueStateTracker) -> bool:
    """Whether the person said in an emergency that is still open that help was called, and did not deny it since."""
    since = takewhile(lambda event: not _is_said(event, UTTER_UNTIL_HELP_COMES), session_events(tracker))
    if any(isinstance(event, UserUttered) and denies_help(event.text or "") for event in since):
        return False
    for event in islice(_valid_in_session(tracker), LOOK_BACK):
        said = str(event.metadata.get("response") or "")
        if said.startswith(UTTER_UNTIL_HELP_COMES):
            return is_emergency_open(tracker)
        if said.startswith(ENDS_AN_EMERGENCY):
            return False
    return False


def _is_denied_at_once(tracker: DialogueStateTracker) -> bool:
    """Whether help was taken to be there, and the very next words say that it isn't: "nobody is here yet"."""
    newest = tracker.latest_message
    text = (newest.text if newest is not None else None) or ""
    believed = next(spoken_in_session(tracker), None)
    return believed is not None and _is_said(believed, UTTER_HELP_IS_THERE) and denies_help(text)


def _is_said(event: Event, response: str) -> bool:
    return isinstance(event, BotUttered) and str(event.metadata.get("response") or "").startswith(response)


def is_emergency_from_oneself(tracker: DialogueStateTracker) -> bool:
    """Whether the newest card was about somebody who took something or hurts themselves at that moment."""
    return str(newest_card(tracker).get("response") or "").startswith(EMERGENCIES_FROM_ONESELF)


def is_emergency_of_a_collapse(tracker: DialogueStateTracker) -> bool:
    """Whether the newest card was about somebody who does not wake up."""
    return str(newest_card(tracker).get("response") or "").startswith(EMERGENCIES_OF_A_COLLAPSE)


def is_card_from_own_hand(tracker: DialogueStateTracker) -> bool:
    """Whether the newest card answered somebody who hurt a child, or is afraid to: "how do i stop" is about that."""
    return (newest_card(tracker).get(CARD_NEEDS) or ())[:1] == [_PARENT_SUPPORT]


def is_card_about_another(tracker: DialogueStateTracker) -> bool:
    """Whether the newest card was about somebody else than the writer, or about what the writer does."""
    return newest_card(tracker).get(CARD_SPEAKER) not in (None, Speaker.SELF.value, Speaker.UNKNOWN.value)


def is_told_plainly(risk: Mapping[str, Any]) -> bool:
    """Whether a signal found the risk in the words; a learned score names no place in them."""
    return any(finding["end"] > finding["start"] for finding in risk.get("findings", ()))


def is_misreading(spoken: Event) -> bool:
    """Whether the bot took back a card: what was said before it counts for nothing any more."""
    if not isinstance(spoken, BotUttered):
        return False
    return str(spoken.metadata.get("response") or "").startswith(UTTER_CRISIS_MISREAD)


def _spoken_since_misreading(newest_first: Iterable[Event]) -> Iterator[BotUttered]:
    events = takewhile(lambda event: not is_misreading(event), newest_first)
    return (event for event in events if isinstance(event, BotUttered))


def _valid_in_session(tracker: DialogueStateTracker) -> Iterator[BotUttered]:
    """The bot's messages of this session, newest first, back to a card that was taken back."""
    return _spoken_since_misreading(session_events(tracker))


def spoken_in_session(tracker: DialogueStateTracker) -> Iterator[BotUttered]:
    """The bot's messages of this session, newest first."""
    return (event for event in session_events(tracker) if isinstance(event, BotUttered))


def emergencies_in_a_row(tracker: DialogueStateTracker) -> int:
    """How many of the newest bot messages of this session are emergency cards; answers between them do not count."""
    spoken = (event for event in spoken_in_session(tracker) if not (answer_of(event) or _is_of_the_same_danger(event)))
    levels = (event.metadata.get(CARD_LEVEL) for event in spoken)
    return sum(1 for _ in takewhile(lambda level: level == RiskLevel.EMERGENCY.label, levels))


def _is_of_the_same_danger(spoken: BotUttered) -> bool:
    said = str(spoken.metadata.get("response") or "")
    return said.startswith((UTTER_DANGER_GOES_ON, UTTER_CANNOT_TALK_NOW, UTTER_UNTIL_HELP_COMES))


def is_direct_question(spoken: BotUttered) -> bool:
    """Whether the bot asked about a risk: with a check-in, or at the end of a wording with `metadata: asks`."""
    return spoken.metadata.get("utter_action") == UTTER_CHECK_IN or bool(spoken.metadata.get(CHECK_IN))


def was_asked_lately(tracker: DialogueStateTracker, category: str) -> bool:
    """Whether one of the last few bot messages asked about this risk."""
    lately = islice(spoken_in_session(tracker), ASKED_LATELY)
    return any(is_direct_question(spoken) and spoken.metadata.get(CHECK_IN) == category for spoken in lately)


def news_of(tracker: DialogueStateTracker) -> Heard | None:
    """The news that the newest message brings after a card, or None."""
    message = tracker.latest_message
    return Heard.from_dict((message.parse_data or {}).get(NEWS)) if message is not None else None


def help_of(tracker: DialogueStateTracker) -> Help | None:
    """What the newest message in an open emergency surely tells of help, or hints at where the intent does, too."""
    message = tracker.latest_message
    told = (message.parse_data or {}).get(HELP) if message is not None else None
    if message is None or not told:
        return None
    return Help(told["kind"]) if told["sure"] or _is_hinted_at(message, tracker) else None


def _is_hinted_at(message: UserUttered, tracker: DialogueStateTracker) -> bool:
    """Whether the intent tells of help as well; plain words of safety, without danger, have an answer of their own."""
    intent, after = message.intent.get("name") or "", AFTER_AN_EMERGENCY
    if is_emergency_from_oneself(tracker):
        after = AFTER_AN_OVERDOSE
    in_danger = (latest_risk(tracker) or {}).get("level") == RiskLevel.EMERGENCY.label
    return intent in TELLS_OF_HELP and (in_danger or not says_outcome(intent, message.text or "", after))


def is_country_asked(tracker: DialogueStateTracker) -> bool:
    """Whether what was said last asks which country the person is in, in words or with buttons to tap."""
    said = list(_said_last(tracker))
    return any(_name_of(spoken) in ASKS_FOR_COUNTRY or _offers(spoken, "/ask_country") for spoken in said)


def is_audience_asked(tracker: DialogueStateTracker) -> bool:
    """Whether what was said last asks who the person is."""
    return any(_offers(spoken, "/choose_audience") for spoken in _said_last(tracker))


def _said_last(tracker: DialogueStateTracker) -> Iterator[BotUttered]:
    """The bot's messages since the person's newest one; none while that is being answered."""
    newest = takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    return (event for event in newest if isinstance(event, BotUttered))


def _name_of(spoken: BotUttered) -> str:
    """Its response; a step of a journey by the name of the step, whichever journey it is."""
    name = str(spoken.metadata.get("response") or spoken.metadata.get("utter_action") or "")
    return name.rpartition("/")[2] if name.startswith(f"{UTTER_JOURNEY}/") else name


def _offers(spoken: BotUttered, intent: str) -> bool:
    return any(str(button.get("payload")).startswith(intent) for button in spoken.data.get("buttons") or ())


def session_events(tracker: DialogueStateTracker) -> Iterator[Event]:
    """The events of this session, newest first.

    At the first message after a pause the tracker still holds the session before; from the second on it does not.
    """
    for event in reversed(tracker.events):
        if isinstance(event, SessionStarted):
            return
        yield event


def typed_in_session(tracker: DialogueStateTracker) -> Iterator[str]:
    """What the person sent in this session, newest first: words, or the payload of a button."""
    return (event.text for event in session_events(tracker) if isinstance(event, UserUttered) and event.text)


def latest_risk(tracker: DialogueStateTracker) -> dict[str, Any] | None:
    """The risk dictionary that RiskDetector left on the newest message, or None."""
    message = tracker.latest_message
    parsed: dict[str, Any] = dict(message.parse_data or {}) if message else {}
    return parsed.get("risk")


def recent_words(tracker: DialogueStateTracker) -> str:
    """What the person wrote lately, one message a line, newest last; what a card already answered is left out."""
    texts: list[str] = []
    newest_first = list(reversed(tracker.events))
    for event in newest_first:
        is_card = isinstance(event, BotUttered) and bool(event.metadata.get("card_level"))
        if len(texts) == LOOK_BACK or (texts and (is_card or is_misreading(event))):
            break
        if isinstance(event, UserUttered) and event.text and not event.text.startswith("/"):
            texts.append(event.text.replace("\n", " "))
    return "\n".join(reversed(texts))


def _text(value: Any) -> str | None:
    """A slot's text; a payload typed by hand may have put a list or an object there."""
    return value if isinstance(value, str) else None


def _sent_along(tracker: DialogueStateTracker) -> Mapping[str, Any]:
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return event.metadata or {}
    return {}


def cards_given(tracker: DialogueStateTracker) -> FrozenSet[str]:
    """What the cards already shown were about; the slot holds that of the card being worded right now."""
    return frozenset(
        event.metadata["card_category"]
        for event in _spoken_since_misreading(reversed(tracker.events))
        if event.metadata.get("card_category")
    )


def is_asked_after_cards(tracker: DialogueStateTracker, faq: str) -> bool:
    """Whether the answer with this id is what people ask for after the cards of this conversation.

    "It's not your fault" is for the one who was harmed, not for the one who did it.
    """
    is_of_the_doer = newest_card(tracker).get(CARD_SPEAKER) == Speaker.OWN_BEHAVIOUR.value
    is_theirs = faq == FAULT and (is_of_the_doer or is_card_from_own_hand(tracker))
    return is_about(faq, cards_given(tracker)) and not is_theirs
