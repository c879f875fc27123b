"""One response for this person and channel, as a draft that others put together with more. Writes no sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping

from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.choice_titles import title_of
from bot.content.law_by_country import own_country_first
from bot.content.responses import Response, get_responses
from bot.dialogue.constants import CARD_CATEGORY, CARD_NEEDS, CARD_SPEAKER, CHECK_IN, FAQ_PREFIX
from bot.dialogue.facts import ConversationFacts
from bot.dialogue.reader import reader_of

Draft = dict[str, Any]
#: Buttons under one message.
MOST_BUTTONS = 3


def plain(name: str, facts: ConversationFacts, values: Mapping[str, Any] | None = None) -> Draft:
    """One response as the book has it for this person and channel."""
    book = get_responses()
    known = {**known_values(facts), **(values or {})}
    chosen = book.choose(name, facts.audience, facts.channel, known, reader=reader_of(name, facts, book))
    is_answer = name.startswith(FAQ_PREFIX)
    return as_draft(replace(chosen, text=own_country_first(chosen.text, facts.country)) if is_answer else chosen)


def known_values(facts: ConversationFacts) -> Mapping[str, Any]:
    """What placeholders and conditions of a wording are filled from."""
    known = {"country": facts.country, "audience": facts.audience}
    # A card knows whom its situation was about and what helplines it called for; the slots hold the learned guess.
    told = {name: facts.card[name] for name in (CARD_CATEGORY, CARD_SPEAKER, CARD_NEEDS) if facts.card.get(name)}
    told["card_response"] = facts.card.get("response")
    return {**facts.slots, **told, **known, "own_age": facts.age, "own_language": facts.language}


def as_draft(chosen: Response) -> Draft:
    """A chosen wording as it is sent: text, buttons, its name."""
    buttons = [{"title": button.title, "payload": button.payload} for button in chosen.buttons]
    # A placeholder that has nothing to say leaves a space behind.
    text = "\n".join(line.rstrip() for line in chosen.text.splitlines())
    draft = {"text": text, "buttons": buttons, "response": chosen.name, "custom": chosen.custom, "hotlines": []}
    # A wording that asks about a risk is answered like a check-in: a bare "yes" must not be small talk.
    return {**draft, CHECK_IN: chosen.metadata["asks"]} if "asks" in chosen.metadata else draft


def metadata_of(name: str) -> Mapping[str, Any]:
    """Metadata of a response, from its default wording; empty for an unknown name."""
    book = get_responses()
    if name not in book:
        return {}
    return next((variation.metadata for variation in book.variations(name) if variation.metadata), {})


def faq_button(faq: str, facts: ConversationFacts) -> Mapping[str, str]:
    """The choice that leads to an answer."""
    title = title_of(get_responses(), faq, facts.audience, facts.channel)
    return {"title": title, "payload": f'/ask{{"faq": "{faq}"}}'}


def text_of(tracker: DialogueStateTracker) -> str:
    """The newest message as typed."""
    return (tracker.latest_message.text or "") if tracker.latest_message else ""


def spoken_before(tracker: DialogueStateTracker) -> str | None:
    """Response name of the latest bot message."""
    spoken = next((event for event in reversed(tracker.events) if isinstance(event, BotUttered)), None)
    if spoken is None:
        return None
    # Steps in an app come from an action, whose messages name their response as Rasa's own do.
    return spoken.metadata.get("response") or spoken.metadata.get("utter_action")
